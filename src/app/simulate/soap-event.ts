import type { Direction, SoapVersion } from '../../base/message.ts';

/** One SOAP text as a charge point sent or received it. */
export interface SoapEvent {
  readonly identity: string;
  readonly version: SoapVersion;
  /** Who started the exchange; an answer carries the direction of its call. */
  readonly direction: Direction;
  readonly part: 'call' | 'answer';
  readonly action: string;
  /** Ties an answer to its call. */
  readonly exchange: string;
  /** The envelope, or what came in its place (`HTTP 503`, `timeout`). */
  readonly text: string;
}
