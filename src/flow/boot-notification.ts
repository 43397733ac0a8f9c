import type { JsonObject } from '../base/message.ts';
import { bridgeTime } from './answer-policy.ts';
import { decision, type Exchange, type UpFlow } from './decision.ts';
import { accepted, statusesExpected } from './picture.ts';
import { holdsBack } from './registration.ts';
import { AWAY, refuseByPolicy } from './relay.ts';
import type { ChargePointState, Registration } from './state.ts';

/** BootNotification: remembered for a CSMS that forgets, its answer decides what else may pass. */
export const bootNotification: UpFlow = {
  answered(state, exchange, answer, context) {
    const after = registered(booted(state, exchange, context.now), answer, context.now);
    if (holdsBack(after, context)) {
      const payload = { ...answer, status: 'Accepted' };
      return decision(after, { do: 'loss', code: 'pending', field: 'status' }, { do: 'answer', payload });
    }
    return decision(accepted(answer) ? statusesExpected(after, context) : after, { do: 'answer', payload: answer });
  },
  refused(state, exchange, refusal, policy, context) {
    if (refusal.code === 'IdentityUnknown') {
      const answer = {
        status: 'Rejected',
        currentTime: bridgeTime(context.now),
        interval: context.settings.unknownInterval,
      };
      return decision(booted(state, exchange, context.now), { do: 'answer', payload: answer });
    }
    const { whenCsmsIsAway } = context.settings;
    if (AWAY.has(refusal.code) && whenCsmsIsAway === 'buffer' && state.registration?.status === 'Accepted') {
      const { status, interval } = state.registration;
      const answer = { status, currentTime: bridgeTime(context.now), interval };
      return decision(
        booted(state, exchange, context.now),
        { do: 'loss', code: 'offline-local', field: exchange.action },
        { do: 'answer', payload: answer },
      );
    }
    return refuseByPolicy(booted(state, exchange, context.now), exchange, refusal, policy, context);
  },
};

function booted(state: ChargePointState, exchange: Exchange, now: number): ChargePointState {
  return { ...state, boot: { request: exchange.request, at: now } };
}

/** The CSMS answered a BootNotification of the bridge's own: the charge point goes on at the pace that it was told. */
export function registeredAnew(state: ChargePointState, answer: JsonObject, now: number): ChargePointState {
  const beat = state.registration?.beat ?? state.registration?.interval;
  const after = registered(state, answer, now);
  if (after.registration === undefined || beat === undefined || beat === after.registration.interval) return after;
  return { ...after, registration: { ...after.registration, beat } };
}

/** State after the CSMS answered a BootNotification of the charge point. */
function registered(state: ChargePointState, answer: JsonObject, now: number): ChargePointState {
  const status = answer['status'];
  if (status !== 'Accepted' && status !== 'Pending' && status !== 'Rejected') return state;
  const interval = Number(answer['interval']);
  const registration: Registration = { status, interval: Number.isFinite(interval) ? interval : 0, at: now };
  return { ...state, registration };
}
