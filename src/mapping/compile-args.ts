/** What converters and conditions look at, read leniently: what is absent or unreadable is undefined. */

import type { Scalar } from './converters/converter.ts';
import type { Bag } from './leaf-result.ts';
import type { ArgPlan } from './plan.ts';
import type { Run } from './run.ts';
import { readTime } from './scalars/date-time.ts';
import { readInt } from './scalars/numbers.ts';
import { trimText } from './scalars/text.ts';

export type ArgFunction = (from: Bag, run: Run) => Scalar | undefined;

export function compileArg(plan: ArgPlan): ArgFunction {
  const { path, fromCall, leaf } = plan;
  return (from, run) => {
    let value: unknown = fromCall ? run.call : from;
    for (const name of path) {
      if (Array.isArray(value)) value = value[0];
      value = typeof value === 'object' && value !== null ? (value as Bag)[name] : undefined;
    }
    if (Array.isArray(value)) value = value[0];
    if (typeof value === 'number') return value;
    if (typeof value !== 'string') return undefined;
    const text = trimText(value);
    if (leaf.base === 'dateTime') return readTime(text, run.memory.timezone)?.ms;
    if (leaf.base === 'int') return readInt(text)?.value;
    return text === '' ? undefined : text;
  };
}

const NONE: readonly (Scalar | undefined)[] = [];

export function compileArgs(plans: readonly ArgPlan[]): (from: Bag, run: Run) => readonly (Scalar | undefined)[] {
  const args = plans.map(compileArg);
  if (args.length === 0) return () => NONE;
  return (from, run) => args.map((arg) => arg(from, run));
}
