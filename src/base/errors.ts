import type { JsonObject } from './message.ts';

/** What the SOAP side is told: a Fault with one of the five OCPP sub-codes, or a bare HTTP status without an envelope. */
export type FaultCode =
  | 'Sender/SecurityError'
  | 'Sender/IdentityMismatch'
  | 'Sender/ProtocolError'
  | 'Receiver/InternalError'
  | 'Receiver/NotSupported';

/** The CALLERROR codes of OCPP-J 1.6 (section 4.2.3), in its own spelling. */
export type CallErrorCode =
  | 'NotImplemented'
  | 'NotSupported'
  | 'InternalError'
  | 'ProtocolError'
  | 'SecurityError'
  | 'FormationViolation'
  | 'PropertyConstraintViolation'
  | 'OccurenceConstraintViolation'
  | 'TypeConstraintViolation'
  | 'GenericError';

export type LogLevel = 'debug' | 'info' | 'warn' | 'error';

interface ErrorRow {
  /** What it means, for people; the default reason when the thrower gives none. */
  readonly text: string;
  /** Shown to a charge point; absent = the charge point gets the bare HTTP status. */
  readonly fault?: FaultCode;
  /** Shown to a CSMS. */
  readonly callError: CallErrorCode;
  /** HTTP status on the SOAP side. Faults are always 500: several SOAP clients read a Fault under no other error status. */
  readonly http: number;
  readonly level: LogLevel;
  /** Whether the same message may succeed later. */
  readonly retryable: boolean;
}

