/** A converter and what it looks at. */

import type { Json, JsonObject } from '../../base/message.ts';
import type { Leaf } from '../../contract/model.ts';
import { nearest } from '../fault.ts';
import { applied, buildLeaf, type Turned } from './build-leaf.ts';
import type { Around } from './build-write.ts';
import type { StationConverter } from './converters/converter.ts';
import { STATION_CONVERTERS } from './converters.ts';
import { find, valueAt } from './paths.ts';
import type { WriteRow } from './rows.ts';
import type { Run } from './run.ts';

type Side = Leaf | 'list';
const GIVEN = 'given.';

export function buildConvert(row: WriteRow, from: Side, to: Side, name: string, around: Around): Turned {
  const { build } = around;
  const nothing: Turned = { turn: () => undefined, sure: true, drops: false };
  const converter = STATION_CONVERTERS.get(row.convert ?? '');
  if (!converter) {
    build.faults.add(
      row,
      `there is no converter "${row.convert}"`,
      nearest(row.convert ?? '', STATION_CONVERTERS.keys()),
    );
    return nothing;
  }
  checkSides(row, converter, from, to, around);
  for (const code of converter.losses) build.use(code, row);
  const args = row.with.map((path) => argument(path, row, around));
  if (args.length !== converter.args.length)
    build.faults.add(row, `${row.convert} looks at ${converter.args.length} fields: ${converter.args.join(', ')}`);
  const unreadable = row.policies.get('unreadable');
  const absent = row.policies.get('absent');
  if (converter.total && unreadable) build.faults.add(row, `${row.convert} reads everything`);
  const loss = unreadable && build.lossOf(row, 'unreadable', unreadable);
  const otherwise = unreadable && applied(unreadable, loss, name);
  const after =
    from === 'list' || to === 'list'
      ? undefined
      : buildLeaf({ row: afterRow(row), place: row, name, build }, leafOf(converter, from), to);
  const turn = (value: Json, run: Run): ReturnType<Turned['turn']> => {
    const told = args.map((read) => read(run));
    const scene = { lose: (code: string, raw?: Json) => run.lose(code, name, raw) };
    const made = converter.convert(value, told, scene);
    if (made === undefined) return otherwise?.turn(value, run);
    return after ? after.turn(made, run) : made;
  };
  return {
    turn,
    sure:
      (converter.total || (unreadable !== undefined && (otherwise?.sure ?? false)) || otherwise?.drops === true) &&
      (after?.sure ?? true),
    drops: (otherwise?.drops ?? false) || absent?.do === 'drop-item' || (after?.drops ?? false),
    ...(converter.whenAbsent && { whenAbsent: true as const }),
    ...(converter.adds && { adds: converter.adds }),
  };
}

const afterRow = (row: WriteRow): WriteRow => ({ ...row, convert: undefined });

/** What a converter makes: as long as its source, unless it adds to it. */
function leafOf(converter: StationConverter, from: Leaf): Leaf {
  const base = converter.gives === 'list' ? 'any' : converter.gives;
  const grows = converter.args.length > 0 || from.base !== 'string';
  return { kind: 'leaf', base, ...(!grows && from.maxLength !== undefined && { maxLength: from.maxLength }) };
}

function checkSides(row: WriteRow, converter: StationConverter, from: Side, to: Side, { build }: Around): void {
  const kind = (side: Side): string => (side === 'list' ? 'list' : side.base);
  const same = (own: string, side: string): boolean => own === side || own === 'any';
  if (!same(converter.takes, kind(from)))
    build.faults.add(row, `${row.convert} takes ${converter.takes} and not ${kind(from)}`);
  if (!same(kind(to), converter.gives))
    build.faults.add(row, `${row.convert} gives ${converter.gives} and not ${kind(to)}`);
}

/** The present source object is known to the run: arguments are read from where the row stands. */
function argument(path: string, row: WriteRow, { source, cover, build }: Around): (run: Run) => Json | undefined {
  if (path.startsWith(GIVEN)) {
    const name = path.slice(GIVEN.length);
    build.give(name);
    return (run) => run.given[name];
  }
  const found = find(source, path, row, build);
  if (!found) return () => undefined;
  cover.mark(found.path);
  return (run) => valueAt(run.here.at(-1) as JsonObject, found.path);
}
