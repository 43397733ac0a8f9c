/** Dotted paths into a message: through objects, and into the first item of a list by `0`. */

import type { Json, JsonObject } from '../../base/message.ts';
import type { Field, Group } from '../../contract/model.ts';
import type { Place } from '../fault.ts';
import type { Build } from './build.ts';
import { isObject } from './run.ts';

export interface Found {
  readonly path: readonly string[];
  readonly field: Field;
  /** Present in every valid message. */
  readonly sure: boolean;
}

const FIRST = '0';

/** The field at a path, or undefined after telling what is wrong. */
export function find(group: Group, path: string, place: Place, build: Build): Found | undefined {
  const names = path.split('.');
  let here: Group = group;
  let sure = true;
  let inList = false;
  for (const [index, name] of names.entries()) {
    const field = here.fields.find((known) => known.name === name);
    if (name === FIRST && inList) {
      inList = false;
      continue;
    }
    if (field === undefined)
      return build.unknown(
        `field of ${here.name}`,
        name,
        here.fields.map((known) => known.name),
        place,
      );
    sure &&= field.min > 0;
    if (index === names.length - 1) return { path: names, field, sure };
    inList = field.list && names[index + 1] === FIRST;
    if ((field.list && !inList) || field.type.kind === 'leaf')
      return build.faults.add(place, `${name} is no object, so nothing lies in it`, 'lists are walked by a shape');
    here = field.type;
  }
  return build.faults.add(place, `${path} ends in a list`);
}

/** The value at a path; null and what lies in nothing is undefined. */
export function valueAt(source: JsonObject, path: readonly string[]): Json | undefined {
  let value: Json | undefined = source;
  for (const name of path) {
    if (Array.isArray(value)) value = name === FIRST ? value[0] : undefined;
    else if (isObject(value)) value = value[name];
    else return undefined;
  }
  return value ?? undefined;
}
