/** One object of the target: every field written, left, or identical by silence. */

import { BridgeError } from '../../base/errors.ts';
import type { JsonObject } from '../../base/message.ts';
import type { Field, Group } from '../../contract/model.ts';
import { nearest, type Place } from '../fault.ts';
import { type Build, Cover, CUSTOM_LOSS, fieldsOf, hasCustom } from './build.ts';
import { type Around, buildWrite, type Written } from './build-write.ts';
import { droppedLines, leftLine, type OpenLine, readLines } from './lines.ts';
import { find, valueAt } from './paths.ts';
import type { DropRow, FieldsRow, Row, WriteRow } from './rows.ts';
import { DROP, type Made, Rejected, type Run } from './run.ts';

export interface GroupSpec {
  readonly source: Group;
  readonly target: Group;
  readonly rows: readonly Row[];
  /** Of the source object, when others look at it too; they answer for what nobody looked at. */
  readonly cover: Cover | undefined;
  /** Whether fields of one name are identical without a row. */
  readonly silent: boolean;
  readonly inItem: boolean;
  readonly path: string;
  /** The source object as the beginning of a path. */
  readonly from: string;
  readonly place: Place;
  readonly build: Build;
}

interface FieldMake extends Written {
  readonly name: string;
  readonly required: boolean;
}

export function buildGroup(spec: GroupSpec): Written {
  const { source, target, rows, build, place, path } = spec;
  const cover = spec.cover ?? new Cover();
  const around: Around = { source, cover, place, path, from: spec.from, inItem: spec.inItem, build };
  const drops = rows.filter((row) => row.kind === 'drop').map((row) => buildDrop(row, around));
  markRead(rows, around);
  checkNames(rows, target, spec);
  const fields = fieldsOf(target).flatMap((field) => buildField(field, spec, around) ?? []);
  build.lines.push(...otherLines(rows, around));
  if (!spec.cover) {
    const missing = cover.missing(source);
    if (missing.length > 0)
      build.faults.add(
        place,
        `${build.message}: ${source.name}: goes nowhere: ${missing.join(', ')}`,
        'write, drop or flow',
      );
  }
  const custom = spec.cover === undefined && hasCustom(source);
  const sure = fields.some((field) => field.sure);
  return { make: groupMake(fields, drops, custom, path), sure, drops: fields.some((field) => field.drops) };
}

function groupMake(
  fields: readonly FieldMake[],
  drops: readonly ((source: JsonObject, run: Run) => void)[],
  custom: boolean,
  path: string,
): Written['make'] {
  return (source, run): Made => {
    run.here.push(source);
    for (const drop of drops) drop(source, run);
    if (custom && source['customData'] !== undefined)
      run.lose(CUSTOM_LOSS, path === '' ? 'customData' : `${path}.customData`);
    const made: JsonObject = {};
    let empty = true;
    for (const field of fields) {
      const value = field.make(source, run);
      if (value === DROP) {
        run.here.pop();
        return DROP;
      }
      if (value === undefined) continue;
      made[field.name] = value;
      empty = false;
    }
    run.here.pop();
    // A message may be empty; an object inside of one may not.
    if (empty && path !== '') return undefined;
    for (const { name, required } of fields) {
      if (required && made[name] === undefined)
        throw new BridgeError('Internal', `${path === '' ? name : `${path}.${name}`} is required and was not given`);
    }
    return made;
  };
}

function otherLines(rows: readonly Row[], around: Around): OpenLine[] {
  return rows.flatMap((row) => {
    if (row.kind === 'drop') return droppedLines(row, around);
    return row.kind === 'flow' ? readLines(row, around) : [];
  });
}

function buildDrop(
  row: DropRow,
  { source, cover, build, path: above }: Around,
): (source: JsonObject, run: Run) => void {
  if (row.loss !== undefined) build.use(row.loss, row);
  const paths = row.fields.flatMap((name) => find(source, name, row, build) ?? []).map((found) => found.path);
  for (const path of paths) cover.mark(path);
  return (value, run) => {
    for (const path of paths) {
      if (valueAt(value, path) === undefined) continue;
      if (row.reject !== undefined) throw new Rejected(row.reject);
      if (row.loss !== undefined) run.lose(row.loss, [...(above === '' ? [] : [above]), ...path].join('.'));
    }
  };
}

function markRead(rows: readonly Row[], { source, cover, build }: Around): void {
  for (const row of rows) {
    if (row.kind !== 'flow') continue;
    for (const name of row.fields) {
      const found = find(source, name, row, build);
      if (found) cover.mark(found.path);
    }
  }
}

const writesOf = (rows: readonly Row[]): WriteRow[] => rows.filter((row) => row.kind === 'write');
const leavesOf = (rows: readonly Row[]): FieldsRow[] => rows.filter((row): row is FieldsRow => row.kind === 'leave');
const firstOf = (path: string): string => path.split('.')[0] ?? '';

function checkNames(rows: readonly Row[], target: Group, { build }: GroupSpec): void {
  const known = target.fields.map((field) => field.name);
  const check = (name: string, place: Place): void => {
    if (!known.includes(name)) build.faults.add(place, `${target.name} has no field "${name}"`, nearest(name, known));
  };
  for (const row of writesOf(rows)) check(row.target[0] ?? '', row);
  for (const row of leavesOf(rows)) for (const name of row.fields) check(firstOf(name), row);
}

