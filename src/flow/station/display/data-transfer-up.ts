import type { Json, JsonObject } from '../../../base/message.ts';
import { type Context, decision, type Effect, type Exchange } from '../../decision.ts';
import { AWAY } from '../../relay.ts';
import { converted, type StationUp, station } from '../rules.ts';
import { COST_MESSAGES } from './cost-messages.ts';

/** DataTransfer of the charge point (OCPP 2.0.1 P02), and what 1.6 wraps into one though 2.0.1 has a message for it. */

const PLUG_AND_CHARGE = 'org.openchargealliance.iso15118pnc';
/** Messages of 2.0.1 that a charge point of 1.6 may send so ("Using ISO 15118 Plug & Charge with OCPP 1.6"). */
const WRAPPED: ReadonlySet<string> = new Set([
  'Authorize',
  'Get15118EVCertificate',
  'GetCertificateStatus',
  'SignCertificate',
]);

export const dataTransfer: StationUp = {
  call(state, exchange, context) {
    const { vendorId, messageId } = exchange.request;
    // 2.0.1 knows from the transaction that the cable was pulled out.
    if (vendorId === COST_MESSAGES && messageId === 'ConnectorUnplugged') return decision(state, answer('Accepted'));
    const wrapped = unwrapped(exchange, context);
    if (wrapped === 'unreadable') return decision(state, answer('Rejected'));
    if (wrapped) return decision(state, { do: 'call-csms', action: String(messageId), payload: wrapped });
    const given = parsed(exchange.request['data'], context);
    const { value, losses } = converted(context, 'DataTransfer', exchange.request, given);
    if (value === undefined) return decision(state, ...losses, answer('Rejected'));
    return decision(state, ...losses, { do: 'call-csms', action: 'DataTransfer', payload: value });
  },
  answered(state, exchange, said, context) {
    if (unwrapped(exchange, context)) return decision(state, answer('Accepted', JSON.stringify(said)));
    const { value, losses } = converted(context, 'DataTransfer.answer', said);
    return decision(state, ...losses, value ? { do: 'answer', payload: value } : answer('Rejected'));
  },
  /** A CSMS that knows no DataTransfer at all knows no vendor either. */
  refused(state, exchange, { code }) {
    const away = AWAY.has(code);
    const lost: Effect = { do: 'loss', code: away ? 'offline-local' : 'callerror-ok', field: exchange.action };
    return decision(state, lost, answer(away ? 'Rejected' : 'UnknownVendorId'));
  },
};

function answer(status: string, data?: string): Effect {
  return { do: 'answer', payload: { status, ...(data !== undefined && { data }) } };
}

/** The message of 2.0.1 inside; undefined when there is none. */
function unwrapped({ request }: Exchange, context: Context): JsonObject | 'unreadable' | undefined {
  const { vendorId, messageId, data } = request;
  if (vendorId !== PLUG_AND_CHARGE || !station(context).settings.plugAndCharge) return undefined;
  if (!WRAPPED.has(String(messageId))) return undefined;
  const value = json(data);
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? value : 'unreadable';
}

function parsed(data: Json | undefined, context: Context): { readonly data?: Json } {
  if (data === undefined || station(context).settings.dataTransferData === 'asString') return {};
  const value = json(data);
  return value === undefined ? {} : { data: value };
}

function json(text: Json | undefined): Json | undefined {
  if (typeof text !== 'string') return undefined;
  try {
    return JSON.parse(text) as Json;
  } catch {
    return undefined;
  }
}
