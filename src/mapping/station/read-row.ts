/** One row of the tables between the pivot and OCPP 2.0.1: YAML to data. */

import type { Scalar, Value } from '../yaml-reader.ts';
import { OCCASIONS, type Occasion, type Policy, type Row, type WordRule } from './rows.ts';

const OCCASION_NAMES = Object.keys(OCCASIONS) as Occasion[];
export const WRITE_WORDS = [
  ...['write', 'from', 'given', 'given-each', 'const', 'convert', 'with', 'words', 'shape', 'wrap', 'unwrap', 'when'],
  ...OCCASION_NAMES,
  ...['loss', 'why'],
];
const PLAIN = ['leave-out', 'drop-item', 'nothing', 'cut', 'keep-end', 'first'] as const;

function rejectOf(value: Value): string | undefined {
  const [entry] = value.entries('a policy', ['reject']);
  return entry?.value.text('reject');
}

function readPolicy(value: Value, occasion: Occasion): Policy | undefined {
  const allowed: readonly string[] = OCCASIONS[occasion];
  const policy = ((): Policy | undefined => {
    if (value.isMap && value.entries(occasion).some((entry) => entry.name === 'reject')) {
      const reasonCode = rejectOf(value);
      return reasonCode === undefined ? undefined : { do: 'reject', reasonCode };
    }
    const plain = PLAIN.find((word) => word === value.scalar);
    return plain === undefined ? { do: 'value', value: value.json(occasion) } : { do: plain };
  })();
  if (policy && !allowed.includes(policy.do)) {
    const words = allowed.map((word) => ({ value: 'a value to write', reject: '{ reject: … }' })[word] ?? word);
    return value.fault(`${occasion} cannot be that`, `possible: ${words.join(', ')}`);
  }
  return policy;
}

/** `Blocked`, `leave-out`, `{ reject: … }` or `{ as: Blocked, loss: code }`. */
function readWord(value: Value): WordRule | undefined {
  if (!value.isMap) {
    const word = value.text('a word');
    if (word === undefined) return undefined;
    const policy = word === 'leave-out' || word === 'drop-item';
    return { ...value.place, to: policy ? { policy: { do: word } } : { word }, loss: undefined };
  }
  const entries = value.entries('a word');
  if (entries.some((entry) => entry.name === 'reject')) {
    const reasonCode = rejectOf(value);
    return reasonCode === undefined
      ? undefined
      : { ...value.place, to: { policy: { do: 'reject', reasonCode } }, loss: undefined };
  }
  value.entries('a word', ['as', 'loss']);
  const get = (name: string): Value | undefined => entries.find((entry) => entry.name === name)?.value;
  const as = get('as');
  if (!as) return value.fault('a word needs `as:` or `reject:`');
  const rule = readWord(as);
  return rule && { ...rule, loss: get('loss')?.text('loss') };
}

export function readWords(value: Value, what: string): Map<string, WordRule> {
  const words = new Map<string, WordRule>();
  for (const entry of value.entries(what)) {
    const rule = readWord(entry.value);
    if (rule) words.set(entry.name, { ...rule, ...entry.place });
  }
  if (words.size === 0) value.fault(`${what} is empty`);
  return words;
}

function readLoss(value: Value | undefined): string | Map<string, string> | undefined {
  if (!value?.isMap) return value?.text('loss');
  const by = new Map<string, string>();
  for (const entry of value.entries('loss', [...OCCASION_NAMES, 'words', 'convert'])) {
    const code = entry.value.text('loss');
    if (code !== undefined) by.set(entry.name, code);
  }
  return by;
}

function readWhen(value: Value | undefined): Map<string, readonly Scalar[]> {
  const when = new Map<string, readonly Scalar[]>();
  for (const entry of value?.entries('when') ?? []) {
    const items = entry.value.isList ? entry.value.list('when') : [entry.value];
    const scalars = items.flatMap((item) => item.scalar ?? item.fault('a condition compares with values') ?? []);
    when.set(entry.name, scalars);
  }
  return when;
}

/** A row, or undefined after telling what is wrong with it. */
export function readRow(value: Value): Row | undefined {
  const entries = value.isMap ? value.entries('a row') : [];
  const fields = new Map(entries.map((entry) => [entry.name, entry.value]));
  const get = (name: string): Value | undefined => fields.get(name);
  const kind = (['write', 'drop', 'leave', 'flow'] as const).find((name) => fields.has(name));
  if (kind === undefined) return value.fault('a row starts with write, drop, leave or flow');
  value.entries(
    `a ${kind} row`,
    kind === 'write' ? WRITE_WORDS : kind === 'drop' ? ['drop', 'loss', 'reject', 'why'] : [kind, 'why'],
  );
  const why = get('why')?.text('why') ?? '';
  if (!get('why')) value.fault('a row states a difference and why: `why` is missing');
  if (kind === 'leave' || kind === 'flow') return { ...value.place, kind, fields: get(kind)?.texts(kind) ?? [], why };
  if (kind === 'drop') {
    const [loss, reject] = [get('loss')?.text('loss'), get('reject')?.text('reject')];
    if ((loss === undefined) === (reject === undefined))
      return value.fault('a drop row needs a loss code or `reject:`', 'losses.yaml lists the codes');
    return { ...value.place, kind, fields: get('drop')?.texts('drop') ?? [], loss, reject, why };
  }
  const target = get('write')?.text('write');
  if (target === undefined) return undefined;
  const policies = new Map<Occasion, Policy>();
  for (const occasion of OCCASION_NAMES) {
    const policy = get(occasion) && readPolicy(get(occasion) as Value, occasion);
    if (policy) policies.set(occasion, policy);
  }
  const words = get('words');
  return {
    ...value.place,
    kind,
    target: target.split('.'),
    from: get('from')?.texts('from'),
    given: get('given')?.text('given'),
    givenEach: get('given-each')?.text('given-each'),
    constant: get('const')?.scalar,
    convert: get('convert')?.text('convert'),
    with: get('with')?.texts('with') ?? [],
    words: words && (words.isMap ? readWords(words, 'words') : words.text('words')),
    shape: get('shape')?.text('shape'),
    wrap: get('wrap')?.yes('wrap') ?? false,
    unwrap: get('unwrap')?.yes('unwrap') ?? false,
    when: readWhen(get('when')),
    policies,
    loss: readLoss(get('loss')),
    says: new Set(fields.keys()),
    why,
  };
}
