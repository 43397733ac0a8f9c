import { describe } from 'vitest';
import { needsPeer } from '../peers.ts';
import { describePeer } from './peer.common.case.ts';
import { openZeep } from './zeep-peer.ts';

const zeep = needsPeer('zeep');

describe.skipIf(!zeep.available)('a second stack, in another language', () => {
  describePeer('zeep', (around) => openZeep(zeep.command, around));
});
