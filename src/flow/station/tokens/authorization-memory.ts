import type { JsonObject } from '../../../base/message.ts';
import type { Context } from '../../decision.ts';
import { type ChargePointState, connectorIds } from '../../state.ts';
import { station, stationOf, withStation } from '../rules.ts';
import type { Authorized, IdTokenInfo, RemoteStart } from '../state.ts';
import { siblingsOf } from '../topology.ts';
import { tokenOf } from './token.ts';

/** What the bridge itself knows of a tag: remote starts that wait for it, its last Authorize, its last judgement. */

/** An Authorize belongs to the start that follows it so soon. */
const AUTHORIZED_FOR = 5 * 60_000;
const MOST_AUTHORIZED = 50;

/** The remote start that a tag at a connector's EVSE answers; the newest of several. */
export function remoteStartOf(
  state: ChargePointState,
  idTag: string,
  connectorId: number | undefined,
  context: Context,
): RemoteStart | undefined {
  const tag = idTag.toLowerCase();
  const fits = (one: RemoteStart): boolean =>
    one.idTag.toLowerCase() === tag &&
    one.expiresAt > context.now &&
    (connectorId === undefined ||
      one.connectorId === undefined ||
      siblingsOf(one.connectorId, context).includes(connectorId));
  return stationOf(state).remoteStarts.filter(fits).at(-1);
}

/** So long, ms, a charge point waits where there is little hope of an answer. */
export const LITTLE_HOPE = 2000;

/**
 * How long the charge point waits for what the CSMS says of a tag. Some ask before they answer the remote start with it, and a
 * CSMS may look at nothing of a station that still owes it an answer (OCPP 2.0.1 part 4, 4.1.1).
 */
export function patience(remote: RemoteStart | undefined, context: Context): number {
  const { syncWait } = station(context).settings;
  return remote !== undefined && !remote.accepted ? Math.min(syncWait, LITTLE_HOPE) : syncWait;
}

/** It has been answered: there is one start for each. */
export function withoutRemoteStart(state: ChargePointState, answered: RemoteStart): ChargePointState {
  const { remoteStarts } = stationOf(state);
  const others = remoteStarts.filter(({ remoteStartId }) => remoteStartId !== answered.remoteStartId);
  return withStation(state, { remoteStarts: others });
}

export function authorizedLately(state: ChargePointState, idTag: string, context: Context): Authorized | undefined {
  const { authorized } = stationOf(state);
  const key = idTag.toLowerCase();
  const last = Object.hasOwn(authorized, key) ? authorized[key] : undefined;
  return last && context.now - last.at <= AUTHORIZED_FOR ? last : undefined;
}

/** The CSMS has judged a tag, and these connectors were Available then. */
export function withAuthorized(
  state: ChargePointState,
  idTag: string,
  info: JsonObject,
  context: Context,
): ChargePointState {
  const free = connectorIds(state).filter((id) => state.connectors[id]?.status?.['status'] === 'Available');
  const evseIds = info['evseId'] as number[] | undefined;
  const entry = { status: String(info['status']), at: context.now, available: free, ...(evseIds && { evseIds }) };
  const recent = Object.entries(stationOf(state).authorized).filter(
    ([tag, { at }]) => tag !== idTag.toLowerCase() && context.now - at <= AUTHORIZED_FOR,
  );
  const authorized = Object.fromEntries([...recent.slice(1 - MOST_AUTHORIZED), [idTag.toLowerCase(), entry]]);
  return withStation(state, { authorized });
}

/** What the policy says of a tag that the CSMS cannot be asked about; `left` = the charge point is to decide by itself. */
export function judgedByPolicy(state: ChargePointState, idTag: string, context: Context): IdTokenInfo | 'left' {
  for (const step of station(context).settings.authFallback) {
    if (step === 'accept') return { status: 'Accepted' };
    if (step === 'drop') return 'left';
    if (step === 'invalid') return { status: 'Invalid' };
    const known = step === 'memory' ? acceptedBefore(state, idTag, context) : inLocalList(state, idTag, context);
    if (known) return known;
  }
  return { status: 'Invalid' };
}

/** The last word of the CSMS on a tag, as long as it holds. */
export function judgedBefore(state: ChargePointState, idTag: string, context: Context): IdTokenInfo | undefined {
  return unexpired(tokenOf(state, idTag)?.info, context);
}

function acceptedBefore(state: ChargePointState, idTag: string, context: Context): IdTokenInfo | undefined {
  const info = judgedBefore(state, idTag, context);
  return info?.status === 'Accepted' ? info : undefined;
}

function inLocalList(state: ChargePointState, idTag: string, context: Context): IdTokenInfo | undefined {
  const tags = stationOf(state).localList?.tags ?? {};
  const key = [idTag, idTag.toLowerCase()].find((tag) => Object.hasOwn(tags, tag));
  return key === undefined ? undefined : unexpired(tags[key], context);
}

function unexpired(info: IdTokenInfo | undefined, { now }: Context): IdTokenInfo | undefined {
  const end = info?.cacheExpiryDateTime;
  return end !== undefined && Date.parse(end) <= now ? undefined : info;
}
