/** What a row may say: a difference, and values that its target can have. */

import type { Json } from '../../base/message.ts';
import type { Field, Group, Leaf } from '../../contract/model.ts';
import type { Build } from './build.ts';
import type { WriteRow } from './rows.ts';
import { isObject } from './run.ts';

export function checkSays(row: WriteRow, target: Field, build: Build): void {
  const says = [...row.says].filter((word) => word !== 'write' && word !== 'why');
  const same = row.from?.length === 1 && row.from[0] === target.name && row.given === undefined;
  if (row.target.length === 1 && (says.length === 0 || (same && says.length === 1)))
    build.faults.add(row, 'this row states no difference', 'silence means identical');
  else if (same) build.faults.add(row, '`from` names the field of the same name', 'leave it out');
  for (const occasion of ['absent', 'unknown'] as const) {
    const policy = row.policies.get(occasion);
    if (policy?.do === 'value' && (target.list || !isOf(target.type, policy.value)))
      build.faults.add(row, `${occasion}: ${target.name} cannot be ${JSON.stringify(policy.value)}`);
  }
}

/** Whether a value that a row writes is one of its target. */
export function isOf(type: Leaf | Group, value: Json): boolean {
  if (type.kind === 'leaf') {
    if (type.words) return type.words.some((word) => word === value);
    const wanted =
      type.base === 'int' || type.base === 'decimal' ? 'number' : type.base === 'boolean' ? 'boolean' : 'string';
    return type.base === 'any' || typeof value === wanted;
  }
  if (!isObject(value)) return false;
  const known = type.fields.filter((field) => value[field.name] !== undefined);
  return (
    known.length === Object.keys(value).length &&
    type.fields.every((field) => field.min === 0 || value[field.name] !== undefined) &&
    known.every((field) => !field.list && isOf(field.type, value[field.name] ?? null))
  );
}
