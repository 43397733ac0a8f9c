import type { Refusal } from '../../base/errors.ts';
import type { JsonObject } from '../../base/message.ts';
import type { Given } from '../../mapping/station/station-tables.ts';
import { type Context, type Decision, decision, type Effect, type Exchange } from '../decision.ts';
import type { OutboxEntry } from '../outbox.ts';
import type { ChargePointState } from '../state.ts';
import { EMPTY_STATION, type StationState } from './state.ts';

/** The shapes of the rules towards OCPP 2.0.1, and what they share. */

/** A rule for a call of the charge point. Requests and `answer` effects are in the pivot, `call-csms` and outbox in 2.0.1. */
export interface StationUp {
  readonly call: (state: ChargePointState, exchange: Exchange, context: Context) => Decision;
  /** To a `call-csms` without `own`. */
  readonly answered?: (state: ChargePointState, exchange: Exchange, answer: JsonObject, context: Context) => Decision;
  /** Also when the charge point cannot wait longer: then `refusal.code` is CsmsTimeout. It gets its answer now. */
  readonly refused: (
    state: ChargePointState,
    exchange: Exchange,
    refusal: Refusal,
    context: Context,
    /** How often the CSMS was asked in this exchange. */
    attempt?: number,
  ) => Decision;
  readonly delivered?: (state: ChargePointState, exchange: Exchange, answer: JsonObject, context: Context) => Decision;
}

/** One question that was put to the charge point, in the pivot. */
export interface Question {
  readonly action: string;
  readonly request: JsonObject;
  readonly memo: JsonObject;
}

/** A rule for a call of the CSMS. `exchange.request` and `answer` effects are in 2.0.1, `call-device` in the pivot. */
export interface StationCommand {
  readonly call: (state: ChargePointState, exchange: Exchange, context: Context) => Decision;
  /** To each `call-device`, in turn. Another `call-device` asks on; `memo` carries what was learnt. */
  readonly answered?: (
    state: ChargePointState,
    exchange: Exchange,
    question: Question,
    answer: JsonObject,
    context: Context,
  ) => Decision;
  /** Without it the refusal becomes a CALLERROR. */
  readonly refused?: (
    state: ChargePointState,
    exchange: Exchange,
    question: Question,
    refusal: Refusal,
    context: Context,
  ) => Decision;
}

/** A rule for answers to calls that the bridge made to the CSMS by itself (`own`), by 2.0.1 action. */
export interface OwnCall {
  readonly answered?: (state: ChargePointState, exchange: Exchange, answer: JsonObject, context: Context) => Decision;
  readonly refused?: (state: ChargePointState, exchange: Exchange, refusal: Refusal, context: Context) => Decision;
}

/** A rule for answers to entries of the outbox, by 2.0.1 action. Counting and removing is done for it. */
export interface Delivered {
  readonly answered?: (state: ChargePointState, entry: OutboxEntry, answer: JsonObject, context: Context) => Decision;
  /** It will never be taken and goes aside. */
  readonly refused?: (state: ChargePointState, entry: OutboxEntry, refusal: Refusal, context: Context) => Decision;
}

/** Something planned: when, and what is done then. Afterwards it must not be due any more. */
export interface Plan {
  readonly at: (state: ChargePointState, context: Context) => number | undefined;
  readonly due: (state: ChargePointState, context: Context) => Decision;
}

export function stationOf(state: ChargePointState): StationState {
  return state.station ?? EMPTY_STATION;
}

export function withStation(state: ChargePointState, change: Partial<StationState>): ChargePointState {
  return { ...state, station: { ...stationOf(state), ...change } };
}

/** The same without some of the optional entries. */
export function withoutStation(state: ChargePointState, ...names: (keyof StationState)[]): ChargePointState {
  const before = stationOf(state);
  if (names.every((name) => before[name] === undefined)) return state;
  const rest = Object.entries(before).filter(([name]) => !names.some((one) => one === name));
  return { ...state, station: Object.fromEntries(rest) as unknown as StationState };
}

/** One decision after another: each sees the state that the one before left. */
export function inTurn(
  state: ChargePointState,
  ...steps: ((state: ChargePointState) => Decision | undefined)[]
): Decision {
  let now = state;
  const effects: Effect[] = [];
  for (const step of steps) {
    const decided = step(now);
    if (decided === undefined) continue;
    now = decided.state;
    effects.push(...decided.effects);
  }
  return { state: now, effects };
}

/** A message by its heading in the tables, with what was lost as effects. */
export interface Converted {
  readonly value: JsonObject | undefined;
  readonly reasonCode: string | undefined;
  readonly losses: readonly Effect[];
}

export function converted(context: Context, heading: string, source: JsonObject, given: Given = {}): Converted {
  const made = station(context).tables.convert(heading, source, given);
  return {
    value: made.kind === 'value' ? made.value : undefined,
    reasonCode: made.kind === 'rejected' ? made.reasonCode : undefined,
    losses: made.losses.map(({ code, field }): Effect => ({ do: 'loss', code, field })),
  };
}

/** What holds towards 2.0.1; these rules run with nothing else. */
export function station(context: Context): NonNullable<Context['station']> {
  if (context.station === undefined) throw new Error('rules of OCPP 2.0.1 without its tables');
  return context.station;
}

/** The negative answer of a response that has a status and statusInfo. */
export function rejected(state: ChargePointState, reasonCode: string, status = 'Rejected', info?: string): Decision {
  return decision(state, { do: 'answer', payload: { status, statusInfo: statusInfo(reasonCode, info) } });
}

export function statusInfo(reasonCode: string, additionalInfo?: string): JsonObject {
  return { reasonCode, ...(additionalInfo !== undefined && { additionalInfo: additionalInfo.slice(0, 512) }) };
}
