/** One value as a prepared function: read, convert, repair, write. */

import type { Leaf } from '../contract/model.ts';
import { compileArgs } from './compile-args.ts';
import { compilePolicy, type OnPolicy } from './compile-policy.ts';
import { compileWords } from './compile-words.ts';
import type { Scalar } from './converters/converter.ts';
import { ABSENT, type Bag, type LeafFunction, UNREADABLE, type Written, wholeSeconds } from './leaf-result.ts';
import type { LeafPlan, PartFacts } from './plan.ts';
import { compileFromCsms } from './read-json.ts';
import { compileFromDevice, type Read } from './read-soap.ts';
import { DROP, type Run } from './run.ts';
import { numberText } from './scalars/numbers.ts';
import { tagAlias } from './scalars/tag-alias.ts';
import { cutText, keepEnd, longerThan } from './scalars/text.ts';

export function compileLeaf(plan: LeafPlan, part: PartFacts): LeafFunction {
  const fixed = compileFixed(plan, part);
  if (fixed) return fixed;
  const finish = compileTagCase(plan, part, compileFinish(plan, part));
  const value = compileValue(plan, part);
  return (raw, from, run) => {
    const given = value(raw, from, run);
    return given === undefined || given === DROP ? given : finish(given, from, run);
  };
}

function compileFixed(plan: LeafPlan, part: PartFacts): LeafFunction | undefined {
  if (plan.constant !== undefined) {
    const constant = part.sender === 'csms' ? String(plan.constant) : plan.constant;
    return () => constant;
  }
  const seconds = wholeSeconds(part);
  return plan.receivedAt ? (_raw, _from, run) => run.receivedAt(seconds) : undefined;
}

type ValueFunction = (raw: unknown, from: Bag, run: Run) => Scalar | boolean | undefined | typeof DROP;

/** Up to the converter: absent, empty and unreadable values meet their policies here. */
function compileValue(plan: LeafPlan, part: PartFacts): ValueFunction {
  const absent = compileAbsent(plan, part);
  const { convert } = plan;
  if (!convert) return compileRead(plan, part, absent);
  const { converter } = convert;
  const args = compileArgs(convert.args);
  const read: ValueFunction =
    converter.takes === 'none'
      ? () => 0
      : converter.takes === 'raw'
        ? rawText(plan, absent)
        : compileRead(plan, part, absent);
  const ignored = converter.takes === 'none';
  return (raw, from, run) => {
    const input = read(raw, from, run);
    if (input === undefined || input === DROP || typeof input === 'boolean') return input;
    run.leaf = plan;
    const output = converter.convert(ignored ? undefined : input, args(from, run), run);
    return output === undefined ? absent.silent(run) : output;
  };
}

function rawText(plan: LeafPlan, absent: Absent): ValueFunction {
  return (raw, _from, run) => {
    if (raw === undefined || raw === null) return absent.told(run, undefined, 'is missing');
    return typeof raw === 'string' ? raw : run.refuse('FieldType', plan.spot, 'must be text', raw, plan.secret);
  };
}

interface Absent {
  /** Nothing came. */
  told(run: Run, raw: unknown, problem: string): Written | typeof DROP;
  /** The converter gave nothing, and has told its loss. */
  silent(run: Run): Written | typeof DROP;
}

function compileAbsent(plan: LeafPlan, part: PartFacts): Absent {
  // A required value that is missing cannot be read either.
  const stated = plan.policies.get('absent') ?? (plan.required ? plan.policies.get('unreadable') : undefined);
  if (stated && stated.policy.do !== 'refuse') {
    const told = compilePolicy({ policy: stated.policy, loss: stated.loss }, plan, part);
    const silent = compilePolicy({ policy: stated.policy, loss: undefined }, plan, part);
    return { told: (run, raw) => told(run, raw), silent: (run) => silent(run, undefined) };
  }
  const nothing = (run: Run, raw: unknown, problem: string): undefined =>
    plan.required ? run.refuse(raw === undefined ? 'FieldMissing' : 'FieldValue', plan.spot, problem) : undefined;
  return { told: nothing, silent: (run) => nothing(run, undefined, 'cannot be told') };
}

