import type { Refusal } from '../base/errors.ts';
import type { JsonObject } from '../base/message.ts';
import { bootNotification, registeredAnew } from './boot-notification.ts';
import {
  command,
  remoteStartTransaction,
  remoteStopTransaction,
  reset,
  sendLocalList,
  unlockConnector,
} from './commands.ts';
import { changeConfiguration, getConfiguration, getLocalListVersion } from './configuration.ts';
import {
  type BootTold,
  type Context,
  type Decision,
  type Delivery,
  type DownFlow,
  decision,
  type Effect,
  type Exchange,
  type Flows,
  type SentCall,
  type UpFlow,
  type UpPolicy,
} from './decision.ts';
import { heartbeat } from './heartbeat.ts';
import {
  callNow,
  canWait,
  keep,
  keptThoughRefused,
  mustWait,
  type OutboxEntry,
  outboxAnswered,
  outboxCall,
  outboxRefused,
} from './outbox.ts';
import { accepted, introduction, linkBack, picture, statusesNotExpected } from './picture.ts';
import {
  diagnosticsStatusNotification,
  firmwareStatusNotification,
  getDiagnostics,
  updateFirmware,
} from './progress.ts';
import { bootAgainAt, holdsBack, registrationGate, TRANSACTION_MESSAGES } from './registration.ts';
import { AWAY, refuseByPolicy } from './relay.ts';
import type { ChargePointState } from './state.ts';
import { statusNotification } from './status-notification.ts';
import { meterValues, startTransaction, stopTransaction } from './transaction.ts';
import { triggerMessage } from './trigger-message.ts';
import { asTriggered } from './triggered.ts';
import { asTold, isNewest, isStateMessage, told, untold } from './unsent.ts';

/** The rules towards a CSMS of OCPP 1.6: which flow rules which exchange. An action without one is simply relayed. */

const UP: Readonly<Record<string, UpFlow>> = {
  BootNotification: bootNotification,
  DiagnosticsStatusNotification: diagnosticsStatusNotification,
  FirmwareStatusNotification: firmwareStatusNotification,
  Heartbeat: heartbeat,
  MeterValues: meterValues,
  StartTransaction: startTransaction,
  StatusNotification: statusNotification,
  StopTransaction: stopTransaction,
};

const DOWN: Readonly<Record<string, DownFlow>> = {
  ChangeConfiguration: changeConfiguration,
  GetConfiguration: getConfiguration,
  GetDiagnostics: getDiagnostics,
  GetLocalListVersion: getLocalListVersion,
  RemoteStartTransaction: remoteStartTransaction,
  RemoteStopTransaction: remoteStopTransaction,
  Reset: reset,
  SendLocalList: sendLocalList,
  TriggerMessage: triggerMessage,
  UnlockConnector: unlockConnector,
  UpdateFirmware: updateFirmware,
};

/** The charge point calls. `first` = the CSMS has not seen this charge point since the bridge started. */
export function deviceCalls(
  state: ChargePointState,
  exchange: Exchange,
  first: boolean,
  context: Context,
  policy: UpPolicy,
): Decision {
  const refusal = registrationGate(state, exchange.action);
  const wanted = refusal && asTriggered(state, exchange, context);
  if (wanted) return goesUp(wanted, exchange, first, context);
  if (refusal && holdsBack(state, context)) return heldBack(state, exchange, refusal, policy, context);
  if (refusal) return decision(state, { do: 'refuse', refusal });
  if (mustWait(state, exchange, context)) return keep(state, exchange, context);
  return goesUp(state, exchange, first, context);
}

function goesUp(state: ChargePointState, exchange: Exchange, first: boolean, context: Context): Decision {
  const forward: Effect = { do: 'call-csms', action: exchange.action, payload: callNow(state, exchange) };
  const decided = UP[exchange.action]?.call?.(state, exchange, context) ?? decision(state, forward);
  if (!first || exchange.action === 'BootNotification') return decided;
  return { state: decided.state, effects: [...introduction(state), ...decided.effects] };
}

