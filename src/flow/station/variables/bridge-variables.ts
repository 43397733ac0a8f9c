import type { OwnVariableRow, VariableRow } from '../../../mapping/station/station-tables.ts';
import type { Context } from '../../decision.ts';
import type { ChargePointState } from '../../state.ts';
import { station, stationOf } from '../rules.ts';
import type { EvseConnectors } from '../topology.ts';
import type { KnownKey } from './known-keys.ts';
import { type OwnValue, ownValue, type Spot } from './own-values.ts';
import type { Source, Variable } from './variable.ts';
import { ownName } from './variable-names.ts';
import { listed } from './variable-values.ts';

/** Variables that the bridge states or keeps itself. */

export function ofBridge(
  row: OwnVariableRow,
  state: ChargePointState,
  keys: ReadonlyMap<string, KnownKey>,
  evses: readonly EvseConnectors[],
  context: Context,
): Variable[] {
  if (row.profile !== undefined && !hasProfile(keys, row.profile)) return [];
  const spots = row.tier === 'station' ? [undefined] : spotsOf(evses, row.tier);
  const { component, variable, instance, dataType, unit, constant } = row;
  const name = ownName(component, variable, instance);
  return spots.flatMap((spot) => {
    const written = row.mutability === 'ReadWrite' ? stationOf(state).own[name] : undefined;
    const said: OwnValue | undefined = row.from === undefined ? stated(row) : ownValue(row.from, spot, state, context);
    const value = written ?? said?.value;
    if (said === undefined || value === undefined) return [];
    const { minLimit, maxLimit, valuesList } = said;
    const mutability = said.writable ? 'ReadWrite' : row.mutability;
    return [
      {
        ...{ component, variable, mutability, dataType, value, there: true, writable: mutability === 'ReadWrite' },
        source: { from: 'bridge', name } as const,
        ...(spot && { place: spot.place }),
        ...(instance !== undefined && { instance }),
        ...(unit !== undefined && { unit }),
        ...(constant && { constant }),
        ...(minLimit !== undefined && { minLimit }),
        ...(maxLimit !== undefined && { maxLimit }),
        ...(valuesList && { valuesList }),
      },
    ];
  });
}

/** What is always so; of a list it is all that there is to choose from. */
function stated({ value, dataType }: OwnVariableRow): OwnValue {
  return { value, ...(value !== undefined && dataType.endsWith('List') && { valuesList: value.split(',') }) };
}

/** A place with the connectors that are there. */
function spotsOf(evses: readonly EvseConnectors[], tier: 'evse' | 'connector'): Spot[] {
  return evses.flatMap(({ id, connectors }) =>
    tier === 'evse'
      ? [{ place: { id }, connectors }]
      : connectors.map((one, at) => ({ place: { id, connectorId: at + 1 }, connectors: [one] })),
  );
}

/** Components of feature profiles that the charge point does not have: nothing is stated of them. */
export function functionsLacking(
  rows: readonly OwnVariableRow[],
  keys: ReadonlyMap<string, KnownKey>,
): ReadonlySet<string> {
  const tied = rows.filter(({ profile }) => profile !== undefined && !hasProfile(keys, profile));
  return new Set(tied.map(({ component }) => component));
}

function hasProfile(keys: ReadonlyMap<string, KnownKey>, profile: string): boolean {
  const profiles = listed(keys.get('supportedfeatureprofiles')?.value ?? '');
  return profiles.some((one) => one.toLowerCase() === profile.toLowerCase());
}

/** A key that is there says that its function is there. */
export function announced(row: VariableRow, keys: ReadonlyMap<string, KnownKey>): Variable[] {
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
export function problems(
  state: ChargePointState,
  keys: ReadonlyMap<string, KnownKey>,
  evses: readonly EvseConnectors[],
  context: Context,
): Variable[] {
  const { tables, settings } = station(context);
  if (settings.errorsAs === 'off') return [];
  const active = Object.entries(stationOf(state).problems);
  const found: Variable[] = [];
  for (const { component, variable, scope, componentOfStation } of tables.errors.values()) {
    if (component === 'LocalAuthListCtrlr' && !hasProfile(keys, 'LocalAuthListManagement')) continue;
    const add = (name: string, spot?: Spot) => {
      const at = spot === undefined ? 'station' : scope === 'connector' ? 'connector' : 'evse';
      const value = active.some(
        ([key, problem]) =>
          key.endsWith(`/${name}/${variable}`) &&
          problem.at === at &&
          (spot === undefined || spot.connectors.some((id) => key.startsWith(`${id}/`))),
      );
      found.push({ ...constantTrue(name, variable), value: String(value), ...(spot && { place: spot.place }) });
    };
    if (scope !== 'station') {
      for (const spot of spotsOf(evses, scope === 'connector' ? 'connector' : 'evse')) add(component, spot);
    }
    if (scope === 'station' || scope === 'evse-or-station') add(component);
    else if (componentOfStation !== undefined) add(componentOfStation);
  }
  return found;
}
