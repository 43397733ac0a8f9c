import { describe, expect, test } from 'vitest';
import { clockSet } from '../../../src/flow/clock-set.ts';
import type { ChargePointState } from '../../../src/flow/state.ts';
import { reservationPlan, reservationsAfter } from '../../../src/flow/station/reservations/reservation-updates.ts';
import type { Reservation } from '../../../src/flow/station/state.ts';
import { ocpp201Flows as flows } from '../../../src/flow/station/station-flows.ts';
import { NOW } from '../context.ts';
import { accepted, stationContext } from './context.ts';
import { lossesOf, toCsms } from './valid.ts';

const kept = (id: number, connectorId: number, expiresAt: number): Reservation => ({
  ...{ id, connectorId, expiresAt, token: { idToken: 'AB', type: 'Central' } },
});
const two = accepted({ reservations: { 5: kept(5, 1, NOW + 1_000), 6: kept(6, 2, NOW + 2_000) } });
const MINUTE = 60_000;
const update = (reservationId: number, reservationUpdateStatus: string) => ({
  action: 'ReservationStatusUpdate',
  payload: { reservationId, reservationUpdateStatus },
});

test('a reservation that nobody used has expired at its time', () => {
  expect(reservationPlan.at(two, stationContext())).toBe(NOW + 1_000);
  const { state, effects } = reservationPlan.due(two, stationContext({}, { now: NOW + 1_000 }));
  expect(toCsms(effects)).toEqual([update(5, 'Expired')]);
  expect(reservationPlan.at(state, stationContext())).toBe(NOW + 2_000);
});

test('nothing is planned without reservations', () => {
  expect(reservationPlan.at(accepted(), stationContext())).toBeUndefined();
});

test.each(['Faulted', 'Unavailable'])('a connector that is %s keeps nothing for anybody', (status) => {
  const { state, effects } = reservationsAfter(two, 2, status, stationContext());
  expect(toCsms(effects)).toEqual([update(6, 'Removed')]);
  expect(Object.keys(state.station?.reservations ?? {})).toEqual(['5']);
});

test.each(['Available', 'Reserved', 'Charging'])('a connector that is %s keeps its reservation', (status) => {
  const { state, effects } = reservationsAfter(two, 2, status, stationContext());
  expect(effects).toEqual([]);
  expect(Object.keys(state.station?.reservations ?? {})).toEqual(['5', '6']);
});

test('a CSMS that does not know the message is not told again on this link', () => {
  const { effects, state } = reservationsAfter(two, 2, 'Faulted', stationContext());
  const entry = effects.flatMap((effect) => (effect.do === 'outbox-put' ? [effect.entry] : []))[0];
  if (entry === undefined) throw new Error('nothing waits');
  const refused = flows.outboxRefused(state, entry, { code: 'CsmsNotSupported', reason: '' }, stationContext());
  expect(refused.effects).toContainEqual({ do: 'outbox-remove', seq: entry.seq });
  expect(lossesOf(refused.effects)).toEqual(['not-wanted']);
  const second = reservationsAfter(refused.state, 1, 'Faulted', stationContext());
  expect(toCsms(second.effects)).toEqual([]);
  expect(second.state.station?.reservations).toEqual({});
  const next = flows.linkOpened(refused.state, stationContext({}, { linkOpenedAt: NOW }), 'untold').state;
  expect(toCsms(reservationsAfter(next, 1, 'Faulted', stationContext()).effects)).toEqual([update(5, 'Removed')]);
});

describe('a connector that the charge point gives free by itself', () => {
  const long = accepted({ reservations: { 5: kept(5, 1, NOW + 60 * MINUTE), 6: kept(6, 2, NOW + 61 * MINUTE) } });
  const shows = (...statuses: string[]): ChargePointState =>
    statuses.reduce((state, status) => reservationsAfter(state, 1, status, stationContext()).state, long);
  const dueAt = (state: ChargePointState) => reservationPlan.at(state, stationContext());

  test('keeps its reservation for a minute, and then it is removed', () => {
    const state = shows('Reserved', 'Available');
    expect(dueAt(state)).toBe(NOW + MINUTE);
    const { state: after, effects } = reservationPlan.due(state, stationContext({}, { now: NOW + MINUTE }));
    expect(toCsms(effects)).toEqual([update(5, 'Removed')]);
    expect(Object.keys(after.station?.reservations ?? {})).toEqual(['6']);
  });

  test('has given it free when it said so first', () => {
    const first = shows('Reserved', 'Available');
    const again = reservationsAfter(first, 1, 'Available', stationContext({}, { now: NOW + 30_000 })).state;
    expect(dueAt(again)).toBe(NOW + MINUTE);
  });

  test.each([
    ['never showed that it was kept', ['Available']],
    ['is kept again', ['Reserved', 'Available', 'Reserved']],
    ['has somebody at it', ['Reserved', 'Available', 'Preparing']],
  ])('keeps its reservation when it %s', (_which, statuses) => {
    expect(dueAt(shows(...statuses))).toBe(NOW + 60 * MINUTE);
  });

  test('after somebody left without a start is free, too', () => {
    expect(dueAt(shows('Reserved', 'Preparing', 'Available'))).toBe(NOW + MINUTE);
  });

  test('just before the end has let it expire', () => {
    const context = stationContext({}, { now: NOW + 60 * MINUTE - 10_000 });
    const { state } = reservationsAfter(shows('Reserved'), 1, 'Available', context);
    const { effects } = reservationPlan.due(state, stationContext({}, { now: NOW + 60 * MINUTE }));
    expect(toCsms(effects)).toEqual([update(5, 'Expired')]);
  });

  test('a minute is a minute, whoever sets the clock', () => {
    const moved = clockSet(shows('Reserved', 'Available'), -10 * 60 * MINUTE);
    expect(dueAt(moved)).toBe(NOW - 10 * 60 * MINUTE + MINUTE);
    expect(moved.station?.reservations[6]?.expiresAt).toBe(NOW + 61 * MINUTE);
  });
});
