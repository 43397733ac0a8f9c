/**
 * Where circulating editions of the 1.6 schemas differ, laid over the edition in use so that what the bridge writes is
 * valid by every one of them. Both messages only ever travel from the bridge to a CSMS, so nothing is refused by this.
 */

import type { JsonSchema } from './json-schema.ts';

interface OverlayRow {
  readonly id: string;
  /** Properties from the root of the message to the one that differs; lists are walked through. */
  readonly path: readonly string[];
  readonly minItems?: number;
  readonly withoutWords?: readonly string[];
  readonly why: string;
}

/** `Celcius` is a misspelling in the first edition, `Hertz` an addition of a later one. */
const DISPUTED_UNITS = ['Celcius', 'Hertz'];

const OVERLAY_16: readonly OverlayRow[] = [
  { id: 'urn:MeterValues.req', path: ['meterValue'], minItems: 1, why: 'a later edition refuses an empty list' },
  {
    id: 'urn:MeterValues.req',
    path: ['meterValue', 'sampledValue'],
    minItems: 1,
    why: 'a later edition refuses an empty list',
  },
  {
    id: 'urn:MeterValues.req',
    path: ['meterValue', 'sampledValue', 'unit'],
    withoutWords: DISPUTED_UNITS,
    why: 'no edition refuses Celsius; each of these is refused by some',
  },
  // The length of its lists stays as published: an empty one is no reason to hold back the end of a transaction.
  {
    id: 'urn:StopTransaction.req',
    path: ['transactionData', 'sampledValue', 'unit'],
    withoutWords: DISPUTED_UNITS,
    why: 'as in MeterValues',
  },
];

/** The documents with the strictest reading of each difference. Throws when a row finds nothing to lie on. */
export function strictest(documents: readonly JsonSchema[]): JsonSchema[] {
  return OVERLAY_16.reduce<JsonSchema[]>(
    (all, row) => {
      if (!all.some((document) => document.$id === row.id)) throw new RangeError(`no schema ${row.id} to overlay`);
      return all.map((document) => (document.$id === row.id ? changed(document, row.path, row) : document));
    },
    [...documents],
  );
}

function changed(schema: JsonSchema, path: readonly string[], row: OverlayRow): JsonSchema {
  if (schema.items !== undefined && path.length > 0) return { ...schema, items: changed(schema.items, path, row) };
  const [name, ...rest] = path;
  if (name === undefined) {
    return {
      ...schema,
      ...(row.minItems !== undefined && { minItems: row.minItems }),
      ...(row.withoutWords && schema.enum && { enum: schema.enum.filter((word) => !isOneOf(word, row.withoutWords)) }),
    };
  }
  const property = schema.properties?.[name];
  if (property === undefined) throw new RangeError(`${row.id}: no ${row.path.join('.')} to overlay`);
  return { ...schema, properties: { ...schema.properties, [name]: changed(property, rest, row) } };
}

function isOneOf(word: unknown, words: readonly string[] | undefined): boolean {
  return typeof word === 'string' && words !== undefined && words.includes(word);
}
