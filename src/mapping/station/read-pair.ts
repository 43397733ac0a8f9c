/** The file of the messages between the pivot and OCPP 2.0.1: YAML to data. */

import type { Value, Entry as YamlEntry } from '../yaml-reader.ts';
import { readRow, readWords } from './read-row.ts';
import type { ActionRow, Entry, PairTable, Row, Shape, WordList } from './rows.ts';

const ACTIONS = ['answered', 'answered-by-flows', 'sent-by-flows', 'never-sent'] as const;
const KNOWN = ['pair', 'words', 'shapes', 'calls-of-the-charge-point', 'calls-of-the-csms', ...ACTIONS];

const rowsOf = (value: Value | undefined): Row[] => value?.list('the rows').flatMap((row) => readRow(row) ?? []) ?? [];
const reader = (entries: readonly YamlEntry[]) => (name: string) => entries.find((entry) => entry.name === name)?.value;

function readEntry({ name, place, value }: YamlEntry, direction: Entry['direction']): Entry {
  const get = reader(value.isMap ? value.entries('a call', ['pivot', 'station', 'request', 'answer']) : []);
  if (!value.isMap) value.oneOf('a call', ['identical']);
  const action = name.split('.')[0] ?? name;
  const answer = get('answer');
  return {
    ...place,
    heading: name,
    direction,
    pivot: get('pivot')?.text('pivot') ?? action,
    station: get('station')?.text('station') ?? action,
    request: rowsOf(get('request')),
    answer: answer?.scalar === undefined ? rowsOf(answer) : undefined,
  };
}

function readAction({ name, place, value }: YamlEntry, is: ActionRow['is']): ActionRow {
  if (is !== 'answered') return { ...place, name, is, answer: undefined, why: value.text('the reason') ?? '' };
  const get = reader(value.entries('an answer', ['answer', 'why']));
  if (!get('why')) value.fault('`why` is missing');
  const answer = get('answer')?.object('answer') ?? value.fault('`answer` is missing');
  return { ...place, name, is, answer, why: get('why')?.text('why') ?? '' };
}

function readWordList({ name, place, value }: YamlEntry): WordList {
  const get = reader(value.entries('a list of words', ['images', 'why']));
  if (!get('why')) value.fault('`why` is missing');
  const images = get('images');
  if (!images) value.fault('`images` is missing');
  return {
    ...place,
    name,
    words: images ? readWords(images, 'images') : new Map(),
    why: get('why')?.text('why') ?? '',
  };
}

const named = <T extends { readonly name: string }>(items: readonly T[]): Map<string, T> =>
  new Map(items.map((item) => [item.name, item]));

/** Whether a file says that it is about this pair. */
export function isStationFile(root: Value): boolean {
  const pair = root.isMap ? root.entries('a table').find((entry) => entry.name === 'pair')?.value : undefined;
  return pair?.isMap === true && pair.entries('pair').some((entry) => entry.name === 'station');
}

/** Whether it is the device model; else it holds the messages. */
export function isDeviceModel(root: Value): boolean {
  return root.entries('a table').some((entry) => entry.name === 'keys' || entry.name === 'errors');
}

/** Both files say for which protocols they hold. */
export function readPair(root: Value): void {
  const entry = root.entries('a table').find(({ name }) => name === 'pair');
  const pair = reader(entry?.value.entries('pair', ['pivot', 'station']) ?? []);
  if (!pair('pivot')?.oneOf('pivot', ['ocpp1.6']) || !pair('station')?.oneOf('station', ['ocpp2.0.1']))
    root.fault('`pair: { pivot: ocpp1.6, station: ocpp2.0.1 }` is missing');
}

export function readPairTable(root: Value): PairTable {
  const get = reader(root.entries('a table', KNOWN));
  readPair(root);
  const up = get('calls-of-the-charge-point')?.entries('calls-of-the-charge-point') ?? [];
  const down = get('calls-of-the-csms')?.entries('calls-of-the-csms') ?? [];
  const shapes = (get('shapes')?.entries('shapes') ?? []).map(
    (entry): Shape => ({ ...entry.place, name: entry.name, rows: rowsOf(entry.value) }),
  );
  const actions = ACTIONS.flatMap((is) => (get(is)?.entries(is) ?? []).map((entry) => readAction(entry, is)));
  const table: PairTable = {
    ...root.place,
    words: named((get('words')?.entries('words') ?? []).map(readWordList)),
    shapes: named(shapes),
    entries: [...up.map((entry) => readEntry(entry, 'up')), ...down.map((entry) => readEntry(entry, 'down'))],
    actions: named(actions),
  };
  if (table.actions.size < actions.length) root.fault('an action has two fates');
  return table;
}
