import type { Refusal } from '../../base/errors.ts';
import type { JsonObject } from '../../base/message.ts';
import { type Context, type Decision, decision } from '../decision.ts';
import type { ChargePointState } from '../state.ts';
import { smartCharging } from './capability.ts';
import { asking, command, isLacking, reasonCodeOf, refusedAs, telling } from './command.ts';
import { profileObjection } from './profile-check.ts';
import { profilesOf, registered, withoutDead, withProfiles } from './profile-registry.ts';
import { inTurn, rejected, type StationCommand, station } from './rules.ts';
import type { Profile } from './state.ts';
import { connectorsAt } from './topology.ts';
import { byTransactionId } from './transaction-event.ts';

/** SetChargingProfile and ClearChargingProfile (OCPP 2.0.1 K01, K10). */

const NO_SMART_CHARGING: Refusal = { code: 'NotSupported', reason: 'the charge point has no smart charging' };

export const setChargingProfile: StationCommand = command(
  {
    call(state, { request }, context) {
      if (!smartCharging(state, context)) return notSupported(state, NO_SMART_CHARGING, context);
      const connectorId = placeOf(state, Number(request['evseId']), context);
      if (connectorId === undefined) return rejected(state, 'UnknownEvse');
      const now = withoutDead(state, context);
      const profile = request['chargingProfile'] as JsonObject;
      const objection = profileObjection(now, profile, connectorId);
      if (objection) return rejected(now, objection.reasonCode, 'Rejected', objection.info);
      const transactionId = transactionOf(now, profile);
      return asking(now, 'SetChargingProfile', 'SetChargingProfile', request, { connectorId, transactionId }, context);
    },
    answered(state, { request }, _question, answer, context) {
      if (answer['status'] === 'NotSupported') return notSupported(state, NO_SMART_CHARGING, context);
      const now = answer['status'] === 'Accepted' ? registered(state, profileOf(state, request), context) : state;
      return telling(now, 'SetChargingProfile', answer, {}, context);
    },
    refused: (state, _exchange, _question, refusal, context) =>
      isLacking(refusal) ? notSupported(state, refusal, context) : refusedAs(state, refusal),
  },
  { SetChargingProfile: ['Accepted', 'Rejected', 'NotSupported'] },
);

/** A CALLERROR (K01.FR.29), which not every CSMS bears. */
function notSupported(state: ChargePointState, { reason }: Refusal, context: Context): Decision {
  if (station(context).settings.smartChargingRefusal === 'callError')
    return decision(state, { do: 'refuse', refusal: { code: 'NotSupported', reason } });
  return rejected(state, 'UnsupportedRequest', 'Rejected', reason);
}

/** The connector of an EVSE, 0 for the whole station. */
function placeOf(state: ChargePointState, evseId: number, context: Context): number | undefined {
  return evseId === 0 ? 0 : connectorsAt(state, context, evseId)[0];
}

/** Charge point's id of the transaction that a profile names. */
function transactionOf(state: ChargePointState, { transactionId }: JsonObject): number | undefined {
  return transactionId === undefined ? undefined : byTransactionId(state, String(transactionId))?.device;
}

function profileOf(state: ChargePointState, request: JsonObject): Profile {
  const profile = request['chargingProfile'] as JsonObject;
  const transaction = transactionOf(state, profile);
  return { evseId: Number(request['evseId']), profile, ...(transaction !== undefined && { transaction }) };
}

export const clearChargingProfile: StationCommand = command(
  {
    call(state, { request }, context) {
      const id = request['chargingProfileId'];
      const criteria = (request['chargingProfileCriteria'] ?? {}) as JsonObject;
      const { evseId, chargingProfilePurpose } = criteria;
      // 1.6 clears everything when nothing is named; 2.0.1 does not know such a call.
      if (id === undefined && Object.keys(criteria).every((name) => name === 'customData'))
        return rejected(state, 'MissingParam', 'Unknown');
      if (id === undefined && chargingProfilePurpose === 'ChargingStationExternalConstraints')
        return rejected(state, 'NotFound', 'Unknown');
      const connectorId = evseId === undefined ? undefined : placeOf(state, Number(evseId), context);
      if (id === undefined && evseId !== undefined && connectorId === undefined)
        return rejected(state, 'UnknownEvse', 'Unknown');
      if (!smartCharging(state, context)) return rejected(state, 'UnsupportedRequest', 'Unknown');
      // With an id, 1.6 looks at nothing else.
      const { chargingProfileCriteria: _, ...byId } = request;
      const asked = id === undefined ? request : byId;
      const given = id === undefined ? { connectorId } : {};
      const options = { status: 'Unknown' };
      return asking(state, 'ClearChargingProfile', 'ClearChargingProfile', asked, given, context, options);
    },
    // What it does not know is not installed either.
    answered: (state, { request }, _question, answer, context) =>
      inTurn(cleared(state, request), (now) => telling(now, 'ClearChargingProfile', answer, {}, context)),
    refused: (state, _exchange, _question, refusal) =>
      rejected(state, reasonCodeOf(refusal), 'Unknown', refusal.reason),
  },
  { ClearChargingProfile: ['Accepted', 'Unknown'] },
);

function cleared(state: ChargePointState, request: JsonObject): ChargePointState {
  const all = profilesOf(state);
  const kept = all.filter((one) => !meant(one, request));
  return kept.length === all.length ? state : withProfiles(state, kept);
}

function meant({ evseId, profile }: Profile, request: JsonObject): boolean {
  if (request['chargingProfileId'] !== undefined) return profile['id'] === request['chargingProfileId'];
  const criteria = (request['chargingProfileCriteria'] ?? {}) as JsonObject;
  const wanted = (value: unknown, name: string): boolean => criteria[name] === undefined || criteria[name] === value;
  return (
    wanted(evseId, 'evseId') &&
    wanted(profile['chargingProfilePurpose'], 'chargingProfilePurpose') &&
    wanted(profile['stackLevel'], 'stackLevel')
  );
}
