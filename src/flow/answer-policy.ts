import { isoTime } from '../base/clock.ts';
import type { Json, JsonObject } from '../base/message.ts';
import type { AnswerPolicy } from '../mapping/translator.ts';

/** The answer a table prescribes, with `$now` filled in. */
export function policyAnswer(policy: AnswerPolicy, now: number): JsonObject {
  return fill(policy.answer, bridgeTime(now)) as JsonObject;
}

/** The bridge's own clock as old versions can read it: whole seconds. */
export function bridgeTime(now: number): string {
  return isoTime(Math.floor(now / 1000) * 1000);
}

function fill(value: Json, time: string): Json {
  if (value === '$now') return time;
  if (Array.isArray(value)) return value.map((item) => fill(item, time));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, fill(item, time)]));
}
