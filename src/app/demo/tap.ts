import type { Direction, Json, SoapVersion } from '../../base/message.ts';

/** What an onlooker hears of the conversation: the SOAP texts at the charge points, the JSON frames at the central system. */
export interface Tap {
  soap(event: SoapEvent): void;
  json(event: JsonEvent): void;
}

interface Event {
  readonly identity: string;
  /** Who started the exchange; an answer carries the direction of its call. */
  readonly direction: Direction;
  readonly part: 'call' | 'answer';
  readonly action: string;
  /** Milliseconds. */
  readonly time: number;
}

export interface SoapEvent extends Event {
  readonly version: SoapVersion;
  /** Ties an answer to its call. */
  readonly exchange: string;
  /** The envelope, or what came in its place (`HTTP 503`, `connection refused`). */
  readonly text: string;
}

export interface JsonEvent extends Event {
  readonly frame: readonly Json[];
}
