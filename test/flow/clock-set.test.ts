import { describe, expect, test } from 'vitest';
import { clockSet } from '../../src/flow/clock-set.ts';
import { type ChargePointState, EMPTY_STATE } from '../../src/flow/state.ts';
import { EMPTY_STATION, type StationState, type TransactionEvents } from '../../src/flow/station/state.ts';

const BACK = -10 * 3_600_000;
const token = { idToken: 'AB', type: 'Central' };

const set = (station: Partial<StationState>, change: Partial<ChargePointState> = {}): ChargePointState =>
  clockSet({ ...EMPTY_STATE, ...change, station: { ...EMPTY_STATION, ...station } }, BACK);

describe('a clock that somebody has set', () => {
  test.each<[string, Partial<StationState>, Partial<StationState>]>([
    ['a boot', { bootDueAt: 5, bootFailures: 3 }, { bootDueAt: 5 + BACK, bootFailures: 3 }],
    [
      'a link',
      { registered: { status: 'Accepted', linkOpenedAt: 5 } },
      { registered: { status: 'Accepted', linkOpenedAt: 5 + BACK } },
    ],
    [
      'a boot under way',
      { bootAsked: { at: 5, linkOpenedAt: 4, boots: 1 } },
      { bootAsked: { at: 5 + BACK, linkOpenedAt: 4 + BACK, boots: 1 } },
    ],
    ['statuses after a boot', { burstUntil: 5 }, { burstUntil: 5 + BACK }],
    [
      'a status to be told again',
      { statusRetries: { 1: { tries: 2, at: 5 }, 2: { tries: 1 } } },
      { statusRetries: { 1: { tries: 2, at: 5 + BACK }, 2: { tries: 1 } } },
    ],
    [
      'a reset that waits',
      { deferredReset: { since: 4, tries: 1, nextTryAt: 5 }, hardResetAt: 6 },
      { deferredReset: { since: 4 + BACK, tries: 1, nextTryAt: 5 + BACK }, hardResetAt: 6 + BACK },
    ],
    [
      'a trigger',
      { triggers: [{ message: 'Heartbeat', expiresAt: 5, eventAt: 4 }] },
      { triggers: [{ message: 'Heartbeat', expiresAt: 5 + BACK, eventAt: 4 + BACK }] },
    ],
    [
      'a firmware job',
      { firmwareJob: { requestId: 9, at: 5, endedAt: 6 } },
      { firmwareJob: { requestId: 9, at: 5 + BACK, endedAt: 6 + BACK } },
    ],
    [
      'readings that wait for a stop',
      { heldReadings: { 9: { since: 4, elements: [{ timestamp: 'T' }] } } },
      { heldReadings: { 9: { since: 4 + BACK, elements: [{ timestamp: 'T' }] } } },
    ],
    ['a link that moves', { network: { slots: {}, followBy: 5 } }, { network: { slots: {}, followBy: 5 + BACK } }],
    [
      'a connector given free',
      { reservations: { 7: { id: 7, token, connectorId: 1, expiresAt: 5, at: 3, freedAt: 4 } } },
      { reservations: { 7: { id: 7, token, connectorId: 1, expiresAt: 5, at: 3 + BACK, freedAt: 4 + BACK } } },
    ],
  ])('leaves %s as far off as it was', (_what, station, expected) => {
    expect(set(station).station).toEqual({ ...EMPTY_STATION, ...expected });
  });

  test('does not touch what is no time, or others have written', () => {
    const station: Partial<StationState> = {
      problems: { '1/Connector/Problem': { eventId: 5, at: 'connector' } },
      profiles: { 4: { evseId: 1, profile: { id: 4, customData: { at: 5 } } } },
      nextEventId: 5,
      lastTransaction: 5,
    };
    expect(set(station).station).toEqual({ ...EMPTY_STATION, ...station });
  });

  test('moves what a transaction waits for, and leaves the times of the charge point alone', () => {
    const events = {
      ...{ transactionId: 'T', nextSeqNo: 1, chargingState: 'Charging', startKey: 'k', charged: 7, chargingSince: 6 },
      stopAsked: { at: 5 },
    } satisfies TransactionEvents;
    const transaction = {
      ...{ device: 9, csms: 9, connectorId: 1, idTag: 'AB', meterStart: 0, startedAt: 3, authorization: 'Accepted' },
      events,
    };
    expect(set({}, { transactions: { 9: transaction } }).transactions[9]).toEqual({
      ...transaction,
      events: { ...events, stopAsked: { at: 5 + BACK } },
    });
  });
});