/** As while the CSMS is away: what can wait is taken over, a state is told later, the rest stays with the charge point. */
function heldBack(
  state: ChargePointState,
  exchange: Exchange,
  { reason }: Refusal,
  policy: UpPolicy,
  context: Context,
): Decision {
  if (canWait(exchange, context)) return keep(state, exchange, context);
  const said = UP[exchange.action]?.call?.(state, exchange, context) ?? decision(state);
  const flow = UP[exchange.action]?.refused ?? refuseByPolicy;
  const decided = flow(said.state, exchange, { code: 'CsmsAway', reason }, policy, context);
  return decision(decided.state, ...said.effects.filter((effect) => effect.do === 'loss'), ...decided.effects);
}

export function csmsAnswered(
  state: ChargePointState,
  exchange: Exchange,
  answer: JsonObject,
  context: Context,
): Decision {
  const effect: Effect = { do: 'answer', payload: answer };
  return UP[exchange.action]?.answered?.(state, exchange, answer, context) ?? decision(state, effect);
}

/**
 * The CSMS refused, or could not be asked. SecurityError is what a CSMS that lost its memory says to a charge point that has
 * not booted in its eyes: the last boot is told once more, then the call.
 */
export function csmsRefused(
  state: ChargePointState,
  exchange: Exchange,
  refusal: Refusal,
  attempt: number,
  policy: UpPolicy,
  context: Context,
): Decision {
  const closed = refusal.code === 'CsmsSecurityError' ? registrationGate(state, exchange.action) : undefined;
  if (closed) {
    // It has un-accepted the charge point meanwhile: that is no fault of the message.
    const kept = holdsBack(state, context) || canWait(exchange, context);
    const meant: Refusal = kept ? { code: 'CsmsAway', reason: closed.reason } : closed;
    return csmsRefused(state, exchange, meant, attempt, policy, context);
  }
  if (refusal.code === 'CsmsSecurityError' && isStateMessage(exchange) && !isNewest(state, exchange, context)) {
    // Told again it would come behind the newer one.
    return csmsRefused(state, exchange, { code: 'CsmsAway', reason: refusal.reason }, attempt, policy, context);
  }
  if (refusal.code === 'CsmsSecurityError' && attempt === 1 && state.boot && exchange.action !== 'BootNotification') {
    const payload = asTold(exchange.action, callNow(state, exchange), context);
    const again: Effect = { do: 'call-csms', action: exchange.action, payload };
    return decision(state, ...introduction(state), again);
  }
  const taken = AWAY.has(refusal.code) ? canWait(exchange, context) : keptThoughRefused(exchange, refusal, context);
  if (taken) return keep(state, exchange, context, refusal);
  const decided = refusedForGood(state, exchange, refusal, policy, context);
  if (exchange.action !== 'StartTransaction' || UNKNOWN.has(refusal.code)) return decided;
  return { state: decided.state, effects: [{ do: 'forget-asked' }, ...decided.effects] };
}

/** The CSMS may have the message all the same. */
const UNKNOWN: ReadonlySet<string> = new Set(['CsmsLost', 'CsmsTimeout', 'CsmsAnswerInvalid']);

function refusedForGood(
  state: ChargePointState,
  exchange: Exchange,
  refusal: Refusal,
  policy: UpPolicy,
  context: Context,
): Decision {
  if (refusal.code === 'IdentityUnknown' && TRANSACTION_MESSAGES.has(exchange.action)) {
    // A 404 may be a proxy before a CSMS that is down: a Fault would make some charge points discard the message.
    return decision(state, { do: 'refuse', refusal: { code: 'CsmsAway', reason: refusal.reason } });
  }
  const flow = UP[exchange.action]?.refused ?? refuseByPolicy;
  return flow(state, exchange, refusal, policy, context);
}

/** The answer has left for the charge point. */
export function deviceHasAnswer(
  state: ChargePointState,
  exchange: Exchange,
  answer: JsonObject,
  context: Context,
): Decision {
  return UP[exchange.action]?.delivered?.(state, exchange, answer, context) ?? decision(state);
}

