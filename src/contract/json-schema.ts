/** The OCPP-J schema documents, and what a message of theirs may hold in the model of `model.ts`. */

import type { Json } from '../base/message.ts';
import type { Field, Group, Leaf, LeafBase } from './model.ts';

/** The part of JSON Schema draft 07 that OCPP uses. */
export interface JsonSchema {
  readonly $id?: string;
  readonly $ref?: string;
  readonly definitions?: Readonly<Record<string, JsonSchema>>;
  readonly type?: 'object' | 'array' | 'string' | 'integer' | 'number' | 'boolean';
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: boolean;
  readonly items?: JsonSchema;
  readonly minItems?: number;
  readonly maxItems?: number;
  readonly enum?: readonly Json[];
  readonly maxLength?: number;
  readonly multipleOf?: number;
  readonly format?: string;
}

export type MessagePart = 'request' | 'answer';

/** A document's `$id` is `urn:<Action>.req` or `urn:<Action>.conf`. */
export function messageOf(document: JsonSchema): { action: string; part: MessagePart } | undefined {
  const match = /^urn:(\w+)\.(req|conf)$/.exec(document.$id ?? '');
  if (match?.[1] === undefined) return undefined;
  return { action: match[1], part: match[2] === 'req' ? 'request' : 'answer' };
}

/** The schema that a `$ref` into the same document stands for; others stand for themselves. */
export function resolved(document: JsonSchema, schema: JsonSchema): JsonSchema {
  if (schema.$ref === undefined) return schema;
  const target = document.definitions?.[definitionName(schema.$ref)];
  if (target === undefined) throw new RangeError(`${document.$id}: ${schema.$ref} leads nowhere`);
  return resolved(document, target);
}

function definitionName(reference: string): string {
  return reference.replace(/^#\/definitions\//, '');
}

/** What a document's message may hold. `name` becomes the group's name. */
export function groupOf(document: JsonSchema, name: string): Group {
  return objectGroup(document, document, name);
}

function objectGroup(document: JsonSchema, schema: JsonSchema, name: string): Group {
  const required = new Set(schema.required);
  const fields = Object.entries(schema.properties ?? {}).map(([field, property]) =>
    fieldOf(document, property, field, required.has(field), `${name}.${field}`),
  );
  return { kind: 'group', name, fields };
}

function fieldOf(document: JsonSchema, property: JsonSchema, name: string, required: boolean, path: string): Field {
  const schema = resolved(document, property);
  if (schema.type !== 'array') {
    return { name, type: typeOf(document, property, path), min: required ? 1 : 0, max: 1, list: false };
  }
  return {
    name,
    type: typeOf(document, schema.items ?? {}, path),
    // A required list is never written empty, even where a schema forgets to say so.
    min: required ? Math.max(1, schema.minItems ?? 1) : 0,
    max: schema.maxItems ?? Number.POSITIVE_INFINITY,
    list: true,
  };
}

function typeOf(document: JsonSchema, property: JsonSchema, path: string): Leaf | Group {
  const schema = resolved(document, property);
  const name = property.$ref === undefined ? path : definitionName(property.$ref);
  return schema.type === 'object' ? objectGroup(document, schema, name) : leafOf(schema);
}

function leafOf(schema: JsonSchema): Leaf {
  const words = schema.enum?.filter((word) => typeof word === 'string');
  const fractionDigits = schema.multipleOf === undefined ? undefined : digitsAfterPoint(schema.multipleOf);
  return {
    kind: 'leaf',
    base: baseOf(schema),
    ...(words && { words }),
    ...(schema.maxLength !== undefined && { maxLength: schema.maxLength }),
    ...(fractionDigits !== undefined && { fractionDigits }),
  };
}

function baseOf(schema: JsonSchema): LeafBase {
  if (schema.type === 'integer') return 'int';
  if (schema.type === 'number') return 'decimal';
  if (schema.type === 'boolean') return 'boolean';
  if (schema.type !== 'string') return 'any';
  if (schema.format === 'date-time') return 'dateTime';
  return schema.format === 'uri' ? 'anyURI' : 'string';
}

function digitsAfterPoint(step: number): number {
  return String(step).split('.')[1]?.length ?? 0;
}
