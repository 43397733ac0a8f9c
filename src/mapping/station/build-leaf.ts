/** One text, number or truth: its words, its length, its type. */

import type { Json } from '../../base/message.ts';
import type { Field, Leaf } from '../../contract/model.ts';
import { nearest, type Place } from '../fault.ts';
import { cutText, keepEnd, longerThan } from '../scalars/text.ts';
import { UNWRITTEN_WORDS } from '../standard.ts';
import type { Build } from './build.ts';
import type { Policy, WordRule, WriteRow } from './rows.ts';
import { DROP, type Made, Rejected, type Run } from './run.ts';

/** Turns a value that is there. */
export type Turn = (value: Json, run: Run) => Made;

export interface Turned {
  readonly turn: Turn;
  /** Every value becomes one. */
  readonly sure: boolean;
  /** It may make the list item go in which it stands. */
  readonly drops: boolean;
  /** Wants to be asked also when there is no value. */
  readonly whenAbsent?: true;
  /** Fields that list items have afterwards. */
  readonly adds?: readonly Field[];
}

/** Where and for which field: `row` undefined for silence, `name` the target field as a path. */
export interface Spot {
  readonly row: WriteRow | undefined;
  readonly place: Place;
  readonly name: string;
  readonly build: Build;
}

export function buildLeaf(spot: Spot, from: Leaf, to: Leaf): Turned {
  const words = buildWords(spot, from, to);
  const length = buildLength(spot, from, to);
  if (!words && !length) return { turn: (value) => value, sure: true, drops: false };
  const steps = [words, length].filter((step) => step !== undefined);
  return {
    turn(value, run) {
      let made: Made = value;
      for (const step of steps) {
        if (made === undefined || made === DROP) return made;
        made = step.turn(made, run);
      }
      return made;
    },
    sure: steps.every((step) => step.sure),
    drops: steps.some((step) => step.drops),
  };
}

/** Does what a policy says with a value that cannot go on. */
export function applied(policy: Policy, loss: string | undefined, name: string, most?: number): Turned {
  const lose = (value: Json, run: Run): void => {
    if (loss !== undefined) run.lose(loss, name, value);
  };
  const drops = policy.do === 'drop-item';
  const sure = policy.do !== 'leave-out' && !drops;
  const turn = (value: Json, run: Run): Made => {
    if (policy.do === 'reject') throw new Rejected(policy.reasonCode);
    lose(value, run);
    switch (policy.do) {
      case 'value':
        return policy.value;
      case 'cut':
        return cutText(String(value), most ?? 0);
      case 'keep-end':
        return keepEnd(String(value), most ?? 0);
      case 'drop-item':
        return DROP;
      default:
        return undefined;
    }
  };
  return { turn, sure, drops };
}

function rulesOf(row: WriteRow | undefined, from: Leaf, build: Build): ReadonlyMap<string, WordRule> {
  if (row?.words === undefined) return new Map();
  if (typeof row.words !== 'string') return row.words;
  const list = build.wordList(row.words, row);
  if (!list) return new Map();
  for (const word of from.words ?? []) {
    if (!list.words.has(word)) build.faults.add(list, `the list ${list.name} has no image of ${word}`);
  }
  return list.words;
}

