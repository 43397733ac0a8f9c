import type { Direction, Json } from '../../base/message.ts';
import type { SoapEvent } from '../simulate/soap-event.ts';

/** What an onlooker hears of the conversation: the SOAP texts at the charge points, the JSON frames at the central system. */
export interface Tap {
  soap(event: SoapEvent): void;
  json(event: JsonEvent): void;
}

export interface JsonEvent {
  readonly identity: string;
  /** Who started the exchange; an answer carries the direction of its call. */
  readonly direction: Direction;
  readonly part: 'call' | 'answer';
  readonly action: string;
  readonly frame: readonly Json[];
}
