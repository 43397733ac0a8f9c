import { decision, type UpFlow } from './decision.ts';
import { AWAY, refuseByPolicy } from './relay.ts';

const DAY = 24 * 3_600_000;

/** Heartbeat: the bridge keeps the charge point's clock while the CSMS is away, for a day; then it stops pretending. */
export const heartbeat: UpFlow = {
  refused(state, exchange, refusal, policy, context) {
    if (AWAY.has(refusal.code) && context.now - context.csmsAnsweredAt > DAY) {
      return decision(state, { do: 'refuse', refusal });
    }
    return refuseByPolicy(state, exchange, refusal, policy, context);
  },
};
