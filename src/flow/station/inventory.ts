import type { OwnVariableRow, VariableRow } from '../../mapping/station/station-tables.ts';
import type { Context } from '../decision.ts';
import type { ChargePointState } from '../state.ts';
import { type KnownKey, knownKeys } from './known-keys.ts';
import { ownValue } from './own-values.ts';
import { station, stationOf } from './rules.ts';
import { connectorCount } from './topology.ts';
import { nameOfKey, ownName, type Place, variableId } from './variable-names.ts';
import { listed, rotationOf, shown } from './variable-values.ts';

/** The device model of one charge point (OCPP 2.0.1 B05 to B08): every variable that it has or may have, with its value. */

export type Source =
  /** A configuration key of the charge point. */
  | { readonly from: 'key'; readonly key: string; readonly row: VariableRow }
  /** What a key says of one connector. */
  | { readonly from: 'part'; readonly key: string; readonly row: VariableRow; readonly connectorId: number }
  /** The same as another variable's. */
  | { readonly from: 'copy'; readonly key: string }
  /** A key that no row names. */
  | { readonly from: 'vendor'; readonly key: string }
  /** The bridge itself; `name` is where it keeps what the CSMS wrote. */
  | { readonly from: 'bridge'; readonly name: string };

export interface Variable {
  readonly component: string;
  readonly place?: Place;
  readonly variable: string;
  readonly instance?: string;
  readonly source: Source;
  readonly mutability: 'ReadOnly' | 'ReadWrite' | 'WriteOnly';
  /** A write is worth a try: also of a key that the charge point has not listed. */
  readonly writable: boolean;
  /** Absent when it is write-only, or when the charge point does not have it: see `there`. */
  readonly value?: string;
  /** It belongs to the inventory. */
  readonly there: boolean;
  readonly constant?: true;
  readonly dataType: string;
  readonly unit?: string;
  readonly minLimit?: number;
  readonly maxLimit?: number;
  readonly valuesList?: readonly string[];
}

/** Longest name of a measurand and its comma. */
const MEMBER = 32;
/** OCPP 1.6 CiString500Type. */
const LONGEST_VALUE = 500;

/** All variables by their `variableId`; each once. Those without `there` are not reported, but may be asked for. */
export function variablesOf(state: ChargePointState, context: Context): ReadonlyMap<string, Variable> {
  const { tables } = station(context);
  const keys = knownKeys(state, context);
  const connectors = Array.from({ length: connectorCount(state, context) }, (_, index) => index + 1);
  const limits = limitsOf(tables.variables, keys);
  const claimed = new Set<string>();
  const all = new Map<string, Variable>();
  const add = (one: Variable) => {
    const id = idOf(one);
    const limit = limits.get(id);
    if (!all.has(id)) all.set(id, limit === undefined ? one : { ...one, maxLimit: longest(one, limit) });
  };
  const lacking = functionsLacking(tables.ownVariables, keys);
  const otherwise = (row: VariableRow) => (lacking.has(row.component) ? undefined : row.default);
  for (const row of tables.variables) {
    for (const one of ofKey(row, state, keys, connectors, otherwise)) add(one);
    for (const { key } of keyed(row, connectors)) claimed.add(key.toLowerCase());
  }
  for (const row of tables.ownVariables) for (const one of ofBridge(row, state, keys, connectors, context)) add(one);
  for (const row of tables.variables) for (const one of announced(row, keys)) add(one);
  for (const one of problems(state, keys, connectors, context)) add(one);
  for (const [lower, known] of keys) if (!claimed.has(lower)) add(vendor(known, context));
  return all;
}

export function idOf({ component, variable, instance, place }: Variable): string {
  return variableId(component, variable, instance, place);
}

/** Each key that a row means: one, or one for each connector. */
function keyed(row: VariableRow, connectors: readonly number[]): { key: string; place?: Place }[] {
  if (row.tier === 'station') return [{ key: row.key }];
  if (row.tier === 'evse') return connectors.map((id) => ({ key: row.key, place: { id } }));
  const stem = row.key.replace(/\d+$/, '');
  return connectors.map((id) => ({ key: `${stem}${id}`, place: { id } }));
}

