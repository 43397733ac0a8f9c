import type { Refusal } from '../../../base/errors.ts';
import type { JsonObject } from '../../../base/message.ts';
import { type Context, type Decision, decision, type Effect, type Exchange } from '../../decision.ts';
import type { ChargePointState, Transaction } from '../../state.ts';
import { smartCharging } from '../capability.ts';
import { asking, command, isLacking, reasonCodeOf, refusedAs, telling } from '../command.ts';
import { inTurn, rejected, type StationCommand, station } from '../rules.ts';
import type { Profile, ProfileId } from '../state.ts';
import { connectorsAt } from '../topology.ts';
import { byTransactionId } from '../transactions/transaction-event.ts';
import { profileObjection } from './profile-check.ts';
import { copiesOf, idsOn, profilesOf, registered, withoutDead, withProfiles } from './profile-registry.ts';

/** SetChargingProfile and ClearChargingProfile (OCPP 2.0.1 K01, K10). */

const NO_SMART_CHARGING: Refusal = { code: 'NotSupported', reason: 'the charge point has no smart charging' };

export const setChargingProfile: StationCommand = command(
  {
    call(state, exchange, context) {
      const { request } = exchange;
      if (!smartCharging(state, context)) return notSupported(state, NO_SMART_CHARGING, context);
      const evseId = Number(request['evseId']);
      const connectors = placesOf(state, evseId, context);
      if (connectors.length === 0) return rejected(state, 'UnknownEvse');
      const now = withoutDead(state, context);
      const profile = request['chargingProfile'] as JsonObject;
      const objection = profileObjection(now, profile, evseId, context);
      if (objection) return rejected(now, objection.reasonCode, 'Rejected', objection.info);
      const own = transactionOf(now, profile)?.connectorId;
      const left = idsOn(now, Number(profile['id']), own === undefined ? connectors : [own]);
      return next(now, exchange, { left, done: [] }, context);
    },
    answered(state, exchange, { action, memo }, answer, context) {
      if (action === 'ClearChargingProfile') return decision(state);
      const asked = memoOf(memo);
      if (answer['status'] === 'Accepted') return next(state, exchange, asked, context);
      if (answer['status'] === 'NotSupported')
        return undone(state, asked, notSupported(state, NO_SMART_CHARGING, context));
      return undone(state, asked, telling(state, 'SetChargingProfile', answer, {}, context));
    },
    refused(state, _exchange, { action, memo }, refusal, context) {
      if (action === 'ClearChargingProfile') return decision(state);
      const asked = memoOf(memo);
      if (isLacking(refusal)) return undone(state, asked, notSupported(state, refusal, context));
      return undone(state, asked, refusedAs(state, refusal));
    },
  },
  { SetChargingProfile: ['Accepted', 'Rejected', 'NotSupported'] },
);

/** Connectors that are still to get the profile, and those that were asked to take it, with its id there. */
interface Asked {
  readonly left: readonly ProfileId[];
  readonly done: readonly ProfileId[];
}

function memoOf({ left, done }: JsonObject): Asked {
  return { left: left as unknown as ProfileId[], done: done as unknown as ProfileId[] };
}

/** Gives the profile to the next connector; when all have it, the CSMS hears so. */
function next(state: ChargePointState, { request }: Exchange, { left, done }: Asked, context: Context): Decision {
  const profile = request['chargingProfile'] as JsonObject;
  const [place, ...rest] = left;
  if (place !== undefined) {
    const memo = { left: rest.map((one) => ({ ...one })), done: [...done, place].map((one) => ({ ...one })) };
    const renamed = { ...request, chargingProfile: { ...profile, id: place.id } };
    const given = { connectorId: place.connectorId, transactionId: transactionOf(state, profile)?.device };
    return asking(state, 'SetChargingProfile', 'SetChargingProfile', renamed, given, context, { memo });
  }
  const stale = copiesOf(state, Number(profile['id'])).filter(({ id }) => !done.some((one) => one.id === id));
  const transaction = transactionOf(state, profile)?.device;
  const entry: Profile = {
    ...{ evseId: Number(request['evseId']), profile, ...(transaction !== undefined && { transaction }) },
    ...(done.length > 1 && { copies: done.slice(1) }),
  };
  return inTurn(
    registered(state, entry, context),
    (now) => telling(now, 'SetChargingProfile', { status: 'Accepted' }, {}, context),
    (now) => decision(now, ...stale.map(clearing)),
  );
}

