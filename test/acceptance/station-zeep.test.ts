import { describe } from 'vitest';
import { needsPeer } from '../peers.ts';
import { describeStation } from './station.common.case.ts';
import { openZeep } from './zeep-peer.ts';

const zeep = needsPeer('zeep');

describe.skipIf(!zeep.available)('a second stack, in another language', () => {
  describeStation('zeep towards OCPP 2.0.1', (around) => openZeep(zeep.command, around));
});
