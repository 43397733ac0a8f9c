import type { Refusal } from '../../../src/base/errors.ts';
import type { JsonObject } from '../../../src/base/message.ts';
import type { Context, Decision, Effect, Exchange, SentCall } from '../../../src/flow/decision.ts';
import type { ChargePointState } from '../../../src/flow/state.ts';
import { stationOf } from '../../../src/flow/station/rules.ts';
import { ocpp201Flows } from '../../../src/flow/station/station-flows.ts';
import { stationContext } from './context.ts';
import { toCsms, valid } from './valid.ts';

/** Plays one command of the CSMS to its end: the charge point replies at once, with whatever the test wants. */

export type Reply = { readonly answer: JsonObject } | { readonly refusal: Refusal };

export interface Asked {
  readonly action: string;
  readonly payload: JsonObject;
}

export interface Ended {
  readonly state: ChargePointState;
  /** To the CSMS, in the order in which they were given. */
  readonly said: readonly Reply[];
  readonly asked: readonly Asked[];
  readonly effects: readonly Effect[];
}

const MOST_STEPS = 700;

export const refusing = (code: Refusal['code']): (() => Reply) => {
  return () => ({ refusal: { code, reason: 'the charge point did not' } });
};

export function commanded(
  before: ChargePointState,
  action: string,
  request: JsonObject,
  context: Context,
  reply: (asked: Asked) => Reply = () => ({ answer: { status: 'Accepted' } }),
): Ended {
  const exchange: Exchange = { id: 'command', action, request };
  return played(ocpp201Flows.csmsCalls(before, exchange, context), exchange, context, reply, false);
}

/** What the bridge does by itself at the time of the context. */
export function woken(
  before: ChargePointState,
  context: Context,
  reply: (asked: Asked) => Reply = () => ({ answer: { status: 'Accepted' } }),
): Ended {
  return played(ocpp201Flows.woken(before, context), { id: 'own', action: '', request: {} }, context, reply, true);
}

function played(
  first: Decision,
  exchange: Exchange,
  context: Context,
  reply: (asked: Asked) => Reply,
  own: boolean,
): Ended {
  let { state } = first;
  const effects = [...first.effects];
  const asked: Asked[] = [];
  for (let at = 0; at < effects.length; at += 1) {
    const effect = effects[at];
    if (effect?.do !== 'call-device') continue;
    if (asked.length > MOST_STEPS) throw new Error(`${exchange.action} asks without end`);
    const { action, payload, attempt = 1, memo } = effect;
    const sent: SentCall = { action, payload, attempt, ...(memo && { memo }) };
    asked.push({ action, payload });
    const ofBridge = own || effect.supersedes !== undefined;
    const whole = ofBridge ? { id: 'own', action, request: payload, ...(memo && { memo }) } : exchange;
    const next = heard(state, whole, sent, reply({ action, payload }), context, ofBridge);
    state = next.state;
    effects.push(...next.effects);
  }
  const said = effects.flatMap((effect): Reply[] => {
    if (effect.do === 'answer') return [{ answer: effect.payload }];
    return effect.do === 'refuse' ? [{ refusal: effect.refusal }] : [];
  });
  return { state, said, asked, effects };
}

function heard(
  state: ChargePointState,
  exchange: Exchange,
  sent: SentCall,
  reply: Reply,
  context: Context,
  own: boolean,
): Decision {
  const { deviceAnswered, deviceRefused, ownCommandAnswered, ownCommandRefused } = ocpp201Flows;
  if ('answer' in reply)
    return (own ? ownCommandAnswered : deviceAnswered)(state, exchange, reply.answer, sent, context);
  return (own ? ownCommandRefused : deviceRefused)(state, exchange, reply.refusal, sent, context);
}

/** The same, and what the CSMS is told: its answer, held to the schema, and the calls that follow. */
export function judged(
  action: string,
  state: ChargePointState,
  request: JsonObject,
  reply?: (asked: Asked) => Reply,
  settings = {},
) {
  const ended = commanded(state, action, request, stationContext(settings), reply);
  const [said] = ended.said;
  const answer = said && 'answer' in said ? valid(action, 'answer', said.answer) : undefined;
  return { ...ended, answer, told: toCsms(ended.effects), station: stationOf(ended.state) };
}
