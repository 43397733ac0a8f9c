import type { JsonObject } from '../base/message.ts';
import type { Context, Exchange } from './decision.ts';
import type { ChargePointState } from './state.ts';

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

/** To be told later, in place of any older one. */
export function untold(state: ChargePointState, exchange: Exchange, now: number): ChargePointState {
  const unsent = { action: exchange.action, payload: exchange.request, at: now };
  return { ...state, unsent: { ...state.unsent, [slot(exchange)]: unsent } };
}

/** The CSMS has seen something newer of this kind, straight from the charge point. */
export function superseded(state: ChargePointState, exchange: Exchange): ChargePointState {
  if (state.unsent[slot(exchange)] === undefined) return state;
  const { [slot(exchange)]: _, ...unsent } = state.unsent;
  return { ...state, unsent };
}

/** The CSMS has seen this one. A message that was replaced while it was under way is still to be told. */
export function told(state: ChargePointState, exchange: Exchange, context: Context): ChargePointState {
  const waiting = state.unsent[slot(exchange)];
  if (waiting === undefined) return state;
  const payload = asTold(waiting.action, waiting.payload, context);
  return JSON.stringify(payload) === JSON.stringify(exchange.request) ? superseded(state, exchange) : state;
}

/** The message as this CSMS takes it: a fault with a warning beside it is more than some do. */
export function asTold(action: string, payload: JsonObject, { settings }: Context): JsonObject {
  if (action !== PER_CONNECTOR || !settings.strictErrors) return payload;
  if (payload['status'] !== 'Faulted' || payload['errorCode'] !== 'EVCommunicationError') return payload;
  return { ...payload, errorCode: 'OtherError', vendorErrorCode: payload['vendorErrorCode'] ?? 'EVCommunicationError' };
}
