import { isoTime } from '../base/clock.ts';
import type { JsonObject } from '../base/message.ts';
import { decision, type UpFlow } from './decision.ts';
import { refuseByPolicy } from './relay.ts';
import type { ChargePointState, Registration } from './state.ts';

/** BootNotification: remembered for a CSMS that forgets, its answer decides what else may pass. */
export const bootNotification: UpFlow = {
  call: (state, exchange, context) =>
    decision(
      { ...state, boot: { request: exchange.request, at: context.now } },
      { do: 'call-csms', action: exchange.action, payload: exchange.request },
    ),
  answered: (state, _exchange, answer, context) =>
    decision(registered(state, answer, context.now), { do: 'answer', payload: answer }),
  refused(state, exchange, refusal, policy, context) {
    if (refusal.code === 'IdentityUnknown') {
      const answer = {
        status: 'Rejected',
        currentTime: isoTime(context.now),
        interval: context.settings.unknownInterval,
      };
      return decision(state, { do: 'answer', payload: answer });
    }
    return refuseByPolicy(state, exchange, refusal, policy, context);
  },
};

/** State after the CSMS answered a BootNotification, the charge point's or one the bridge repeated. */
export function registered(state: ChargePointState, answer: JsonObject, now: number): ChargePointState {
  const status = answer['status'];
  if (status !== 'Accepted' && status !== 'Pending' && status !== 'Rejected') return state;
  const interval = Number(answer['interval']);
  const registration: Registration = { status, interval: Number.isFinite(interval) ? interval : 0, at: now };
  return { ...state, registration };
}
