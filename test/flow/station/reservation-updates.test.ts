import { expect, test } from 'vitest';
import { reservationPlan, reservationsRemoved } from '../../../src/flow/station/reservation-updates.ts';
import type { Reservation } from '../../../src/flow/station/state.ts';
import { ocpp201Flows as flows } from '../../../src/flow/station/station-flows.ts';
import { NOW } from '../context.ts';
import { accepted, stationContext } from './context.ts';
import { lossesOf, toCsms } from './valid.ts';

const kept = (id: number, connectorId: number, expiresAt: number): Reservation => ({
  ...{ id, connectorId, expiresAt, token: { idToken: 'AB', type: 'Central' } },
});
const two = accepted({ reservations: { 5: kept(5, 1, NOW + 1_000), 6: kept(6, 2, NOW + 2_000) } });
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
  const { state, effects } = reservationsRemoved(two, 2, status, stationContext());
  expect(toCsms(effects)).toEqual([update(6, 'Removed')]);
  expect(Object.keys(state.station?.reservations ?? {})).toEqual(['5']);
});

test.each(['Available', 'Reserved', 'Charging'])('a connector that is %s keeps its reservation', (status) => {
  expect(reservationsRemoved(two, 2, status, stationContext())).toEqual({ state: two, effects: [] });
});

test('a CSMS that does not know the message is not told again on this link', () => {
  const { effects, state } = reservationsRemoved(two, 2, 'Faulted', stationContext());
  const entry = effects.flatMap((effect) => (effect.do === 'outbox-put' ? [effect.entry] : []))[0];
  if (entry === undefined) throw new Error('nothing waits');
  const refused = flows.outboxRefused(state, entry, { code: 'CsmsNotSupported', reason: '' }, stationContext());
  expect(refused.effects).toContainEqual({ do: 'outbox-remove', seq: entry.seq });
  expect(lossesOf(refused.effects)).toEqual(['not-wanted']);
  const second = reservationsRemoved(refused.state, 1, 'Faulted', stationContext());
  expect(toCsms(second.effects)).toEqual([]);
  expect(second.state.station?.reservations).toEqual({});
  const next = flows.linkOpened(refused.state, stationContext({}, { linkOpenedAt: NOW }), 'untold').state;
  expect(toCsms(reservationsRemoved(next, 1, 'Faulted', stationContext()).effects)).toEqual([update(5, 'Removed')]);
});
