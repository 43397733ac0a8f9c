import { describe, expect, test } from 'vitest';
import type { JsonObject } from '../../../src/base/message.ts';
import type { ChargePointState } from '../../../src/flow/state.ts';
import { stationOf } from '../../../src/flow/station/rules.ts';
import { ocpp201Flows } from '../../../src/flow/station/station-flows.ts';
import { NOW, SETTINGS } from '../context.ts';
import { keys, PROFILE, transaction } from './command-states.ts';
import { type Asked, commanded, type Reply, refusing } from './commander.ts';
import { accepted, LINK, stationContext } from './context.ts';
import { lossesOf, valid } from './valid.ts';

const TOKEN = { idToken: '04AABBCC', type: 'ISO14443' };
const OTHER = { idToken: '04112233', type: 'ISO14443' };
const REQUEST: JsonObject = { idToken: TOKEN, remoteStartId: 17, evseId: 1 };
const two = keys({ NumberOfConnectors: '2', ConnectionTimeOut: '30' });

function start(
  state: ChargePointState,
  request: JsonObject = REQUEST,
  reply?: (asked: Asked) => Reply,
  context = stationContext(),
) {
  const ended = commanded(state, 'RequestStartTransaction', request, context, reply);
  const [said] = ended.said;
  const answer = said && 'answer' in said ? valid('RequestStartTransaction', 'answer', said.answer) : undefined;
  return { ...ended, answer, starts: stationOf(ended.state).remoteStarts };
}

const status = (connectorId: number, word: string) => ({
  [connectorId]: { status: { connectorId, status: word, errorCode: 'NoError' }, statusAt: NOW },
});

describe('RequestStartTransaction', () => {
  test('starts with the tag of the token on the connector of the EVSE', () => {
    const { asked, answer } = start(accepted());
    expect(asked).toEqual([{ action: 'RemoteStartTransaction', payload: { idTag: '04AABBCC', connectorId: 1 } }]);
    expect(answer).toEqual({ status: 'Accepted' });
  });

  test('is remembered until the charge point gives up waiting for the cable, and a little longer', () => {
    const { starts } = start(accepted({}, { configuration: two }));
    expect(starts).toMatchObject([
      { remoteStartId: 17, idTag: '04AABBCC', connectorId: 1, expiresAt: NOW + 150_000, accepted: true },
    ]);
  });

  test('is remembered before the charge point is asked: its start may come before its answer', () => {
    const call = { id: 'x', action: 'RequestStartTransaction', request: REQUEST };
    const { state, effects } = ocpp201Flows.csmsCalls(accepted(), call, stationContext());
    expect(effects.map((effect) => effect.do)).toEqual(['call-device']);
    expect(stationOf(state).remoteStarts).toMatchObject([{ remoteStartId: 17 }]);
    expect(start(accepted(), REQUEST, () => ({ answer: { status: 'Rejected' } })).starts).toEqual([]);
  });

  test('leaves the connector to the charge point when no EVSE is named', () => {
    const { asked } = start(accepted({}, { configuration: two }), { idToken: TOKEN, remoteStartId: 1 });
    expect(asked[0]?.payload).toEqual({ idTag: '04AABBCC' });
  });

  test('names the connector that is plugged in to charge points that need one', () => {
    const state = accepted(
      {},
      { configuration: two, connectors: { ...status(1, 'Available'), ...status(2, 'Preparing') } },
    );
    const context = stationContext({}, { settings: { ...SETTINGS, fillConnector: true } });
    expect(start(state, { idToken: TOKEN, remoteStartId: 1 }, undefined, context).asked[0]?.payload).toMatchObject({
      connectorId: 2,
    });
    const unplugged = accepted({}, { configuration: two });
    expect(start(unplugged, { idToken: TOKEN, remoteStartId: 1 }, undefined, context).answer).toMatchObject({
      status: 'Rejected',
      statusInfo: { reasonCode: 'MissingParam' },
    });
  });

  test.each([
    ['an EVSE that is not there', { ...REQUEST, evseId: 9 }, {}, 'UnknownEvse'],
    ['a transaction is running', REQUEST, { transactions: { 110000000: transaction() } }, 'TxInProgress'],
    ['the connector is broken', REQUEST, { connectors: status(1, 'Faulted') }, 'NotEnabled'],
    ['the connector is out of service', REQUEST, { connectors: status(1, 'Unavailable') }, 'NotEnabled'],
  ])('is refused without asking: %s', (_why, request, change, reasonCode) => {
    const { asked, answer } = start(accepted({}, change), request);
    expect(asked).toEqual([]);
    expect(answer).toMatchObject({ status: 'Rejected', statusInfo: { reasonCode } });
  });

  test('is refused on a connector that is reserved for somebody else, not for the same token or group', () => {
    const group = { idToken: 'FLEET', type: 'Central' };
    const reservations = { 1: { id: 1, token: OTHER, group, connectorId: 1, expiresAt: NOW + 1000 } };
    expect(start(accepted({ reservations })).answer).toMatchObject({ status: 'Rejected' });
    expect(start(accepted({ reservations }), { ...REQUEST, idToken: OTHER }).answer).toEqual({ status: 'Accepted' });
    expect(start(accepted({ reservations }), { ...REQUEST, groupIdToken: group }).answer).toEqual({
      status: 'Accepted',
    });
  });

  test('is refused while the CSMS has the charge point Pending (B02)', () => {
    const state = accepted({ registered: { status: 'Pending', linkOpenedAt: LINK } });
    expect(start(state).answer).toMatchObject({ status: 'Rejected', statusInfo: { reasonCode: 'CSNotAccepted' } });
  });

  test('the same one again is not given again', () => {
    const first = start(accepted());
    const again = start(first.state);
    expect(again.asked).toEqual([]);
    expect(again.answer).toEqual({ status: 'Accepted' });
  });

  test('one that the charge point may have got is not given again, and its start will be known', () => {
    const first = start(accepted(), REQUEST, refusing('DeviceUncertain'));
    expect(first.answer).toMatchObject({ status: 'Rejected', statusInfo: { reasonCode: 'InternalError' } });
    expect(first.starts).toHaveLength(1);
    const again = start(first.state);
    expect(again.asked).toEqual([]);
    expect(again.answer).toMatchObject({ status: 'Rejected' });
  });

  test('one that surely did not arrive is forgotten', () => {
    expect(start(accepted(), REQUEST, refusing('DeviceUnreachable')).starts).toEqual([]);
  });

  test('an accepted one takes the place of another that waits for the connector', () => {
    const first = start(accepted());
    const second = start(first.state, { ...REQUEST, remoteStartId: 18 });
    expect(second.starts).toMatchObject([{ remoteStartId: 18 }]);
    const refused = start(first.state, { ...REQUEST, remoteStartId: 19 }, () => ({ answer: { status: 'Rejected' } }));
    expect(refused.starts).toMatchObject([{ remoteStartId: 17 }]);
  });

  test('tokens of the CSMS itself need no Authorize (C02, C10)', () => {
    const { starts } = start(accepted(), { ...REQUEST, idToken: { idToken: '', type: 'NoAuthorization' } });
    expect(starts).toMatchObject([{ preauthorized: true, idTag: 'NOAUTH17' }]);
  });
});

