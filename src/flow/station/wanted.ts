import type { JsonObject } from '../../base/message.ts';
import { type Context, type Decision, decision, type Effect } from '../decision.ts';
import type { ChargePointState } from '../state.ts';
import { enqueue } from './enqueue.ts';
import { stationOf, withStation } from './rules.ts';

/** Messages that not every CSMS takes: one that does not know them is not sent more of them on this link. */

const NOT_FOR_ALL: ReadonlySet<string> = new Set([
  'FirmwareStatusNotification',
  'LogStatusNotification',
  'NotifyEvent',
  'ReservationStatusUpdate',
  'SecurityEventNotification',
  'StatusNotification',
]);

export function wanted(state: ChargePointState, action: string): boolean {
  return !stationOf(state).lacking.includes(action);
}

/** Into the outbox, unless the CSMS does not know such messages; that is counted. */
export function notice(state: ChargePointState, action: string, payload: JsonObject, context: Context): Decision {
  return wanted(state, action) ? enqueue(state, action, payload, context) : decision(state, notTold(action));
}

export function notTold(action: string): Effect {
  return { do: 'loss', code: 'not-wanted', field: action };
}

/** The CSMS does not know such messages. */
export function unwanted(state: ChargePointState, action: string): ChargePointState {
  if (!NOT_FOR_ALL.has(action) || !wanted(state, action)) return state;
  const { lacking, problems } = stationOf(state);
  const taught = withStation(state, { lacking: [...lacking, action] });
  if (action !== 'NotifyEvent') return taught;
  // It knows of no error, so the end of none is news to it.
  const untold = Object.entries(problems).map(([key, one]) => [key, { ...one, untold: true as const }]);
  return withStation(taught, { problems: Object.fromEntries(untold) });
}

/** Another link may lead to a CSMS that has learnt them. */
export function everythingWanted(state: ChargePointState): ChargePointState {
  const { lacking } = stationOf(state);
  if (!lacking.some((action) => NOT_FOR_ALL.has(action))) return state;
  return withStation(state, { lacking: lacking.filter((action) => !NOT_FOR_ALL.has(action)) });
}
