/** When the bridge may refuse a message: only for a field whose value cannot be said on the other side. */

import type { GroupPlan, LeafPlan } from '../../src/mapping/plan.ts';
import { type Bag, blank, instant, int32, type Scene, textOf } from './laws.ts';
import { templateOf } from './lists.ts';

/** Whether a refusal names a field whose value is a reason to refuse. */
export function refusable(
  plan: GroupPlan,
  source: Bag,
  reason: string,
  scene: Pick<Scene, 'sender' | 'memory'>,
): boolean {
  const path = reason.split(' ')[0] ?? '';
  const leaves = leavesOf(plan).filter(
    ({ spot }) => templateOf(path) === (spot.source === '' ? spot.target : spot.source),
  );
  const names = path.split(/[.[\]]+/).filter((name) => name !== '');
  const value = names.reduce<unknown>(
    (at, name) => (typeof at === 'object' && at !== null ? (at as Bag)[name] : undefined),
    source,
  );
  return leaves.some((leaf) => mayRefuse(leaf, value, scene));
}

function leavesOf(plan: GroupPlan | LeafPlan): LeafPlan[] {
  if (plan.kind === 'leaf') return [plan];
  return plan.fields.flatMap((field) =>
    field.choices.flatMap(({ make }) => (make.kind === 'leaf' ? [make] : leavesOf(make.item))),
  );
}

/** Whether the bridge may refuse a message because of this value. */
function mayRefuse(plan: LeafPlan, value: unknown, { sender, memory }: Pick<Scene, 'sender' | 'memory'>): boolean {
  const { source, policies, least, asIs, required, clamp } = plan;
  const stated = (occasion: 'absent' | 'unreadable' | 'too-long'): boolean =>
    (policies.get(occasion)?.policy.do ?? 'refuse') !== 'refuse';
  if (blank(value)) return required && !stated('absent') && !stated('unreadable');
  const text = textOf(value);
  if (source?.base === 'int') {
    const number = int32(value);
    if (number === undefined) {
      if (plan.convert && int32(memory.deviceTransaction(Number(value))) !== undefined) return false;
      return !clamp || Number(value) < 0;
    }
    return least !== undefined && number < least;
  }
  if (source?.base === 'dateTime') return instant(text, memory.timezone) === undefined && !stated('unreadable');
  const unwritable = [...text].some(
    (point) => /^[\p{Cs}\ufffe\uffff]$/u.test(point) || (point < ' ' && !/[\t\n\r]/.test(point)),
  );
  if (asIs) return sender === 'csms' && unwritable;
  if (unwritable && required && [...text].every((point) => point <= ' ' || /^[\p{Cs}\ufffe\uffff]$/u.test(point)))
    return true;
  return false;
}