/** Everything that can go wrong, and what each bank makes of it. Nobody else invents a status. */
export const ERRORS = {
  // ---- the HTTP request
  MethodNotAllowed: {
    text: 'only GET and POST are served here',
    callError: 'ProtocolError',
    http: 405,
    level: 'info',
    retryable: false,
  },
  UpgradeRefused: {
    text: 'this is the SOAP endpoint; a WebSocket charge point connects to its central system, not to the bridge',
    callError: 'ProtocolError',
    http: 426,
    level: 'warn',
    retryable: false,
  },
  EmptyBody: {
    text: 'the request has no body; a SOAP envelope is expected',
    callError: 'ProtocolError',
    http: 400,
    level: 'warn',
    retryable: false,
  },
  NotXml: {
    text: 'the body is not XML; a SOAP envelope is expected',
    callError: 'ProtocolError',
    http: 400,
    level: 'warn',
    retryable: false,
  },
  BodyTooLarge: {
    text: 'the body is larger than allowed',
    callError: 'ProtocolError',
    http: 413,
    level: 'warn',
    retryable: false,
  },
  BadContentEncoding: {
    text: 'the content encoding is unknown or the compressed body is damaged',
    callError: 'ProtocolError',
    http: 415,
    level: 'warn',
    retryable: false,
  },
  SlowRequest: {
    text: 'the request did not arrive in time',
    callError: 'ProtocolError',
    http: 408,
    level: 'warn',
    retryable: true,
  },
  TooManyRequests: {
    text: 'too many requests at once',
    callError: 'GenericError',
    http: 429,
    level: 'warn',
    retryable: true,
  },
  Draining: {
    text: 'the bridge is shutting down',
    callError: 'GenericError',
    http: 503,
    level: 'info',
    retryable: true,
  },
  Busy: {
    text: 'too many exchanges of this charge point are waiting',
    callError: 'GenericError',
    http: 503,
    level: 'warn',
    retryable: true,
  },
  // ---- the envelope
  MalformedXml: {
    text: 'the XML is not well-formed',
    fault: 'Sender/ProtocolError',
    callError: 'InternalError',
    http: 500,
    level: 'warn',
    retryable: false,
  },
  ForbiddenXml: {
    text: 'DOCTYPE and entities are refused',
    fault: 'Sender/ProtocolError',
    callError: 'InternalError',
    http: 500,
    level: 'warn',
    retryable: false,
  },
  XmlTooComplex: {
    text: 'the XML is nested too deeply or has too many elements or attributes',
    fault: 'Sender/ProtocolError',
    callError: 'InternalError',
    http: 500,
    level: 'warn',
    retryable: false,
  },
  NotSoap: {
    text: 'the XML is not a SOAP envelope',
    fault: 'Sender/ProtocolError',
    callError: 'InternalError',
    http: 500,
    level: 'warn',
    retryable: false,
  },
  UnknownVersion: {
    text: 'the OCPP version cannot be told from the namespace of the body',
    fault: 'Sender/ProtocolError',
    callError: 'InternalError',
    http: 500,
    level: 'warn',
    retryable: false,
  },
  UnknownOperation: {
    text: 'no such operation in this OCPP version',
    fault: 'Receiver/NotSupported',
    callError: 'NotImplemented',
    http: 500,
    level: 'warn',
    retryable: false,
  },
  // ---- who it is
  IdentityMissing: {
    text: 'the header chargeBoxIdentity is missing',
    fault: 'Sender/ProtocolError',
    callError: 'InternalError',
    http: 500,
    level: 'warn',
    retryable: false,
  },
  IdentityInvalid: {
    text: 'the chargeBoxIdentity is not usable',
    fault: 'Sender/IdentityMismatch',
    callError: 'InternalError',
    http: 500,
    level: 'warn',
    retryable: false,
  },
  IdentityRefused: {
    text: 'this charge point is not allowed here',
    fault: 'Sender/SecurityError',
    callError: 'SecurityError',
    http: 500,
    level: 'warn',
    retryable: false,
  },
  IdentityUnknown: {
    text: 'the CSMS does not know this charge point',
    fault: 'Sender/IdentityMismatch',
    callError: 'InternalError',
    http: 500,
    level: 'warn',
    retryable: true,
  },
  NotRegistered: {
    text: 'the CSMS has not accepted this charge point',
    fault: 'Sender/SecurityError',
    callError: 'SecurityError',
    http: 500,
    level: 'info',
    retryable: true,
  },
  // ---- the content
  FieldMissing: {
    text: 'a required field is missing',
    fault: 'Sender/ProtocolError',
    callError: 'OccurenceConstraintViolation',
    http: 500,
    level: 'warn',
    retryable: false,
  },
  FieldType: {
    text: 'a field has the wrong type',
    fault: 'Sender/ProtocolError',
    callError: 'TypeConstraintViolation',
    http: 500,
    level: 'warn',
    retryable: false,
  },
  FieldValue: {
    text: 'a field has a value that is not allowed',
    fault: 'Sender/ProtocolError',
    callError: 'PropertyConstraintViolation',
    http: 500,
    level: 'warn',
    retryable: false,
  },
  PayloadShape: {
    text: 'the payload is not of the expected shape',
    fault: 'Sender/ProtocolError',
    callError: 'FormationViolation',
    http: 500,
    level: 'warn',
    retryable: false,
  },
  NotSupported: {
    text: 'the charge point cannot do this',
    fault: 'Receiver/NotSupported',
    callError: 'NotSupported',
    http: 500,
    level: 'info',
    retryable: false,
  },
  // ---- frames of the CSMS
  FrameMalformed: {
    text: 'the frame is not an OCPP-J message',
    callError: 'FormationViolation',
    http: 500,
    level: 'warn',
    retryable: false,
  },
  UnknownAction: {
    text: 'the action is unknown',
    callError: 'NotImplemented',
    http: 500,
    level: 'warn',
    retryable: false,
  },
  // ---- the CSMS as a peer
  CsmsAway: {
    text: 'the CSMS cannot be reached',
    callError: 'GenericError',
    http: 503,
    level: 'info',
    retryable: true,
  },
  CsmsLost: {
    text: 'the connection to the CSMS broke before it answered',
    callError: 'GenericError',
    http: 503,
    level: 'warn',
    retryable: true,
  },
  CsmsTimeout: {
    text: 'the CSMS did not answer in time',
    callError: 'GenericError',
    http: 503,
    level: 'warn',
    retryable: true,
  },
  CsmsNotSupported: {
    text: 'the CSMS does not support this',
    fault: 'Receiver/NotSupported',
    callError: 'NotSupported',
    http: 500,
    level: 'warn',
    retryable: false,
  },
  CsmsInternalError: {
    text: 'the CSMS failed',
    fault: 'Receiver/InternalError',
    callError: 'InternalError',
    http: 500,
    level: 'warn',
    retryable: false,
  },
  CsmsProtocolError: {
    text: 'the CSMS refused the message as malformed',
    fault: 'Sender/ProtocolError',
    callError: 'ProtocolError',
    http: 500,
    level: 'warn',
    retryable: false,
  },
  CsmsSecurityError: {
    text: 'the CSMS refused the message for security reasons',
    fault: 'Sender/SecurityError',
    callError: 'SecurityError',
    http: 500,
    level: 'warn',
    retryable: false,
  },
  CsmsAnswerInvalid: {
    text: 'the answer of the CSMS does not fit the schema',
    fault: 'Receiver/InternalError',
    callError: 'InternalError',
    http: 500,
    level: 'error',
    retryable: false,
  },
  // ---- the charge point as a peer
  NoCallback: {
    text: 'no callback address of this charge point is known',
    callError: 'GenericError',
    http: 500,
    level: 'warn',
    retryable: true,
  },
  CallbackDenied: {
    text: 'the callback address of this charge point is not allowed',
    callError: 'InternalError',
    http: 500,
    level: 'warn',
    retryable: false,
  },
  DeviceUnreachable: {
    text: 'the charge point cannot be reached',
    callError: 'InternalError',
    http: 500,
    level: 'warn',
    retryable: true,
  },
  DeviceUncertain: {
    text: 'the charge point did not answer; the command may have arrived',
    callError: 'InternalError',
    http: 500,
    level: 'warn',
    retryable: false,
  },
  DeviceAnswerInvalid: {
    text: 'the answer of the charge point is not usable',
    callError: 'InternalError',
    http: 500,
    level: 'warn',
    retryable: false,
  },
  DeviceNotSupported: {
    text: 'the charge point does not support this',
    callError: 'NotSupported',
    http: 500,
    level: 'info',
    retryable: false,
  },
  DeviceInternalError: {
    text: 'the charge point failed',
    callError: 'InternalError',
    http: 500,
    level: 'warn',
    retryable: false,
  },
  DeviceProtocolError: {
    text: 'the charge point refused a value',
    callError: 'PropertyConstraintViolation',
    http: 500,
    level: 'warn',
    retryable: false,
  },
  DeviceSecurityError: {
    text: 'the charge point refused the call for security reasons',
    callError: 'SecurityError',
    http: 500,
    level: 'warn',
    retryable: false,
  },
  DeviceIdentityMismatch: {
    text: 'the charge point says that it is another one',
    callError: 'InternalError',
    http: 500,
    level: 'error',
    retryable: false,
  },
  DeviceGenericError: {
    text: 'the charge point refused the call without saying why',
    callError: 'GenericError',
    http: 500,
    level: 'warn',
    retryable: false,
  },
  // ---- the bridge itself
  CommandExpired: {
    text: 'the command waited too long for its turn',
    callError: 'GenericError',
    http: 503,
    level: 'warn',
    retryable: true,
  },
  StoreFailed: {
    text: 'the store did not take the change',
    callError: 'InternalError',
    http: 503,
    level: 'error',
    retryable: true,
  },
  Internal: {
    text: 'the bridge failed',
    fault: 'Receiver/InternalError',
    callError: 'InternalError',
    http: 500,
    level: 'error',
    retryable: true,
  },
} as const satisfies Record<string, ErrorRow>;

export type ErrorCode = keyof typeof ERRORS;

/** The row of a code, with its optional parts. */
export function errorRow(code: ErrorCode): ErrorRow {
  return ERRORS[code];
}

/** A refusal as a plain value: what a flow decides and a bank writes. */
export interface Refusal {
  readonly code: ErrorCode;
  /** For the peer: never a stack, a path or a secret. */
  readonly reason: string;
  /** For the peer: Fault Detail, CALLERROR errorDetails. */
  readonly details?: JsonObject;
}

/** Thrown for anything in the table. `cause` is for the log and is never sent. */
export class BridgeError extends Error {
  override readonly name = 'BridgeError';
  readonly code: ErrorCode;
  readonly details: JsonObject | undefined;

  constructor(code: ErrorCode, reason?: string, options?: { cause?: unknown; details?: JsonObject }) {
    super(reason ?? ERRORS[code].text, options?.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.details = options?.details;
  }
}

/** Any thrown thing as a refusal; what is not ours becomes `Internal` and tells the peer nothing. */
export function refusalOf(error: unknown): Refusal {
  if (!(error instanceof BridgeError)) return { code: 'Internal', reason: ERRORS.Internal.text };
  return { code: error.code, reason: error.message, ...(error.details && { details: error.details }) };
}
