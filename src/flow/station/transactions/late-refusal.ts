import type { JsonObject } from '../../../base/message.ts';
import { type Context, type Decision, decision } from '../../decision.ts';
import type { ChargePointState } from '../../state.ts';
import { hasProfile, smartCharging } from '../capability.ts';
import { isUncertain } from '../command.ts';
import { rejected, type StationCommand } from '../rules.ts';
import { truth } from '../variables/variable-values.ts';
import { latestOf, type StationTransaction, withEvents } from './transaction-event.ts';

/**
 * The CSMS refuses the token of a transaction that the charge point was let begin (E05, C15). The charge point cannot hear that
 * any more as the answer to its start, so it is told to stop; and the stop is reported for what it is.
 */

/** Of the bridge's own profile: no CSMS counts so far. */
const NO_ENERGY = 2_147_483_647;

/** `info`: idTokenInfo of an answer to one of the transaction's events. */
export function lateRefusal(
  state: ChargePointState,
  transaction: StationTransaction,
  info: JsonObject | undefined,
  context: Context,
): Decision {
  const now = latestOf(state, transaction);
  const good = info === undefined || info['status'] === 'Accepted';
  if (good || now.stoppedAt !== undefined || now.events.stopAsked?.late) return decision(state);
  // As the charge point itself would act on the answer to its start; where it does not say, as the operator says.
  const said = truth(state.configuration['stoptransactiononinvalidid']?.value);
  if (said === false) return withoutEnergy(state, now, context);
  if (said !== true && !context.settings.stopLateRefused) return decision(state);
  return decision(withEvents(state, now, { stopAsked: { at: context.now, late: true } }), {
    do: 'call-device',
    action: 'RemoteStopTransaction',
    payload: { transactionId: now.device },
    memo: { why: 'late-refusal' },
  });
}

/** A charge point that goes on with a refused token gives no energy (OCPP 1.6 section 4.8): it can be told so. */
function withoutEnergy(state: ChargePointState, transaction: StationTransaction, context: Context): Decision {
  const able = hasProfile(state, 'SmartCharging') === true && smartCharging(state, context);
  if (!able || transaction.events.suspended) return decision(state);
  const { device: transactionId, connectorId } = transaction;
  const highest = Number(state.configuration['chargeprofilemaxstacklevel']?.value ?? 0);
  const csChargingProfiles = {
    ...{ chargingProfileId: NO_ENERGY, transactionId, stackLevel: Math.max(highest, 0) },
    ...{ chargingProfilePurpose: 'TxProfile', chargingProfileKind: 'Relative' },
    chargingSchedule: { chargingRateUnit: 'A', chargingSchedulePeriod: [{ startPeriod: 0, limit: 0 }] },
  };
  return decision(withEvents(state, transaction, { suspended: true }), {
    do: 'call-device',
    action: 'SetChargingProfile',
    payload: { connectorId, csChargingProfiles },
    memo: { why: 'no-energy' },
  });
}

/** The command of the bridge's own: a charge point that does not obey stops for another reason, if it ever does. */
export const stopRefused: StationCommand = {
  call: (state) => rejected(state, 'UnsupportedRequest'),
  answered: (state, _exchange, question, answer) =>
    answer['status'] === 'Accepted' ? decision(state) : notStopped(state, question.request),
  refused: (state, _exchange, question, refusal) =>
    isUncertain(refusal) ? decision(state) : notStopped(state, question.request),
};

function notStopped(state: ChargePointState, request: JsonObject): Decision {
  const transaction = state.transactions[String(request['transactionId'])];
  if (transaction?.events?.stopAsked?.late !== true) return decision(state);
  return decision(withEvents(state, { ...transaction, events: transaction.events }, { stopAsked: undefined }));
}
