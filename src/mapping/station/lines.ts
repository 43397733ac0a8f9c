/** The rows as people read them: a line of the report for each field of either side. */

import type { Field, Group, Leaf } from '../../contract/model.ts';
import { type Mark, type ReportedField, type ReportedLine, typed } from '../report-lines.ts';
import type { Build } from './build.ts';
import type { Around } from './build-write.ts';
import { STATION_CONVERTERS } from './converters.ts';
import type { DropRow, FieldsRow, Policy, WordRule, WriteRow } from './rows.ts';

/** Grows while its row is built: losses become known then. */
export interface OpenLine extends ReportedLine {
  readonly losses: string[];
}

const BARE = { whole: false, source: undefined, target: undefined, when: undefined };
const literal = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value));

export function writtenLine(row: WriteRow | undefined, target: Field, name: string, around: Around): OpenLine {
  const field: ReportedField = { ...typed(target), path: name };
  const whole = target.type.kind === 'group' && row?.given === undefined;
  const source = row && noSource(row) ? undefined : sourceField(row?.from ?? [target.name], around);
  return {
    mark: markOf(row, source?.path, name),
    whole,
    source,
    target: field,
    when: row && row.when.size > 0 ? whenWords(row) : undefined,
    becomes: row ? wordsOf(row, target, around.build) : [],
    why: row?.why,
    losses: [],
    line: row?.line,
  };
}

export function droppedLines(row: DropRow, around: Around): OpenLine[] {
  const becomes = row.reject === undefined ? 'goes nowhere' : `the message is rejected: ${row.reject}`;
  return row.fields.map((field) => ({
    ...BARE,
    mark: 'dropped',
    source: sourceField([field], around),
    becomes: [becomes],
    why: row.why,
    losses: row.loss === undefined ? [] : [row.loss],
    line: row.line,
  }));
}

export function readLines(row: FieldsRow, around: Around): OpenLine[] {
  return row.fields.map((field) => ({
    ...BARE,
    mark: 'changed',
    source: sourceField([field], around),
    becomes: ['the bridge reads it'],
    why: row.why,
    losses: [],
    line: row.line,
  }));
}

export function leftLine(row: FieldsRow, target: Field, name: string): OpenLine {
  const field: ReportedField = { ...typed(target), path: name };
  return {
    ...BARE,
    mark: 'unfilled',
    target: field,
    becomes: ['never written'],
    why: row.why,
    losses: [],
    line: row.line,
  };
}

const noSource = (row: WriteRow): boolean =>
  row.constant !== undefined || row.givenEach !== undefined || (row.given !== undefined && row.from === undefined);

function sourceField(paths: readonly string[], { source, from }: Around): ReportedField | undefined {
  if (paths[0] === '.') return undefined;
  const fields = paths.map((path) => fieldAt(source, path));
  const [first] = fields;
  if (!first) return undefined;
  return {
    ...typed(first),
    path: paths.map((path) => from + path.replaceAll('.0', '[]')).join(' or '),
    required: fields.some((field) => field !== undefined && field.min > 0),
  };
}

function fieldAt(group: Group, path: string): Field | undefined {
  let here: Group | Leaf = group;
  let found: Field | undefined;
  for (const name of path.split('.').filter((step) => step !== '0')) {
    if (here.kind === 'leaf') return undefined;
    found = here.fields.find((field) => field.name === name);
    if (!found) return undefined;
    here = found.type;
  }
  return found;
}

function markOf(row: WriteRow | undefined, source: string | undefined, target: string): Mark {
  if (source === undefined) return row?.from?.[0] === '.' ? 'changed' : 'added';
  if (!row) return 'identical';
  if (source !== target || row.convert !== undefined || row.words !== undefined || row.given !== undefined)
    return 'changed';
  if (row.wrap || row.unwrap) return 'changed';
  return row.policies.size > 0 ? 'guarded' : 'identical';
}

function whenWords(row: WriteRow): string {
  const conditions = [...row.when].map(([path, values]) => {
    const words = values.map((value) => (value === 'absent' ? 'missing' : literal(value)));
    return `${path} is ${words.join(' or ')}`;
  });
  return conditions.join(' and ');
}

function wordsOf(row: WriteRow, target: Field, build: Build): string[] {
  const made: string[] = [];
  if (row.constant !== undefined) made.push(`always ${literal(row.constant)}`);
  if (row.given !== undefined) {
    const alone = row.constant === undefined && row.from === undefined;
    made.push(alone ? `the bridge gives it (${row.given})` : `unless the bridge gives it (${row.given})`);
  }
  if (row.givenEach !== undefined) made.push(`the bridge gives one for each entry (${row.givenEach})`);
  if (row.convert !== undefined) {
    const looks = row.with.length > 0 ? ` (looks at ${row.with.map(argument).join(', ')})` : '';
    made.push(`${STATION_CONVERTERS.get(row.convert)?.does ?? row.convert}${looks}`);
  }
  if (row.wrap) made.push('a list of one');
  if (row.unwrap) made.push('the only one of its list');
  const rules = typeof row.words === 'string' ? build.wordList(row.words, row)?.words : row.words;
  for (const [word, rule] of rules ?? []) {
    const image = imageWords(rule);
    if (image !== word) made.push(`${word} → ${image}`);
  }
  const most = target.type.kind === 'leaf' ? target.type.maxLength : undefined;
  for (const [occasion, policy] of row.policies) made.push(`${OCCASION_WORDS[occasion]}: ${policyWords(policy, most)}`);
  return made;
}

const OCCASION_WORDS: Readonly<Record<string, string>> = {
  absent: 'missing',
  unknown: 'another word',
  unreadable: 'unreadable',
  'too-long': 'too long',
  'too-many': 'several',
};

const argument = (path: string): string => path.replace(/^given\./, 'what the bridge gives as ');
const imageWords = ({ to }: WordRule): string => ('word' in to ? to.word : policyWords(to.policy, undefined));

function policyWords(policy: Policy, most: number | undefined): string {
  switch (policy.do) {
    case 'value':
      return literal(policy.value);
    case 'reject':
      return `rejected, ${policy.reasonCode}`;
    case 'leave-out':
      return 'left out';
    case 'drop-item':
      return 'its list item goes';
    case 'nothing':
      return 'nothing is sent';
    case 'cut':
      return `cut after ${most ?? 'so many'} characters`;
    case 'keep-end':
      return `the last ${most ?? 'so many'} characters are kept`;
    case 'first':
      return 'the first one';
  }
}
