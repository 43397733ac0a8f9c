/** Whether one value of the target is what the source and the told losses let expect. */

import type { LeafPlan } from '../../src/mapping/plan.ts';
import {
  blank,
  carried,
  converterName,
  type Expected,
  instant,
  int32,
  law,
  reading,
  type Scene,
  textOf,
  trimmed,
} from './laws.ts';

/** What is wrong, or undefined. `codes`: the losses told of this field, in the order of telling. */
export function misvalued(
  plan: LeafPlan,
  raw: unknown,
  got: unknown,
  codes: readonly string[],
  scene: Scene,
): string | undefined {
  const tell = (problem: string): string =>
    `${problem}: ${JSON.stringify(raw)} became ${JSON.stringify(got)}, told [${codes.join(', ')}]`;
  try {
    const expected = expectedOf(plan, raw, codes, scene);
    if (!agrees(expected, got, codes, plan, scene)) return tell(`not as expected (${JSON.stringify(expected)})`);
    const debt = owed(plan, raw, codes, scene);
    return debt && tell(debt);
  } catch (error) {
    return tell(error instanceof Error ? error.message : String(error));
  }
}

/** What is wrong with giving up a list item for this value, or undefined. */
export function mislet(plan: LeafPlan, raw: unknown, codes: readonly string[], scene: Scene): string | undefined {
  try {
    const expected = expectedOf(plan, raw, codes, scene);
    const let_ = expected.kind === 'dropped' || (expected.kind === 'exactly' && expected.value === undefined);
    return let_ ? owed(plan, raw, codes, scene) : `its item went for ${JSON.stringify(raw)}`;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

function expectedOf(plan: LeafPlan, raw: unknown, codes: readonly string[], scene: Scene): Expected {
  let expected: Expected = { kind: 'source', value: raw };
  for (const code of codes) {
    // A trimmed text that is empty is absent, and the row's policy for that comes next.
    const emptied = expected.kind === 'exactly' && expected.value === undefined;
    expected = law(code, emptied ? { kind: 'source', value: undefined } : expected, plan, scene);
  }
  return expected;
}

function agrees(expected: Expected, got: unknown, codes: readonly string[], plan: LeafPlan, scene: Scene): boolean {
  switch (expected.kind) {
    case 'dropped':
      return false;
    case 'one-of':
      return expected.words.includes(textOf(got));
    case 'alias':
      return typeof got === 'string' && /^ZZ[A-Z2-7]{18}$/.test(got);
    case 'received':
      return (
        typeof got === 'string' && Math.floor(Date.parse(got) / 1000) === Math.floor(scene.memory.receivedAt / 1000)
      );
    case 'exactly':
      return alike(expected.value, got);
    case 'source':
      return plan.target.base === 'dateTime'
        ? sameTime(expected.value, got, codes, plan, scene)
        : same(expected.value, got, plan, scene);
  }
}

/** The target tells numbers as text on the way down, and readings as text on the way up. */
const alike = (expected: unknown, got: unknown): boolean =>
  expected === undefined || got === undefined
    ? expected === got
    : textOf(expected) === textOf(got) || (typeof expected === 'number' && reading(got) === expected);

/** No loss has changed the value: it is the same, in the spelling of the target. */
function same(value: unknown, got: unknown, plan: LeafPlan, scene: Scene): boolean {
  if (plan.constant !== undefined) return alike(plan.constant, got);
  const converter = converterName(plan);
  if (converter === 'stopReason')
    return got !== undefined && got === scene.memory.stopReason(Number(scene.from['transactionId']));
  if (converter === 'activeTransaction') return got === undefined;
  if (value === undefined || value === null) return got === undefined;
  const typed = scene.sender === 'device' ? typeOf(plan) : 'string';
  if (got === undefined || typeof got !== typed) return false;
  const word = plan.words.get(textOf(value));
  if (plan.target.words)
    return word === undefined ? got === value : word.kind === 'word' && word.loss === undefined && got === word.word;
  // White space outside of a text is a loss that is told; so is every other spelling of a whole number.
  switch (plan.target.base) {
    case 'boolean':
      return textOf(got) === textOf(value).replace('1', 'true').replace('0', 'false');
    case 'decimal':
      return Number(got) === Number(value);
    case 'int':
      return textOf(got) === textOf(value);
    case 'anyURI':
      return got === textOf(value).replaceAll(' ', '%20');
    default:
      return got === value && (plan.asIs || plan.convert?.converter.takes === 'raw' || !blank(value));
  }
}

function typeOf({ target }: LeafPlan): string {
  return target.base === 'int' || target.base === 'decimal'
    ? 'number'
    : target.base === 'boolean'
      ? 'boolean'
      : 'string';
}

const WRITTEN = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,3})?Z$/;

/** The same instant, to the millisecond; to the second where that was told. */
function sameTime(
  value: unknown,
  got: unknown,
  codes: readonly string[],
  plan: LeafPlan,
  { memory, sender }: Scene,
): boolean {
  if (plan.receivedAt) return typeof got === 'string' && WRITTEN.test(got) && near(got, memory.receivedAt);
  if (value === undefined) return got === undefined;
  const then = instant(textOf(value), memory.timezone);
  if (then === undefined || typeof got !== 'string' || !WRITTEN.test(got)) return false;
  const now = Date.parse(got);
  const seconds = Math.floor(then / 1000) * 1000;
  return now === then || (sender === 'csms' && codes.includes('ts-frac') && now === seconds);
}

const near = (got: string, ms: number): boolean => Math.floor(Date.parse(got) / 1000) === Math.floor(ms / 1000);

/** What must be told of a value whatever becomes of it, and was not; or is told and not true. */
export function owed(
  plan: LeafPlan,
  raw: unknown,
  codes: readonly string[],
  { sender, memory }: Scene,
): string | undefined {
  const wrong = (code: string, true_: boolean): string | undefined =>
    codes.includes(code) === true_
      ? undefined
      : `${code} ${true_ ? 'is true' : 'is not true'} of ${JSON.stringify(raw)}`;
  if (raw === undefined || plan.asIs || plan.convert?.converter.takes === 'raw' || plan.constant !== undefined) return;
  const text = textOf(raw);
  const base = plan.source?.base;
  const textual = typeof raw === 'string' && (sender === 'device' || base === 'string' || base === 'anyURI');
  const bare = sender === 'csms' ? carried(text) : text;
  if (textual && blank(bare) !== codes.includes('str-trim') && trimmed(bare) === bare)
    return wrong('str-trim', blank(bare));
  if (textual && trimmed(bare) !== bare) return wrong('str-trim', true);
  if (blank(raw)) return;
  if (base === 'int' && sender === 'device') {
    const number = int32(raw);
    return number === undefined ? undefined : wrong('int-repair', String(number) !== trimmed(text));
  }
  if (base !== 'dateTime' || instant(text, memory.timezone) === undefined) return;
  const digits = /\.(\d+)/.exec(text)?.[1] ?? '';
  const offset = /[+-](\d\d):?(\d\d)?$/.exec(trimmed(text).slice(10));
  const zoneless = offset === null && !/[Zz]\s*$/.test(text);
  return (
    wrong('ts-offset', offset !== null && /[1-9]/.test(`${offset[1]}${offset[2] ?? ''}`)) ??
    wrong('ts-zone', zoneless) ??
    (/[1-9]/.test(digits.slice(3)) ? wrong('ts-frac', true) : undefined) ??
    (sender === 'device' || !/[1-9]/.test(digits)
      ? /[1-9]/.test(digits.slice(3))
        ? undefined
        : wrong('ts-frac', false)
      : undefined)
  );
}
