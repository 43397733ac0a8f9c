import { BridgeError } from '../base/errors.ts';
import type { JsonObject } from '../base/message.ts';

/**
 * What earlier releases stored, brought to the shape of this one. A document says its shape in `schema`; one of a later release
 * is refused and stays as it is, because what it says cannot be known here.
 *
 * To change a shape: add a step, raise the number where the shape is declared, and keep the golden document of the release
 * before in test/session/golden. A field that may be missing needs no step.
 */

/** Makes a document of the next schema out of one of this. */
export type Step = (document: JsonObject) => JsonObject;

export interface Shape {
  /** For people. */
  readonly name: string;
  /** The first makes schema 2 out of schema 1. */
  readonly steps: readonly Step[];
}

/** ChargePointState with its parts. Schema 2 has them in rows of their own, which a program that knows only 1 would not look for. */
export const STATE_SHAPE: Shape = { name: 'state', steps: [(document) => document] };
/** OutboxEntry, waiting or put aside. */
export const ENTRY_SHAPE: Shape = { name: 'waiting message', steps: [] };
/** The answer to a message that may be repeated. */
export const REPEAT_SHAPE: Shape = { name: 'remembered answer', steps: [] };

/** The schema that this program writes. */
export function schemaOf({ steps }: Shape): number {
  return 1 + steps.length;
}

/** The document in the shape of today. Rows of the first releases say no schema: it is 1. Throws StoreFailed for a later one. */
export function migrated(document: JsonObject, shape: Shape): JsonObject {
  const { schema = 1 } = document;
  const known = schemaOf(shape);
  if (typeof schema !== 'number' || !Number.isInteger(schema) || schema < 1) {
    throw new BridgeError('StoreFailed', `a stored ${shape.name} is damaged: its schema is ${JSON.stringify(schema)}`);
  }
  if (schema > known) {
    const reason = `a stored ${shape.name} has schema ${schema}, this program knows up to ${known}: it was written by a newer one`;
    throw new BridgeError('StoreFailed', reason);
  }
  const now = shape.steps.slice(schema - 1).reduce((before, step) => step(before), document);
  return { ...now, schema: known };
}
