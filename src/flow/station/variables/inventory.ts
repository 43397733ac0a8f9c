import type { VariableRow } from '../../../mapping/station/station-tables.ts';
import type { Context } from '../../decision.ts';
import type { ChargePointState } from '../../state.ts';
import { station } from '../rules.ts';
import { evsesOf } from '../topology.ts';
import { sensors } from '../transactions/sensor-readings.ts';
import { announced, functionsLacking, ofBridge, problems } from './bridge-variables.ts';
import { keyed, limitsOf, longest, ofKey } from './key-variables.ts';
import { knownKeys } from './known-keys.ts';
import { vendor } from './legacy-variables.ts';
import type { Variable } from './variable.ts';
import { variableId } from './variable-names.ts';

/** The device model of one charge point (OCPP 2.0.1 B05 to B08): every variable that it has or may have, with its value. */

/** All variables by their `variableId`; each once. Those without `there` are not reported, but may be asked for. */
export function variablesOf(state: ChargePointState, context: Context): ReadonlyMap<string, Variable> {
  const { tables } = station(context);
  const keys = knownKeys(state, context);
  const evses = evsesOf(state, context);
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
    for (const one of ofKey(row, state, keys, evses, otherwise)) add(one);
    for (const { key } of keyed(row, evses)) claimed.add(key.toLowerCase());
  }
  for (const row of tables.ownVariables) for (const one of ofBridge(row, state, keys, evses, context)) add(one);
  for (const row of tables.variables) for (const one of announced(row, keys)) add(one);
  for (const one of problems(state, keys, evses, context)) add(one);
  for (const one of sensors(state, context)) add(one);
  for (const [lower, known] of keys) if (!claimed.has(lower)) add(vendor(known, state, context));
  return all;
}

function idOf({ component, variable, instance, place, componentInstance }: Variable): string {
  return variableId(component, variable, instance, place, componentInstance);
}
