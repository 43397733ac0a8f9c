import type { Refusal } from '../../base/errors.ts';
import type { JsonObject } from '../../base/message.ts';
import { type Context, type Decision, decision, type Effect, type Exchange, type SentCall } from '../decision.ts';
import { ocpp16Flows } from '../flows.ts';
import type { ChargePointState } from '../state.ts';
import type { Question, StationCommand } from './rules.ts';
import { textsLearnt } from './variables/legacy-variables.ts';

/**
 * Questions to the charge point go through the rules that hold towards a 1.6 CSMS: what older versions lack, spell otherwise or
 * the bridge answers for them is known there. Here their answers come back to the rule that asked.
 */

/** How often one command may ask: more is a loop. */
const MOST_QUESTIONS = 500;

type Ask = Extract<Effect, { do: 'call-device' }>;

/** What goes with a question and comes back: the question as it was first put, and what the rule remembers. */
interface Memo extends JsonObject {
  action: string;
  request: JsonObject;
  memo: JsonObject;
  asked: number;
}

/** One command on its way. */
interface Talk {
  readonly rule: StationCommand;
  readonly exchange: Exchange;
  readonly context: Context;
}

/** What a rule decided on a command: its questions are put into the pivot. */
export function begun(rule: StationCommand, decided: Decision, exchange: Exchange, context: Context): Decision {
  return asking({ rule, exchange, context }, decided, 0);
}

export function deviceAnswered(
  rule: StationCommand,
  state: ChargePointState,
  exchange: Exchange,
  answer: JsonObject,
  sent: SentCall,
  context: Context,
): Decision {
  const { question, asked } = questionOf(sent);
  const decided = ocpp16Flows.deviceAnswered(state, pivotOf(exchange, question), answer, sent, context);
  const inPivot = { ...decided, state: textsLearnt(state, decided.state, context) };
  return resumed({ rule, exchange, context }, inPivot, question, asked);
}

export function deviceRefused(
  rule: StationCommand,
  state: ChargePointState,
  exchange: Exchange,
  refusal: Refusal,
  sent: SentCall,
  context: Context,
): Decision {
  const { question, asked } = questionOf(sent);
  const inPivot = ocpp16Flows.deviceRefused(state, pivotOf(exchange, question), refusal, sent, context);
  return resumed({ rule, exchange, context }, inPivot, question, asked);
}

function pivotOf({ id }: Exchange, { action, request }: Question): Exchange {
  return { id, action, request };
}

function asking(talk: Talk, decided: Decision, asked: number): Decision {
  return replaced(decided, (state, effect) =>
    effect.do === 'call-device' && effect.supersedes === undefined ? ask(talk, state, effect, asked) : undefined,
  );
}

function ask(talk: Talk, state: ChargePointState, { action, payload, memo = {} }: Ask, asked: number): Decision {
  const { exchange, context } = talk;
  if (asked >= MOST_QUESTIONS) {
    const refusal: Refusal = { code: 'Internal', reason: `${exchange.action} asks the charge point without end` };
    return decision(state, { do: 'refuse', refusal });
  }
  const question: Question = { action, request: payload, memo };
  const inPivot = ocpp16Flows.csmsCalls(state, pivotOf(exchange, question), context);
  return resumed(talk, inPivot, question, asked + 1);
}

/** What the rules of the pivot made of it: another question to the charge point, or the answer to this one. */
function resumed(talk: Talk, inPivot: Decision, question: Question, asked: number): Decision {
  const { rule, exchange, context } = talk;
  const { action, request, memo } = question;
  return replaced(inPivot, (state, effect) => {
    if (effect.do === 'answer') {
      const decided = rule.answered?.(state, exchange, question, effect.payload, context);
      return decided && asking(talk, decided, asked);
    }
    if (effect.do === 'refuse') {
      const decided = rule.refused?.(state, exchange, question, effect.refusal, context);
      return decided && asking(talk, decided, asked);
    }
    if (effect.do !== 'call-device') return undefined;
    const back: Memo = { action, request, memo, asked };
    return decision(state, { ...effect, memo: back });
  });
}

/** The decision with some of its effects replaced by what follows from them, each on the state that those before it left. */
function replaced(
  { state: first, effects }: Decision,
  by: (state: ChargePointState, effect: Effect) => Decision | undefined,
): Decision {
  let state = first;
  const all: Effect[] = [];
  for (const effect of effects) {
    const next = by(state, effect);
    if (next === undefined) all.push(effect);
    else {
      state = next.state;
      all.push(...next.effects);
    }
  }
  return { state, effects: all };
}

function questionOf(sent: SentCall): { question: Question; asked: number } {
  const { memo = {} } = sent;
  // A command of the bridge's own that no rule put into the pivot.
  if (!isMemo(memo)) return { question: { action: sent.action, request: sent.payload, memo }, asked: 1 };
  return { question: { action: memo.action, request: memo.request, memo: memo.memo }, asked: memo.asked };
}

function isMemo(memo: JsonObject): memo is Memo {
  return typeof memo['action'] === 'string' && typeof memo['asked'] === 'number';
}
