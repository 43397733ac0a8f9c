import { describe, expect, test } from 'vitest';
import type { JsonObject } from '../../../src/base/message.ts';
import { aggregated } from '../../../src/flow/station/fan-out.ts';
import { stationOf, withStation } from '../../../src/flow/station/rules.ts';
import { keys, transaction } from './command-states.ts';
import { judged, type Reply, refusing } from './commander.ts';
import { accepted } from './context.ts';
import { toCsms } from './valid.ts';

const two = accepted({}, { configuration: keys({ NumberOfConnectors: '2' }) });
const says = (status: string) => (): Reply => ({ answer: { status } });

const command = judged;

describe('ChangeAvailability', () => {
  test.each([
    ['the station', undefined, 0],
    ['the station, as some CSMSs write it', { id: 0 }, 0],
    ['an EVSE', { id: 2 }, 2],
    ['a connector', { id: 2, connectorId: 1 }, 2],
  ])('of %s', (_what, evse, connectorId) => {
    const request = { operationalStatus: 'Inoperative', ...(evse && { evse }) };
    const { asked, answer } = command('ChangeAvailability', two, request, says('Scheduled'));
    expect(asked).toEqual([{ action: 'ChangeAvailability', payload: { connectorId, type: 'Inoperative' } }]);
    expect(answer).toEqual({ status: 'Scheduled' });
  });

  test.each([
    [{ id: 3 }, 'UnknownEvse'],
    [{ id: 1, connectorId: 2 }, 'UnknownConnectorId'],
  ])('of %j, which is not there', (evse, reasonCode) => {
    const { asked, answer } = command('ChangeAvailability', two, { operationalStatus: 'Operative', evse });
    expect(asked).toEqual([]);
    expect(answer).toMatchObject({ status: 'Rejected', statusInfo: { reasonCode } });
  });

  test('a charge point that is away, or speaks in riddles, has not accepted', () => {
    const request = { operationalStatus: 'Operative' };
    for (const reply of [refusing('DeviceUnreachable'), says('Perhaps')])
      expect(command('ChangeAvailability', two, request, reply).answer).toMatchObject({
        status: 'Rejected',
        statusInfo: { reasonCode: 'InternalError' },
      });
  });
});

describe('several answers as one', () => {
  const one = (connectorId: number, status: string, info = '') => ({
    ...{ connectorId, status, info },
    reasonCode: info === '' ? '' : 'InternalError',
  });

  test.each([
    [[one(1, 'Accepted'), one(2, 'Scheduled'), one(3, 'Rejected')], 'Scheduled'],
    [[one(1, 'Rejected'), one(2, 'Accepted')], 'Accepted'],
    [[one(1, 'Rejected'), one(2, 'Rejected')], 'Rejected'],
  ])('%j', (results, status) => {
    expect(aggregated(results).status).toBe(status);
  });

  test('what went otherwise is said', () => {
    expect(aggregated([one(1, 'Accepted'), one(2, 'Rejected', 'no answer')]).why).toEqual({
      reasonCode: 'InternalError',
      additionalInfo: 'connector 2: Rejected (no answer)',
    });
  });
});

describe('UnlockConnector', () => {
  const request = { evseId: 1, connectorId: 1 };

  test('is never given while a transaction runs, which 1.6 would end for it', () => {
    const state = accepted({}, { transactions: { 110000000: transaction() } });
    const { asked, answer } = command('UnlockConnector', state, request);
    expect(asked).toEqual([]);
    expect(answer).toMatchObject({ status: 'OngoingAuthorizedTransaction' });
  });

  test.each([
    ['Unlocked', 'Unlocked', undefined],
    ['UnlockFailed', 'UnlockFailed', undefined],
    ['NotSupported', 'UnlockFailed', 'FixedCable'],
  ])('%s is %s', (said, status, reasonCode) => {
    const { answer } = command('UnlockConnector', accepted(), request, says(said));
    expect(answer?.['status']).toBe(status);
    expect((answer?.['statusInfo'] as JsonObject | undefined)?.['reasonCode']).toBe(reasonCode);
  });

  test('of a connector that is not there, and of a charge point that is away', () => {
    const unknown = command('UnlockConnector', accepted(), { evseId: 5, connectorId: 1 });
    expect(unknown.answer).toMatchObject({ status: 'UnknownConnector' });
    const away = command('UnlockConnector', accepted(), request, refusing('NoCallback'));
    expect(away.answer).toMatchObject({ status: 'UnlockFailed', statusInfo: { reasonCode: 'InternalError' } });
  });

  test('a lock that does not open is told, once (G05)', () => {
    const first = command('UnlockConnector', accepted(), request, says('UnlockFailed'));
    expect(toCsms(first.effects)).toMatchObject([
      { action: 'NotifyEvent', payload: { eventData: [{ component: { name: 'ConnectorPlugRetentionLock' } }] } },
    ]);
    const again = command('UnlockConnector', first.state, request, says('UnlockFailed'));
    expect(toCsms(again.effects)).toEqual([]);
    const silent = command('UnlockConnector', accepted(), request, says('UnlockFailed'), { errorsAs: 'off' });
    expect(toCsms(silent.effects)).toEqual([]);
  });
});

