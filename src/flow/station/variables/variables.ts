import type { Refusal } from '../../../base/errors.ts';
import type { Json, JsonObject } from '../../../base/message.ts';
import type { Context } from '../../decision.ts';
import type { ChargePointState } from '../../state.ts';
import { station } from '../rules.ts';
import { variablesOf } from './inventory.ts';
import { vendorInstance } from './legacy-variables.ts';
import type { Variable } from './variable.ts';
import { keyOfName, type Place, variableId } from './variable-names.ts';

/** Which variable a name of the CSMS means (OCPP 2.0.1 B05, B06): exactly one, or none. */

export type Target =
  | { readonly is: 'variable'; readonly variable: Variable }
  /** A key that the charge point has not listed; it may know it all the same. */
  | { readonly is: 'unseen'; readonly key: string }
  | { readonly is: 'unknown'; readonly status: 'UnknownComponent' | 'UnknownVariable' };

/** One of the things asked for in GetVariables or SetVariables, as the CSMS spells it. */
export interface Named {
  readonly component: JsonObject;
  readonly variable: JsonObject;
  /** Absent means Actual. */
  readonly attributeType: string;
}

export type Resolve = (named: Named) => Target;

export function resolver(state: ChargePointState, context: Context): Resolve {
  const all = variablesOf(state, context);
  const { legacyComponent } = station(context).settings;
  const ofVendor = vendorInstance(state, context);
  const components = new Set([variableId(legacyComponent, '', '', undefined, ofVendor)]);
  for (const { component, place, componentInstance, there } of all.values())
    if (there) components.add(variableId(component, '', '', place, componentInstance));
  const claimed = new Set(station(context).tables.variables.map(({ key }) => key.toLowerCase()));
  return ({ component, variable }) => {
    const name = String(component['name']);
    const place = placeOf(component);
    const word = String(variable['name']);
    const part = text(component['instance']);
    const id = (its: string, instance?: string) => variableId(name, its, instance, place ?? undefined, part);
    const found = place === undefined ? undefined : all.get(id(word, text(variable['instance'])));
    if (found) return { is: 'variable', variable: found };
    if (place === undefined || !components.has(id(''))) return { is: 'unknown', status: 'UnknownComponent' };
    const ofVendors = same(name, legacyComponent) && same(part, ofVendor ?? '');
    const legacy = ofVendors && text(variable['instance']) === '';
    const key = legacy ? keyOfName(word) : undefined;
    if (key !== undefined && !claimed.has(key.toLowerCase())) return { is: 'unseen', key };
    return { is: 'unknown', status: 'UnknownVariable' };
  };
}

/** What the charge point lacks of it: the component, or this variable of it; undefined when it is there. */
export function missing(named: Named, resolve: Resolve): 'UnknownComponent' | 'UnknownVariable' | undefined {
  const target = resolve(named);
  if (target.is === 'unknown') return target.status;
  if (target.is === 'variable' && target.variable.there) return undefined;
  const none = resolve({ ...named, variable: { name: '' } });
  return none.is === 'unknown' ? none.status : 'UnknownVariable';
}

function same(a: string, b: string): boolean {
  return a.toLowerCase() === b.toLowerCase();
}

/** Null: the station itself; undefined: no place that any charge point has. */
function placeOf(component: JsonObject): Place | null | undefined {
  const evse = component['evse'];
  if (evse === undefined || evse === null) return null;
  if (typeof evse !== 'object' || Array.isArray(evse)) return undefined;
  const { id, connectorId } = evse;
  if (typeof id !== 'number' || id < 1) return undefined;
  if (connectorId === undefined) return { id };
  return typeof connectorId === 'number' && connectorId >= 1 ? { id, connectorId } : undefined;
}

function text(value: Json | undefined): string {
  return typeof value === 'string' ? value : '';
}

/** The items of a request, with what they ask for. */
export function namedIn(items: Json | undefined): (Named & { readonly item: JsonObject })[] {
  return objects(items).map((item) => ({
    item,
    component: object(item['component']),
    variable: object(item['variable']),
    attributeType: String(item['attributeType'] ?? 'Actual'),
  }));
}

export function objects(list: Json | undefined): JsonObject[] {
  return Array.isArray(list) ? list.map(object) : [];
}

export function object(value: Json | undefined): JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? value : {};
}

/** The charge point has said nothing at all: another question now would be as vain. */
export function absent({ code }: Refusal): boolean {
  return ['NoCallback', 'CallbackDenied', 'DeviceUnreachable', 'DeviceUncertain', 'CommandExpired'].includes(code);
}
