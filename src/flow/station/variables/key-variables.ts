import type { VariableRow } from '../../../mapping/station/station-tables.ts';
import type { ChargePointState } from '../../state.ts';
import { stationOf } from '../rules.ts';
import type { EvseConnectors } from '../topology.ts';
import type { KnownKey } from './known-keys.ts';
import type { Variable } from './variable.ts';
import { ownName, type Place, variableId } from './variable-names.ts';
import { rotationOf, shown } from './variable-values.ts';

/** Configuration keys of the charge point as variables. */

/** Longest name of a measurand and its comma. */
const MEMBER = 32;
/** OCPP 1.6 CiString500Type. */
export const LONGEST_VALUE = 500;
/** Each key that a row means: one, or one for each connector. Where connectors share an EVSE each has its own key. */
export function keyed(row: VariableRow, evses: readonly EvseConnectors[]): { key: string; place?: Place }[] {
  if (row.tier === 'station') return [{ key: row.key }];
  if (row.tier === 'evse') return evses.map(({ id }) => ({ key: row.key, place: { id } }));
  const stem = row.key.replace(/\d+$/, '');
  return evses.flatMap(({ id, connectors }) =>
    connectors.map((connector, at) => ({
      key: `${stem}${connector}`,
      place: connectors.length === 1 ? { id } : { id, connectorId: at + 1 },
    })),
  );
}

/** A row as variables; `otherwise` says what it shows when the charge point does not have the key. */
export function ofKey(
  row: VariableRow,
  state: ChargePointState,
  keys: ReadonlyMap<string, KnownKey>,
  evses: readonly EvseConnectors[],
  otherwise: (row: VariableRow) => string | undefined,
): Variable[] {
  if (row.as === 'maxLimit') return [];
  if (row.convert === 'phase-rotation') return rotations(row, keys.get(row.key.toLowerCase()), evses);
  return keyed(row, evses).flatMap(({ key, place }) => {
    const kept = keptHere(row);
    const known = kept ? undefined : keys.get(key.toLowerCase());
    const name = ownName(row.component, row.variable, row.instance);
    // What the CSMS wrote and the bridge obeys goes before what the charge point makes of it.
    const written = row.own && stationOf(state).own[name];
    const said = known === undefined ? undefined : shown(row.convert, row.dataType, known.value ?? '');
    const value = row.mutability === 'WriteOnly' ? undefined : (written ?? said ?? beat(row, state) ?? otherwise(row));
    // What the bridge obeys itself can be changed whatever the charge point says of its key.
    const fixed = row.own === undefined && (known?.readonly ?? said === undefined);
    const one: Variable = {
      ...shared(row),
      source: kept ? { from: 'bridge', name } : { from: 'key', key: known?.key ?? key, row },
      mutability: row.mutability === 'WriteOnly' ? 'WriteOnly' : readOnly(row, fixed) ? 'ReadOnly' : 'ReadWrite',
      writable: !readOnly(row, row.own === undefined && (known?.readonly ?? false)),
      there: value !== undefined || row.mutability === 'WriteOnly',
      ...(value !== undefined && { value }),
      ...(place && { place }),
    };
    return [one, ...copies(row, one)];
  });
}

/** The charge point is not told; the interval of pings is a matter of the rules of the pivot, which hold the link. */
function keptHere({ own, key }: VariableRow): boolean {
  return own === 'only' && key !== 'WebSocketPingInterval';
}

/** The interval that the CSMS gave when the charge point booted holds until it writes another. */
function beat({ key }: VariableRow, { registration }: ChargePointState): string | undefined {
  return key === 'HeartbeatInterval' && registration && registration.interval > 0
    ? String(registration.interval)
    : undefined;
}

function readOnly(row: VariableRow, fixed: boolean): boolean {
  return row.mutability === 'ReadOnly' || fixed;
}

function shared(row: VariableRow): Pick<Variable, 'component' | 'variable' | 'dataType'> {
  const { component, variable, instance, dataType, unit, minLimit, valuesList } = row;
  return {
    ...{ component, variable, dataType },
    ...(instance !== undefined && { instance }),
    ...(unit !== undefined && { unit }),
    ...(minLimit !== undefined && { minLimit }),
    ...(valuesList && { valuesList }),
  };
}

/** They show the same, and are never written: a write must not hit two keys. */
function copies(row: VariableRow, { instance: _, minLimit: _limit, ...one }: Variable): Variable[] {
  return (row.copies ?? []).map(({ component, variable }) => ({
    ...one,
    ...{ component, variable, mutability: 'ReadOnly', writable: false },
    source: one.source.from === 'key' ? { from: 'copy', key: one.source.key } : one.source,
  }));
}

/** ConnectorPhaseRotation: one key speaks of the station (0) and of each connector. */
function rotations(row: VariableRow, known: KnownKey | undefined, evses: readonly EvseConnectors[]): Variable[] {
  return [{ id: 0, connectors: [0] }, ...evses].map(({ id, connectors }) => {
    const value = known && rotationOf(known.value ?? '', connectors);
    const fixed = row.mutability === 'ReadOnly' || (known?.readonly ?? false);
    return {
      ...shared(row),
      source: { from: 'part', key: known?.key ?? row.key, row, connectors },
      mutability: fixed ? 'ReadOnly' : 'ReadWrite',
      writable: !fixed,
      there: value !== undefined,
      ...(value !== undefined && { value }),
      ...(id === 0 ? { component: 'ChargingStation' } : { place: { id } }),
    };
  });
}

/** Keys that say how much another variable can hold, by that variable. */
export function limitsOf(rows: readonly VariableRow[], keys: ReadonlyMap<string, KnownKey>): Map<string, number> {
  const limits = new Map<string, number>();
  for (const row of rows) {
    if (row.as !== 'maxLimit') continue;
    const said = keys.get(row.key.toLowerCase())?.value;
    const limit = Number(said);
    if (!said || !Number.isInteger(limit) || limit < 0) continue;
    limits.set(variableId(row.component, row.variable, row.instance), limit);
  }
  return limits;
}

/** 1.6 counts the members of a list, maxLimit the characters of its text: longer than this no such list is. */
export function longest({ dataType, maxLimit = Number.POSITIVE_INFINITY }: Variable, limit: number): number {
  return dataType.endsWith('List')
    ? Math.min(LONGEST_VALUE, Math.max(1, MEMBER * limit - 1))
    : Math.min(maxLimit, limit);
}
