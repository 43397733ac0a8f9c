import { expect, test } from 'vitest';
import type { ErrorCode } from '../../../src/base/errors.ts';
import { ocpp201Flows as flows } from '../../../src/flow/station/station-flows.ts';
import { NOW } from '../context.ts';
import { accepted, stationContext } from './context.ts';
import { Conversation, lost } from './conversation.ts';

/** Messages that the CSMS calls malformed; CitrineOS does so with readings of EVSE 0. */

const WHOLE_STATION = {
  connectorId: 0,
  meterValue: [{ timestamp: new Date(NOW + 61_000).toISOString(), sampledValue: [{ value: '5', unit: 'Wh' }] }],
};
const START = { connectorId: 1, idTag: '04A2B3C4', timestamp: new Date(NOW + 62_000).toISOString(), meterStart: 0 };

test('a start does not wait behind a reading that the CSMS calls malformed', () => {
  const talk = new Conversation().connect();
  talk.ask('MeterValues', WHOLE_STATION);
  talk.reply('MeterValues');
  expect(talk.ask('StartTransaction', START)).toBeUndefined();
  const reading = talk.next();
  expect(reading).toMatchObject({ action: 'MeterValues', payload: { evseId: 0 } });
  reading?.end(lost('CsmsProtocolError'));
  talk.settle({ status: 'Blocked' });
  expect(talk.reply('StartTransaction')).toMatchObject({ answer: { idTagInfo: { status: 'Blocked' } } });
});

const taken = (action: string, code: ErrorCode) => {
  const entry = { seq: 7, action, at: NOW, refusals: 0, payload: {} };
  const state = accepted({}, { outbox: { next: 8, waiting: 1, minted: 0 } });
  return flows.outboxRefused(state, entry, { code, reason: code }, stationContext()).effects.map((one) => one.do);
};

test.each(['MeterValues', 'NotifyEvent', 'LogStatusNotification'])(
  '%s goes aside then, for people to see',
  (action) => {
    expect(taken(action, 'CsmsProtocolError')).toEqual(['outbox-remove', 'dead-letter', 'loss']);
  },
);

test.each<[string, ErrorCode]>([
  ['MeterValues', 'CsmsInternalError'],
  ['MeterValues', 'CsmsSecurityError'],
  ['TransactionEvent', 'CsmsProtocolError'],
])('%s is tried again after %s', (action, code) => {
  expect(taken(action, code)).toEqual(['outbox-put']);
});
