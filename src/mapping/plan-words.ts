/** Words of an enumeration against the row: each has an image, none is lost in silence. */

import { nearest } from './fault.ts';
import type { LeafGiven } from './leaf-given.ts';
import type { Part, Spot, WordPlan } from './plan.ts';
import { planConvert } from './plan-args.ts';
import { lossFor, type TellFault, useLoss } from './plan-policies.ts';
import { UNWRITTEN_WORDS } from './standard.ts';
import type { Policy, WordRule, WriteRow } from './table.ts';

/** What a rule makes of a word. */
function imageOf(rule: WordRule): string | undefined {
  return 'word' in rule.to ? rule.to.word : undefined;
}

export function checkWords({ part, row, source, leaf, place }: LeafGiven, fault: TellFault): undefined {
  const from = source?.leaf.words;
  const rules = row?.words ?? new Map<string, WordRule>();
  const also = row?.also ?? new Map<string, WordRule>();
  if ((rules.size > 0 || also.size > 0) && !leaf.words) return fault('has no list of words');
  if (!leaf.words || (row?.convert !== undefined && !from)) return;
  const known = leaf.words;
  for (const [word, rule] of [...rules, ...also]) checkWordRule(part, word, rule, known, row);
  if (!from) return;
  const images = new Map<string, string>();
  for (const word of from) {
    part.book.counts.words += 1;
    const rule = rules.get(word);
    if (!rule && !known.includes(word)) fault(`does not know the word ${word}`, `add \`words: { ${word}: … }\``);
    if (rule) continue;
    images.set(word, word);
  }
  for (const [word, rule] of rules) {
    if (!from.includes(word))
      part.book.faults.add(
        rule,
        `${source?.name} has no word "${word}"`,
        nearest(word, from) ?? 'words outside of the contract belong under `also`',
      );
    const image = imageOf(rule);
    if (image === word) part.book.faults.add(rule, `${word} stays the same: this states no difference`);
    if (image === undefined) continue;
    const other = images.get(image);
    const lossy = rule.loss ?? (row && lossFor(row.loss, 'words'));
    if (other !== undefined && lossy === undefined)
      part.book.faults.add(rule, `${word} and ${other} both become ${image}: a loss code is missing`);
    images.set(image, word);
  }
  for (const word of also.keys())
    if (from.includes(word))
      part.book.faults.add(place, `${word} is a word of the contract: it belongs under \`words\``);
  if (part.sender !== 'device') return;
  for (const word of UNWRITTEN_WORDS) {
    if (known.includes(word) && !rules.has(word) && !also.has(word))
      fault(`would let the word ${word} pass, which must not be written`, `add \`also: { ${word}: … }\``);
  }
}

function checkWordRule(
  part: Part,
  word: string,
  rule: WordRule,
  known: readonly string[],
  row: WriteRow | undefined,
): void {
  const code = rule.loss ?? (row && lossFor(row.loss, 'words'));
  const image = imageOf(rule);
  if (image !== undefined && (!known.includes(image) || UNWRITTEN_WORDS.includes(image))) {
    part.book.faults.add(rule, `${word} cannot become ${image}: no such word`, nearest(image, known));
  }
  if (image === undefined && code === undefined && !('policy' in rule.to && rule.to.policy.do === 'refuse')) {
    part.book.faults.add(rule, `${word} is guessed or given up: a loss code is missing`);
  }
  if (code !== undefined) useLoss(part, code, rule);
}

export function planWords({ part, row, group, leaf, spot }: LeafGiven): Map<string, WordPlan> {
  const plans = new Map<string, WordPlan>();
  for (const [word, rule] of [...(row?.words ?? []), ...(row?.also ?? [])]) {
    const loss = rule.loss ?? (row && lossFor(row.loss, 'words'));
    if ('word' in rule.to) plans.set(word, { kind: 'word', word: rule.to.word, loss });
    else if ('policy' in rule.to) {
      checkWordPolicy(part, rule, rule.to.policy, spot);
      plans.set(word, { kind: 'policy', policy: rule.to.policy, loss });
    } else {
      const convert = planConvert(part, rule, group, rule.to.convert, rule.to.with, (code) =>
        useLoss(part, code, rule),
      );
      if (!convert) continue;
      const { gives, takes, words, total } = convert.converter;
      if (gives !== 'word' || takes !== 'none' || !total)
        part.book.faults.add(rule, `the converter ${rule.to.convert} does not decide between words`);
      for (const given of words ?? [])
        if (!leaf.words?.includes(given)) part.book.faults.add(rule, `the converter may give ${given}: no such word`);
      plans.set(word, { kind: 'convert', convert, loss });
    }
  }
  return plans;
}

function checkWordPolicy(part: Part, rule: WordRule, policy: Policy, spot: Spot): void {
  if (policy.do === 'drop-item' && !spot.inItem)
    part.book.faults.add(rule, 'there is no list item here that could be dropped');
}
