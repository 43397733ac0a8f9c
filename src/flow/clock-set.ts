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
  const { registered, bootAsked, statusRetries, reservations, network } = station;
  const times = TIMES.flatMap((name) => {
    const at = station[name];
    return at === undefined ? [] : [[name, at + by] as const];
  });
  return {
    ...station,
    ...Object.fromEntries(times),
    ...(statusRetries && { statusRetries: moved(statusRetries, by, 'at') }),
    // When one ends, the CSMS has said in its own time.
    ...(Object.keys(reservations).length > 0 && { reservations: moved(reservations, by, 'at', 'freedAt') }),
    ...(network?.followBy !== undefined && { network: { ...network, followBy: network.followBy + by } }),
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

function moved<T extends object>(
  all: Readonly<Record<string, T>>,
  by: number,
  ...names: (keyof T)[]
): Record<string, T> {
  const later = (one: T, name: keyof T) => (typeof one[name] === 'number' ? { ...one, [name]: one[name] + by } : one);
  return Object.fromEntries(Object.entries(all).map(([id, one]) => [id, names.reduce(later, one)]));
}
