/** One row that writes, or the silence of identical fields, as a function. */

import type { Json, JsonObject } from '../../base/message.ts';
import type { Field, Group, Leaf } from '../../contract/model.ts';
import type { Place } from '../fault.ts';
import type { Build, Cover } from './build.ts';
import { buildConvert } from './build-convert.ts';
import { buildGroup } from './build-group.ts';
import { applied, buildLeaf, type Spot, type Turned } from './build-leaf.ts';
import { writtenLine } from './lines.ts';
import { type Found, find, valueAt } from './paths.ts';
import type { WriteRow } from './rows.ts';
import { isObject, type Made, type Make, NOTHING, Rejected, type Run } from './run.ts';

/** Where a row stands. */
export interface Around {
  readonly source: Group;
  readonly cover: Cover;
  /** Of the entry or shape, for what has no row. */
  readonly place: Place;
  /** The target object as a path. */
  readonly path: string;
  /** The source object as the beginning of a path. */
  readonly from: string;
  readonly inItem: boolean;
  readonly build: Build;
}

export interface Written {
  readonly make: Make;
  readonly sure: boolean;
  readonly drops: boolean;
}

/** The source of a row: a value and its type. */
interface Source {
  readonly type: Leaf | Group;
  readonly list: boolean;
  /** At least one item, when it is a list. */
  readonly filled: boolean;
  readonly sure: boolean;
  readonly self: boolean;
  read(source: JsonObject): Json | undefined;
}

const THERE: Written = { make: () => undefined, sure: true, drops: false };

export function buildWrite(row: WriteRow | undefined, target: Field, around: Around): Written {
  const { build, path } = around;
  const name = path === '' ? target.name : `${path}.${target.name}`;
  if (row) checkSays(row, target, build);
  build.open(writtenLine(row, target, name, around));
  const written = writtenBy(row, target, name, around);
  build.close();
  return written;
}

function writtenBy(row: WriteRow | undefined, target: Field, name: string, around: Around): Written {
  const { build } = around;
  if (row?.constant !== undefined) return constantOf(row, row.constant, target, name, build);
  if (row?.givenEach !== undefined) return givenEach(row.givenEach, build);
  if (row?.given !== undefined) build.give(row.given);
  if (row?.given !== undefined && row.from === undefined) {
    const { given } = row;
    return { make: (_source, run) => run.given[given], sure: true, drops: false };
  }
  const from = sourceOf(row, target, around);
  if (!from) return THERE;
  const turned = buildValue(row, from, target, name, around);
  return withAbsence(row, from, turned, name, around);
}