/** Undefined when the words of both sides are the same, or the target takes any. */
function buildWords({ row, place, name, build }: Spot, from: Leaf, to: Leaf): Turned | undefined {
  const rules = rulesOf(row, from, build);
  const known = from.words ?? [];
  const unknown = row?.policies.get('unknown');
  build.counts.words += known.length;
  for (const [word, rule] of rules) checkRule(word, rule, from, to, build);
  if (row && typeof row.words !== 'string') checkImages(row, rules, known, build);
  const strange = to.words ? known.filter((word) => !rules.has(word) && !to.words?.includes(word)) : [];
  const open = to.words !== undefined && from.words === undefined;
  if ((strange.length > 0 || open) && !unknown) {
    const what = open ? 'any text may come: `unknown` is missing' : `no image of ${strange.join(', ')}`;
    build.faults.add(place, `${name}: ${what}`);
  }
  if (strange.length === 0 && !open && unknown) build.faults.add(place, 'no word can be unknown here');
  if (rules.size === 0 && strange.length === 0 && !open) return undefined;
  const images = new Map([...rules].map(([word, rule]): [string, Turned] => [word, imageOf(rule, row, name, build)]));
  const other = unknown && row && applied(unknown, build.lossOf(row, 'unknown', unknown), name);
  const turns = [...images.values(), ...(other ? [other] : [])];
  return {
    turn(value, run) {
      const image = images.get(String(value));
      if (image) return image.turn(value, run);
      return other && !to.words?.includes(String(value)) ? other.turn(value, run) : value;
    },
    sure: turns.every((turned) => turned.sure),
    drops: turns.some((turned) => turned.drops),
  };
}

function imageOf(rule: WordRule, row: WriteRow | undefined, name: string, build: Build): Turned {
  const listed = typeof row?.words === 'string';
  if ('policy' in rule.to) {
    const { policy } = rule.to;
    if (rule.loss !== undefined) build.use(rule.loss, rule);
    const loss = rule.loss ?? (listed || !row ? undefined : build.lossOf(row, 'words', policy));
    return applied(policy, loss, name);
  }
  if (rule.loss !== undefined) build.use(rule.loss, rule);
  const { word } = rule.to;
  const { loss } = rule;
  return {
    turn(value, run) {
      if (loss !== undefined) run.lose(loss, name, value);
      return word;
    },
    sure: true,
    drops: false,
  };
}

function checkRule(word: string, rule: WordRule, from: Leaf, to: Leaf, build: Build): void {
  if (from.words && !from.words.includes(word))
    build.faults.add(rule, `the source has no word "${word}"`, nearest(word, from.words));
  if ('word' in rule.to && to.words && !to.words.includes(rule.to.word))
    build.faults.add(rule, `the target has no word "${rule.to.word}"`, nearest(rule.to.word, to.words));
}

/** Listed words state a difference, and two words with one image a loss. */
function checkImages(
  row: WriteRow,
  rules: ReadonlyMap<string, WordRule>,
  known: readonly string[],
  build: Build,
): void {
  const plain = new Set(known.filter((word) => !rules.has(word)));
  const seen = new Map<string, number>();
  for (const rule of rules.values()) {
    if ('word' in rule.to) seen.set(rule.to.word, (seen.get(rule.to.word) ?? 0) + 1);
  }
  for (const [word, rule] of rules) {
    if (!('word' in rule.to)) continue;
    const image = rule.to.word;
    if (image === word) build.faults.add(rule, `"${word}" stays the same: leave it out`);
    if (UNWRITTEN_WORDS.includes(word)) continue;
    const shared = plain.has(image) || (seen.get(image) ?? 0) > 1;
    if (shared && rule.loss === undefined && image !== word) build.lossOf(row, 'words');
  }
}

/** Undefined when the text always fits. */
function buildLength({ row, place, name, build }: Spot, from: Leaf, to: Leaf): Turned | undefined {
  const most = to.maxLength;
  const stated = row?.policies.get('too-long');
  const text = from.base === 'string' || from.base === 'anyURI' || from.base === 'any';
  const longest = from.words ? Math.max(...from.words.map((word) => word.length)) : from.maxLength;
  const fits = most === undefined || !text || row?.words !== undefined || (longest !== undefined && longest <= most);
  if (fits) {
    if (stated) build.faults.add(place, `${name} cannot be too long`);
    return undefined;
  }
  if (!row || !stated)
    return build.faults.add(
      place,
      `${name}: ${longest ?? 'any number of'} characters for ${most}: \`too-long\` is missing`,
    );
  const policy = applied(stated, build.lossOf(row, 'too-long', stated), name, most);
  return {
    turn: (value, run) => (longerThan(String(value), most) ? policy.turn(value, run) : value),
    sure: policy.sure,
    drops: policy.drops,
  };
}
