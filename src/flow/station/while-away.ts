import { type Context, type Decision, decision } from '../decision.ts';
import type { ChargePointState } from '../state.ts';

/**
 * Where messages may not wait in the bridge (its store does not last), the charge point keeps what the CSMS cannot be told: a
 * refusal without a body means to it that it is offline.
 */
export function leftWithDevice(state: ChargePointState, context: Context): Decision | undefined {
  if (context.settings.whenCsmsIsAway === 'buffer' || context.linkOpenedAt !== undefined) return undefined;
  return decision(state, { do: 'refuse', refusal: { code: 'CsmsAway', reason: 'there is no link to the CSMS' } });
}