/** An EVSE has a profile on all of its connectors or on none: what others of them have taken is cleared behind the answer. */
function undone(state: ChargePointState, { left, done }: Asked, refusal: Decision): Decision {
  if (done.length < 2) return refusal;
  const [{ id } = { id: 0 }] = done;
  const kept = profilesOf(state).filter((one) => one.profile['id'] !== id);
  return inTurn(
    refusal.state,
    (now) => decision(now, ...refusal.effects),
    (now) => decision(withProfiles(now, kept), ...[...done, ...left].map(clearing)),
  );
}

function clearing({ id }: ProfileId): Effect {
  return { do: 'call-device', action: 'ClearChargingProfile', payload: { id } };
}

/** A CALLERROR (K01.FR.29), which not every CSMS bears. */
function notSupported(state: ChargePointState, { reason }: Refusal, context: Context): Decision {
  if (station(context).settings.smartChargingRefusal === 'callError')
    return decision(state, { do: 'refuse', refusal: { code: 'NotSupported', reason } });
  return rejected(state, 'UnsupportedRequest', 'Rejected', reason);
}

/** The connectors of an EVSE, 0 for the whole station; none when there is no such EVSE. */
function placesOf(state: ChargePointState, evseId: number, context: Context): readonly number[] {
  return evseId === 0 ? [0] : connectorsAt(state, context, evseId);
}

/** The transaction that a profile names. */
function transactionOf(state: ChargePointState, { transactionId }: JsonObject): Transaction | undefined {
  return transactionId === undefined ? undefined : byTransactionId(state, String(transactionId));
}

export const clearChargingProfile: StationCommand = command(
  {
    call(state, exchange, context) {
      const { request } = exchange;
      const id = request['chargingProfileId'];
      const criteria = (request['chargingProfileCriteria'] ?? {}) as JsonObject;
      const { evseId, chargingProfilePurpose } = criteria;
      // 1.6 clears everything when nothing is named; 2.0.1 does not know such a call.
      if (id === undefined && Object.keys(criteria).every((name) => name === 'customData'))
        return rejected(state, 'MissingParam', 'Unknown');
      if (id === undefined && chargingProfilePurpose === 'ChargingStationExternalConstraints')
        return rejected(state, 'NotFound', 'Unknown');
      const connectors = evseId === undefined ? [] : placesOf(state, Number(evseId), context);
      if (id === undefined && evseId !== undefined && connectors.length === 0)
        return rejected(state, 'UnknownEvse', 'Unknown');
      if (!smartCharging(state, context)) return rejected(state, 'UnsupportedRequest', 'Unknown');
      if (id !== undefined) {
        const ids = [Number(id), ...copiesOf(state, Number(id)).map((copy) => copy.id)];
        return clear(state, exchange, ids, false, context);
      }
      return clear(state, exchange, evseId === undefined ? [undefined] : connectors, false, context);
    },
    answered(state, exchange, { memo }, answer, context) {
      const any = memo['any'] === true || answer['status'] === 'Accepted';
      return clear(state, exchange, memo['left'] as number[], any, context);
    },
    refused: (state, _exchange, _question, refusal) =>
      rejected(state, reasonCodeOf(refusal), 'Unknown', refusal.reason),
  },
  { ClearChargingProfile: ['Accepted', 'Unknown'] },
);

/**
 * Clears the next of what is left: ids when the request names one, else connectors, undefined for all of them. `any`: something
 * was there.
 */
function clear(
  state: ChargePointState,
  { request }: Exchange,
  left: readonly (number | undefined)[],
  any: boolean,
  context: Context,
): Decision {
  if (left.length === 0) {
    // What the charge point does not know is not installed either.
    return inTurn(cleared(state, request), (now) =>
      telling(now, 'ClearChargingProfile', { status: any ? 'Accepted' : 'Unknown' }, {}, context),
    );
  }
  const [first, ...others] = left;
  // With an id, 1.6 looks at nothing else.
  const { chargingProfileCriteria: _, ...rest } = request;
  const byId = request['chargingProfileId'] !== undefined && first !== undefined;
  const asked = byId ? { ...rest, chargingProfileId: first } : request;
  const given = byId ? {} : { connectorId: first };
  const options = { memo: { left: others.flatMap((id) => id ?? []), any }, status: 'Unknown' };
  return asking(state, 'ClearChargingProfile', 'ClearChargingProfile', asked, given, context, options);
}

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
