import { type Decision, decision } from '../decision.ts';
import type { ChargePointState } from '../state.ts';
import { type Delivered, stationOf, withStation } from './rules.ts';

/** Messages that not every CSMS takes: one that does not know them is not sent more of them on this link. */

const NOT_FOR_ALL: ReadonlySet<string> = new Set([
  'NotifyEvent',
  'ReservationStatusUpdate',
  'SecurityEventNotification',
]);

export function wanted(state: ChargePointState, action: string): boolean {
  return !stationOf(state).lacking.includes(action);
}

/** Another link may lead to a CSMS that has learnt them. */
export function everythingWanted(state: ChargePointState): ChargePointState {
  const { lacking } = stationOf(state);
  if (!lacking.some((action) => NOT_FOR_ALL.has(action))) return state;
  return withStation(state, { lacking: lacking.filter((action) => !NOT_FOR_ALL.has(action)) });
}

/** For entries of the outbox: what their refusal teaches. */
export const notForAll: Delivered = {
  refused(state, entry, refusal): Decision {
    if (refusal.code !== 'CsmsNotSupported' || !NOT_FOR_ALL.has(entry.action) || !wanted(state, entry.action))
      return decision(state);
    const taught = withStation(state, { lacking: [...stationOf(state).lacking, entry.action] });
    return decision(entry.action === 'NotifyEvent' ? withoutErrors(taught) : taught);
  },
};

/** It knows of no error, so the end of none is news to it. */
function withoutErrors(state: ChargePointState): ChargePointState {
  const all = Object.entries(stationOf(state).problems).map(([key, one]) => [key, { ...one, untold: true as const }]);
  return withStation(state, { problems: Object.fromEntries(all) });
}
