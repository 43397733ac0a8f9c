import { afterAll, describe } from 'vitest';
import { needsPeer } from '../peers.ts';
import { openGsoap } from './gsoap-peer.ts';
import { GsoapWorkshop } from './gsoap-workshop.ts';
import { describeStation } from './station.common.case.ts';

const gsoap = needsPeer('gsoap');

describe.skipIf(!gsoap.available)('the stack of many a real charge point, in C', () => {
  const workshop = new GsoapWorkshop();
  afterAll(() => workshop.clear());
  describeStation('gSOAP towards OCPP 2.0.1', (around) => openGsoap(workshop, around));
});
