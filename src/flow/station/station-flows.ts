import type { Refusal } from '../../base/errors.ts';
import type { JsonObject } from '../../base/message.ts';
import {
  type Context,
  type Decision,
  decision,
  type Effect,
  type Exchange,
  type Flows,
  type SentCall,
} from '../decision.ts';
import { fewer, type OutboxEntry, outboxRefused } from '../outbox.ts';
import type { ChargePointState } from '../state.ts';
import { COMMANDS, DELIVERED, OWN_CALLS, OWN_COMMANDS, PLANS, UP } from './all-rules.ts';
import { legible } from './legible-answer.ts';
import { mostAttempts, paused, withoutUpdates } from './message-attempts.ts';
import { begun, deviceAnswered, deviceRefused } from './pivot.ts';
import { accepts, afterRefusal, mayDeliver, rejectedHere } from './registration/boot-gate.ts';
import { bootFirst, linkOpened } from './registration/boot-told.ts';
import { arrived } from './registration/network-move.ts';
import { linkWays } from './registration/network-profiles.ts';
import { inTurn, type StationCommand, station, withoutStation } from './rules.ts';
import { withLateReadings } from './transactions/stop-readings.ts';
import { notTold, unwanted } from './wanted.ts';

/** The rules towards a CSMS of OCPP 2.0.1: the charge point is shown as a charging station. */

const NOT_REGISTERED: Refusal = { code: 'CsmsAway', reason: 'the CSMS has not accepted the charge point yet' };
const REJECTED: Refusal = { code: 'NotRegistered', reason: 'the CSMS has rejected the charge point (B03)' };

function deviceCalls(before: ChargePointState, exchange: Exchange, first: boolean, context: Context): Decision {
  // Nobody answers any more what an earlier process asked.
  const state = first ? withoutStation(before, 'bootAsked') : before;
  const rule = UP[exchange.action];
  if (rule === undefined) return decision(state, { do: 'refuse', refusal: unknown(exchange) });
  const decided = rule.call(state, exchange, context);
  const asks = decided.effects.some((effect) => effect.do === 'call-csms' && !effect.own);
  if (!asks || exchange.action === 'BootNotification') return decided;
  const may = accepts(decided.state, context);
  if (may === 'yes') return decided;
  if (may === 'after-boot')
    return inTurn(
      decided.state,
      (now) => bootFirst(now, context),
      (now) => ({ ...decided, state: now }),
    );
  const others = decided.effects.filter((effect) => effect.do !== 'call-csms' || effect.own);
  return inTurn(
    decided.state,
    (now) => decision(now, ...others),
    (now) => rule.refused(now, exchange, NOT_REGISTERED, context),
  );
}

function unknown(exchange: Exchange): Refusal {
  return { code: 'UnknownAction', reason: `${exchange.action} has no rule towards OCPP 2.0.1` };
}

/** A call of the CSMS: what its row says, if it says all; else its rule, whose questions go to the charge point in the pivot. */
function csmsCalls(state: ChargePointState, exchange: Exchange, context: Context): Decision {
  if (rejectedHere(state, context)) return decision(state, { do: 'refuse', refusal: REJECTED });
  const row = station(context).tables.actions.get(exchange.action);
  if (row?.kind === 'answer') {
    return decision(
      state,
      { do: 'loss', code: 'no-op', field: exchange.action },
      { do: 'answer', payload: row.answer },
    );
  }
  const rule = row?.kind === 'flow' ? COMMANDS[exchange.action] : undefined;
  if (rule) return begun(rule, rule.call(state, exchange, context), exchange, context);
  // A station does not take what only a CSMS takes; what nobody knows is not implemented.
  const code = row === undefined ? 'UnknownAction' : 'NotSupported';
  return decision(state, {
    do: 'refuse',
    refusal: { code, reason: `${exchange.action} is not for charging stations` },
  });
}

const NOTHING: StationCommand = { call: (state) => decision(state) };

function commandOf(exchange: Exchange): StationCommand {
  return COMMANDS[exchange.action] ?? NOTHING;
}

function ownCommandOf(exchange: Exchange): StationCommand {
  return OWN_COMMANDS[String(exchange.memo?.['why'])] ?? NOTHING;
}

function outboxAnswered(state: ChargePointState, entry: OutboxEntry, answer: JsonObject, context: Context): Decision {
  return inTurn(
    state,
    (now) => decision(fewer(now, entry), { do: 'outbox-remove', seq: entry.seq }),
    (now) => DELIVERED[entry.action]?.answered?.(now, entry, legible(answer, context), context),
  );
}

