import type { JsonObject } from '../base/message.ts';
import { type Context, type Decision, decision, type Exchange } from './decision.ts';
import { type ChargePointState, mayRemember } from './state.ts';

/** State messages the CSMS has not seen. Of each kind and connector only the newest matters: it is state, not history. */

const PER_CONNECTOR = 'StatusNotification';
const STATE_MESSAGES: ReadonlySet<string> = new Set([
  PER_CONNECTOR,
  'DiagnosticsStatusNotification',
  'FirmwareStatusNotification',
]);

export function isStateMessage(exchange: Exchange): boolean {
  return STATE_MESSAGES.has(exchange.action);
}

function slot(exchange: Exchange): string {
  return exchange.action === PER_CONNECTOR ? `${exchange.action}/${exchange.request['connectorId']}` : exchange.action;
}

/** Whether this message takes the place of one that had something else to tell. One that is refused twice replaces nothing. */
export function replacesUntold(state: ChargePointState, exchange: Exchange): boolean {
  return state.unsent[slot(exchange)] !== undefined && !waits(state, exchange);
}

/** Whether this very message is to be told later. */
function waits(state: ChargePointState, exchange: Exchange): boolean {
  const waiting = state.unsent[slot(exchange)];
  return waiting !== undefined && JSON.stringify(waiting.payload) === JSON.stringify(exchange.request);
}

/**
 * Whether nothing newer of its kind is known. Calls end in another order than they began: one that was never sent expires
 * while an older one still waits for its answer.
 */
export function isNewest(state: ChargePointState, { action, request }: Exchange, context: Context): boolean {
  if (action !== PER_CONNECTOR) {
    const { status = request['status'] } = (action.startsWith('Firmware') ? state.firmware : state.diagnostics) ?? {};
    return status === request['status'];
  }
  const id = Number(request['connectorId']);
  const last = state.connectors[id]?.status;
  if (last === undefined) return mayRemember(state, id);
  return JSON.stringify(asTold(action, last, context)) === JSON.stringify(asTold(action, request, context));
}

/** This one is on its way: an older one of its kind that waits would tell the CSMS what is no longer true. */
export function outdating(state: ChargePointState, exchange: Exchange, now: number): Decision {
  if (state.unsent[slot(exchange)] === undefined || waits(state, exchange)) return decision(state);
  return decision(untold(state, exchange, now), { do: 'loss', code: 'offline-last', field: exchange.action });
}

/** To be told later, in place of any older one. */
export function untold(state: ChargePointState, exchange: Exchange, now: number): ChargePointState {
  const unsent = { action: exchange.action, payload: exchange.request, at: now };
  return { ...state, unsent: { ...state.unsent, [slot(exchange)]: unsent } };
}

function without(state: ChargePointState, exchange: Exchange): ChargePointState {
  if (state.unsent[slot(exchange)] === undefined) return state;
  const { [slot(exchange)]: _, ...unsent } = state.unsent;
  return { ...state, unsent };
}

/** The CSMS has seen this one. A message that was replaced while it was under way is still to be told. */
export function told(state: ChargePointState, exchange: Exchange, context: Context): ChargePointState {
  const waiting = state.unsent[slot(exchange)];
  if (waiting === undefined) return state;
  const payload = asTold(waiting.action, waiting.payload, context);
  const seen = asTold(exchange.action, exchange.request, context);
  return JSON.stringify(payload) === JSON.stringify(seen) ? without(state, exchange) : state;
}

/** The message as this CSMS takes it: a fault with a warning beside it is more than some do. */
export function asTold(action: string, payload: JsonObject, { settings }: Context): JsonObject {
  if (action !== PER_CONNECTOR || !settings.strictErrors) return payload;
  if (payload['status'] !== 'Faulted' || payload['errorCode'] !== 'EVCommunicationError') return payload;
  return { ...payload, errorCode: 'OtherError', vendorErrorCode: payload['vendorErrorCode'] ?? 'EVCommunicationError' };
}
