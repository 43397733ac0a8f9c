import type { Refusal } from '../../base/errors.ts';
import type { JsonObject } from '../../base/message.ts';
import { type Context, type Decision, decision, type Effect, type Exchange, type SentCall } from '../decision.ts';
import { ocpp16Flows } from '../flows.ts';
import type { ChargePointState } from '../state.ts';
import type { Question, StationCommand } from './rules.ts';

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

export function run(
  rule: StationCommand,
  decided: Decision,
  exchange: Exchange,
  asked: number,
  context: Context,
): Decision {
  let state = decided.state;
  const effects: Effect[] = [];
  for (const effect of decided.effects) {
    if (effect.do !== 'call-device') {
      effects.push(effect);
      continue;
    }
    const after = ask(rule, state, effect, exchange, asked, context);
    state = after.state;
    effects.push(...after.effects);
  }
  return { state, effects };
}

function ask(
  rule: StationCommand,
  state: ChargePointState,
  { action, payload, memo = {} }: Ask,
  exchange: Exchange,
  asked: number,
  context: Context,
): Decision {
  if (asked >= MOST_QUESTIONS) {
    const refusal: Refusal = { code: 'Internal', reason: `${exchange.action} asks the charge point without end` };
    return decision(state, { do: 'refuse', refusal });
  }
  const question: Question = { action, request: payload, memo };
  const inPivot = ocpp16Flows.csmsCalls(state, { id: exchange.id, action, request: payload }, context);
  return resumed(rule, inPivot, question, exchange, asked + 1, context);
}

/** What the rules of the pivot made of it: another question to the charge point, or the answer to this one. */
function resumed(
  rule: StationCommand,
  inPivot: Decision,
  question: Question,
  exchange: Exchange,
  asked: number,
  context: Context,
): Decision {
  let { state } = inPivot;
  const effects: Effect[] = [];
  for (const effect of inPivot.effects) {
    let next: Decision | undefined;
    if (effect.do === 'answer') next = answeredBy(rule, state, exchange, question, effect.payload, asked, context);
    else if (effect.do === 'refuse') next = refusedBy(rule, state, exchange, question, effect.refusal, asked, context);
    if (next) {
      state = next.state;
      effects.push(...next.effects);
    } else if (effect.do === 'call-device') {
      const memo: Memo = { action: question.action, request: question.request, memo: question.memo, asked };
      effects.push({ ...effect, memo });
    } else effects.push(effect);
  }
  return { state, effects };
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
  const inPivot = { id: exchange.id, action: question.action, request: question.request };
  return resumed(
    rule,
    ocpp16Flows.deviceAnswered(state, inPivot, answer, sent, context),
    question,
    exchange,
    asked,
    context,
  );
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
  const inPivot = { id: exchange.id, action: question.action, request: question.request };
  return resumed(
    rule,
    ocpp16Flows.deviceRefused(state, inPivot, refusal, sent, context),
    question,
    exchange,
    asked,
    context,
  );
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

function answeredBy(
  rule: StationCommand,
  state: ChargePointState,
  exchange: Exchange,
  question: Question,
  answer: JsonObject,
  asked: number,
  context: Context,
): Decision {
  if (rule.answered === undefined) return decision(state, { do: 'answer', payload: answer });
  return run(rule, rule.answered(state, exchange, question, answer, context), exchange, asked, context);
}

function refusedBy(
  rule: StationCommand,
  state: ChargePointState,
  exchange: Exchange,
  question: Question,
  refusal: Refusal,
  asked: number,
  context: Context,
): Decision {
  if (rule.refused === undefined) return decision(state, { do: 'refuse', refusal });
  return run(rule, rule.refused(state, exchange, question, refusal, context), exchange, asked, context);
}