function compileRead(plan: LeafPlan, part: PartFacts, absent: Absent): ValueFunction {
  const read: Read = part.sender === 'device' ? compileFromDevice(plan) : compileFromCsms(plan, part);
  const stated = plan.policies.get('unreadable');
  const unreadable: OnPolicy = stated
    ? compilePolicy(stated, plan, part)
    : (run, raw) =>
        run.refuse(
          plan.source?.base === 'dateTime' && typeof raw === 'string' ? 'FieldValue' : 'FieldType',
          plan.spot,
          problemOf(plan.source),
          raw,
          plan.secret,
        );
  return (raw, _from, run) => {
    const value = read(raw, run);
    if (typeof value !== 'symbol') return value;
    if (value === UNREADABLE) return unreadable(run, raw);
    return value === ABSENT ? absent.told(run, undefined, 'is missing') : absent.told(run, raw, 'is empty');
  };
}

function problemOf(leaf: Leaf | undefined): string {
  switch (leaf?.base) {
    case 'int':
      return 'must be a whole number of 32 bits';
    case 'decimal':
      return 'must be a decimal number';
    case 'boolean':
      return 'must be true or false';
    case 'dateTime':
      return 'must be a date and time that exists';
    default:
      return 'must be text';
  }
}

type Finish = (value: Scalar | boolean, from: Bag, run: Run) => Written | typeof DROP;

/** After the converter: words, length, range, and the spelling of the target. */
function compileFinish(plan: LeafPlan, part: PartFacts): Finish {
  if (plan.target.words && !plan.convert) return compileWords(plan, part);
  if (plan.target.base === 'int') return compileInt(plan, part);
  if (plan.target.maxLength !== undefined && part.sender === 'device' && !plan.target.words)
    return compileLength(plan, part, plan.target.maxLength);
  if (part.sender === 'csms') return (value) => (typeof value === 'number' ? numberText(value) : String(value));
  return (value) => value;
}

/** Before the length is looked at, so that a stand-in is made of the tag as it is sent. */
function compileTagCase(plan: LeafPlan, { sender, options: { tagCase } }: PartFacts, finish: Finish): Finish {
  if (tagCase === undefined || sender !== 'device' || !plan.tag) return finish;
  return (value, from, run) => {
    const tag = String(value);
    const cased = tagCase === 'upper' ? tag.toUpperCase() : tag.toLowerCase();
    if (cased !== tag) run.loseAt('tag-case', plan.spot.target, tag, true);
    return finish(cased, from, run);
  };
}

function compileInt(plan: LeafPlan, part: PartFacts): Finish {
  const { least, spot } = plan;
  const stated = plan.policies.get('zero');
  const zero = stated && stated.policy.do !== 'keep' ? compilePolicy(stated, plan, part) : undefined;
  const asText = part.sender === 'csms';
  return (value, _from, run) => {
    if (typeof value !== 'number') return run.refuse('FieldType', spot, 'must be a whole number', value);
    if (value === 0 && zero) return zero(run, '0');
    if (least !== undefined && value < least)
      return run.refuse('FieldValue', spot, `must be at least ${least}`, String(value));
    return asText ? String(value) : value;
  };
}

function compileLength(plan: LeafPlan, part: PartFacts, most: number): Finish {
  const stated = plan.policies.get('too-long');
  const tooLong = stated ? compileTooLong(plan, part, most) : undefined;
  return (value, _from, run) => {
    if (typeof value !== 'string' || !longerThan(value, most)) return value;
    return tooLong
      ? tooLong(run, value)
      : run.refuse('FieldValue', plan.spot, `is longer than ${most} characters`, value, plan.secret);
  };
}

function compileTooLong(
  plan: LeafPlan,
  part: PartFacts,
  most: number,
): (run: Run, text: string) => Written | typeof DROP {
  const stated = plan.policies.get('too-long');
  const loss = stated?.loss ?? '';
  const { spot, secret } = plan;
  switch (stated?.policy.do) {
    case 'cut':
    case 'keep-end': {
      const shorter = stated.policy.do === 'cut' ? cutText : keepEnd;
      return (run, text) => {
        run.loseAt(loss, spot.target, text, secret);
        return shorter(text, most);
      };
    }
    case 'alias': {
      const prefix = part.options.tagAliasPrefix;
      return (run, text) => {
        const alias = tagAlias(text, prefix, most);
        run.alias(alias, text);
        run.loseAt(loss, spot.target, text, true);
        return alias;
      };
    }
    default:
      return stated ? compilePolicy(stated, plan, part) : (_run, text) => text;
  }
}
