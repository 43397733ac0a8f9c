/** One row of a table: YAML to data. Whether it makes sense for the contracts is the plan's question. */

import { type Chosen, OPTION_VALUES } from './options.ts';
import { OCCASIONS, type Occasion, type Policy, type Row, type RowLoss, type WordRule } from './table.ts';
import type { Scalar, Value } from './yaml-reader.ts';

export const WRITE_WORDS = [
  'write',
  'from',
  'const',
  'context',
  'convert',
  'with',
  'words',
  'also',
  ...OCCASIONS,
  'as-is',
  'shape',
  'flatten',
  'wrap',
  'when',
  'loss',
  'why',
] as const;

const PLAIN = ['leave-out', 'drop-item', 'refuse', 'keep', 'cut', 'keep-end', 'alias', 'receivedAt'] as const;
const ALLOWED: Readonly<Record<Occasion, readonly string[]>> = {
  absent: ['drop-item', 'receivedAt', 'value', 'answer'],
  unreadable: ['leave-out', 'drop-item', 'refuse', 'receivedAt', 'answer'],
  unknown: ['leave-out', 'drop-item', 'refuse', 'value', 'answer'],
  'too-long': ['cut', 'keep-end', 'alias', 'drop-item', 'leave-out', 'refuse', 'answer'],
  zero: ['leave-out', 'keep'],
};

/** Reads a choice: the thing itself, or `depending-on: option` with one branch for each of its values. */
export function readChosen<T>(
  value: Value,
  what: string,
  read: (value: Value) => T | undefined,
): Chosen<T> | undefined {
  const entries = value.isMap ? value.entries(what) : [];
  const named = entries.find((entry) => entry.name === 'depending-on');
  if (!named) {
    const plain = read(value);
    return plain === undefined ? undefined : { value: plain };
  }
  const option = named.value.oneOf('depending-on', Object.keys(OPTION_VALUES));
  if (option === undefined) return undefined;
  const values = OPTION_VALUES[option] ?? [];
  const branches = new Map<string, T>();
  for (const entry of entries) {
    if (entry === named) continue;
    if (!values.includes(entry.name))
      entry.value.fault(`the option ${option} has no value "${entry.name}"`, `values: ${values.join(', ')}`);
    const branch = read(entry.value);
    if (branch !== undefined) branches.set(entry.name, branch);
  }
  for (const wanted of values) {
    if (!branches.has(wanted)) value.fault(`${what} depends on ${option} but has no branch for "${wanted}"`);
  }
  return { option, branches };
}

function readPolicy(value: Value, occasion: Occasion): Policy | undefined {
  const allowed = ALLOWED[occasion];
  const policy = ((): Policy | undefined => {
    if (value.isMap) {
      const [entry] = value.entries(occasion, ['answer']);
      const answer = entry?.value.object('answer');
      return answer ? { do: 'answer', answer } : undefined;
    }
    const scalar = value.scalar;
    if (scalar === undefined) return value.fault(`${occasion} must be a word or { answer: … }`);
    const plain = PLAIN.find((word) => word === scalar);
    return plain === undefined ? { do: 'value', value: scalar } : { do: plain };
  })();
  if (policy && !allowed.includes(policy.do)) {
    const words = allowed.map((word) =>
      word === 'value' ? 'a value to write' : word === 'answer' ? '{ answer: … }' : word,
    );
    return value.fault(
      `${occasion} cannot be ${JSON.stringify(value.scalar ?? policy.do)}`,
      `possible: ${words.join(', ')}`,
    );
  }
  return policy;
}

