import { type Context, type Decision, decision } from '../../decision.ts';
import type { ChargePointState } from '../../state.ts';
import { inTurn, type Plan, stationOf, withStation } from '../rules.ts';
import type { Reservation } from '../state.ts';
import { notice } from '../wanted.ts';
import { withoutReservations } from './reservation-use.ts';

/** ReservationStatusUpdate (OCPP 2.0.1 H04), which 1.6 does not send: the bridge knows when a reservation is over. */

/** Statuses in which a connector cannot be kept for anybody. */
const LOST: ReadonlySet<string> = new Set(['Faulted', 'Unavailable']);

/**
 * A charge point that gives a connector free by itself is given so many ms: it may be answering a CancelReservation, or about to
 * tell the start.
 */
const FREE_FOR = 60_000;

/** Reservations of a connector end when it breaks or is taken out of service; or when it is free though nobody came. */
export function reservationsAfter(
  state: ChargePointState,
  connectorId: number,
  status: string,
  context: Context,
): Decision {
  const here = all(state).filter((one) => one.connectorId === connectorId);
  if (here.length === 0) return decision(state);
  if (LOST.has(status)) return updated(state, here, 'Removed', context);
  const { reservations } = stationOf(state);
  const seen = here.map((one) => [String(one.id), shownAs(one, status, context.now)] as const);
  if (seen.every(([id, one]) => one === reservations[id])) return decision(state);
  return decision(withStation(state, { reservations: { ...reservations, ...Object.fromEntries(seen) } }));
}

/** 1.6 has a state for a connector that is kept for somebody; not every charge point shows it. */
function shownAs(reservation: Reservation, status: string, now: number): Reservation {
  const { shown, freedAt, ...rest } = reservation;
  if (status === 'Reserved') return shown && freedAt === undefined ? reservation : { ...rest, shown: true };
  if (status === 'Available') return !shown || freedAt !== undefined ? reservation : { ...reservation, freedAt: now };
  // Somebody is there.
  return freedAt === undefined ? reservation : { ...rest, ...(shown && { shown }) };
}

/** Nobody came in time, or the charge point does not keep it any more: 2.0.1 has Removed for that. */
export const reservationPlan: Plan = {
  at(state) {
    const times = all(state).map((one) => Math.min(one.expiresAt, removedAt(one)));
    return times.length === 0 ? undefined : Math.min(...times);
  },
  due(state, context) {
    const expired = all(state).filter(({ expiresAt }) => expiresAt <= context.now);
    const removed = all(state).filter((one) => removedAt(one) <= context.now && !expired.includes(one));
    return inTurn(
      state,
      (now) => updated(now, expired, 'Expired', context),
      (now) => updated(now, removed, 'Removed', context),
    );
  },
};

function removedAt({ freedAt = Infinity }: Reservation): number {
  return freedAt + FREE_FOR;
}

function updated(
  state: ChargePointState,
  gone: readonly Reservation[],
  reservationUpdateStatus: 'Expired' | 'Removed',
  context: Context,
): Decision {
  return inTurn(
    withoutReservations(state, ...gone.map(({ id }) => id)),
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
