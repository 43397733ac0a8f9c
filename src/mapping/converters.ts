/** Every converter by the name that tables use. */

import type { Converter } from './converters/converter.ts';
import { intervalFloor } from './converters/interval-floor.ts';
import { occupied } from './converters/occupied.ts';
import { rawNumber } from './converters/raw-number.ts';
import { stopReason } from './converters/stop-reason.ts';
import { tagUnalias } from './converters/tag-unalias.ts';
import { activeTransaction, transactionDown, transactionUp } from './converters/transactions.ts';
import { unlockRejected } from './converters/unlock-rejected.ts';

export const CONVERTERS: ReadonlyMap<string, Converter> = new Map(
  Object.entries({
    activeTransaction,
    intervalFloor,
    occupied,
    rawNumber,
    stopReason,
    tagUnalias,
    transactionDown,
    transactionUp,
    unlockRejected,
  }),
);
