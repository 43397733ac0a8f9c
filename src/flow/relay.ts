import { type ErrorCode, errorRow, type Refusal } from '../base/errors.ts';
import { policyAnswer } from './answer-policy.ts';
import { type Context, type Decision, decision, type Effect, type Exchange, type UpPolicy } from './decision.ts';
import type { ChargePointState } from './state.ts';
import { isNewest, replacesUntold, untold } from './unsent.ts';

/** The CSMS did not say no: it could not be asked, or nobody knows what it said. */
export const AWAY: ReadonlySet<ErrorCode> = new Set(['CsmsAway', 'CsmsLost', 'CsmsTimeout', 'Busy', 'Draining']);

/** What happens to a call of the charge point that the CSMS refused or never got: by the table's `refused` and `away`. */
export function refuseByPolicy(
  state: ChargePointState,
  exchange: Exchange,
  refusal: Refusal,
  policy: UpPolicy,
  context: Context,
): Decision {
  if (AWAY.has(refusal.code)) return away(state, exchange, refusal, policy, context);
  if (refusal.code === 'IdentityUnknown' || !refusal.code.startsWith('Csms') || refusal.code === 'CsmsAnswerInvalid') {
    return decision(state, { do: 'refuse', refusal });
  }
  const code = callErrorOf(refusal);
  const answer = policy.refused[code] ?? policy.refused.other ?? 'fault';
  if (answer === 'fault') return decision(state, { do: 'refuse', refusal });
  return decision(
    state,
    { do: 'loss', code: 'callerror-ok', field: exchange.action },
    { do: 'answer', payload: policyAnswer(answer, context.now) },
  );
}

/** The CSMS's own word, as the far bank kept it, else the word of our error table. */
function callErrorOf(refusal: Refusal): keyof UpPolicy['refused'] {
  const said = refusal.details?.['errorCode'];
  return (typeof said === 'string' ? said : errorRow(refusal.code).callError) as keyof UpPolicy['refused'];
}

function away(
  state: ChargePointState,
  exchange: Exchange,
  refusal: Refusal,
  policy: UpPolicy,
  context: Context,
): Decision {
  if (policy.away === 'refuse') return decision(state, { do: 'refuse', refusal });
  const answer = { do: 'answer', payload: policyAnswer(policy.away, context.now) } as const;
  if (!('keep' in policy.away))
    return decision(state, { do: 'loss', code: 'offline-local', field: exchange.action }, answer);
  const loss: Effect = { do: 'loss', code: 'offline-last', field: exchange.action };
  if (!isNewest(state, exchange, context)) return decision(state, loss, answer);
  const replaced = replacesUntold(state, exchange) ? [loss] : [];
  return decision(untold(state, exchange, context.now), ...replaced, answer);
}
