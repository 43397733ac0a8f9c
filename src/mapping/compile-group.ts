/** Objects and lists as prepared functions: one step per field of the target, in its wire order. */

import { BridgeError } from '../base/errors.ts';
import { compileArg } from './compile-args.ts';
import { compileLeaf } from './compile-leaf.ts';
import type { Bag } from './leaf-result.ts';
import type {
  ChoicePlan,
  FieldPlan,
  GroupPlan,
  LeafPlan,
  ListPlan,
  PartFacts,
  PolicyPlan,
  Spot,
  ValuePlan,
} from './plan.ts';
import { DROP, type Run } from './run.ts';

type Out = Record<string, unknown>;
export type GroupFunction = (source: Bag, run: Run) => Out | typeof DROP;
/** Gives what to write; undefined for nothing. */
type Make = (raw: unknown, from: Bag, run: Run) => unknown;

export function compileGroup(plan: GroupPlan, part: PartFacts): GroupFunction {
  const names = plan.fields.map((field) => field.target.name);
  const makes = plan.fields.map((field) => compileField(field, part));
  const { drops } = plan;
  return (source, run) => {
    const out: Out = {};
    for (let index = 0; index < makes.length; index += 1) {
      const value = makes[index]?.(source, run);
      if (value === DROP) return DROP;
      if (value !== undefined) out[names[index] ?? ''] = value;
    }
    for (const drop of drops) {
      const raw = source[drop.name];
      if (raw !== undefined) run.loseSource(drop.loss, drop.path, raw);
    }
    return out;
  };
}

function compileField(field: FieldPlan, part: PartFacts): (source: Bag, run: Run) => unknown {
  const choices = field.choices.map((choice) => compileChoice(choice, part));
  const [only] = choices;
  if (choices.length === 1 && only && !only.holds) return only.make;
  return (source, run) => {
    for (const choice of choices) {
      if (!choice.holds || choice.holds(source, run)) return choice.make(source, run);
    }
    return undefined;
  };
}

interface Choice {
  readonly holds: ((source: Bag, run: Run) => boolean) | undefined;
  readonly make: (source: Bag, run: Run) => unknown;
}

function compileChoice({ when, from, make }: ChoicePlan, part: PartFacts): Choice {
  const value = compileMake(make, part);
  const conditions = when.map(({ arg, is }) => {
    const read = compileArg(arg);
    return (source: Bag, run: Run): boolean => read(source, run) === is;
  });
  return {
    holds: conditions.length === 0 ? undefined : (source, run) => conditions.every((holds) => holds(source, run)),
    make:
      from === undefined
        ? (source, run) => value(undefined, source, run)
        : (source, run) => value(source[from], source, run),
  };
}

function compileMake(make: ChoicePlan['make'], part: PartFacts): Make {
  switch (make.kind) {
    case 'leaf':
      return compileLeaf(make, part);
    case 'value':
      return compileValue(make, part);
    case 'list':
      return compileList(make, part);
  }
}

function compileItem(item: LeafPlan | GroupPlan, part: PartFacts): Make {
  if (item.kind === 'leaf') return compileLeaf(item, part);
  const group = compileGroup(item, part);
  if (item.bare) return (raw, _from, run) => group({ '.': raw }, run);
  return (raw, _from, run) => {
    if (typeof raw !== 'object' || raw === null || Array.isArray(raw))
      return run.refuse('FieldType', trimmed(item.spot), 'must be an object', raw);
    return group(raw as Bag, run);
  };
}

/** The spot of an object without the dot that its fields begin with. */
const trimmed = (spot: Spot): Spot => ({ ...spot, source: spot.source.replace(/\.$/, '') });

/** Policies of objects and lists as a whole. */
function onWhole(plan: PolicyPlan, spot: Spot): (run: Run) => unknown {
  const { policy, loss } = plan;
  return (run) => {
    if (loss !== undefined) run.loseAt(loss, spot.target, undefined, false);
    if (policy.do === 'drop-item') return DROP;
    return policy.do === 'answer' ? run.stop(policy.answer) : undefined;
  };
}

function compileValue(plan: ValuePlan, part: PartFacts): Make {
  const item = compileItem(plan.item, part);
  const stated = plan.policies.get('absent');
  const absent = stated && onWhole(stated, plan.spot);
  const broken = plan.policies.get('unreadable');
  const unreadable = broken && broken.policy.do !== 'refuse' ? onWhole(broken, plan.spot) : undefined;
  const made: Make = unreadable
    ? (raw, from, run) => {
        try {
          return item(raw, from, run);
        } catch (error) {
          if (error instanceof BridgeError) return unreadable(run);
          throw error;
        }
      }
    : item;
  return (raw, from, run) => {
    if (raw !== undefined && raw !== null) return made(raw, from, run);
    if (absent) return absent(run);
    return plan.required ? run.refuse('FieldMissing', plan.spot, 'is missing') : undefined;
  };
}

/** How many lists a path goes through. */
const depthOf = (path: string): number => path.split('[]').length - 1;

function compileList(plan: ListPlan, part: PartFacts): Make {
  const item = compileItem(plan.item, part);
  const sourceDepth = depthOf(plan.spot.source);
  const targetDepth = depthOf(plan.spot.target);
  const stated = plan.policies.get('absent');
  const absent = stated && onWhole(stated, plan.spot);
  const { inner, wrap, required, spot, flattenLoss } = plan;

  const each = (list: readonly unknown[], depth: number, out: unknown[], from: Bag, run: Run): void => {
    for (let index = 0; index < list.length; index += 1) {
      run.sourceAt[depth] = index;
      run.targetAt[targetDepth] = out.length;
      const value = item(list[index], from, run);
      if (value !== DROP && value !== undefined) out.push(value);
    }
  };
  const flat = (list: readonly unknown[], name: string, out: unknown[], from: Bag, run: Run): void => {
    if (flattenLoss !== undefined && list.length > 1) run.loseAt(flattenLoss, spot.target, String(list.length), false);
    for (let index = 0; index < list.length; index += 1) {
      run.sourceAt[sourceDepth - 1] = index;
      const container = list[index];
      const items = typeof container === 'object' && container !== null ? (container as Bag)[name] : undefined;
      if (Array.isArray(items)) each(items, sourceDepth, out, from, run);
    }
  };

  return (raw, from, run) => {
    const out: unknown[] = [];
    if (raw !== undefined && raw !== null) {
      if (wrap) each([raw], sourceDepth, out, from, run);
      else if (!Array.isArray(raw)) run.refuse('FieldType', spot, 'must be a list', raw);
      else if (inner === undefined) each(raw, sourceDepth, out, from, run);
      else flat(raw, inner, out, from, run);
    }
    if (out.length > 0) return out;
    if (absent) return absent(run);
    return required ? run.refuse('FieldMissing', spot, 'is missing or empty') : undefined;
  };
}
