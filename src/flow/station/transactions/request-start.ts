import type { JsonObject } from '../../../base/message.ts';
import { type Context, type Decision, decision, type Effect } from '../../decision.ts';
import type { ChargePointState } from '../../state.ts';
import { smartCharging } from '../capability.ts';
import { beyondLimits, type Objection } from '../charging-profiles/profile-check.ts';
import { registered } from '../charging-profiles/profile-registry.ts';
import { asking, command, isUncertain, refusedAs, telling } from '../command.ts';
import { pending } from '../registration/boot-gate.ts';
import { inTurn, rejected, type StationCommand, stationOf, withStation } from '../rules.ts';
import type { IdToken, RemoteStart } from '../state.ts';
import { samePair, tagDown } from '../tokens/token.ts';
import { siblingsOf } from '../topology.ts';
import { startPlace } from './start-place.ts';

/** RequestStartTransaction (OCPP 2.0.1 F01, F02). Who asked is remembered before the charge point is: its start may come first. */

const DEFAULT_TIMEOUT = 60;
/** Beyond the charge point's own ConnectionTimeOut, ms. */
const MARGIN = 120_000;
const MOST_STARTS = 50;

export const requestStartTransaction: StationCommand = command(
  {
    call(state, { request }, context) {
      if (pending(state, context)) return rejected(state, 'CSNotAccepted');
      const again = repeated(state, request, context);
      if (again) return again;
      const place = startPlace(state, request, context);
      if ('reasonCode' in place) return rejected(state, place.reasonCode, 'Rejected', place.info);
      const profiled = profileOf(state, request, context);
      if ('reasonCode' in profiled) return rejected(state, profiled.reasonCode, 'Rejected', profiled.info);
      return started(state, profiled.request, place.connectorId, profiled.losses, context);
    },
    answered(state, { request }, { request: asked }, answer, context) {
      const accepted = answer['status'] === 'Accepted';
      const known = accepted
        ? confirmed(state, request, context)
        : withoutStart(state, Number(request['remoteStartId']));
      const profile = accepted && asked['chargingProfile'] !== undefined ? request['chargingProfile'] : undefined;
      const idTag = String(asked['idTag']);
      const now = profile === undefined ? known : withProfile(known, profile as JsonObject, request, idTag, context);
      return telling(now, 'RequestStartTransaction', answer, {}, context);
    },
    refused(state, { request }, _question, refusal) {
      const id = Number(request['remoteStartId']);
      // It may start all the same: then it is this start.
      return refusedAs(isUncertain(refusal) ? state : withoutStart(state, id), refusal);
    },
  },
  { RemoteStartTransaction: ['Accepted', 'Rejected'] },
);

/** The same command again is not given again. */
function repeated(state: ChargePointState, request: JsonObject, context: Context): Decision | undefined {
  const token = request['idToken'] as unknown as IdToken;
  const before = stationOf(state).remoteStarts.find(
    (one) =>
      one.remoteStartId === request['remoteStartId'] && one.expiresAt > context.now && samePair(one.token, token),
  );
  if (before === undefined) return undefined;
  if (before.accepted) return telling(state, 'RequestStartTransaction', { status: 'Accepted' }, {}, context);
  return rejected(state, 'DuplicateRequestId', 'Rejected', 'asked before; the charge point has not answered');
}

/** The request with a profile that the charge point can take; or why it is refused. */
function profileOf(
  state: ChargePointState,
  request: JsonObject,
  context: Context,
): { readonly request: JsonObject; readonly losses: readonly Effect[] } | Objection {
  const { chargingProfile, ...rest } = request;
  if (chargingProfile === undefined) return { request, losses: [] };
  const profile = chargingProfile as JsonObject;
  const { chargingProfilePurpose: purpose, transactionId } = profile;
  if (purpose !== 'TxProfile' || transactionId !== undefined)
    return { reasonCode: 'InvalidProfile', info: 'it is for the transaction that is to begin' };
  if (smartCharging(state, context)) return beyondLimits(state, profile) ?? { request, losses: [] };
  if (context.settings.profileRequired === 'reject')
    return { reasonCode: 'UnsupportedParam', info: 'the charge point has no smart charging' };
  return { request: rest, losses: [{ do: 'loss', code: 'profile-start', field: 'chargingProfile' }] };
}

function started(
  state: ChargePointState,
  request: JsonObject,
  connectorId: number | undefined,
  losses: readonly Effect[],
  context: Context,
): Decision {
  const token = request['idToken'] as unknown as IdToken;
  const remoteStartId = Number(request['remoteStartId']);
  const { state: known, idTag } = tagDown(state, token, context, remoteStartId);
  const timeout = Number(state.configuration['connectiontimeout']?.value ?? DEFAULT_TIMEOUT);
  const start: RemoteStart = {
    ...{ remoteStartId, idTag, token: { idToken: token.idToken, type: token.type } },
    ...(connectorId !== undefined && { connectorId }),
    expiresAt: context.now + MARGIN + 1000 * (timeout >= 0 ? timeout : DEFAULT_TIMEOUT),
    ...((token.type === 'Central' || token.type === 'NoAuthorization') && { preauthorized: true as const }),
  };
  const waiting = stationOf(known).remoteStarts.filter(({ expiresAt }) => expiresAt > context.now);
  const remembered = withStation(known, { remoteStarts: [...waiting, start].slice(-MOST_STARTS) });
  const asked = asking(
    remembered,
    'RequestStartTransaction',
    'RemoteStartTransaction',
    request,
    { idTag, connectorId },
    context,
  );
  const sent = asked.effects.some((effect) => effect.do === 'call-device');
  return inTurn(sent ? asked.state : withoutStart(asked.state, remoteStartId), (now) =>
    decision(now, ...losses, ...asked.effects),
  );
}

/** Accepted: it takes the place of one that waits for the same EVSE. */
function confirmed(state: ChargePointState, request: JsonObject, context: Context): ChargePointState {
  const { remoteStarts } = stationOf(state);
  const own = remoteStarts.findLast((one) => one.remoteStartId === request['remoteStartId']);
  if (own === undefined) return state;
  const same = ({ connectorId }: RemoteStart): boolean =>
    connectorId === undefined || own.connectorId === undefined
      ? connectorId === own.connectorId
      : siblingsOf(own.connectorId, context).includes(connectorId);
  const others = remoteStarts.filter((one) => one !== own && !same(one));
  return withStation(state, { remoteStarts: [...others, { ...own, accepted: true }] });
}

function withoutStart(state: ChargePointState, remoteStartId: number): ChargePointState {
  const remoteStarts = stationOf(state).remoteStarts.filter((one) => one.remoteStartId !== remoteStartId);
  return withStation(state, { remoteStarts });
}

/** Belongs to the transaction that is to come. */
function withProfile(
  state: ChargePointState,
  profile: JsonObject,
  request: JsonObject,
  idTag: string,
  context: Context,
): ChargePointState {
  const start = { remoteStartId: Number(request['remoteStartId']), idTag, after: stationOf(state).lastTransaction };
  return registered(state, { evseId: Number(request['evseId'] ?? 0), profile, start }, context);
}
