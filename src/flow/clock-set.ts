import type { Json } from '../base/message.ts';
import type { ChargePointState, Transaction } from './state.ts';
import type { Reservation, StationState, TransactionEvents } from './station/state.ts';

/**
 * The wall clock of the bridge was set by so many ms. What is planned, or counted from some moment, stays as far from now as it
 * was: else a clock that is set back by hours would silence a charge point for hours. What charge point and CSMS have named in
 * their own time stays as it is.
 */
export function clockSet(state: ChargePointState, by: number): ChargePointState {
  const { registration, statusesDue, station } = state;
  return {
    ...state,
    ...(registration && { registration: { ...registration, at: registration.at + by } }),
    ...(statusesDue !== undefined && { statusesDue: statusesDue + by }),
    ...(station && { station: stationAfter(station, by), transactions: transactionsAfter(state, by) }),
  };
}

function stationAfter(station: StationState, by: number): StationState {
  const after = moved(station as unknown as Json, by) as unknown as StationState;
  const ends = (one: Reservation): Reservation => ({ ...one, expiresAt: one.expiresAt - by });
  const reservations = Object.entries(after.reservations).map(([id, one]) => [id, ends(one)] as const);
  return { ...after, reservations: Object.fromEntries(reservations) };
}

function transactionsAfter({ transactions }: ChargePointState, by: number): ChargePointState['transactions'] {
  const after = Object.entries(transactions).map(([id, one]): [string, Transaction] => {
    if (one.events === undefined) return [id, one];
    return [id, { ...one, events: moved(one.events as unknown as Json, by) as unknown as TransactionEvents }];
  });
  return Object.fromEntries(after);
}

/** By these names the state towards 2.0.1 knows the bridge's own times. */
const TIME = /^(at|since|followBy|\w+At|\w+Until)$/;
/** Below that there is only what others have written. */
const DEEPEST = 2;

function moved(value: Json, by: number, depth = 0): Json {
  if (Array.isArray(value)) return value.map((one) => moved(one, by, depth + 1));
  if (value === null || typeof value !== 'object' || depth > DEEPEST) return value;
  const entries = Object.entries(value).map(([name, one]): [string, Json] => {
    if (typeof one !== 'number') return [name, moved(one, by, depth + 1)];
    return [name, TIME.test(name) ? one + by : one];
  });
  return Object.fromEntries(entries);
}
