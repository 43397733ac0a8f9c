import type { Context } from '../decision.ts';
import { type ChargePointState, connectorIds, MOST_CONNECTORS } from '../state.ts';
import { station } from './rules.ts';
import type { EvseSettings } from './settings.ts';
import type { Place } from './variables/variable-names.ts';

/**
 * Connectors of 1.6 as EVSEs of 2.0.1. Those that the operator names together (`station.evses`) form one EVSE each, EVSE 1 being
 * the first; every other connector is an EVSE by itself, behind them in ascending order. So the ids have no gap, and a connector
 * that is heard of later changes none that was told before. Connector 0 is the station.
 */

export interface Evse {
  readonly id: number;
  /** Counts from 1 in each EVSE. */
  readonly connectorId: number;
}

/** An EVSE with its connectors of 1.6; the first is its connector 1. */
export interface EvseConnectors {
  readonly id: number;
  readonly connectors: readonly number[];
}

/** Where a connector stands, whether or not anybody has heard of it. */
export function evseOf(connectorId: number, context: Context): Evse {
  if (connectorId <= 0) return { id: 0, connectorId: 1 };
  const { evses } = station(context).settings;
  let before = 0;
  for (const [at, { connectors }] of evses.entries()) {
    const position = connectors.indexOf(connectorId);
    if (position >= 0) return { id: at + 1, connectorId: position + 1 };
    before += connectors.filter((id) => id < connectorId).length;
  }
  return { id: evses.length + connectorId - before, connectorId: 1 };
}

/** The connectors of its EVSE, itself among them. */
export function siblingsOf(connectorId: number, context: Context): readonly number[] {
  return rowOf(connectorId, context)?.connectors ?? [connectorId];
}

/** Where something of one connector stands: at its EVSE, or at the connector where others share that. */
export function standsAt(connectorId: number, context: Context): Place {
  const { id, connectorId: number } = evseOf(connectorId, context);
  return siblingsOf(connectorId, context).length > 1 ? { id, connectorId: number } : { id };
}

/** Whether the operator says that there is such a connector. */
export function isNamed(connectorId: number, context: Context): boolean {
  return rowOf(connectorId, context) !== undefined;
}

function rowOf(connectorId: number, context: Context): EvseSettings | undefined {
  return station(context).settings.evses.find(({ connectors }) => connectors.includes(connectorId));
}

/** What kind of connector it is, as the operator says. */
export function connectorTypeOf(connectorId: number, context: Context): string {
  const { connectors = [], connectorTypes = [] } = rowOf(connectorId, context) ?? {};
  return connectorTypes[connectors.indexOf(connectorId)] ?? station(context).settings.connectorType;
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
    ...station(context).settings.evses.flatMap(({ connectors }) => connectors),
  );
}

/** All connectors, by the numbers of 1.6. */
export function connectorsOf(state: ChargePointState, context: Context): number[] {
  return Array.from({ length: connectorCount(state, context) }, (_, index) => index + 1);
}

/** All EVSEs, in the order of their ids. */
export function evsesOf(state: ChargePointState, context: Context): EvseConnectors[] {
  const { evses } = station(context).settings;
  const others = connectorsOf(state, context).filter((id) => !isNamed(id, context));
  return [...evses.map(({ connectors }) => connectors), ...others.map((id) => [id])].map((connectors, at) => ({
    ...{ id: at + 1, connectors },
  }));
}

/** The connectors of one EVSE; none when there is no such EVSE. */
export function connectorsAt(state: ChargePointState, context: Context, evseId: number): readonly number[] {
  return evsesOf(state, context).find(({ id }) => id === evseId)?.connectors ?? [];
}

/** The connector that an EVSE and the number of one of its connectors mean; undefined when there is none such. */
export function connectorAt(
  state: ChargePointState,
  context: Context,
  evseId: number,
  connectorId: number,
): number | undefined {
  return connectorsAt(state, context, evseId)[connectorId - 1];
}

/** The EVSE of a charge point that is known to have no other; undefined when there are more, or nobody has said. */
export function onlyEvse(state: ChargePointState, context: Context): EvseConnectors | undefined {
  const said = Number(state.configuration['numberofconnectors']?.value);
  const told = context.settings.connectors !== undefined || station(context).settings.evses.length > 0;
  const all = evsesOf(state, context);
  return (told || said > 0 || connectorIds(state).length > 0) && all.length === 1 ? all[0] : undefined;
}
