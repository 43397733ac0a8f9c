/** One message on its way through the compiled tables: what is given, what was lost. */

import type { Json, JsonObject } from '../../base/message.ts';
import type { Loss } from '../translator.ts';
import type { Given } from './station-tables.ts';

/** Of what stood there, so much is told: a log line is no place for a whole payload. */
const RAW_MOST = 1000;

/** Stands for "this list item goes". */
export const DROP: unique symbol = Symbol('drop this item');

/** Thrown, once made, when nothing is left that the other side could be told. */
export const NOTHING = new Error('nothing is left to be told');

/** Thrown when the other side cannot be asked this. */
export class Rejected extends Error {
  override readonly name = 'Rejected';
  readonly reasonCode: string;

  constructor(reasonCode: string) {
    super(reasonCode);
    this.reasonCode = reasonCode;
  }
}

export class Run {
  readonly given: Given;
  readonly losses: Loss[] = [];
  /** Indexes of the list items on the way to the present value, outermost first. */
  readonly at: number[] = [];
  /** The source objects on the way, outermost first: converters read their arguments from the last one. */
  readonly here: JsonObject[] = [];

  constructor(given: Given) {
    this.given = given;
  }

  lose(code: string, field: string, raw?: Json): void {
    let depth = 0;
    const filled = field.replaceAll('[]', () => `[${this.at[depth++] ?? 0}]`);
    this.losses.push({
      code,
      field: filled,
      ...(raw === undefined ? {} : { raw: (typeof raw === 'string' ? raw : JSON.stringify(raw)).slice(0, RAW_MOST) }),
    });
  }
}

/** A value, nothing to write, or "this item goes". */
export type Made = Json | undefined | typeof DROP;
export type Make = (source: JsonObject, run: Run) => Made;

export const isObject = (value: Json | undefined): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
