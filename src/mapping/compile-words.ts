/** Words of an enumeration: the exact word, then the same in another case, then one the target knows, then the policy. */

import { compileArgs } from './compile-args.ts';
import { compilePolicy } from './compile-policy.ts';
import type { Scalar } from './converters/converter.ts';
import type { Bag, Written } from './leaf-result.ts';
import type { LeafPlan, PartFacts, WordPlan } from './plan.ts';
import type { DROP, Run } from './run.ts';

type WordFunction = (text: string, from: Bag, run: Run) => Written | typeof DROP;

export function compileWords(
  plan: LeafPlan,
  part: PartFacts,
): (value: Scalar | boolean, from: Bag, run: Run) => Written | typeof DROP {
  const exact = new Map<string, string | WordFunction>();
  for (const word of plan.target.words ?? []) exact.set(word, word);
  for (const [word, rule] of plan.words) exact.set(word, compileWord(rule, plan, part));
  const folded = new Map<string, string | WordFunction>();
  // The sender's own words come first: its `rejected` is not the target's `Rejected`.
  for (const word of [...plan.words.keys(), ...(plan.source?.words ?? []), ...exact.keys()]) {
    const found = exact.get(word);
    if (found !== undefined && !folded.has(word.toLowerCase())) folded.set(word.toLowerCase(), found);
  }
  const stated = plan.policies.get('unknown');
  const unknown = stated && compilePolicy(stated, plan, part);
  return (value, from, run) => {
    const text = String(value);
    const found = exact.get(text) ?? folded.get(text.toLowerCase());
    if (typeof found === 'string') return found;
    if (found) return found(text, from, run);
    return unknown ? unknown(run, text) : run.refuse('FieldValue', plan.spot, 'is a word that is not known here', text);
  };
}

function compileWord(rule: WordPlan, plan: LeafPlan, part: PartFacts): string | WordFunction {
  const { loss } = rule;
  switch (rule.kind) {
    case 'word': {
      if (loss === undefined) return rule.word;
      return (text, _from, run) => {
        run.loseAt(loss, plan.spot.target, text, false);
        return rule.word;
      };
    }
    case 'policy': {
      const policy = compilePolicy({ policy: rule.policy, loss }, plan, part);
      return (text, _from, run) => policy(run, text);
    }
    case 'convert': {
      const { converter } = rule.convert;
      const args = compileArgs(rule.convert.args);
      return (text, from, run) => {
        run.leaf = plan;
        if (loss !== undefined) run.lose(loss, text);
        return converter.convert(undefined, args(from, run), run);
      };
    }
  }
}
