/** The policies of a row: possible here, with a loss code each, for every branch of an option. */

import type { JsonObject } from '../base/message.ts';
import type { Leaf } from '../contract/model.ts';
import type { Place } from './fault.ts';
import { branchesOf, choose } from './options.ts';
import type { Part, PolicyPlan, Spot } from './plan.ts';
import type { Occasion, Policy, RowLoss, WriteRow } from './table.ts';

const IMPLIED: Readonly<Record<string, string>> = { cut: 'str-cut', 'keep-end': 'str-tail', alias: 'tag-alias' };

/** The `$now` of an answer stands for the time of reception. */
export function sampleAnswer(answer: JsonObject): JsonObject {
  return Object.fromEntries(
    Object.entries(answer).map(([name, value]) => [name, value === '$now' ? '2020-01-01T00:00:00Z' : value]),
  );
}

/** Notes a use of a loss code that must be in the register as one that tables tell. */
export function useLoss(part: Part, code: string, place: Place): void {
  const row = part.book.register?.losses.get(code);
  if (!row) part.book.faults.add(place, `the loss code ${code} is not in the register`, 'losses.yaml lists them');
  else if (!row.by.some((by) => part.book.tellers.includes(by)))
    part.book.faults.add(
      place,
      `the loss code ${code} is told by the ${row.by.join(' and ')}, not by ${part.book.tellers.map((teller) => `${teller}s`).join(' or ')}`,
    );
  part.book.use(code, part.version, part.operation, place);
}

export function lossFor(loss: RowLoss, occasion: string): string | undefined {
  return loss.by.get(occasion) ?? loss.all;
}

/** Tells a fault at a place that is known already. */
export type TellFault = (message: string, hint?: string) => undefined;

export interface PolicyTarget {
  readonly leaf: Leaf | undefined;
  readonly required: boolean;
  readonly list: boolean;
}

/** Checks all branches of every policy of the row and gives the chosen ones. */
export function planPolicies(part: Part, row: WriteRow, target: PolicyTarget, spot: Spot): Map<Occasion, PolicyPlan> {
  const plans = new Map<Occasion, PolicyPlan>();
  for (const [occasion, chosen] of row.policies) {
    const misfit = unfit(occasion, row, target);
    if (misfit) part.book.faults.add(row, `${occasion} has no meaning for ${spot.target}: ${misfit}`);
    for (const policy of branchesOf(chosen)) {
      checkPolicy(part, row, occasion, policy, target, spot);
      const code = codeOf(row, occasion, policy, target);
      if (loses(policy) && code === undefined)
        part.book.faults.add(row, `${occasion} changes what is said: a loss code is missing`);
      if (loses(policy) && code !== undefined) useLoss(part, code, row);
    }
    const policy = choose(chosen, part.options);
    if (policy)
      plans.set(occasion, { policy, loss: loses(policy) ? codeOf(row, occasion, policy, target) : undefined });
  }
  return plans;
}

const loses = (policy: Policy): boolean => policy.do !== 'refuse' && policy.do !== 'keep';

function codeOf(row: WriteRow, occasion: Occasion, policy: Policy, target: PolicyTarget): string | undefined {
  const stated = lossFor(row.loss, occasion);
  if (stated !== undefined) return stated;
  if (occasion === 'too-long') return IMPLIED[policy.do];
  return target.leaf?.base === 'dateTime' && (occasion === 'unreadable' || occasion === 'absent')
    ? 'ts-bad'
    : undefined;
}

function unfit(occasion: Occasion, row: WriteRow, { leaf, list }: PolicyTarget): string | undefined {
  if (occasion === 'absent') return undefined;
  if (occasion === 'unreadable') {
    if (!leaf) return list ? 'a list is never unreadable, its items are' : undefined;
    return leaf.base === 'dateTime' || leaf.base === 'int' || leaf.base === 'decimal' || leaf.base === 'boolean'
      ? undefined
      : 'text is always readable';
  }
  if (!leaf) return 'it is no single value';
  if (occasion === 'unknown') return leaf.words ? undefined : 'it has no list of words';
  if (occasion === 'zero') return leaf.base === 'int' ? undefined : 'it is no whole number';
  if (row.constant !== undefined || row.context !== undefined) return 'the value is fixed';
  return leaf.maxLength === undefined || leaf.words ? 'its length has no limit' : undefined;
}

function checkPolicy(
  part: Part,
  row: WriteRow,
  occasion: Occasion,
  policy: Policy,
  target: PolicyTarget,
  spot: Spot,
): undefined {
  const fault: TellFault = (message, hint) => part.book.faults.add(row, `${occasion}: ${message}`, hint);
  const { leaf } = target;
  if (policy.do === 'leave-out' && target.required) fault(`${spot.target} is required and cannot be left out`);
  if (policy.do === 'drop-item' && !spot.inItem) fault('there is no list item here that could be dropped');
  if (policy.do === 'receivedAt' && leaf?.base !== 'dateTime') fault('receivedAt is a time, the field is none');
  if (policy.do === 'alias' && (leaf?.maxLength ?? 0) < part.options.tagAliasPrefix.length + 8)
    fault('there is no room for an alias');
  if (policy.do === 'value') checkValue(policy.value, leaf, fault);
  if (policy.do === 'answer') {
    if (part.sender !== 'device' || part.part !== 'request' || spot.inItem)
      return fault('only a call of the charge point can be answered');
    const violation = part.json.check(part.operation, 'answer', sampleAnswer(policy.answer));
    if (violation) fault(`the answer is not valid: ${violation.reason}`);
  }
}

/** A value written by the table must be one that the target can hold. */
export function checkValue(value: string | number | boolean, leaf: Leaf | undefined, fault: TellFault): undefined {
  if (!leaf) return fault('only a single value can be written');
  const wanted =
    leaf.base === 'int' || leaf.base === 'decimal' ? 'number' : leaf.base === 'boolean' ? 'boolean' : 'string';
  if (typeof value !== wanted) return fault(`${JSON.stringify(value)} is no ${leaf.base}`);
  if (leaf.words && !leaf.words.includes(String(value)))
    return fault(`${String(value)} is none of ${leaf.words.join(', ')}`);
  if (leaf.maxLength !== undefined && String(value).length > leaf.maxLength)
    fault(`${String(value)} is longer than ${leaf.maxLength}`);
}

/** Loss codes that no policy, word or list of the row can tell. */
export function checkLossWords(part: Part, row: WriteRow): void {
  const words = [...row.words.values(), ...row.also.values()];
  for (const occasion of row.loss.by.keys()) {
    const stated =
      occasion === 'words'
        ? words.length > 0
        : occasion === 'flatten'
          ? row.flatten
          : row.policies.has(occasion as Occasion);
    if (!stated) part.book.faults.add(row, `loss for ${occasion}, but the row states no ${occasion}`);
  }
  const used =
    row.flatten ||
    words.some((word) => word.loss === undefined) ||
    [...row.policies.values()].some((chosen) => branchesOf(chosen).some(loses));
  if (row.loss.all !== undefined && !used) part.book.faults.add(row, `the row cannot lose ${row.loss.all}`);
}
