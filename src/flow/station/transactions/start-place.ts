import type { JsonObject } from '../../../base/message.ts';
import type { Context } from '../../decision.ts';
import { type ChargePointState, openTransaction } from '../../state.ts';
import { stationOf } from '../rules.ts';
import type { IdToken, Reservation } from '../state.ts';
import { samePair } from '../tokens/token.ts';
import { type EvseConnectors, evsesOf } from '../topology.ts';

/** Where a RequestStartTransaction is to begin (OCPP 2.0.1 F01): 1.6 wants a connector of the EVSE, or none. */

export interface NoPlace {
  readonly reasonCode: string;
  readonly info: string;
}

interface Found {
  readonly connectorId: number;
}

/** The connector to start on, undefined to leave it to the charge point; or why there is none. */
export function startPlace(
  state: ChargePointState,
  request: JsonObject,
  context: Context,
): { readonly connectorId: number | undefined } | NoPlace {
  const evseId = request['evseId'];
  const evses = evsesOf(state, context).filter(({ id }) => evseId === undefined || id === evseId);
  const [first, ...others] = evses.map((evse) => atEvse(state, evse, request, context));
  if (first === undefined) return { reasonCode: 'UnknownEvse', info: 'no such EVSE' };
  if (evseId !== undefined) return first;
  const free = [first, ...others].filter((place) => 'connectorId' in place);
  if (free.length === 0) return first;
  if (!context.settings.fillConnector) return { connectorId: undefined };
  if (others.length === 0) return first;
  const plugged = free.filter(({ connectorId }) => statusOf(state, connectorId) === 'Preparing');
  const [only] = plugged;
  if (only !== undefined && plugged.length === 1) return only;
  return { reasonCode: 'MissingParam', info: 'the charge point needs an EVSE, and which one is not clear' };
}

/** Of several connectors the one with an EV, else the one that is kept for the token, else a free one. */
function atEvse(
  state: ChargePointState,
  { connectors }: EvseConnectors,
  request: JsonObject,
  context: Context,
): Found | NoPlace {
  const busy = connectors.find((id) => openTransaction(state, id));
  if (busy !== undefined) return { reasonCode: 'TxInProgress', info: `connector ${busy}` };
  const working = connectors.filter((id) => !OUT_OF_ORDER.has(statusOf(state, id)));
  if (working.length === 0) {
    const broken = connectors.map((id) => `connector ${id} is ${String(statusOf(state, id))}`);
    return { reasonCode: 'NotEnabled', info: broken.join(', ') };
  }
  const reservations = Object.values(stationOf(state).reservations).filter(
    (one) => connectors.includes(one.connectorId) && one.expiresAt > context.now,
  );
  const own = reservations.filter((one) => isFor(one, request)).map(({ connectorId }) => connectorId);
  const others = reservations.map(({ connectorId }) => connectorId).filter((id) => !own.includes(id));
  // A reservation is for the EVSE, whichever of its connectors the charge point keeps.
  const usable = own.length === 0 && others.length > 0 ? [] : working.filter((id) => !others.includes(id));
  const rank = (id: number): number => {
    const status = statusOf(state, id);
    return status === 'Preparing' ? 0 : own.includes(id) ? 1 : status === 'Available' ? 2 : 3;
  };
  const [best] = usable.toSorted((a, b) => rank(a) - rank(b));
  if (best !== undefined) return { connectorId: best };
  return { reasonCode: 'InvalidIdToken', info: `connector ${others.join(', ')} is reserved for another token` };
}

const OUT_OF_ORDER: ReadonlySet<unknown> = new Set(['Unavailable', 'Faulted']);

function statusOf(state: ChargePointState, connectorId: number): unknown {
  return state.connectors[connectorId]?.status?.['status'];
}

function isFor({ token, group }: Reservation, request: JsonObject): boolean {
  const wanted = request['groupIdToken'] as unknown as IdToken | undefined;
  if (samePair(token, request['idToken'] as unknown as IdToken)) return true;
  return wanted !== undefined && group !== undefined && samePair(group, wanted);
}