/** The CSMS answered a call that the bridge made by itself. */
export function ownCallAnswered(
  state: ChargePointState,
  exchange: Exchange,
  answer: JsonObject,
  context: Context,
): Decision {
  if (exchange.action !== 'BootNotification') return decision(told(state, exchange, context));
  const after = registeredAnew(state, answer, context.now);
  return accepted(answer) ? decision(after, ...picture(after, context, true)) : decision(after);
}

/** A state message of the bridge's own did not get through: it is told when the link is back. */
export function ownCallRefused(
  state: ChargePointState,
  exchange: Exchange,
  refusal: Refusal,
  context: Context,
): Decision {
  const later = AWAY.has(refusal.code) && isStateMessage(exchange) && isNewest(state, exchange, context);
  return decision(later ? untold(state, exchange, context.now) : state);
}

export function csmsCalls(state: ChargePointState, exchange: Exchange, context: Context): Decision {
  const policy = context.policyOf(exchange.action);
  if (policy === undefined) {
    const refusal: Refusal = { code: 'UnknownAction', reason: `${exchange.action} is not known` };
    return decision(state, { do: 'refuse', refusal });
  }
  const flow = DOWN[exchange.action]?.call;
  return flow ? flow(state, exchange, policy, context) : command(state, exchange, policy, context);
}

export function deviceAnswered(
  state: ChargePointState,
  exchange: Exchange,
  answer: JsonObject,
  sent: SentCall,
  context: Context,
): Decision {
  const effect: Effect = { do: 'answer', payload: answer };
  return DOWN[exchange.action]?.answered?.(state, exchange, answer, sent, context) ?? decision(state, effect);
}

function deviceRefused(
  state: ChargePointState,
  exchange: Exchange,
  refusal: Refusal,
  sent: SentCall,
  context: Context,
): Decision {
  const effect: Effect = { do: 'refuse', refusal };
  return DOWN[exchange.action]?.refused?.(state, exchange, refusal, sent, context) ?? decision(state, effect);
}

export function linkOpened(state: ChargePointState, context: Context, boot: BootTold): Decision {
  return decision(state, ...linkBack(state, context, boot));
}

/** A CSMS that has not seen this charge point boot is told first; one that did not accept it wants nothing else. */
function beforeDelivery(state: ChargePointState, entry: OutboxEntry, first: boolean): Delivery {
  if (registrationGate(state, entry.action)) return { may: 'later' };
  return { may: 'go', first: first ? introduction(state) : [] };
}

/** When the bridge acts by itself: it repeats the boot of a charge point that is not accepted, or tells its statuses again. */
function wakeAt(state: ChargePointState, context: Context): number | undefined {
  const times = [bootAgainAt(state, context), state.statusesDue].filter((at) => at !== undefined);
  return times.length > 0 ? Math.min(...times) : undefined;
}

function woken(state: ChargePointState, context: Context): Decision {
  const { registration, statusesDue = Number.POSITIVE_INFINITY } = state;
  if (registration && (bootAgainAt(state, context) ?? Number.POSITIVE_INFINITY) <= context.now) {
    return decision({ ...state, registration: { ...registration, at: context.now } }, ...introduction(state));
  }
  if (statusesDue > context.now) return decision(state);
  return decision(statusesNotExpected(state), ...picture(state, context, true));
}

export const ocpp16Flows: Flows = {
  deviceCalls,
  csmsAnswered,
  csmsRefused,
  deviceHasAnswer,
  csmsCalls,
  deviceAnswered,
  deviceRefused,
  ownCallAnswered,
  ownCallRefused,
  ownCommandAnswered: deviceAnswered,
  ownCommandRefused: deviceRefused,
  linkOpened,
  canWait,
  beforeDelivery,
  outboxCall,
  outboxAnswered,
  outboxRefused: (state, entry, refusal) => outboxRefused(state, entry, refusal),
  wakeAt,
  woken,
};
