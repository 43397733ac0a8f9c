/** What a row reads: a value of the source and its type. */

import type { Json, JsonObject } from '../../base/message.ts';
import type { Field, Group, Leaf } from '../../contract/model.ts';
import type { Place } from '../fault.ts';
import type { Build } from './build.ts';
import type { Around } from './build-write.ts';
import { type Found, find, valueAt } from './paths.ts';
import type { WriteRow } from './rows.ts';

/** The source of a row: a value and its type. */
export interface Source {
  readonly type: Leaf | Group;
  readonly list: boolean;
  /** At least one item, when it is a list. */
  readonly filled: boolean;
  readonly sure: boolean;
  readonly self: boolean;
  read(source: JsonObject): Json | undefined;
}

/** Undefined after telling what is wrong. */
export function sourceOf(row: WriteRow | undefined, target: Field, around: Around): Source | undefined {
  const { source, cover, build, place } = around;
  const at = row ?? place;
  const paths = row?.from ?? [target.name];
  if (paths.includes('.')) {
    if (paths.length > 1) return build.faults.add(at, '`.` is the whole object: nothing comes beside it');
    return { type: source, list: false, filled: true, sure: true, self: true, read: (value) => value };
  }
  const founds = paths.flatMap((path) => find(source, path, at, build) ?? []);
  for (const found of founds) cover.mark(found.path);
  const [first] = founds;
  if (!first || founds.length < paths.length) return undefined;
  const type = mergedType(founds, at, build);
  return {
    type,
    list: first.field.list,
    filled: first.field.min > 0,
    sure: founds.some((found) => found.sure),
    self: false,
    read: founds.length === 1 ? readerOf(first.path) : (value) => firstOf(value, founds),
  };
}

/** Most rows read a field of the object itself. */
function readerOf(path: readonly string[]): Source['read'] {
  const [name, ...deeper] = path;
  if (name === undefined || deeper.length > 0) return (value) => valueAt(value, path);
  return (value) => value[name] ?? undefined;
}

function firstOf(source: JsonObject, founds: readonly Found[]): Json | undefined {
  for (const found of founds) {
    const value = valueAt(source, found.path);
    if (value !== undefined && value !== '') return value;
  }
  return undefined;
}

function mergedType(founds: readonly Found[], place: Place, build: Build): Leaf | Group {
  const [first, ...rest] = founds.map((found) => found.field.type);
  if (first?.kind !== 'leaf') {
    if (rest.length > 0) build.faults.add(place, 'only texts and numbers can stand for each other');
    return first ?? { kind: 'leaf', base: 'any' };
  }
  let merged: Leaf = first;
  for (const type of rest) {
    if (type.kind === 'group' || type.base !== merged.base) {
      build.faults.add(place, 'these fields are of different kinds');
      continue;
    }
    const { words: _words, maxLength: _most, ...plain } = merged;
    const words = merged.words && type.words ? [...merged.words, ...type.words] : undefined;
    const longest = [merged, type].map((leaf) => leaf.maxLength ?? (leaf.words ? 0 : Number.POSITIVE_INFINITY));
    const most = Math.max(
      ...longest,
      ...[merged, type].flatMap((leaf) => leaf.words?.map((word) => word.length) ?? []),
    );
    merged = { ...plain, ...(words && { words }), ...(Number.isFinite(most) && { maxLength: most }) };
  }
  return merged;
}
