/** What each kind of told loss may do to one value: said again here, apart from the code that does it. */

import { CONVERTERS } from '../../src/mapping/converters.ts';
import type { LeafPlan } from '../../src/mapping/plan.ts';
import type { Occasion, Policy } from '../../src/mapping/table.ts';
import type { Memory } from '../../src/mapping/translator.ts';

export type Bag = Readonly<Record<string, unknown>>;
export type Sender = 'device' | 'csms';

/** What is expected of the target so far: the source value on its way, or something already decided. */
export type Expected =
  | { readonly kind: 'source'; readonly value: unknown }
  | { readonly kind: 'exactly'; readonly value: unknown }
  | { readonly kind: 'one-of'; readonly words: readonly string[] }
  | { readonly kind: 'alias' }
  | { readonly kind: 'received' }
  | { readonly kind: 'dropped' };

export interface Scene {
  readonly sender: Sender;
  readonly memory: Memory;
  /** The object that holds the value, for converters that look around. */
  readonly from: Bag;
  readonly call: Bag | undefined;
}

const points = (text: string): string[] => Array.from(text);
export const trimmed = (text: string): string => text.replace(/^[ \t\r\n]+|[ \t\r\n]+$/g, '');
export const textOf = (value: unknown): string => (typeof value === 'string' ? value : String(value));
export const blank = (value: unknown): boolean =>
  value === undefined || (typeof value === 'string' && trimmed(value) === '');

const nothing: Expected = { kind: 'exactly', value: undefined };
const source = (value: unknown): Expected => ({ kind: 'source', value });

/** Milliseconds of a time that can be told in UTC with a year of four digits, or undefined. */
export function instant(text: string, timezone: string): number | undefined {
  const form = /^(\d{4}-\d\d-\d\d)[Tt ](\d\d:\d\d:)(\d\d)(\.\d+)?(?:([Zz])|([+-]\d\d):?(\d\d)?)?$/.exec(trimmed(text));
  if (!form) return undefined;
  const [, day, minutes, second, fraction = '', utc, hours, rest = '00'] = form;
  if (hours !== undefined && Math.abs(Number(hours)) > 18) return undefined;
  const zone = utc ? 'Z' : hours === undefined ? (timezone === 'UTC' ? 'Z' : timezone) : `${hours}:${rest}`;
  const ms = Date.parse(`${day}T${minutes}${second === '60' ? '59' : second}${fraction}${zone}`);
  return Number.isNaN(ms) || !inFourDigits(ms) ? undefined : ms;
}

function inFourDigits(ms: number): boolean {
  const year = new Date(ms).getUTCFullYear();
  return year >= 1 && year <= 9999;
}

export const int32 = (value: unknown): number | undefined => {
  const text = trimmed(textOf(value));
  const number = Number(text);
  return /^[+-]?\d+(\.0*)?$/.test(text) && Math.abs(number + 0.5) < 2147483648 ? number : undefined;
};

/** A reading as a number, a decimal comma included. */
export const reading = (value: unknown): number | undefined => {
  const text = trimmed(textOf(value)).replace(',', '.');
  return /^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$/.test(text) ? Number(text) : undefined;
};

/** Whether a row's policy for this occasion is the one to be applied. */
function holds(occasion: Occasion, value: unknown, plan: LeafPlan, { memory }: Scene): boolean {
  switch (occasion) {
    case 'absent':
      return blank(value);
    case 'unreadable':
      if (blank(value)) return plan.required;
      if (plan.source?.base === 'dateTime') return instant(textOf(value), memory.timezone) === undefined;
      return plan.source?.base === 'int' && int32(value) === undefined;
    case 'unknown':
      return !(plan.target.words?.includes(textOf(value)) || plan.words.has(textOf(value)));
    case 'too-long':
      return points(trimmed(textOf(value))).length > (plan.target.maxLength ?? Number.POSITIVE_INFINITY);
    case 'zero':
      return int32(value) === 0;
  }
}