function readWord(value: Value): WordRule | undefined {
  if (!value.isMap) {
    const word = value.text('a word');
    if (word === undefined) return undefined;
    const policy = word === 'leave-out' || word === 'drop-item' || word === 'refuse';
    return { ...value.place, to: policy ? { policy: { do: word } } : { word }, loss: undefined };
  }
  const entries = value.entries('a word', ['as', 'convert', 'with', 'loss']);
  const get = (name: string): Value | undefined => entries.find((entry) => entry.name === name)?.value;
  const loss = get('loss')?.text('loss');
  const convert = get('convert')?.text('convert');
  if (convert !== undefined) return { ...value.place, to: { convert, with: get('with')?.texts('with') ?? [] }, loss };
  const as = get('as');
  if (!as) return value.fault('a word needs `as:` or `convert:`');
  const rule = readWord(as);
  return rule && { ...rule, loss };
}

function readWords(value: Value | undefined, what: string): Map<string, WordRule> {
  const words = new Map<string, WordRule>();
  for (const entry of value?.entries(what) ?? []) {
    const rule = readWord(entry.value);
    if (rule) words.set(entry.name, { ...rule, ...entry.place });
  }
  if (value && words.size === 0) value.fault(`${what} is empty`);
  return words;
}

function readLoss(value: Value | undefined): RowLoss {
  if (!value) return { all: undefined, by: new Map() };
  if (!value.isMap) return { all: value.text('loss'), by: new Map() };
  const by = new Map<string, string>();
  for (const entry of value.entries('loss', [...OCCASIONS, 'words', 'flatten'])) {
    const code = entry.value.text('loss');
    if (code !== undefined) by.set(entry.name, code);
  }
  return { all: undefined, by };
}

/** A row, or undefined after telling what is wrong with it. */
export function readRow(value: Value): Row | undefined {
  const entries = value.isMap ? value.entries('a row') : [];
  const fields = new Map(entries.map((entry) => [entry.name, entry.value]));
  const get = (name: string): Value | undefined => fields.get(name);
  const kind = (['write', 'drop', 'leave'] as const).find((name) => fields.has(name));
  if (kind === undefined) return value.fault('a row starts with write, drop or leave');
  const known: readonly string[] = kind === 'write' ? WRITE_WORDS : [kind, 'loss', 'why'];
  if (entries.some((entry) => !known.includes(entry.name))) value.entries(`a ${kind} row`, known);
  const why = get('why')?.text('why') ?? '';
  if (!get('why')) value.fault('a row states a difference and why: `why` is missing');

  if (kind !== 'write') {
    const fields = get(kind)?.texts(kind) ?? [];
    const loss = get('loss')?.text('loss');
    if (loss === undefined) return value.fault(`a ${kind} row needs a loss code`, 'losses.yaml lists them');
    return { ...value.place, kind, fields, loss, why };
  }

  const target = get('write')?.text('write');
  if (target === undefined) return undefined;
  const policies = new Map<Occasion, Chosen<Policy>>();
  for (const occasion of OCCASIONS) {
    const stated = get(occasion);
    const policy = stated && readChosen(stated, occasion, (branch) => readPolicy(branch, occasion));
    if (policy) policies.set(occasion, policy);
  }
  const when = new Map<string, Scalar>();
  for (const entry of get('when')?.entries('when') ?? []) {
    const scalar = entry.value.scalar;
    if (scalar === undefined) entry.value.fault('a condition compares with one value');
    else when.set(entry.name, scalar);
  }
  const flag = (name: string): boolean => get(name)?.yes(name) ?? false;
  return {
    ...value.place,
    kind,
    target,
    from: get('from')?.text('from'),
    constant: get('const')?.scalar,
    context: get('context')?.oneOf('context', ['receivedAt']),
    convert: get('convert')?.text('convert'),
    with: get('with')?.texts('with') ?? [],
    words: readWords(get('words'), 'words'),
    also: readWords(get('also'), 'also'),
    policies,
    asIs: flag('as-is'),
    shape: get('shape')?.text('shape'),
    flatten: flag('flatten'),
    wrap: flag('wrap'),
    when,
    loss: readLoss(get('loss')),
    says: new Set(fields.keys()),
    why,
  };
}
