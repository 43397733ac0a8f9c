import type { Context } from '../decision.ts';
import { type ChargePointState, connectorIds, MOST_CONNECTORS } from '../state.ts';

/** Connectors of 1.6 as EVSEs of 2.0.1: connector N is the only connector, number 1, of EVSE N; connector 0 is the station. */

export interface Evse {
  readonly id: number;
  readonly connectorId: number;
}

export function evseOf(connectorId: number): Evse {
  return { id: connectorId, connectorId: 1 };
}

/** How many connectors the charge point has, as far as anyone has said; at least 1. A number that none can have says nothing. */
export function connectorCount(state: ChargePointState, context: Context): number {
  const said = Number(state.configuration['numberofconnectors']?.value);
  const seen = connectorIds(state).findLast((id) => id <= MOST_CONNECTORS) ?? 0;
  return Math.max(
    1,
    context.settings.connectors ?? 0,
    Number.isInteger(said) ? Math.min(said, MOST_CONNECTORS) : 0,
    seen,
  );
}

/** The connector that an EVSE and one of its connectors mean; undefined when there is none such. */
export function connectorOf(
  state: ChargePointState,
  context: Context,
  evseId: number,
  connectorId = 1,
): number | undefined {
  return evseId >= 1 && evseId <= connectorCount(state, context) && connectorId === 1 ? evseId : undefined;
}

/** The one connector of a charge point that is known to have no other; undefined when there are more, or nobody has said. */
export function onlyConnector(state: ChargePointState, context: Context): number | undefined {
  const said = Number(state.configuration['numberofconnectors']?.value);
  const known = context.settings.connectors !== undefined || said > 0 || connectorIds(state).length > 0;
  return known && connectorCount(state, context) === 1 ? 1 : undefined;
}