/** Undefined when the field is left. */
function buildField(field: Field, spec: GroupSpec, around: Around): FieldMake | undefined {
  const { build, rows, source } = spec;
  const name = around.path === '' ? field.name : `${around.path}.${field.name}`;
  const required = field.min > 0;
  const own = writesOf(rows).filter((row) => row.target[0] === field.name);
  const left = leavesOf(rows).find((row) => row.fields.includes(field.name));
  const inside = leavesOf(rows).flatMap((row) => innerOf(row, field.name));
  build.counts.fields += 1;
  if (left) {
    if (required) build.faults.add(left, `${name} is required: it cannot be left`);
    if (own.length > 0) build.faults.add(left, `${name} is written and left`);
    build.lines.push(leftLine(left, field, name));
    return undefined;
  }
  if (own.length === 0) {
    const twin = source.fields.find((known) => known.name === field.name);
    if (!spec.silent || !twin || takenElsewhere(field.name, rows)) {
      build.faults.add(
        spec.place,
        `${build.message}: ${name}: nothing writes it`,
        required ? 'it is required' : 'write or leave it',
      );
      return undefined;
    }
    return finished(buildWrite(undefined, field, around), field, name, spec.place, build);
  }
  const deep = own.filter((row) => row.target.length > 1);
  if (deep.length > 0 && deep.length < own.length)
    build.faults.add(own[0] ?? spec.place, `${name} is written as a whole and in parts`);
  const written = deep.length > 0 ? buildParts(field, deep, inside, spec, around) : buildChoices(field, own, around);
  for (const row of own) if (row.target.length === 1) build.checkLoss(row);
  return finished(written, field, name, own[0] ?? spec.place, build);
}

function finished(written: Written, field: Field, name: string, place: Place, build: Build): FieldMake {
  const required = field.min > 0;
  if (required && !written.sure)
    build.faults.add(
      place,
      `${build.message}: ${name} is required and may stay empty`,
      'say what to write when it is `absent`',
    );
  return { ...written, name: field.name, required };
}

/** A source field that a row drops or gives to the flow is not identical to anything. */
function takenElsewhere(name: string, rows: readonly Row[]): boolean {
  return rows.some((row) => (row.kind === 'drop' || row.kind === 'flow') && row.fields.includes(name));
}

function innerOf(row: FieldsRow, name: string): FieldsRow[] {
  const fields = row.fields.filter((path) => path.startsWith(`${name}.`)).map((path) => path.slice(name.length + 1));
  return fields.length === 0 ? [] : [{ ...row, fields }];
}

/** An object made by rows with dots: the same source, no silence. */
function buildParts(
  field: Field,
  rows: readonly WriteRow[],
  leaves: readonly FieldsRow[],
  spec: GroupSpec,
  around: Around,
): Written {
  const { build } = spec;
  const { type } = field;
  if (type.kind === 'leaf' || field.list) {
    build.faults.add(rows[0] ?? spec.place, `${field.name} is no object, so nothing lies in it`);
    return { make: () => undefined, sure: true, drops: false };
  }
  const inner = rows.map((row): WriteRow => {
    const target = row.target.slice(1);
    return {
      ...row,
      target,
      from: row.from ?? defaultFrom(row, spec.source),
      says: new Set([...row.says, 'in parts']),
    };
  });
  return buildGroup({
    ...spec,
    target: type,
    rows: [...inner, ...leaves],
    cover: around.cover,
    silent: false,
    path: around.path === '' ? field.name : `${around.path}.${field.name}`,
  });
}

/** `write: a.b` reads the source's `a.b`, or its `b`. A constant or something given reads nothing. */
function defaultFrom(row: WriteRow, source: Group): readonly string[] | undefined {
  if (row.constant !== undefined || row.given !== undefined || row.givenEach !== undefined) return undefined;
  const whole = row.target.join('.');
  return source.fields.some((field) => field.name === row.target[0]) ? [whole] : undefined;
}

/** Rows for one field: the first whose conditions hold writes it. */
function buildChoices(field: Field, rows: readonly WriteRow[], around: Around): Written {
  const { build } = around;
  const choices = rows.map((row) => ({ row, holds: buildWhen(row, around), written: buildWrite(row, field, around) }));
  const last = rows.at(-1);
  if (last && last.when.size > 0) build.faults.add(last, 'the last row for a field must hold always');
  for (const row of rows.slice(0, -1)) {
    if (row.when.size === 0) build.faults.add(row, 'this row holds always: those after it are never reached');
  }
  const [only] = choices;
  if (choices.length === 1 && only) return only.written;
  return {
    make: (source, run) => choices.find((choice) => choice.holds(source))?.written.make(source, run),
    sure: choices.every((choice) => choice.written.sure),
    drops: choices.some((choice) => choice.written.drops),
  };
}

function buildWhen(row: WriteRow, { source, build }: Around): (source: JsonObject) => boolean {
  const conditions = [...row.when].flatMap(([path, values]) => {
    const found = find(source, path, row, build);
    if (!found) return [];
    const { type } = found.field;
    for (const value of values) {
      if (value !== 'absent' && type.kind === 'leaf' && type.words && !type.words.some((word) => word === value))
        build.faults.add(row, `${path} is never ${JSON.stringify(value)}`, nearest(String(value), type.words));
    }
    return [{ path: found.path, values }];
  });
  return (value) =>
    conditions.every(({ path, values }) => {
      const own = valueAt(value, path);
      return own === undefined ? values.includes('absent') : values.some((known) => known === own);
    });
}
