import type { Context, Decision } from '../decision.ts';
import type { ChargePointState } from '../state.ts';
import { inTurn, type Plan, stationOf, withStation } from './rules.ts';
import type { Reservation } from './state.ts';
import { notice } from './wanted.ts';

/** ReservationStatusUpdate (OCPP 2.0.1 H04), which 1.6 does not send: the bridge knows when a reservation is over. */

/** Statuses in which a connector cannot be kept for anybody. */
const LOST: ReadonlySet<string> = new Set(['Faulted', 'Unavailable']);

/** Reservations of a connector end when it breaks or is taken out of service. */
export function reservationsRemoved(
  state: ChargePointState,
  connectorId: number,
  status: string,
  context: Context,
): Decision {
  const lost = LOST.has(status) ? all(state).filter((one) => one.connectorId === connectorId) : [];
  return updated(state, lost, 'Removed', context);
}

function withoutReservation(state: ChargePointState, ...ids: number[]): ChargePointState {
  const { reservations } = stationOf(state);
  if (!ids.some((id) => reservations[id] !== undefined)) return state;
  const left = Object.entries(reservations).filter(([, { id }]) => !ids.includes(id));
  return withStation(state, { reservations: Object.fromEntries(left) });
}

/** Nobody came in time. */
export const reservationPlan: Plan = {
  at(state) {
    const times = all(state).map(({ expiresAt }) => expiresAt);
    return times.length === 0 ? undefined : Math.min(...times);
  },
  due: (state, context) =>
    updated(
      state,
      all(state).filter(({ expiresAt }) => expiresAt <= context.now),
      'Expired',
      context,
    ),
};

function updated(
  state: ChargePointState,
  gone: readonly Reservation[],
  reservationUpdateStatus: 'Expired' | 'Removed',
  context: Context,
): Decision {
  return inTurn(
    withoutReservation(state, ...gone.map(({ id }) => id)),
    ...gone.map(
      ({ id: reservationId }) =>
        (now: ChargePointState) =>
          notice(now, 'ReservationStatusUpdate', { reservationId, reservationUpdateStatus }, context),
    ),
  );
}

function all(state: ChargePointState): Reservation[] {
  return Object.values(stationOf(state).reservations);
}
