import type { ErrorCode, FaultCode } from '../base/errors.ts';
import type { SoapVersion } from '../base/message.ts';

/** One request served, when its response has left or its connection has died. Times in milliseconds. */
export interface Served {
  readonly method: string;
  /** HTTP status; 0 when the sender went away first. */
  readonly status: number;
  readonly code: ErrorCode | undefined;
  readonly fault: FaultCode | undefined;
  readonly version: SoapVersion | undefined;
  readonly action: string | undefined;
  /** Bytes of the body as sent. */
  readonly bytesIn: number;
  /** Bytes of the answer's body before compression. */
  readonly bytesOut: number;
  /** From the last byte of the request to the decoded call. */
  readonly readMs: number | undefined;
  readonly writeMs: number | undefined;
  readonly totalMs: number;
}

/** One call to a charge point, ended. */
export interface Called {
  readonly version: SoapVersion;
  readonly action: string;
  /** Undefined = answered. */
  readonly code: ErrorCode | undefined;
  /** HTTP status; undefined when none came. */
  readonly status: number | undefined;
  readonly bytesOut: number;
  readonly bytesIn: number;
  readonly totalMs: number;
}

/** What the metrics want to know. Every `opened` is followed by one `served`. */
export interface ChargePointObserver {
  opened(): void;
  served(exchange: Served): void;
  called(exchange: Called): void;
}

export const noObserver: ChargePointObserver = {
  opened() {},
  served() {},
  called() {},
};
