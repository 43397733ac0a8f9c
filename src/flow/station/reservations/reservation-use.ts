import type { JsonObject } from '../../../base/message.ts';
import type { Context } from '../../decision.ts';
import type { ChargePointState, Transaction } from '../../state.ts';
import { stationOf, withStation } from '../rules.ts';
import type { IdToken, Reservation } from '../state.ts';
import { samePair, tokenOf } from '../tokens/token.ts';
import { siblingsOf } from '../topology.ts';

/**
 * A reservation ends with the transaction that it was made for (OCPP 2.0.1 H01, H03). Not every charge point says so in its
 * StartTransaction: then it is the one for this token, or its group, at this place.
 */

/** The clocks of two machines may be so far apart, ms. */
const CLOCKS = 60_000;

/** What is known of a transaction when its reservation is looked for. */
interface Use {
  readonly connectorId: number;
  /** When it began, ms. */
  readonly at: number;
  readonly token?: IdToken;
  readonly group?: IdToken | undefined;
}

/** The reservation that this start names, else the one that fits. */
export function reservationOf(
  state: ChargePointState,
  { reservationId }: JsonObject,
  use: Use,
  context: Context,
): Reservation | undefined {
  return stationOf(state).reservations[String(reservationId)] ?? fitting(state, use, context);
}

/** At its own place before any place, for the token before its group, the one that ends soonest. */
function fitting(state: ChargePointState, use: Use, context: Context): Reservation | undefined {
  const here = siblingsOf(use.connectorId, context);
  const rank = ({ connectorId, token }: Reservation): number =>
    (connectorId === 0 ? 2 : 0) + (use.token && samePair(token, use.token) ? 0 : 1);
  return Object.values(stationOf(state).reservations)
    .filter((one) => one.connectorId === 0 || here.includes(one.connectorId))
    .filter((one) => isFor(one, use) && (one.at === undefined || use.at >= one.at - CLOCKS))
    .sort((a, b) => rank(a) - rank(b) || a.expiresAt - b.expiresAt)[0];
}

function isFor({ token, group }: Reservation, use: Use): boolean {
  if (use.token && samePair(token, use.token)) return true;
  return group !== undefined && use.group !== undefined && samePair(group, use.group);
}

/** The group of a tag, as far as the CSMS has ever named it. */
export function groupOf(state: ChargePointState, idTag: string): IdToken | undefined {
  const tags = stationOf(state).localList?.tags ?? {};
  const key = [idTag, idTag.toLowerCase()].find((tag) => Object.hasOwn(tags, tag));
  return tokenOf(state, idTag)?.info?.groupIdToken ?? (key === undefined ? undefined : tags[key]?.groupIdToken);
}

/** The CSMS names the group of a transaction that has begun: what was kept for the group at its connector was for it. */
export function usedByGroup(
  state: ChargePointState,
  { connectorId, startedAt: at }: Transaction,
  info: JsonObject | undefined,
  context: Context,
): ChargePointState {
  const group = info?.['groupIdToken'] as unknown as IdToken | undefined;
  const found = group && fitting(state, { connectorId, at, group }, context);
  return found?.connectorId === connectorId ? withoutReservations(state, found.id) : state;
}

export function withoutReservations(state: ChargePointState, ...ids: number[]): ChargePointState {
  const { reservations } = stationOf(state);
  if (!ids.some((id) => reservations[id] !== undefined)) return state;
  const left = Object.entries(reservations).filter(([, { id }]) => !ids.includes(id));
  return withStation(state, { reservations: Object.fromEntries(left) });
}