function ofKey(
  row: VariableRow,
  state: ChargePointState,
  keys: ReadonlyMap<string, KnownKey>,
  connectors: readonly number[],
  otherwise: (row: VariableRow) => string | undefined,
): Variable[] {
  if (row.as === 'maxLimit') return [];
  if (row.convert === 'phase-rotation') return rotations(row, keys.get(row.key.toLowerCase()), connectors);
  return keyed(row, connectors).flatMap(({ key, place }) => {
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
export function keptHere({ own, key }: VariableRow): boolean {
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
function rotations(row: VariableRow, known: KnownKey | undefined, connectors: readonly number[]): Variable[] {
  return [0, ...connectors].map((connectorId) => {
    const value = known && rotationOf(known.value ?? '', connectorId);
    const fixed = row.mutability === 'ReadOnly' || (known?.readonly ?? false);
    return {
      ...shared(row),
      source: { from: 'part', key: known?.key ?? row.key, row, connectorId },
      mutability: fixed ? 'ReadOnly' : 'ReadWrite',
      writable: !fixed,
      there: value !== undefined,
      ...(value !== undefined && { value }),
      ...(connectorId === 0 ? { component: 'ChargingStation' } : { place: { id: connectorId } }),
    };
  });
}

/** Keys that say how much another variable can hold, by that variable. */
function limitsOf(rows: readonly VariableRow[], keys: ReadonlyMap<string, KnownKey>): Map<string, number> {
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
function longest({ dataType, maxLimit = Number.POSITIVE_INFINITY }: Variable, limit: number): number {
  return dataType.endsWith('List')
    ? Math.min(LONGEST_VALUE, Math.max(1, MEMBER * limit - 1))
    : Math.min(maxLimit, limit);
}

function ofBridge(
  row: OwnVariableRow,
  state: ChargePointState,
  keys: ReadonlyMap<string, KnownKey>,
  connectors: readonly number[],
  context: Context,
): Variable[] {
  if (row.profile !== undefined && !hasProfile(keys, row.profile)) return [];
  const places: (Place | undefined)[] =
    row.tier === 'station'
      ? [undefined]
      : connectors.map((id) => (row.tier === 'evse' ? { id } : { id, connectorId: 1 }));
  const { component, variable, instance, mutability, dataType, unit, constant } = row;
  const name = ownName(component, variable, instance);
  return places.flatMap((place) => {
    const written = mutability === 'ReadWrite' ? stationOf(state).own[name] : undefined;
    const said = row.from === undefined ? { value: row.value } : ownValue(row.from, place, state, context);
    const value = written ?? said?.value;
    if (value === undefined) return [];
    return [
      {
        ...{ component, variable, mutability, dataType, value, there: true, writable: mutability === 'ReadWrite' },
        source: { from: 'bridge', name } as const,
        ...(place && { place }),
        ...(instance !== undefined && { instance }),
        ...(unit !== undefined && { unit }),
        ...(constant && { constant }),
        ...(said?.maxLimit !== undefined && { maxLimit: said.maxLimit }),
      },
    ];
  });
}

/** Components of feature profiles that the charge point does not have: nothing is stated of them. */
function functionsLacking(rows: readonly OwnVariableRow[], keys: ReadonlyMap<string, KnownKey>): ReadonlySet<string> {
  const tied = rows.filter(({ profile }) => profile !== undefined && !hasProfile(keys, profile));
  return new Set(tied.map(({ component }) => component));
}

function hasProfile(keys: ReadonlyMap<string, KnownKey>, profile: string): boolean {
  const profiles = listed(keys.get('supportedfeatureprofiles')?.value ?? '');
  return profiles.some((one) => one.toLowerCase() === profile.toLowerCase());
}

/** A key that is there says that its function is there. */
function announced(row: VariableRow, keys: ReadonlyMap<string, KnownKey>): Variable[] {
  const { announces: component } = row;
  if (component === undefined || !keys.has(row.key.toLowerCase())) return [];
  return ['Available', 'Enabled'].map((variable) => constantTrue(component, variable));
}

function constantTrue(component: string, variable: string): Variable {
  const source: Source = { from: 'bridge', name: ownName(component, variable) };
  return {
    ...{ component, variable, source, mutability: 'ReadOnly', dataType: 'boolean', value: 'true' },
    ...{ there: true, writable: false },
  };
}

/** Components that errors are told of, so that the events mean variables which the CSMS knows. */
function problems(
  state: ChargePointState,
  keys: ReadonlyMap<string, KnownKey>,
  connectors: readonly number[],
  context: Context,
): Variable[] {
  const { tables, settings } = station(context);
  if (settings.errorsAs === 'off') return [];
  const active = Object.entries(stationOf(state).problems);
  const found: Variable[] = [];
  for (const { component, variable, scope, componentOfStation } of tables.errors.values()) {
    if (component === 'LocalAuthListCtrlr' && !hasProfile(keys, 'LocalAuthListManagement')) continue;
    const add = (name: string, place?: Place) => {
      const at = place === undefined ? 'station' : scope === 'connector' ? 'connector' : 'evse';
      const value = active.some(
        ([key, problem]) =>
          key.endsWith(`/${name}/${variable}`) &&
          problem.at === at &&
          (place === undefined || key.startsWith(`${place.id}/`)),
      );
      found.push({ ...constantTrue(name, variable), value: String(value), ...(place && { place }) });
    };
    if (scope !== 'station') {
      for (const id of connectors) add(component, scope === 'connector' ? { id, connectorId: 1 } : { id });
    }
    if (scope === 'station' || scope === 'evse-or-station') add(component);
    else if (componentOfStation !== undefined) add(componentOfStation);
  }
  return found;
}

/** A key that no row names: a variable of a component that other stations with a past in 1.6 have too. */
function vendor({ key, value = '', readonly }: KnownKey, context: Context): Variable {
  return {
    component: station(context).settings.legacyComponent,
    variable: nameOfKey(key),
    source: { from: 'vendor', key },
    mutability: readonly ? 'ReadOnly' : 'ReadWrite',
    writable: !readonly,
    there: true,
    value: shown('same', 'string', value),
    dataType: 'string',
    maxLimit: Math.max(LONGEST_VALUE, Math.min(value.length, 2500)),
  };
}
