/** Rows as sentences. */

import type { JsonObject } from '../base/message.ts';
import { CONVERTERS } from './converters.ts';
import { branchesOf, type Chosen } from './options.ts';
import type { ChoicePlan, LeafPlan } from './plan.ts';
import { TRANSACTION_MESSAGES } from './standard.ts';
import type { AwayRule, Instead, Occasion, Policy, RefusedRule, UpEntry, WordRule, WriteRow } from './table.ts';

const literal = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value));
const listed = (words: readonly string[]): string =>
  words.length < 2 ? words.join('') : `${words.slice(0, -1).join(', ')} or ${words.at(-1) ?? ''}`;

/** What the row does, in the order of the translation. */
export function rowWords(row: WriteRow, leaf: LeafPlan | undefined): string[] {
  const sentences: string[] = [];
  if (row.constant !== undefined) sentences.push(`always ${literal(row.constant)}`);
  if (row.context !== undefined) sentences.push('the time of reception');
  if (row.convert !== undefined) sentences.push(convertWords(row.convert, row.with));
  if (row.flatten) sentences.push('a list in a list becomes one list, in the same order');
  if (row.wrap) sentences.push('one value becomes a list of one');
  if (row.asIs) sentences.push('as it is: white space and emptiness belong to it');
  for (const [word, rule] of row.words) sentences.push(`${word} → ${wordWords(rule)}`);
  const same = (leaf?.source?.words ?? []).filter((word) => !row.words.has(word));
  if (row.words.size > 0 && same.length > 0) sentences.push(`the same: ${same.join(', ')}`);
  for (const [word, rule] of row.also) sentences.push(`heard in the field: ${word} → ${wordWords(rule)}`);
  for (const [occasion, chosen] of row.policies) sentences.push(policyWords(occasion, chosen, leaf));
  return sentences;
}

function convertWords(name: string, paths: readonly string[]): string {
  const does = CONVERTERS.get(name)?.does ?? name;
  const looked = paths.filter((path) => path !== '.');
  return looked.length === 0 ? does : `${does} (looks at ${looked.join(', ')})`;
}

function wordWords(rule: WordRule): string {
  if ('word' in rule.to) return rule.to.word;
  if ('policy' in rule.to) return outcomeWords(rule.to.policy, undefined);
  return listed(CONVERTERS.get(rule.to.convert)?.words ?? [rule.to.convert]);
}

const OCCASIONS: Readonly<Record<Occasion, string>> = {
  absent: 'missing or empty',
  unreadable: 'unreadable',
  unknown: 'an unknown word',
  'too-long': 'too long',
  zero: '0',
};

function policyWords(occasion: Occasion, chosen: Chosen<Policy>, leaf: LeafPlan | undefined): string {
  const most = leaf?.target.maxLength;
  const what = occasion === 'too-long' && most !== undefined ? `longer than ${most}` : OCCASIONS[occasion];
  return `${what}: ${chosenWords(chosen, (policy) => outcomeWords(policy, most))}`;
}

function chosenWords<T>(chosen: Chosen<T>, words: (branch: T) => string): string {
  if (chosen.option === undefined) return branchesOf(chosen).map(words).join();
  const branches = [...chosen.branches].map(([value, branch]) => `${words(branch)} (${chosen.option}: ${value})`);
  return branches.join(', or ');
}

function outcomeWords(policy: Policy, most: number | undefined): string {
  switch (policy.do) {
    case 'leave-out':
      return 'left out';
    case 'drop-item':
      return 'its list item goes';
    case 'refuse':
      return 'the message is refused';
    case 'keep':
      return 'kept';
    case 'cut':
      return `cut after ${most ?? 'so many'} characters`;
    case 'keep-end':
      return `the last ${most ?? 'so many'} characters are kept`;
    case 'alias':
      return 'a stand-in goes instead, and is turned back in commands';
    case 'receivedAt':
      return 'the time of reception';
    case 'value':
      return literal(policy.value);
    case 'answer':
      return `answered ${answerWords(policy.answer)}, nothing is forwarded`;
  }
}

export function whenWords(when: ChoicePlan['when']): string {
  return when
    .map(({ arg, is }) => `${arg.path.join('.')} ${typeof is === 'symbol' ? 'is missing' : `is ${literal(is)}`}`)
    .join(' and ');
}

const answerWords = (answer: JsonObject): string =>
  Object.keys(answer).length === 0 ? 'an empty answer' : JSON.stringify(answer).replaceAll('"$now"', 'now');

export function refusedWords(refused: UpEntry['refused']): string {
  const told = (rule: RefusedRule | undefined): string =>
    rule === undefined || rule === 'fault' ? 'a Fault' : answerWords(rule.answer);
  const cases = new Map<string, string[]>();
  for (const [code, rule] of Object.entries(refused)) {
    if (code !== 'other') cases.set(told(rule), [...(cases.get(told(rule)) ?? []), code]);
  }
  const special = [...cases].map(([answer, codes]) => `${answer} for ${listed(codes)}`);
  return `when the CSMS refuses: ${[...special, told(refused.other)].join(', else ')}`;
}

export function awayWords(operation: string, away: AwayRule): string {
  const buffered = TRANSACTION_MESSAGES.includes(operation) ? 'buffered; where the configuration forbids that, ' : '';
  if (away === 'refuse') return `while the CSMS is away: ${buffered}HTTP 503, the charge point keeps its data`;
  const kept = {
    last: '; the newest is sent later',
    'last-per-connector': '; the newest of each connector is sent later',
  };
  return `while the CSMS is away: ${answerWords(away.answer)}${away.keep ? kept[away.keep] : ''}`;
}

export function insteadWords(instead: Chosen<Instead>): string[] {
  const words = (one: Instead): string => {
    if ('answer' in one) return `the CSMS gets ${answerWords(one.answer)}, and the charge point is not asked`;
    if ('refuse' in one) return `the CSMS gets CALLERROR ${one.refuse}`;
    return `the bridge answers itself (${one.flow})`;
  };
  if (instead.option === undefined) return branchesOf(instead).map(words);
  return [...instead.branches].map(([value, branch]) => `${instead.option} ${value}: ${words(branch)}`);
}
