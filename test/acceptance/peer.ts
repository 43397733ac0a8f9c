/** What the suite asks of a SOAP stack that plays a charge point: client and callback server, nothing of the bridge's own. */

import type { SoapVersion } from '../../src/base/message.ts';

/**
 * A message as a stack read it or shall write it: lists are arrays, attributes are named `@unit`, the text beside them is named `.`.
 * Numbers, dates and booleans may be text: on the wire they are.
 */
export type Message = Readonly<Record<string, unknown>>;

/** WS-Addressing as a stack read it; what was absent is absent. */
export interface Addressing {
  readonly action?: string;
  readonly messageId?: string;
  readonly relatesTo?: string;
  readonly to?: string;
}

export interface Told {
  readonly payload: Message;
  readonly addressing: Addressing;
  /** MessageID that was sent. */
  readonly sentId: string;
  /** The envelopes as text. */
  readonly sent: string;
  readonly raw: string;
}

/** A SOAP Fault as a stack read it, names cut to their local part. */
export interface ReadFault {
  readonly code: string;
  readonly subcode: string;
  readonly reason: string;
}

/** Thrown by a peer's `call` when the answer is a Fault. */
export class PeerFault extends Error {
  readonly fault: ReadFault;

  constructor(fault: ReadFault) {
    super(`${fault.code}/${fault.subcode}: ${fault.reason}`);
    this.fault = fault;
  }
}

export interface Heard {
  readonly action: string;
  readonly identity: string;
  readonly payload: Message;
  readonly addressing: Addressing;
  readonly raw: string;
  readonly answered: string;
}

export interface CallOptions {
  /** Name of the body element in place of the right one. */
  readonly element?: string;
}

export interface Peer {
  readonly name: string;
  /** It drops fractions of seconds, as many a charge point does. */
  readonly wholeSeconds?: true;
  /** Calls the bridge. Rejects with PeerFault. */
  call(version: SoapVersion, identity: string, action: string, payload: Message, options?: CallOptions): Promise<Told>;
  /** What the callback server of that version says to a call from now on. */
  answer(version: SoapVersion, action: string, reply: Message | ReadFault): Promise<void>;
  /** Calls that the callback servers heard since the last time this was asked. */
  heard(): Promise<Heard[]>;
  close(): Promise<void>;
}

/** Where a peer finds what it needs. */
export interface Surroundings {
  readonly soapUrl: string;
  /** URL or path of a service's WSDL. */
  wsdl(version: SoapVersion, role: 'CentralSystem' | 'ChargePoint'): string;
}

export function isFault(reply: Message | ReadFault): reply is ReadFault {
  return 'subcode' in reply && 'reason' in reply;
}
