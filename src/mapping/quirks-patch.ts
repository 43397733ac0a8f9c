/** Rows of a profile in the place of rows of a table: the result is a table like any other, and checked like any other. */

import { type FaultList, nearest, type Place } from './fault.ts';
import type { Patch, PatchedOperation } from './quirks-table.ts';
import type { DownEntry, Row, Shape, Table, UpEntry } from './table.ts';

/** The table with the patch laid over it. What the patch names and the table lacks is a fault. */
export function patched(table: Table, patch: Patch, faults: FaultList): Table {
  return {
    ...table,
    shapes: laidOver(table.shapes, patch.shapes, 'shape', faults, (shape: Shape, { rows, ...place }) => ({
      ...shape,
      ...placeOf(place),
      rows: replaced(shape.rows, rows),
    })),
    up: laidOver(table.up, patch.up, 'call of the charge point', faults, (entry: UpEntry, own) => {
      if (entry.like !== undefined)
        faults.add(own, `its rows are those of ${entry.like}`, `patch them under "${entry.like}"`);
      return { ...entry, ...operation(entry, own) };
    }),
    down: laidOver(table.down, patch.down, 'call of the CSMS', faults, (entry: DownEntry, own) => {
      if (entry.instead) faults.add(own, 'charge points of this version have no such call: there are no rows');
      return { ...entry, ...operation(entry, own), identical: false };
    }),
  };
}

function laidOver<Base, Own extends Place>(
  base: ReadonlyMap<string, Base>,
  own: ReadonlyMap<string, Own>,
  what: string,
  faults: FaultList,
  lay: (base: Base, own: Own) => Base,
): Map<string, Base> {
  const all = new Map(base);
  for (const [name, rows] of own) {
    const found = base.get(name);
    if (found === undefined) faults.add(rows, `the table has no ${what} ${name}`, nearest(name, base.keys()));
    else all.set(name, lay(found, rows));
  }
  return all;
}

/** What is wrong with the whole is wrong because of the patch: it is told at its place. */
const placeOf = ({ file, line, column }: Place): Place => ({ file, line, column });

function operation(entry: Pick<UpEntry, 'request' | 'answer'>, own: PatchedOperation) {
  return {
    ...placeOf(own),
    request: replaced(entry.request, own.request),
    answer: replaced(entry.answer, own.answer),
  };
}

const fieldsOf = (row: Row): readonly string[] => (row.kind === 'write' ? [row.target] : row.fields);

/** A row about a field takes the place of every row about that field. */
function replaced(base: readonly Row[], own: readonly Row[]): Row[] {
  const names = new Set(own.flatMap(fieldsOf));
  const kept = base.flatMap((row): Row[] => {
    if (row.kind === 'write') return names.has(row.target) ? [] : [row];
    const fields = row.fields.filter((name) => !names.has(name));
    return fields.length === 0 ? [] : [{ ...row, fields }];
  });
  return [...kept, ...own];
}