describe('RequestStartTransaction with a charging profile', () => {
  const { transactionId: _, ...profile } = PROFILE;
  const withProfile: JsonObject = { ...REQUEST, chargingProfile: profile };

  test('takes it along, in the words of 1.6', () => {
    expect(start(accepted(), withProfile).asked[0]?.payload['chargingProfile']).toMatchObject({
      chargingProfileId: 1,
      chargingProfilePurpose: 'TxProfile',
    });
  });

  test('CitrineOS asks for it right away: it is there, and belongs to the transaction once that has begun', () => {
    const { state } = start(accepted(), withProfile);
    const ask = {
      requestId: 3,
      chargingProfile: { chargingProfilePurpose: 'TxProfile', chargingLimitSource: ['CSO'] },
    };
    const report = commanded(state, 'GetChargingProfiles', ask, stationContext());
    expect(report.said).toEqual([{ answer: { status: 'Accepted' } }]);
    const begun = {
      ...state,
      transactions: { 110000000: transaction() },
      station: { ...stationOf(state), remoteStarts: [] },
    };
    const later = commanded(begun, 'GetChargingProfiles', ask, stationContext());
    expect(later.effects.at(-1)).toMatchObject({
      payload: { chargingProfile: [{ transactionId: expect.any(String) }] },
    });
  });

  test('a profile of another purpose, or of another transaction, is refused', () => {
    for (const wrong of [PROFILE, { ...profile, chargingProfilePurpose: 'TxDefaultProfile' }])
      expect(start(accepted(), { ...REQUEST, chargingProfile: wrong }).answer).toMatchObject({
        statusInfo: { reasonCode: 'InvalidProfile' },
      });
  });

  test.each([
    ['of a level too high', { stackLevel: 4 }, 'InvalidStackLevel'],
    ['in a unit that it does not take', {}, 'UnsupportedRateUnit'],
  ])('one that the charge point cannot carry out is refused without asking: %s (K01)', (_what, change, reasonCode) => {
    const configuration = keys({ ChargeProfileMaxStackLevel: '3', ChargingScheduleAllowedChargingRateUnit: 'Current' });
    const { asked, answer, starts } = start(accepted({}, { configuration }), {
      ...REQUEST,
      chargingProfile: { ...profile, ...change },
    });
    expect([asked, starts]).toEqual([[], []]);
    expect(answer).toMatchObject({ status: 'Rejected', statusInfo: { reasonCode } });
  });

  test('a charge point without smart charging starts without it (F01), or not at all where the operator says so', () => {
    const state = accepted({}, { configuration: keys({ SupportedFeatureProfiles: 'Core' }) });
    const without = start(state, withProfile);
    expect(without.asked[0]?.payload).toEqual({ idTag: '04AABBCC', connectorId: 1 });
    expect(lossesOf(without.effects)).toContain('profile-start');
    const strict = stationContext({}, { settings: { ...SETTINGS, profileRequired: 'reject' } });
    expect(start(state, withProfile, undefined, strict).answer).toMatchObject({ status: 'Rejected' });
  });
});
