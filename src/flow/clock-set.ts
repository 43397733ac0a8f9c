import type { ChargePointState } from './state.ts';
import type { StationState } from './station/state.ts';

/**
 * The wall clock of the bridge was set by so many ms. What is planned, or counted from some moment, stays as far from now as it
 * was: else a clock that is set back by hours would silence a charge point for hours.
 */
export function clockSet(state: ChargePointState, by: number): ChargePointState {
  const { registration, statusesDue, station } = state;
  return {
    ...state,
    ...(registration && { registration: { ...registration, at: registration.at + by } }),
    ...(statusesDue !== undefined && { statusesDue: statusesDue + by }),
    ...(station && { station: stationAfter(station, by) }),
  };
}

const TIMES = ['bootDueAt', 'burstUntil', 'beatAt'] as const;

function stationAfter(station: StationState, by: number): StationState {
  const { registered, bootAsked, statusRetries } = station;
  const times = TIMES.flatMap((name) => {
    const at = station[name];
    return at === undefined ? [] : [[name, at + by] as const];
  });
  return {
    ...station,
    ...Object.fromEntries(times),
    ...(statusRetries && { statusRetries: moved(statusRetries, by) }),
    // A link is known by the time at which it was opened.
    ...(registered && { registered: { ...registered, linkOpenedAt: registered.linkOpenedAt + by } }),
    ...(bootAsked && {
      bootAsked: {
        ...{ ...bootAsked, at: bootAsked.at + by },
        ...(bootAsked.linkOpenedAt !== undefined && { linkOpenedAt: bootAsked.linkOpenedAt + by }),
      },
    }),
  };
}

function moved<T extends { readonly at?: number }>(all: Readonly<Record<string, T>>, by: number): Record<string, T> {
  const entries = Object.entries(all).map(([id, one]) => [
    id,
    one.at === undefined ? one : { ...one, at: one.at + by },
  ]);
  return Object.fromEntries(entries);
}
