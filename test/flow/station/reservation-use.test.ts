import { describe, expect, test } from 'vitest';
import { isoTime } from '../../../src/base/clock.ts';
import type { JsonObject } from '../../../src/base/message.ts';
import type { StationSettings } from '../../../src/flow/station/settings.ts';
import type { IdToken, Reservation, StationState } from '../../../src/flow/station/state.ts';
import { ocpp201Flows as flows } from '../../../src/flow/station/station-flows.ts';
import { startTransaction } from '../../../src/flow/station/transactions/start-transaction.ts';
import { exchange, NOW } from '../context.ts';
import { accepted, stationContext } from './context.ts';
import { lossesOf, toCsms } from './valid.ts';

/** Which reservation a start has used (OCPP 2.0.1 H01, H03), whether or not the charge point says it. */

const ANNA: IdToken = { idToken: '04A2B3C4', type: 'ISO14443' };
const BERT: IdToken = { idToken: '04D5E6F7', type: 'ISO14443' };
const FLEET: IdToken = { idToken: 'FLEET', type: 'Central' };
const HOUR = 3_600_000;

const kept = (id: number, change: Partial<Reservation> = {}): Reservation => ({
  ...{ id, token: ANNA, connectorId: 1, expiresAt: NOW + HOUR, at: NOW - 60_000 },
  ...change,
});

function start(
  reservations: readonly Reservation[],
  change: JsonObject = {},
  station: Partial<StationState> = {},
  settings: Partial<StationSettings> = {},
) {
  const state = accepted({ ...station, reservations: Object.fromEntries(reservations.map((one) => [one.id, one])) });
  const request = { connectorId: 1, idTag: ANNA.idToken, meterStart: 0, timestamp: isoTime(NOW - 1_000), ...change };
  const decided = startTransaction.call(state, exchange('StartTransaction', request), stationContext(settings));
  return {
    ...decided,
    left: Object.keys(decided.state.station?.reservations ?? {}).map(Number),
    told: toCsms(decided.effects)[0]?.payload['reservationId'],
    counted: lossesOf(decided.effects).includes('reservation-found'),
  };
}

describe('a start', () => {
  test('uses the reservation that it names', () => {
    expect(start([kept(5), kept(6, { token: BERT })], { reservationId: 6 })).toMatchObject({
      ...{ left: [5], told: 6, counted: false },
    });
  });

  test.each<[string, Partial<Reservation>]>([
    ['for its token', {}],
    ['for its token, whatever the case of its letters', { token: { ...ANNA, idToken: '04a2b3c4' } }],
    ['for its token at any place', { connectorId: 0 }],
    ['made a moment later by another clock', { at: NOW }],
  ])('that names none uses one %s, tells it and counts that', (_which, change) => {
    expect(start([kept(5, change)])).toMatchObject({ left: [], told: 5, counted: true });
  });

  test('that names one that nobody knows uses the one that fits', () => {
    expect(start([kept(5)], { reservationId: 0 })).toMatchObject({ left: [], told: 5, counted: true });
    expect(start([], { reservationId: 7 })).toMatchObject({ left: [], told: 7, counted: false });
  });

  test.each<[string, Partial<StationState>]>([
    [
      'of the last answer',
      { tokens: { '04a2b3c4': { ...ANNA, at: NOW, info: { status: 'Accepted', groupIdToken: FLEET } } } },
    ],
    [
      'of the local list',
      { localList: { version: 1, tags: { '04A2B3C4': { status: 'Accepted', groupIdToken: FLEET } } } },
    ],
  ])('uses one for its group %s', (_which, station) => {
    const forGroup = kept(5, { token: BERT, group: FLEET });
    expect(start([forGroup], {}, station)).toMatchObject({ left: [], told: 5 });
    expect(start([forGroup])).toMatchObject({ left: [5] });
  });

  test.each<[string, Partial<Reservation>]>([
    ['for another token', { token: BERT }],
    ['for another group', { token: BERT, group: FLEET }],
    ['at another connector', { connectorId: 2 }],
    ['that was made after it had begun', { at: NOW + 120_000 }],
  ])('leaves one %s', (_which, change) => {
    const { left, told, counted } = start([kept(5, change)]);
    expect([left, told, counted]).toEqual([[5], undefined, false]);
  });

  test('uses the one at its place before one for any, and its own before its group’s', () => {
    expect(start([kept(5, { connectorId: 0 }), kept(6, { expiresAt: NOW + 2 * HOUR })]).told).toBe(6);
    const station = { tokens: { '04a2b3c4': { ...ANNA, at: NOW, info: { status: 'Accepted', groupIdToken: FLEET } } } };
    expect(start([kept(5, { token: BERT, group: FLEET }), kept(6)], {}, station).told).toBe(6);
  });

  test('uses one of its EVSE, whichever of its connectors the charge point keeps', () => {
    const evses = [{ connectors: [1, 2] }];
    expect(start([kept(5, { connectorId: 2 })], {}, {}, { evses })).toMatchObject({ left: [], told: 5 });
  });

  test('that happened long ago has not used what was reserved since', () => {
    expect(start([kept(5)], { timestamp: isoTime(NOW - HOUR) })).toMatchObject({ left: [5], told: undefined });
  });
});

describe('the answer of the CSMS to a start', () => {
  const answered = (reservation: Reservation) => {
    const { state, effects } = start([reservation]);
    const entry = effects.flatMap((effect) => (effect.do === 'outbox-put' ? [effect.entry] : []))[0];
    if (entry === undefined) throw new Error('nothing waits');
    const answer = { idTokenInfo: { status: 'Accepted', groupIdToken: { ...FLEET } } };
    const after = flows.outboxAnswered(state, entry, answer, stationContext());
    return { told: toCsms(after.effects), left: Object.keys(after.state.station?.reservations ?? {}) };
  };

  test('names the group, and so the reservation that was for it', () => {
    expect(answered(kept(5, { token: BERT, group: FLEET }))).toEqual({ told: [], left: [] });
  });

  test('says nothing of one for any place', () => {
    expect(answered(kept(5, { token: BERT, group: FLEET, connectorId: 0 }))).toEqual({ told: [], left: ['5'] });
  });
});
