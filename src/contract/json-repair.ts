/** Reads what JSON serialisers get wrong the way it was meant. Led by the schema; never invents a value. */

import type { Json, JsonObject } from '../base/message.ts';
import { type JsonSchema, resolved } from './json-schema.ts';

/** Returns the mended value, or undefined for "absent". Puts the path of each thing it leaves out into `dropped`. */
type Mend = (value: Json, path: string, dropped: string[]) => Json | undefined;

/** A pure function that mends payloads of one message; see `JsonContract.repair`. */
export type Repair = (payload: JsonObject) => { payload: JsonObject; dropped: string[] };

/** Compiles the mender of a document's message. */
export function repairOf(document: JsonSchema): Repair {
  const mend = objectMend(document, document, new Map());
  return (payload) => {
    const dropped: string[] = [];
    const mended = mend(payload, '', dropped);
    return { payload: isObject(mended) ? mended : payload, dropped };
  };
}

function mendOf(document: JsonSchema, property: JsonSchema, known: Map<JsonSchema, Mend>): Mend {
  const schema = resolved(document, property);
  switch (schema.type) {
    case 'object':
      return objectMend(document, schema, known);
    case 'array':
      return listMend(mendOf(document, schema.items ?? {}, known));
    case 'string':
      return schema.format === 'date-time' ? toTime : toText;
    case 'integer':
      return toNumber;
    case 'number':
      return schema.multipleOf === 0.1 ? toTenths : toNumber;
    case 'boolean':
      return toBoolean;
    default:
      return asIs;
  }
}

function objectMend(document: JsonSchema, schema: JsonSchema, known: Map<JsonSchema, Mend>): Mend {
  const earlier = known.get(schema);
  if (earlier !== undefined) return earlier;
  const fields = new Map<string, Mend>();
  const open = schema.additionalProperties !== false;
  const mend: Mend = (value, path, dropped) => {
    if (!isObject(value)) return value;
    const result: JsonObject = {};
    for (const name of Object.keys(value)) {
      const own = value[name];
      const field = fields.get(name) ?? (open && name !== '__proto__' ? asIs : undefined);
      const at = path === '' ? name : `${path}.${name}`;
      const mended = own === undefined || own === null || field === undefined ? undefined : field(own, at, dropped);
      if (mended !== undefined) result[name] = mended;
      else dropped.push(at);
    }
    return result;
  };
  // Known before its fields are: a definition may contain itself.
  known.set(schema, mend);
  for (const [name, property] of Object.entries(schema.properties ?? {})) {
    fields.set(name, mendOf(document, property, known));
  }
  return mend;
}

function listMend(item: Mend): Mend {
  return (value, path, dropped) => {
    if (!Array.isArray(value)) return value;
    const result: Json[] = [];
    value.forEach((own, index) => {
      const mended = own === null ? undefined : item(own, `${path}[${index}]`, dropped);
      if (mended !== undefined) result.push(mended);
      else dropped.push(`${path}[${index}]`);
    });
    return result;
  };
}

const asIs: Mend = (value) => value;

/** Numbers keep their own digits; an object where text belongs (vendor data) becomes its JSON text. */
const toText: Mend = (value) => {
  if (typeof value === 'string') return value;
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
};

/** A time without a zone is meant in UTC, as OCPP-J asks of its senders (OCPP 1.6 section 3.13). */
const toTime: Mend = (value) =>
  typeof value === 'string' && /^\s*\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?\s*$/.test(value)
    ? `${value.trim()}Z`
    : value;

const toNumber: Mend = (value) =>
  typeof value === 'string' && /^\s*[+-]?\d+(\.\d+)?\s*$/.test(value) ? Number(value) : value;

/** Finer than the schema allows: rounded half up, in decimal, so that 10.25 is 10.3. */
const toTenths: Mend = (value, path, dropped) => {
  const number = toNumber(value, path, dropped);
  if (typeof number !== 'number' || !Number.isFinite(number)) return number;
  return Math.floor(Number(`${number}e1`) + 0.5) / 10;
};

const toBoolean: Mend = (value) => {
  if (typeof value !== 'string') return value;
  const word = value.trim().toLowerCase();
  return word === 'true' ? true : word === 'false' ? false : value;
};

function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
