import type { JsonObject } from '../base/message.ts';
import type { Context, Exchange } from './decision.ts';
import type { ChargePointState, Triggered } from './state.ts';

/**
 * What the CSMS asked for by TriggerMessage while it has the charge point Pending: such messages may pass before it is accepted
 * (OCPP 1.6 section 4.2), nothing else may.
 */

/** So long a charge point may take to send what it was asked for. */
const WITHIN = 60_000;
const MOST = 20;
/** One trigger without a connector brings a message of each. */
const OF_CONNECTORS: ReadonlySet<string> = new Set(['StatusNotification', 'MeterValues']);

/** Before the charge point is asked: it may send the message before its answer is read. */
export function withTrigger(state: ChargePointState, request: JsonObject, context: Context): ChargePointState {
  if (state.registration?.status !== 'Pending' || context.station !== undefined) return state;
  const { requestedMessage, connectorId } = request;
  const one: Triggered = {
    message: String(requestedMessage),
    until: context.now + WITHIN,
    ...(typeof connectorId === 'number' && { connectorId }),
  };
  return { ...state, triggered: [...fresh(state, context), one].slice(-MOST) };
}

/** It will not send it. */
export function withoutTrigger(state: ChargePointState, request: JsonObject, context: Context): ChargePointState {
  const { requestedMessage, connectorId } = request;
  const left = fresh(state, context);
  const at = left.findLastIndex((one) => one.message === requestedMessage && one.connectorId === connectorId);
  return at < 0 ? state : withTriggers(state, left.toSpliced(at, 1));
}

/** The state without the trigger that this message answers; undefined when the CSMS has not asked for it. */
export function asTriggered(
  state: ChargePointState,
  { action, request }: Exchange,
  context: Context,
): ChargePointState | undefined {
  if (state.registration?.status !== 'Pending') return undefined;
  const left = fresh(state, context);
  const at = left.findIndex(
    ({ message, connectorId }) =>
      message === action && (connectorId === undefined || connectorId === request['connectorId']),
  );
  const found = left[at];
  if (found === undefined) return undefined;
  const more = found.connectorId === undefined && OF_CONNECTORS.has(action);
  return more ? state : withTriggers(state, left.toSpliced(at, 1));
}

function fresh({ triggered = [] }: ChargePointState, { now }: Context): readonly Triggered[] {
  return triggered.filter(({ until }) => until > now);
}

function withTriggers({ triggered: _, ...state }: ChargePointState, left: readonly Triggered[]): ChargePointState {
  return left.length === 0 ? state : { ...state, triggered: left };
}