function outcome(policy: Policy, value: unknown, plan: LeafPlan): Expected {
  const most = plan.target.maxLength ?? 0;
  switch (policy.do) {
    case 'leave-out':
      return nothing;
    case 'drop-item':
      return { kind: 'dropped' };
    case 'value':
      return { kind: 'exactly', value: policy.value };
    case 'receivedAt':
      return { kind: 'received' };
    case 'cut':
      return { kind: 'exactly', value: points(textOf(value)).slice(0, most).join('') };
    case 'keep-end':
      return { kind: 'exactly', value: points(textOf(value)).slice(-most).join('') };
    case 'alias':
      return { kind: 'alias' };
    default:
      throw new Error(`${policy.do} is told as a loss`);
  }
}

export const converterName = (plan: LeafPlan): string | undefined =>
  [...CONVERTERS].find(([, converter]) => converter === plan.convert?.converter)?.[0];

/** The laws of converters, by name: what a told loss of theirs means. */
const CONVERTED: Readonly<Record<string, (value: unknown, plan: LeafPlan, scene: Scene, code: string) => Expected>> = {
  intervalFloor: (_value, _plan, { from }) => ({ kind: 'exactly', value: from['status'] === 'Accepted' ? 300 : 60 }),
  transactionUp: (value, _plan, { memory }) => ({ kind: 'exactly', value: memory.csmsTransaction(Number(value)) }),
  transactionDown: (value, _plan, { memory }) => ({ kind: 'exactly', value: memory.deviceTransaction(Number(value)) }),
  activeTransaction: (_value, _plan, { memory, from }) => ({
    kind: 'exactly',
    value: memory.transactionAt(Number(from['connectorId']), undefined),
  }),
  stopReason: () => nothing,
  rawNumber(value, plan, _scene, code) {
    if (code !== 'mv-nan') return { kind: 'exactly', value: reading(value) };
    const absent = plan.policies.get('absent');
    if (reading(value) !== undefined || !absent) throw new Error(`${textOf(value)} is a number`);
    return outcome(absent.policy, value, plan);
  },
};

/** The characters of a text that XML 1.0 can carry. */
export const carried = (text: string): string =>
  points(text)
    .filter((point) => !/^[\p{Cs}\ufffe\uffff]$/u.test(point) && (point >= ' ' || /[\t\n\r]/.test(point)))
    .join('');

/** Losses that need no row. */
const ENGINE: Readonly<Record<string, (value: unknown, plan: LeafPlan) => Expected>> = {
  'str-trim': (value) => (blank(value) ? nothing : source(trimmed(textOf(value)))),
  'xml-char': (value) => source(carried(textOf(value))),
  'int-repair': (value) => source(String(Number(value))),
  'int-clamp': () => ({ kind: 'exactly', value: 2147483647 }),
  decimal: (value) => source(Math.round(Number(value) * 10) / 10),
  'ts-offset': source,
  'ts-frac': source,
  'ts-zone': source,
};

/** What is expected after this loss was told of this field; throws when the plan knows of no such loss there. */
export function law(code: string, before: Expected, plan: LeafPlan, scene: Scene): Expected {
  if (before.kind !== 'source') throw new Error(`${code} is told of what was decided already`);
  const { value } = before;
  for (const [occasion, { policy, loss }] of plan.policies) {
    if (loss === code && holds(occasion, value, plan, scene)) return outcome(policy, value, plan);
  }
  const rule = plan.words.get(textOf(value));
  if (rule?.loss === code) {
    if (rule.kind === 'word') return { kind: 'exactly', value: rule.word };
    if (rule.kind === 'policy') return outcome(rule.policy, value, plan);
    return { kind: 'one-of', words: rule.convert.converter.words ?? [] };
  }
  if (plan.convert?.converter.losses.includes(code)) {
    const converted = CONVERTED[converterName(plan) ?? ''];
    if (converted) return converted(value, plan, scene, code);
  }
  const engine = ENGINE[code];
  if (!engine) throw new Error(`no row says that ${code} may be told here`);
  return engine(value, plan);
}
