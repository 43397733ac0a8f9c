import type { JsonObject } from '../../../base/message.ts';
import type { Context } from '../../decision.ts';
import { type ChargePointState, openTransaction } from '../../state.ts';
import { stationOf } from '../rules.ts';
import { connectorsAt, connectorsOf, connectorTypeOf, siblingsOf } from '../topology.ts';
import { truth } from '../variables/variable-values.ts';

/** What a ReserveNow is to keep (OCPP 2.0.1 H01): 1.6 keeps a connector, or any of them. */

/** The connector to reserve, 0 for any; or the reasonCode of a refusal. */
export function reservedPlace(state: ChargePointState, request: JsonObject, context: Context): number | string {
  const { connectorType, evseId } = request;
  const there = evseId === undefined ? connectorsOf(state, context) : connectorsAt(state, context, Number(evseId));
  if (there.length === 0) return 'UnknownEvse';
  // What kind of connector there is, only the operator can have said.
  const fitting = there.filter(
    (id) => connectorType === undefined || connectorTypeOf(id, context) === String(connectorType),
  );
  if (fitting.length === 0) return 'UnknownConnectorType';
  if (evseId === undefined) {
    if (!truth(state.configuration['reserveconnectorzerosupported']?.value)) return 'UnsupportedParam';
    if (fitting.length === there.length) return 0;
  }
  return freest(state, fitting, Number(request['id']), context);
}

/** Where connectors share an EVSE, the charge point may not know that a transaction on one of them occupies the other. */
export function occupied(state: ChargePointState, connectorId: number, context: Context): boolean {
  return siblingsOf(connectorId, context).some((id) => id !== connectorId && openTransaction(state, id) !== undefined);
}

/** The one that this reservation has already, else a free one, else any: the charge point says what is in the way. */
function freest(state: ChargePointState, connectors: readonly number[], id: number, context: Context): number {
  const reservations = Object.values(stationOf(state).reservations);
  const rank = (connectorId: number): number => {
    const here = reservations.filter((one) => one.connectorId === connectorId && one.expiresAt > context.now);
    if (here.some((one) => one.id === id)) return 0;
    const status = state.connectors[connectorId]?.status?.['status'] ?? 'Available';
    const busy = siblingsOf(connectorId, context).some((one) => openTransaction(state, one));
    return here.length === 0 && status === 'Available' && !busy ? 1 : 2;
  };
  return connectors.toSorted((a, b) => rank(a) - rank(b))[0] ?? 0;
}
