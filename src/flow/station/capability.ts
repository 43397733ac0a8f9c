import type { Context } from '../decision.ts';
import type { ChargePointState } from '../state.ts';
import { stationOf, withStation } from './rules.ts';

/** What the charge point cannot do: by its version, by its own words, or because it refused once since its last boot. */

/** Calls of 1.6 that belong to optional profiles. A refusal of any other one says nothing about the next. */
const OPTIONAL: ReadonlySet<string> = new Set([
  'CancelReservation',
  'ClearChargingProfile',
  'GetCompositeSchedule',
  'GetDiagnostics',
  'GetLocalListVersion',
  'ReserveNow',
  'SendLocalList',
  'SetChargingProfile',
  'TriggerMessage',
  'UpdateFirmware',
]);

/** Whether this call of 1.6 need not be made. */
export function lacks(state: ChargePointState, action: string, context: Context): boolean {
  return context.policyOf(action)?.instead !== undefined || stationOf(state).lacking.includes(action);
}

/** The charge point does not know this call: it is not asked again before its next boot. */
export function withLacking(state: ChargePointState, action: string): ChargePointState {
  const { lacking } = stationOf(state);
  if (!OPTIONAL.has(action) || lacking.includes(action)) return state;
  return withStation(state, { lacking: [...lacking, action] });
}

/** Whether a feature profile of 1.6 is there; undefined when the charge point has not said which ones it has. */
export function hasProfile(state: ChargePointState, profile: string): boolean | undefined {
  const said = state.configuration['supportedfeatureprofiles']?.value;
  if (said === undefined || said.trim() === '') return undefined;
  return said.split(',').some((one) => one.trim().toLowerCase() === profile.toLowerCase());
}

/** Whether charging profiles can be given to the charge point, as far as anyone knows. */
export function smartCharging(state: ChargePointState, context: Context): boolean {
  return hasProfile(state, 'SmartCharging') !== false && !lacks(state, 'SetChargingProfile', context);
}
