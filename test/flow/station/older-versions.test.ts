import { describe, expect, test } from 'vitest';
import type { JsonObject, SoapVersion } from '../../../src/base/message.ts';
import { down } from '../../mapping/house.ts';
import { PROFILE, transaction } from './command-states.ts';
import { commanded } from './commander.ts';
import { accepted, stationContext } from './context.ts';
import { valid } from './valid.ts';

/** What the CSMS is told of a charge point that cannot do it at all; it is not asked. */

const TOKEN = { idToken: '04AABBCC', type: 'ISO14443' };
const LIST = {
  versionNumber: 1,
  updateType: 'Full',
  localAuthorizationList: [{ idToken: TOKEN, idTokenInfo: { status: 'Accepted' } }],
};
const RESERVE = { id: 1, expiryDateTime: '2024-03-09T12:00:00Z', idToken: TOKEN, evseId: 1 };
const SET = { evseId: 1, chargingProfile: PROFILE };

function said(version: SoapVersion, action: string, request: JsonObject) {
  const context = stationContext({}, { policyOf: (name) => down(version, name) }, version);
  const state = accepted({}, { version, transactions: { 110000000: transaction() } });
  const ended = commanded(state, action, request, context);
  const [one] = ended.said;
  if (one && 'answer' in one) valid(action, 'answer', one.answer);
  return { one, asked: ended.asked };
}

describe.each([
  ['1.2', 'ReserveNow', RESERVE, { answer: { status: 'Rejected', statusInfo: { reasonCode: 'NotEnabled' } } }],
  ['1.2', 'CancelReservation', { reservationId: 1 }, { answer: { status: 'Rejected' } }],
  ['1.2', 'SendLocalList', LIST, { answer: { status: 'Failed' } }],
  ['1.2', 'GetLocalListVersion', {}, { answer: { versionNumber: 0 } }],
  ['1.2', 'DataTransfer', { vendorId: 'acme' }, { answer: { status: 'UnknownVendorId' } }],
  ['1.2', 'SetChargingProfile', SET, { refusal: { code: 'NotSupported' } }],
  ['1.5', 'SetChargingProfile', SET, { refusal: { code: 'NotSupported' } }],
  ['1.5', 'ClearChargingProfile', { chargingProfileId: 1 }, { answer: { status: 'Unknown' } }],
  [
    '1.5',
    'GetCompositeSchedule',
    { evseId: 1, duration: 60 },
    { answer: { status: 'Rejected', statusInfo: { reasonCode: 'UnsupportedRequest' } } },
  ],
  ['1.5', 'GetChargingProfiles', { requestId: 1, chargingProfile: {} }, { answer: { status: 'NoProfiles' } }],
  ['1.2', 'TriggerMessage', { requestedMessage: 'TransactionEvent' }, { answer: { status: 'Accepted' } }],
  ['1.5', 'TriggerMessage', { requestedMessage: 'MeterValues' }, { answer: { status: 'NotImplemented' } }],
] as const)('OCPP %s: %s', (version, action, request, answer) => {
  test('is answered by the bridge', () => {
    const { one, asked } = said(version, action, request as unknown as JsonObject);
    expect(asked).toEqual([]);
    expect(one).toMatchObject(answer);
  });
});

test.each(['1.2', '1.5'] as const)('OCPP %s: what it can, it is asked', (version) => {
  expect(said(version, 'Reset', { type: 'Immediate' }).asked).toEqual([{ action: 'Reset', payload: { type: 'Hard' } }]);
  expect(said(version, 'UnlockConnector', { evseId: 1, connectorId: 1 }).one).toMatchObject({
    answer: { status: 'OngoingAuthorizedTransaction' },
  });
});

test('OCPP 1.5 has lists and reservations', () => {
  expect(said('1.5', 'SendLocalList', LIST).one).toEqual({ answer: { status: 'Accepted' } });
  expect(said('1.5', 'ReserveNow', RESERVE).one).toEqual({ answer: { status: 'Accepted' } });
});