function checkSays(row: WriteRow, target: Field, build: Build): void {
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
function isOf(type: Leaf | Group, value: Json): boolean {
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

function constantOf(row: WriteRow, constant: Json, target: Field, name: string, build: Build): Written {
  if (target.list || !isOf(target.type, constant))
    build.faults.add(row, `${name} cannot be ${JSON.stringify(constant)}`);
  const { given } = row;
  if (given === undefined) return { make: () => constant, sure: true, drops: false };
  build.give(given);
  return { make: (_source, run) => run.given[given] ?? constant, sure: true, drops: false };
}

function givenEach(given: string, build: Build): Written {
  build.give(given);
  const make = (_source: JsonObject, run: Run): Json | undefined => {
    const list = run.given[given];
    return Array.isArray(list) ? (list[run.at.at(-1) ?? 0] ?? undefined) : undefined;
  };
  return { make, sure: true, drops: false };
}

function sourceOf(row: WriteRow | undefined, target: Field, around: Around): Source | undefined {
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
    read: founds.length === 1 ? (value) => valueAt(value, first.path) : (value) => firstOf(value, founds),
  };
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

/** Where the fields of the source object lie. */
function inside(row: WriteRow | undefined, target: Field, from: Source, around: Around): string {
  if (from.self) return around.from;
  return `${around.from}${row?.from?.[0] ?? target.name}${from.list ? '[]' : ''}.`;
}

/** How a value that is there becomes one of the target. */
function buildValue(row: WriteRow | undefined, from: Source, target: Field, name: string, around: Around): Turned {
  const { build, place } = around;
  const spot: Spot = { row, place: row ?? place, name, build };
  const wrap = row?.wrap ?? false;
  const unwrap = row?.unwrap ?? false;
  const inItem = around.inItem || target.list;
  if (from.list && target.list) return buildList(row, from, target, name, { ...around, inItem: true });
  if (wrap && target.list && !from.list) {
    const item = buildItem(row, from.type, target.type, `${name}[]`, from.self, {
      ...around,
      from: inside(row, target, from, around),
      inItem: true,
    });
    const turn = (value: Json, run: Run): Made => {
      run.at.push(0);
      const made = item.turn(value, run);
      run.at.pop();
      return made === undefined || typeof made === 'symbol' ? undefined : [made];
    };
    return { turn, sure: item.sure && !item.drops, drops: false };
  }
  if (unwrap && from.list && !target.list) return buildUnwrap(row as WriteRow, from, target, name, around);
  if (wrap || unwrap || from.list !== target.list) {
    build.faults.add(spot.place, `${name}: one side is a list`, 'see `wrap`, `unwrap`');
    return { turn: () => undefined, sure: true, drops: false };
  }
  return buildItem(row, from.type, target.type, name, from.self, {
    ...around,
    from: inside(row, target, from, around),
    inItem,
  });
}

function buildList(row: WriteRow | undefined, from: Source, target: Field, name: string, around: Around): Turned {
  const convert = row?.convert === undefined ? undefined : buildConvert(row, 'list', 'list', name, around);
  const adds = convert?.adds ?? [];
  const type =
    from.type.kind === 'group' && adds.length > 0
      ? { ...from.type, fields: [...from.type.fields, ...adds] }
      : from.type;
  const item = buildItem(convert ? without(row) : row, type, target.type, `${name}[]`, false, {
    ...around,
    from: inside(row, target, from, around),
  });
  const turn = (value: Json, run: Run): Made => {
    const list = convert ? convert.turn(value, run) : value;
    if (!Array.isArray(list)) return undefined;
    const made: Json[] = [];
    list.forEach((own, index) => {
      run.at.push(index);
      const one = item.turn(own, run);
      run.at.pop();
      if (one !== undefined && typeof one !== 'symbol') made.push(one);
    });
    return made.length === 0 ? undefined : made;
  };
  return { turn, sure: from.filled && item.sure && !item.drops && !convert, drops: false };
}

function buildUnwrap(row: WriteRow, from: Source, target: Field, name: string, around: Around): Turned {
  const policy = row.policies.get('too-many');
  if (!policy) around.build.faults.add(row, 'a list becomes one value: `too-many` is missing');
  const loss = policy && around.build.lossOf(row, 'too-many', policy);
  const item = buildItem(row, from.type, target.type, name, false, {
    ...around,
    from: inside(row, target, from, around),
  });
  const turn = (value: Json, run: Run): Made => {
    if (!Array.isArray(value) || value[0] === undefined) return undefined;
    if (value.length > 1) {
      if (policy?.do === 'reject') throw new Rejected(policy.reasonCode);
      if (loss !== undefined) run.lose(loss, name);
    }
    return item.turn(value[0], run);
  };
  return { turn, sure: from.filled && item.sure, drops: item.drops };
}

/** The row without what was done for the list as a whole. */
function without(row: WriteRow | undefined): WriteRow | undefined {
  return row && { ...row, convert: undefined };
}

function buildItem(
  row: WriteRow | undefined,
  from: Leaf | Group,
  to: Leaf | Group,
  name: string,
  self: boolean,
  around: Around,
): Turned {
  const { build, place, inItem } = around;
  const at = row ?? place;
  if (to.kind === 'group') {
    if (from.kind !== 'group') {
      build.faults.add(at, `${name} is an object and its source is none`);
      return { turn: () => undefined, sure: true, drops: false };
    }
    const shape = row?.shape === undefined ? undefined : build.shape(row.shape, row);
    if (self && !shape) build.faults.add(at, '`from: .` needs a shape');
    const group = buildGroup({
      source: from,
      target: to,
      rows: shape?.rows ?? [],
      cover: self ? around.cover : undefined,
      silent: true,
      inItem,
      path: name,
      from: around.from,
      place: shape ?? place,
      build,
    });
    if (shape && !build.shapeMakes.has(shape.name)) build.shapeMakes.set(shape.name, group.make);
    const turn = (value: Json, run: Run): Made => (isObject(value) ? group.make(value, run) : undefined);
    return { turn, sure: group.sure, drops: group.drops };
  }
  if (from.kind !== 'leaf') {
    build.faults.add(at, `${name} is no object and its source is one`);
    return { turn: () => undefined, sure: true, drops: false };
  }
  if (row?.shape !== undefined) build.faults.add(row, 'a shape makes objects, and this is none');
  if (row?.convert !== undefined) return buildConvert(row, from, to, name, around);
  checkBase(from, to, name, at, build);
  return buildLeaf({ row, place: at, name, build }, from, to);
}

const TEXTS: readonly string[] = ['string', 'anyURI', 'dateTime'];

function checkBase(from: Leaf, to: Leaf, name: string, place: Place, build: Build): void {
  const text = TEXTS.includes(from.base) && to.base === 'string';
  const number = from.base === 'int' && to.base === 'decimal';
  if (from.base !== to.base && !text && !number && to.base !== 'any')
    build.faults.add(place, `${name}: ${from.base} cannot become ${to.base} without a converter`);
  const finer = to.fractionDigits !== undefined && from.base === 'decimal' && from.fractionDigits !== to.fractionDigits;
  if (finer)
    build.faults.add(place, `${name} takes ${to.fractionDigits} digits after the point: a converter is missing`);
}

/** What happens when the source has no value, or none is left of it. */
function withAbsence(row: WriteRow | undefined, from: Source, turned: Turned, name: string, around: Around): Written {
  const { build, inItem } = around;
  const policy = row?.policies.get('absent');
  const asked = row?.convert !== undefined && turned.whenAbsent === true;
  // An empty text says nothing, except where it is required, free text, or read by a converter.
  const emptyIsNone = from.type.kind === 'leaf' && from.type.base !== 'any' && row?.convert === undefined && !from.sure;
  const given = row?.given;
  if (policy && from.sure && turned.sure) build.faults.add(row ?? around.place, `${name} is never absent`);
  if ((policy?.do === 'drop-item' || turned.drops) && !inItem && !around.inItem)
    build.faults.add(row ?? around.place, 'there is no list item to drop here');
  const absence = policy && applied(policy, undefined, name);
  const container = from.list || from.type.kind === 'group';
  const make: Make = (source, run) => {
    const told = given === undefined ? undefined : run.given[given];
    if (told !== undefined) return told;
    const value = from.read(source);
    const there = value !== undefined && !(emptyIsNone && value === '');
    const made = there || asked ? turned.turn(value ?? '', run) : undefined;
    if (made !== undefined || (there && !container && !asked)) return made;
    if (policy?.do === 'nothing') throw NOTHING;
    return absence?.turn('', run);
  };
  return {
    make,
    sure: policy !== undefined || given !== undefined || (from.sure && turned.sure),
    drops: turned.drops || policy?.do === 'drop-item',
  };
}
