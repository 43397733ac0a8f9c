import type { JsonObject } from '../../../base/message.ts';
import type { Context } from '../../decision.ts';
import type { ChargePointState } from '../../state.ts';
import { evseOf } from '../topology.ts';
import { byTransactionId } from '../transactions/transaction-event.ts';
import { profilesOf } from './profile-registry.ts';

/** What OCPP 2.0.1 (K01) wants checked of a charging profile before the charge point sees it. */

export interface Objection {
  readonly reasonCode: string;
  readonly info: string;
}

/** @param evseId 0 for the whole station */
export function profileObjection(
  state: ChargePointState,
  profile: JsonObject,
  evseId: number,
  context: Context,
): Objection | undefined {
  return purposeObjection(state, profile, evseId, context) ?? beyondLimits(state, profile);
}

/** What the charge point cannot carry out, whatever the profile is for. */
export function beyondLimits(state: ChargePointState, profile: JsonObject): Objection | undefined {
  return levelObjection(state, profile) ?? schedulesObjection(state, profile['chargingSchedule'] as JsonObject[]);
}

function purposeObjection(
  state: ChargePointState,
  profile: JsonObject,
  evseId: number,
  context: Context,
): Objection | undefined {
  const { chargingProfilePurpose: purpose, chargingProfileKind: kind, transactionId } = profile;
  if (purpose === 'ChargingStationMaxProfile') {
    if (evseId !== 0) return { reasonCode: 'InvalidProfile', info: 'the limit of the station is for EVSE 0' };
    return kind === 'Relative' ? { reasonCode: 'InvalidProfile', info: 'relative to no transaction' } : undefined;
  }
  if (purpose === 'TxDefaultProfile') return doubled(state, profile, evseId);
  if (purpose !== 'TxProfile') return undefined;
  if (evseId === 0) return { reasonCode: 'InvalidProfile', info: 'a transaction is on one EVSE' };
  const transaction = transactionId === undefined ? undefined : byTransactionId(state, String(transactionId));
  if (transaction === undefined || transaction.stoppedAt !== undefined)
    return { reasonCode: 'TxNotFound', info: 'no such transaction is open' };
  const here = evseOf(transaction.connectorId, context).id === evseId;
  return here ? undefined : { reasonCode: 'TxNotFound', info: 'the transaction is on another EVSE' };
}

/** The same level for all EVSEs and for one of them, by different profiles (K01.FR.52, K01.FR.53). */
function doubled(state: ChargePointState, { id, stackLevel }: JsonObject, evseId: number): Objection | undefined {
  const twin = profilesOf(state).find(
    ({ evseId: other, profile }) =>
      profile['chargingProfilePurpose'] === 'TxDefaultProfile' &&
      profile['stackLevel'] === stackLevel &&
      profile['id'] !== id &&
      (other === 0) !== (evseId === 0),
  );
  return twin && { reasonCode: 'DuplicateProfile', info: `profile ${String(twin.profile['id'])} has this level` };
}

function levelObjection(state: ChargePointState, { stackLevel }: JsonObject): Objection | undefined {
  const most = numberOf(state, 'chargeprofilemaxstacklevel');
  if (most === undefined || Number(stackLevel) <= most) return undefined;
  return { reasonCode: 'InvalidStackLevel', info: `at most ${most}` };
}

function schedulesObjection(state: ChargePointState, schedules: readonly JsonObject[]): Objection | undefined {
  if (schedules.length !== 1) return { reasonCode: 'InvalidSchedule', info: 'one schedule, without ISO 15118' };
  const most = numberOf(state, 'chargingschedulemaxperiods');
  const units = state.configuration['chargingscheduleallowedchargingrateunit']?.value?.toLowerCase();
  for (const { chargingRateUnit, chargingSchedulePeriod } of schedules) {
    const periods = chargingSchedulePeriod as JsonObject[];
    if (periods[0]?.['startPeriod'] !== 0)
      return { reasonCode: 'InvalidSchedule', info: 'the first period starts at 0' };
    if (most !== undefined && periods.length > most)
      return { reasonCode: 'TooManyElements', info: `at most ${most} periods` };
    // 1.6 calls them Current and Power; some write A and W.
    const words = chargingRateUnit === 'A' ? ['current', 'a'] : ['power', 'w'];
    const allowed = units?.split(',').map((unit) => unit.trim());
    if (allowed && allowed.join('') !== '' && !allowed.some((unit) => words.includes(unit)))
      return { reasonCode: 'UnsupportedRateUnit', info: `the charge point takes ${allowed.join(', ')}` };
  }
  return undefined;
}

function numberOf(state: ChargePointState, key: string): number | undefined {
  const value = state.configuration[key]?.value?.trim();
  const number = Number(value);
  return value === undefined || value === '' || !Number.isFinite(number) ? undefined : number;
}
