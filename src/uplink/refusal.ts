import { BridgeError, type CallErrorCode, ERRORS, type ErrorCode, type Refusal } from '../base/errors.ts';
import type { CsmsProtocol, JsonObject } from '../base/message.ts';
import type { ErrorFrame } from './frame.ts';

/** CALLERROR codes read as our errors, and our errors written as CALLERRORs. */

const READ: ReadonlyMap<string, ErrorCode> = new Map<string, ErrorCode>([
  ['NotImplemented', 'CsmsNotSupported'],
  ['NotSupported', 'CsmsNotSupported'],
  ['MessageTypeNotSupported', 'CsmsNotSupported'],
  ['InternalError', 'CsmsInternalError'],
  ['GenericError', 'CsmsInternalError'],
  // Of the frame and not of what it says: CitrineOS means that it is busy with another call of this station.
  ['RpcFrameworkError', 'CsmsInternalError'],
  ['ProtocolError', 'CsmsProtocolError'],
  ['FormationViolation', 'CsmsProtocolError'],
  ['FormatViolation', 'CsmsProtocolError'],
  ['PropertyConstraintViolation', 'CsmsProtocolError'],
  // 1.6 misspells it (section 4.2.3), later versions do not, and CSMSs mix the two.
  ['OccurenceConstraintViolation', 'CsmsProtocolError'],
  ['OccurrenceConstraintViolation', 'CsmsProtocolError'],
  ['TypeConstraintViolation', 'CsmsProtocolError'],
  ['SecurityError', 'CsmsSecurityError'],
]);

/** The most characters of an errorDescription (section 4.2.3). */
const DESCRIPTION = 255;

/** One line of at most `length` characters: what a peer wrote goes on into logs and XML, where control characters do harm. */
export function plainLine(text: string, length: number = DESCRIPTION): string {
  const line = text
    .slice(0, length * 4)
    .replace(/\p{Surrogate}/gu, '\ufffd')
    // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
    .replace(/[\u0000-\u001f\u007f-\u009f\ufffe\uffff]+/g, ' ')
    .trim();
  // By code points, so that no half character is left.
  return line.length <= length ? line : [...line].slice(0, length).join('');
}

/** The code as a metric label. */
export function codeLabel(code: string): string {
  return READ.has(code) ? code : 'other';
}

/** A CALLERROR of the CSMS. `details` keeps its code, description and details; an unknown code reads as a failure of the CSMS. */
export function readCallError(frame: ErrorFrame): BridgeError {
  const code = READ.get(frame.code) ?? 'CsmsInternalError';
  const errorCode = plainLine(frame.code, 64);
  const errorDescription = plainLine(frame.description);
  return new BridgeError(code, errorDescription === '' ? `${ERRORS[code].text} (${errorCode})` : errorDescription, {
    details: { errorCode, errorDescription, errorDetails: frame.details },
  });
}

export interface CallErrorParts {
  readonly code: CallErrorCode | CallErrorCode201;
  readonly description: string;
  readonly details: JsonObject;
}

type CallErrorCode201 = 'FormatViolation' | 'OccurrenceConstraintViolation' | 'RpcFrameworkError';

/** Codes that later versions spell otherwise (OCPP-J 2.0.1, section 4.3). */
const SPELLED: Readonly<Partial<Record<CallErrorCode, CallErrorCode201>>> = {
  FormationViolation: 'FormatViolation',
  OccurenceConstraintViolation: 'OccurrenceConstraintViolation',
};

export function writeCallError(refusal: Refusal, protocol: CsmsProtocol = 'ocpp1.6'): CallErrorParts {
  const code: CallErrorCode = ERRORS[refusal.code].callError;
  // What is wrong is the frame and not what it says: 1.6 has one word for both.
  const later = refusal.code === 'FrameMalformed' ? 'RpcFrameworkError' : (SPELLED[code] ?? code);
  return {
    code: protocol === 'ocpp1.6' ? code : later,
    description: plainLine(refusal.reason),
    details: refusal.details ?? {},
  };
}
