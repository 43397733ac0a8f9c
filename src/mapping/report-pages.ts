/** What the pages of the report have in common: names, titles, signs. */

import type { PairReport } from './report.ts';
import type { Mark } from './report-lines.ts';
import type { TableName } from './table.ts';

/** A page's name without its ending. */
export const pageOf = (soap: TableName): string => `ocpp${soap}`;

export const titleOf = ({ soap }: Pick<PairReport, 'soap'>): string =>
  soap === '2.0.1' ? 'OCPP 1.6 ↔ OCPP 2.0.1' : `OCPP ${soap} SOAP ↔ OCPP 1.6 JSON`;

export const SIGNS: Readonly<Record<Mark, { readonly sign: string; readonly means: string }>> = {
  identical: { sign: '=', means: 'identical' },
  guarded: { sign: '≈', means: 'identical, unless the value does not fit' },
  changed: { sign: '→', means: 'changed: another name, form or word' },
  added: { sign: '+', means: 'added by the bridge' },
  dropped: { sign: '−', means: 'dropped' },
  unfilled: { sign: '∅', means: 'never filled: the other side cannot say it' },
};
