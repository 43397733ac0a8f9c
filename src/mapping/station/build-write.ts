/** One row that writes, or the silence of identical fields, as a function. */

import type { Json, JsonObject } from '../../base/message.ts';
import type { Field, Group, Leaf } from '../../contract/model.ts';
import type { Place } from '../fault.ts';
import type { Build, Cover } from './build.ts';
import { buildConvert } from './build-convert.ts';
import { buildGroup } from './build-group.ts';
import { applied, buildLeaf, type Spot, type Turned } from './build-leaf.ts';
import { type Source, sourceOf } from './build-source.ts';
import { writtenLine } from './lines.ts';
import { checkSays, isOf } from './row-check.ts';
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
