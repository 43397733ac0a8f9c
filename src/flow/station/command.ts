import type { ErrorCode, Refusal } from '../../base/errors.ts';
import type { JsonObject } from '../../base/message.ts';
import type { Given } from '../../mapping/station/station-tables.ts';
import { type Context, type Decision, decision, type Exchange } from '../decision.ts';
import type { ChargePointState } from '../state.ts';
import { withLacking } from './capability.ts';
import { converted, inTurn, type Question, rejected, type StationCommand, stationOf } from './rules.ts';

/** What all commands of the CSMS share: a question in the words of 1.6, and an answer in those of 2.0.1, whatever happens. */

/** The charge point may have taken the command all the same. */
const UNCERTAIN: ReadonlySet<ErrorCode> = new Set(['DeviceUncertain', 'DeviceAnswerInvalid']);
const LACKING: ReadonlySet<ErrorCode> = new Set(['DeviceNotSupported', 'NotSupported']);
const WRONG: ReadonlySet<ErrorCode> = new Set(['DeviceProtocolError', 'FieldValue', 'FieldMissing', 'FieldType']);

export function isUncertain({ code }: Refusal): boolean {
  return UNCERTAIN.has(code);
}

/** The charge point has no such function. */
export function isLacking({ code }: Refusal): boolean {
  return LACKING.has(code);
}

/** A reasonCode of the standard for a refusal (OCPP 2.0.1 part 2, appendix 5). */
export function reasonCodeOf(refusal: Refusal): string {
  if (isLacking(refusal)) return 'UnsupportedRequest';
  return WRONG.has(refusal.code) ? 'InvalidValue' : 'InternalError';
}

/** A status with the reason, because a CALLERROR would make some CSMSs take the station for broken. */
export function refusedAs(state: ChargePointState, refusal: Refusal, status = 'Rejected'): Decision {
  return rejected(state, reasonCodeOf(refusal), status, refusal.reason);
}

/**
 * The question to the charge point, made by the rows of `heading`. What the rows cannot ask is answered with `status`.
 * @param action the call of 1.6
 */
export function asking(
  state: ChargePointState,
  heading: string,
  action: string,
  request: JsonObject,
  given: Given,
  context: Context,
  { memo = {}, status = 'Rejected' }: { readonly memo?: JsonObject; readonly status?: string } = {},
): Decision {
  const { value, reasonCode = 'UnsupportedParam', losses } = converted(context, heading, request, given);
  return inTurn(
    state,
    (now) => decision(now, ...losses),
    (now) =>
      value === undefined
        ? rejected(now, reasonCode, status)
        : decision(now, { do: 'call-device', action, payload: value, memo }),
  );
}

/** The charge point's answer as the CSMS reads it. */
export function telling(
  state: ChargePointState,
  heading: string,
  answer: JsonObject,
  given: Given,
  context: Context,
): Decision {
  const { value, reasonCode = 'InternalError', losses } = converted(context, `${heading}.answer`, answer, given);
  return inTurn(
    state,
    (now) => decision(now, ...losses),
    (now) => (value === undefined ? rejected(now, reasonCode) : decision(now, { do: 'answer', payload: value })),
  );
}

/** By call of 1.6: the words of `status` in its answer. An answer with another one is none. */
type Statuses = Readonly<Record<string, readonly string[]>>;
type Rule = StationCommand & Required<Pick<StationCommand, 'answered' | 'refused'>>;

/** A command that knows what the charge point said before: what it lacks is not asked again. */
export function command(rule: Rule, statuses: Statuses): StationCommand {
  const past = (decided: Decision, exchange: Exchange, context: Context): Decision => {
    let { state } = decided;
    const effects = decided.effects.flatMap((effect) => {
      if (effect.do !== 'call-device' || !stationOf(state).lacking.includes(effect.action)) return [effect];
      const { action, payload, memo = {} } = effect;
      const refusal: Refusal = { code: 'DeviceNotSupported', reason: `the charge point does not know ${action}` };
      const question = { action, request: payload, memo };
      const after = past(rule.refused(state, exchange, question, refusal, context), exchange, context);
      state = after.state;
      return after.effects;
    });
    return { state, effects };
  };
  const refused: Rule['refused'] = (state, exchange, question, refusal, context) => {
    const learnt = isLacking(refusal) ? withLacking(state, question.action) : state;
    return past(rule.refused(learnt, exchange, question, refusal, context), exchange, context);
  };
  return {
    call: (state, exchange, context) => past(rule.call(state, exchange, context), exchange, context),
    answered(state, exchange, question, answer, context) {
      const wrong = unknownStatus(question, answer, statuses);
      if (wrong !== undefined)
        return refused(state, exchange, question, { code: 'DeviceAnswerInvalid', reason: wrong }, context);
      return past(rule.answered(state, exchange, question, answer, context), exchange, context);
    },
    refused,
  };
}

function unknownStatus({ action }: Question, { status }: JsonObject, statuses: Statuses): string | undefined {
  const words = statuses[action];
  if (words === undefined || words.some((word) => word === status)) return undefined;
  return `the charge point answered ${action} with the status ${JSON.stringify(status)?.slice(0, 50)}`;
}
