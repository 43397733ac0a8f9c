/** A policy as a prepared function. Cutting and aliases are the length's own matter. */

import { type Written, wholeSeconds } from './leaf-result.ts';
import type { LeafPlan, PartFacts, PolicyPlan } from './plan.ts';
import { DROP, type Run } from './run.ts';

export type OnPolicy = (run: Run, raw: unknown) => Written | typeof DROP;

export function compilePolicy({ policy, loss }: PolicyPlan, plan: LeafPlan, part: PartFacts): OnPolicy {
  const { spot, secret } = plan;
  const tell = (run: Run, raw: unknown): void => {
    if (loss !== undefined) run.loseAt(loss, spot.target, raw === undefined ? undefined : String(raw), secret);
  };
  switch (policy.do) {
    case 'leave-out':
      return (run, raw) => {
        tell(run, raw);
        return undefined;
      };
    case 'drop-item':
      return (run, raw) => {
        tell(run, raw);
        return DROP;
      };
    case 'value': {
      // A whole number becomes text behind its range check, like one that was read.
      const value = part.sender === 'csms' && plan.target.base !== 'int' ? String(policy.value) : policy.value;
      return (run, raw) => {
        tell(run, raw);
        return value;
      };
    }
    case 'receivedAt': {
      const seconds = wholeSeconds(part);
      return (run, raw) => {
        tell(run, raw);
        return run.receivedAt(seconds);
      };
    }
    case 'answer':
      return (run, raw) => {
        tell(run, raw);
        return run.stop(policy.answer);
      };
    default:
      return (run, raw) => run.refuse('FieldValue', spot, 'has a value that is not allowed', raw, secret);
  }
}