function outboxNotTaken(before: ChargePointState, entry: OutboxEntry, refusal: Refusal, context: Context): Decision {
  const state = afterRefusal(before, refusal, context);
  const billing = entry.action === 'TransactionEvent';
  // A CSMS that does not know a message at all has it as far as it wants it, unless money hangs on it.
  if (refusal.code === 'CsmsNotSupported' && !billing) {
    const gone: Effect = { do: 'outbox-remove', seq: entry.seq };
    return decision(unwanted(fewer(state, entry), entry.action), gone, notTold(entry.action));
  }
  // What it calls malformed gets no better by waiting, and is tried again only where money hangs on it.
  const once = refusal.code === 'CsmsProtocolError' && !billing;
  const most = once ? 1 : mostAttempts(state, entry);
  const decided = outboxRefused(state, entry, refusal, most);
  if (!decided.effects.some((effect) => effect.do === 'dead-letter'))
    return decision(decided.state, ...decided.effects, ...paused(state, entry, decided));
  return inTurn(
    state,
    () => (most === undefined ? decided : withoutUpdates(decided, entry)),
    (now) => DELIVERED[entry.action]?.refused?.(now, entry, refusal, context),
  );
}

/**
 * Everything goes as it was written; but an event that was queued when this link opened says so (E04, E11), by its number, for a
 * clock may be set meanwhile, and what happened late in a transaction can still join its end.
 */
function outboxCall(state: ChargePointState, entry: OutboxEntry, { linkFrom = Infinity }: Context): JsonObject {
  if (entry.action !== 'TransactionEvent') return entry.payload;
  const payload = withLateReadings(state, entry);
  return entry.seq < linkFrom ? { ...payload, offline: true } : payload;
}

export const ocpp201Flows: Flows = {
  deviceCalls,
  csmsAnswered(state, exchange, answer, context) {
    const rule = UP[exchange.action];
    return (
      rule?.answered?.(state, exchange, legible(answer, context), context) ??
      decision(state, { do: 'answer', payload: answer })
    );
  },
  csmsRefused(before, exchange, refusal, attempt, _policy, context) {
    const rule = UP[exchange.action];
    const state = afterRefusal(before, refusal, context);
    return rule?.refused(state, exchange, refusal, context, attempt) ?? decision(state, { do: 'refuse', refusal });
  },
  deviceHasAnswer: (state, exchange, answer, context) =>
    UP[exchange.action]?.delivered?.(state, exchange, answer, context) ?? decision(state),
  csmsCalls,
  deviceAnswered: (state, exchange, answer, sent, context) =>
    deviceAnswered(commandOf(exchange), state, exchange, answer, sent, context),
  deviceRefused: (state, exchange, refusal, sent, context) =>
    deviceRefused(commandOf(exchange), state, exchange, refusal, sent, context),
  ownCallAnswered: (state, exchange, answer, context) =>
    OWN_CALLS[exchange.action]?.answered?.(state, exchange, answer, context) ?? decision(state),
  ownCallRefused(before, exchange, refusal, context) {
    const state = afterRefusal(before, refusal, context);
    return OWN_CALLS[exchange.action]?.refused?.(state, exchange, refusal, context) ?? decision(state);
  },
  ownCommandAnswered: (state, exchange, answer, sent: SentCall, context) =>
    deviceAnswered(ownCommandOf(exchange), state, exchange, answer, sent, context),
  ownCommandRefused: (state, exchange, refusal, sent, context) =>
    deviceRefused(ownCommandOf(exchange), state, exchange, refusal, sent, context),
  bootsFirst: true,
  accepts: (state, context) => accepts(state, context) === 'yes',
  linkOpened: (state, context, boot) => linkOpened(arrived(state, context), context, boot),
  linkWays,
  canWait: () => false,
  beforeDelivery(state, _entry, _first, context) {
    return mayDeliver(state, context) ? { may: 'go', first: [] } : { may: 'later' };
  },
  // Transactions do not wait behind what only informs (E13 is about them alone).
  lane: ({ action }) => action,
  outboxCall,
  outboxAnswered,
  outboxRefused: outboxNotTaken,
  wakeAt(state, context) {
    const times = PLANS.map((plan) => plan.at(state, context)).filter((at) => at !== undefined);
    return times.length === 0 ? undefined : Math.min(...times);
  },
  woken(state, context) {
    const due = PLANS.map((plan) => (now: ChargePointState) => {
      const at = plan.at(now, context);
      return at !== undefined && at <= context.now ? plan.due(now, context) : undefined;
    });
    return inTurn(state, ...due);
  },
};