describe('ClearCache', () => {
  const token = { idToken: 'A', type: 'Central', tag: 'A', known: true as const, at: 1 };
  const judged = accepted({
    tokens: { a: { ...token, info: { status: 'Accepted' } } },
    authorized: { a: { status: 'Accepted', at: 1, available: [] } },
  });

  test('clears what the bridge remembers of judgements, not which tag is which token', () => {
    const { state, answer } = command('ClearCache', judged, {});
    expect(answer).toEqual({ status: 'Accepted' });
    expect(stationOf(state)).toMatchObject({ tokens: { a: token }, authorized: {} });
    expect(stationOf(state).tokens['a']?.info).toBeUndefined();
  });

  test.each([
    ['has no cache, the bridge had one', judged, 'DeviceNotSupported', 'Accepted', undefined],
    ['has no cache, nor had the bridge', accepted(), 'DeviceNotSupported', 'Rejected', 'NotEnabled'],
    ['is away', judged, 'DeviceUnreachable', 'Rejected', 'InternalError'],
  ] as const)('a charge point that %s', (_what, state, code, status, reasonCode) => {
    const { answer } = command('ClearCache', state, {}, refusing(code));
    expect(answer?.['status']).toBe(status);
    expect((answer?.['statusInfo'] as JsonObject | undefined)?.['reasonCode']).toBe(reasonCode);
  });

  test.each([
    ['has none, the bridge had one', { snapshotAt: 1 }, {}, judged, 'Accepted', undefined],
    ['has none, nor had the bridge', { snapshotAt: 1 }, {}, accepted(), 'Rejected', 'NotEnabled'],
    ['has switched it off', {}, { AuthorizationCacheEnabled: '0' }, accepted(), 'Rejected', 'NotEnabled'],
    ['has one', { snapshotAt: 1 }, { AuthorizationCacheEnabled: 'true' }, judged, 'Rejected', undefined],
    ['has said nothing of it', {}, {}, judged, 'Rejected', undefined],
  ])('a charge point that refuses and %s', (_what, station, configuration, before, status, reasonCode) => {
    const known = { ...withStation(before, station), configuration: keys(configuration) };
    const { answer, state } = command('ClearCache', known, {}, () => ({ answer: { status: 'Rejected' } }));
    expect(answer?.['status']).toBe(status);
    expect((answer?.['statusInfo'] as JsonObject | undefined)?.['reasonCode']).toBe(reasonCode);
    expect(stationOf(state).authorized).toEqual({});
  });
});

describe('a refusal of the charge point', () => {
  test.each([
    ['DeviceProtocolError', 'InvalidValue'],
    ['DeviceInternalError', 'InternalError'],
    ['DeviceSecurityError', 'InternalError'],
    ['DeviceUnreachable', 'InternalError'],
    ['DeviceUncertain', 'InternalError'],
    ['DeviceNotSupported', 'UnsupportedRequest'],
  ] as const)('%s is a status with %s and its text, no CALLERROR', (code, reasonCode) => {
    const { answer } = command('Reset', accepted(), { type: 'Immediate' }, refusing(code));
    const statusInfo = { reasonCode, additionalInfo: 'the charge point did not' };
    expect(answer).toEqual({ status: 'Rejected', statusInfo });
  });
});
