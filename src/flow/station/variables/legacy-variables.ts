import type { Context } from '../../decision.ts';
import type { ChargePointState } from '../../state.ts';
import { station, stationOf, withStation } from '../rules.ts';
import { LONGEST_VALUE } from './key-variables.ts';
import type { KnownKey } from './known-keys.ts';
import type { Variable } from './variable.ts';
import { nameOfKey } from './variable-names.ts';
import { shown } from './variable-values.ts';

/**
 * Keys that no row names: variables of a component that other stations with a past in 1.6 have too. 1.6 does not say what type a
 * value has. By policy it shows by the values, and a type that the CSMS was told must not change with the next value: a key whose
 * values have once been of two types is text from then on.
 */

/** OCPP 2.0.1 GetVariables: attributeValue. */
const LONGEST = 2500;
const MOST_TEXTS = 500;

type Type = 'boolean' | 'integer' | 'string';

export function vendor({ key, value = '', readonly }: KnownKey, state: ChargePointState, context: Context): Variable {
  const { legacyComponent, legacyTyped } = station(context).settings;
  const text = !legacyTyped || stationOf(state).texts?.includes(key.toLowerCase());
  const dataType = text ? 'string' : typeOf(value);
  const componentInstance = vendorInstance(state, context);
  return {
    component: legacyComponent,
    ...(componentInstance !== undefined && { componentInstance }),
    variable: nameOfKey(key),
    source: { from: 'vendor', key },
    mutability: readonly ? 'ReadOnly' : 'ReadWrite',
    writable: !readonly,
    there: true,
    value: plain(dataType, value),
    dataType,
    // Of a number it would be the highest.
    ...(dataType === 'string' && { maxLimit: Math.max(LONGEST_VALUE, Math.min(value.length, LONGEST)) }),
  };
}

/** The value that the CSMS writes, in the words of 1.6: so that it has the type that the CSMS was told. */
export function legacyValue({ dataType }: Pick<Variable, 'dataType'>, value: string): string {
  return dataType === 'string' ? value : plain(dataType, value);
}

function plain(dataType: string, value: string): string {
  return shown(dataType === 'boolean' ? 'bool' : 'same', dataType, value);
}

/** Which instance of the component the keys of this charge point are; undefined: it has none. */
export function vendorInstance(state: ChargePointState, context: Context): string | undefined {
  if (station(context).settings.legacyInstance === 'none') return undefined;
  const name = state.boot?.request['chargePointVendor'];
  const trimmed = typeof name === 'string' ? name.trim() : '';
  return trimmed === '' ? undefined : nameOfKey(trimmed);
}

/** The charge point has said something of its keys: those of other types than `before` are text. */
export function textsLearnt(before: ChargePointState, after: ChargePointState, context: Context): ChargePointState {
  if (!station(context).settings.legacyTyped || before.configuration === after.configuration) return after;
  const { texts = [] } = stationOf(after);
  const changed = Object.entries(after.configuration).flatMap(([lower, { value = '' }]) => {
    const old = before.configuration[lower];
    return old !== undefined && !texts.includes(lower) && typeOf(old.value ?? '') !== typeOf(value) ? [lower] : [];
  });
  return changed.length === 0 ? after : withStation(after, { texts: [...texts, ...changed].slice(-MOST_TEXTS) });
}

/** A number with zeros before it is a name: they would be lost. */
function typeOf(value: string): Type {
  const word = value.trim();
  if (/^(?:true|false)$/i.test(word)) return 'boolean';
  return /^(?:0|-?[1-9]\d{0,14})$/.test(word) ? 'integer' : 'string';
}
