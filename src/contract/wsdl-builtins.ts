/** What XML Schema itself defines, as far as messages use it. */

import type { LeafBase } from './model.ts';

export const XSD = 'http://www.w3.org/2001/XMLSchema';

/** Built-in types that OCPP uses, and their kin. */
const BUILTINS: Readonly<Record<string, LeafBase>> = {
  string: 'string',
  normalizedString: 'string',
  token: 'string',
  language: 'string',
  NMTOKEN: 'string',
  NCName: 'string',
  anyURI: 'anyURI',
  boolean: 'boolean',
  dateTime: 'dateTime',
  decimal: 'decimal',
  float: 'decimal',
  double: 'decimal',
  int: 'int',
  integer: 'int',
  long: 'int',
  short: 'int',
  byte: 'int',
  nonNegativeInteger: 'int',
  positiveInteger: 'int',
  unsignedInt: 'int',
  unsignedLong: 'int',
  unsignedShort: 'int',
  unsignedByte: 'int',
  anySimpleType: 'any',
};

/** Facets that narrow a value without changing how it is read or written. */
export const HARMLESS_FACETS: ReadonlySet<string> = new Set([
  'pattern',
  'whiteSpace',
  'minLength',
  'totalDigits',
  'minInclusive',
  'maxInclusive',
  'minExclusive',
  'maxExclusive',
]);

/** The base of a built-in type, by its local name; undefined when it is not supported. */
export function builtin(name: string): LeafBase | undefined {
  return Object.hasOwn(BUILTINS, name) ? BUILTINS[name] : undefined;
}
