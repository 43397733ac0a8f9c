import type { ErrorCode, Refusal } from '../base/errors.ts';
import type { Direction, SoapVersion } from '../base/message.ts';
import type { OutboxEntry } from '../flow/outbox.ts';
import type { Facts } from '../mapping/quirks-match.ts';

/** How an exchange ended, seen by the one who called. */
export type Outcome = 'answered' | 'answered-by-bridge' | 'repeat' | 'refused' | 'timeout' | 'uncertain';

export interface ExchangeReport {
  readonly exchange: string;
  readonly identity: string;
  readonly direction: Direction;
  /** Undefined when the CSMS called a charge point whose version nobody knows yet. */
  readonly version: SoapVersion | undefined;
  readonly action: string;
  readonly outcome: Outcome;
  readonly code?: ErrorCode;
  readonly reason?: string;
  readonly messageId?: string;
  /** Milliseconds from reception to answer. */
  readonly duration: number;
  readonly losses: readonly string[];
}

/** Told of what happens, for logs and metrics; must not throw. */
export interface SessionObserver {
  exchange(report: ExchangeReport): void;
  loss(
    code: string,
    version: SoapVersion,
    action: string,
    /** `secret`: what stood there (`raw`) may identify a person. */
    detail: { identity: string; field: string; raw?: string; secret?: true },
  ): void;
  mapped(seconds: number): void;
  csmsAnswered(action: string, seconds: number): void;
  deviceAnswered(action: string, seconds: number): void;
  repeat(action: string): void;
  /** The CSMS gets this message now, and may have got it before: nobody knows what became of the first call. */
  possibleDuplicate(identity: string, action: string): void;
  /** So many readings that waited for the CSMS were given up: more wait than may. */
  thinned(identity: string, readings: number): void;
  /** A message that the CSMS will never take was put aside. */
  deadLetter(identity: string, entry: OutboxEntry): void;
  /** An exchange under a quirk profile; `first` when it did not hold for this charge point before. */
  profile(name: string, first: boolean, facts: Facts): void;
  committed(seconds: number): void;
  commitFailed(): void;
  /** The CSMS did not take what the bridge told it by itself, or did not get it. */
  ownCallRefused(identity: string, action: string, refusal: Refusal): void;
  /** Something that should not happen, with its cause. */
  failure(identity: string, what: string, error: unknown): void;
}
