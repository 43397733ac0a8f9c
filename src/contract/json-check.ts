/** Validates payloads by their schema, with ajv, and says in one line what is wrong. */

import { Ajv, type ErrorObject, type ValidateFunction } from 'ajv';
import ajvFormats from 'ajv-formats';
import type { JsonObject } from '../base/message.ts';
import type { Violation } from './json-contract.ts';
import type { JsonSchema } from './json-schema.ts';

export type Check = (payload: JsonObject) => Violation | undefined;

/** Makes checks that are compiled when first used: compiling all of them takes the better part of a second. */
export class CheckMaker {
  readonly #ajv: Ajv;

  constructor() {
    this.#ajv = new Ajv({
      // The documents are trusted, draft 07, and hold keywords without effect that strict mode would refuse.
      strict: false,
      validateSchema: false,
      // 14.7 is not a multiple of 0.1 in binary fractions, but it is one in the standard's.
      multipleOfPrecision: 6,
    });
    ajvFormats.default(this.#ajv, ['date-time', 'uri']);
  }

  check(document: JsonSchema): Check {
    let validate: ValidateFunction | undefined;
    return (payload) => {
      validate ??= this.#compile(document);
      return validate(payload) ? undefined : violationOf(validate.errors?.[0]);
    };
  }

  /** `$id`s such as `urn:Authorize.req` are no URIs to this ajv; references stay inside a document and need none. */
  #compile(document: JsonSchema): ValidateFunction {
    const { $id: _id, ...schema } = document;
    return this.#ajv.compile(schema);
  }
}

function violationOf(error: ErrorObject | undefined): Violation {
  if (error === undefined) return { code: 'PayloadShape', reason: 'the payload does not fit its schema' };
  const path = readablePath(error.instancePath);
  const params: Readonly<Record<string, unknown>> = error.params;
  switch (error.keyword) {
    case 'required':
      return { code: 'FieldMissing', reason: `${join(path, String(params['missingProperty']))} is missing` };
    case 'minItems':
      return { code: 'FieldMissing', reason: `${path} needs at least ${params['limit']} in its list` };
    case 'type':
      if (path === '') return { code: 'PayloadShape', reason: 'the payload is not an object' };
      return { code: 'FieldType', reason: `${path} is not of type ${params['type']}` };
    default:
      return { code: 'FieldValue', reason: problemOf(error.keyword, path, params) };
  }
}

/** Tells the rule, never the value: values may be tags. */
function problemOf(keyword: string, path: string, params: Readonly<Record<string, unknown>>): string {
  switch (keyword) {
    case 'enum': {
      const words = params['allowedValues'];
      return `${path} is none of ${Array.isArray(words) ? words.join(', ') : words}`;
    }
    case 'maxLength':
      return `${path} is longer than ${params['limit']} characters`;
    case 'format':
      return `${path} is not a valid ${params['format']}`;
    case 'multipleOf':
      return `${path} is not a multiple of ${params['multipleOf']}`;
    case 'additionalProperties':
      return `${join(path, String(params['additionalProperty']))} is not a field of the message`;
    case 'maxItems':
      return `${path} has more than ${params['limit']} items`;
    case 'minimum':
    case 'maximum':
      return `${path} is not ${params['comparison']} ${params['limit']}`;
    default:
      return `${path} violates the rule ${keyword}`;
  }
}

/** `/meterValue/0/timestamp` -> `meterValue[0].timestamp` */
function readablePath(pointer: string): string {
  return pointer
    .replace(/\/(\d+)(?=\/|$)/g, '[$1]')
    .replace(/^\//, '')
    .replaceAll('/', '.');
}

function join(path: string, name: string): string {
  return path === '' ? name : `${path}.${name}`;
}
