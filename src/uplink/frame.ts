import type { Json, JsonObject } from '../base/message.ts';

/** OCPP-J frames as text and back: `[2,id,action,payload]`, `[3,id,payload]`, `[4,id,code,description,details]` (OCPP-J 1.6, section 4.2). */

const CALL = 2;
const CALL_RESULT = 3;
const CALL_ERROR = 4;

/** The most characters a unique id may have: room for a UUID. */
const ID_LENGTH = 36;
/** A longer id is against the rules, but up to here it is repeated in our CALLERROR, so that the CSMS learns of it. */
const ECHO_LENGTH = 255;

export type MalformedReason =
  | 'not-json'
  | 'not-an-array'
  | 'message-type'
  | 'unique-id'
  | 'length'
  | 'action'
  | 'payload'
  | 'binary'
  | 'oversize'
  | 'not-utf8'
  | 'protocol';

export interface CallFrame {
  readonly kind: 'call';
  readonly id: string;
  readonly action: string;
  readonly payload: JsonObject;
}

export interface ResultFrame {
  readonly kind: 'result';
  readonly id: string;
  readonly payload: JsonObject;
}

export interface ErrorFrame {
  readonly kind: 'error';
  readonly id: string;
  readonly code: string;
  readonly description: string;
  readonly details: JsonObject;
}

export interface MalformedFrame {
  readonly kind: 'malformed';
  readonly reason: MalformedReason;
  /** Set when it was meant as a CALL and its id can be repeated in a CALLERROR. */
  readonly call?: string;
  /** Set when it was meant as an answer to the call of this id. */
  readonly answer?: string;
  /** It may have been meant as a CALL, and its id cannot be read. */
  readonly nameless?: true;
}

export type Frame = CallFrame | ResultFrame | ErrorFrame | MalformedFrame;

/** Reads one text frame. Never throws: whatever is not OCPP-J comes back as `malformed`, with the rule it breaks. */
export function parseFrame(text: string): Frame {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return { kind: 'malformed', reason: 'not-json', nameless: true };
  }
  if (!Array.isArray(value)) return { kind: 'malformed', reason: 'not-an-array', nameless: true };
  const frame: readonly unknown[] = value;
  const [type, id] = frame;
  if (type !== CALL && type !== CALL_RESULT && type !== CALL_ERROR) {
    return { kind: 'malformed', reason: 'message-type' };
  }
  if (typeof id !== 'string' || id === '' || id.length > ECHO_LENGTH) {
    return { kind: 'malformed', reason: 'unique-id', ...(type === CALL && { nameless: true }) };
  }
  if (type === CALL) return readCall(frame, id);
  return type === CALL_RESULT ? readResult(frame, id) : readError(frame, id);
}

function readCall(frame: readonly unknown[], id: string): Frame {
  const [, , action, payload] = frame;
  if (id.length > ID_LENGTH) return { kind: 'malformed', reason: 'unique-id', call: id };
  if (frame.length !== 4) return { kind: 'malformed', reason: 'length', call: id };
  if (typeof action !== 'string' || action === '') return { kind: 'malformed', reason: 'action', call: id };
  if (!isObject(payload)) return { kind: 'malformed', reason: 'payload', call: id };
  return { kind: 'call', id, action, payload };
}

function readResult(frame: readonly unknown[], id: string): Frame {
  if (frame.length !== 3) return { kind: 'malformed', reason: 'length', answer: id };
  // Serialisers write null for an object without fields; the schema then decides whether that was enough.
  const payload = frame[2] ?? {};
  if (!isObject(payload)) return { kind: 'malformed', reason: 'payload', answer: id };
  return { kind: 'result', id, payload };
}

/** That the call failed is all that matters: a CSMS that leaves the last two parts out is understood. */
function readError(frame: readonly unknown[], id: string): Frame {
  if (frame.length < 3 || frame.length > 5) return { kind: 'malformed', reason: 'length', answer: id };
  const [, , code, description, details] = frame;
  return {
    kind: 'error',
    id,
    code: typeof code === 'string' ? code : '',
    description: typeof description === 'string' ? description : '',
    details: isObject(details) ? details : {},
  };
}

function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export function formatCall(id: string, action: string, payload: JsonObject): string {
  return format([CALL, id, action, payload]);
}

export function formatResult(id: string, payload: JsonObject): string {
  return format([CALL_RESULT, id, payload]);
}

export function formatError(id: string, code: string, description: string, details: JsonObject): string {
  return format([CALL_ERROR, id, code, description, details]);
}

function format(frame: Json[]): string {
  return JSON.stringify(frame);
}
