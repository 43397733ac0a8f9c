import { createHash } from 'node:crypto';
import type { SoapObject, SoapValue } from '../base/message.ts';
import type { DeviceCall } from './ports.ts';

/** Charge points repeat what they got no answer to, with the same MessageID or a new one. The content tells a repeat. */

/** The fields that make two messages the same one, for actions where two real events cannot share them all. */
const CONTENT: Readonly<Record<string, readonly string[]>> = {
  StartTransaction: ['connectorId', 'idTag', 'timestamp', 'meterStart'],
  StopTransaction: ['transactionId', 'timestamp', 'meterStop'],
  MeterValues: [],
};
/** Repeats of these are legal events, so only the same MessageID with the same content is a repeat. */
const BY_MESSAGE_ID: ReadonlySet<string> = new Set(['StatusNotification', 'DataTransfer']);

export interface RepeatKey {
  readonly key: string;
  /** Whether the answer is kept for repeats that come later, or only joined while it is open. */
  readonly durable: boolean;
}

/** How to recognise this message again; undefined when every one is an event of its own. */
export function repeatKey(call: Pick<DeviceCall, 'action' | 'payload' | 'messageId'>): RepeatKey | undefined {
  const fields = CONTENT[call.action];
  if (fields !== undefined) {
    const content =
      fields.length > 0 ? fields.map((field) => plain(call.payload[field], field)) : canonical(call.payload);
    return { key: `${call.action}/${digest(JSON.stringify(content))}`, durable: true };
  }
  if (!BY_MESSAGE_ID.has(call.action) || call.messageId === undefined) return undefined;
  const content = JSON.stringify([call.messageId, canonical(call.payload)]);
  return { key: `${call.action}/${digest(content)}`, durable: false };
}

/** Case of tags and the zone a time is written in do not make another message. */
function plain(value: SoapValue | undefined, field: string): string {
  const text = typeof value === 'string' ? value.trim() : JSON.stringify(value ?? '');
  if (field === 'idTag') return text.toLowerCase();
  if (field !== 'timestamp') return text;
  const time = Date.parse(text);
  return Number.isNaN(time) ? text : String(time);
}

function canonical(value: SoapValue): SoapValue {
  if (typeof value === 'string') return value.trim();
  if (Array.isArray(value)) return value.map(canonical);
  const sorted: SoapObject = {};
  for (const name of Object.keys(value).sort()) {
    const item = value[name];
    if (item !== undefined) sorted[name] = canonical(item);
  }
  return sorted;
}

function digest(text: string): string {
  return createHash('sha256').update(text).digest('base64url').slice(0, 27);
}
