import type { MalformedReason } from './frame.ts';

/** `closing`: we said goodbye and wait for the CSMS to say it too. */
export type LinkState = 'idle' | 'connecting' | 'open' | 'backing-off' | 'closing' | 'closed';
export type FrameKind = 'call' | 'result' | 'error';
export type CallOutcome = 'result' | 'error' | 'invalid' | 'timeout' | 'lost';

/** What the metrics want to know of the links. Every text is from a small closed set: fit for a label. Must not throw. */
export interface LinkObserver {
  stateChanged(from: LinkState, to: LinkState): void;
  /** `action` is `unknown` for anything outside the contract. */
  sent(kind: FrameKind, action: string): void;
  received(kind: FrameKind, action: string): void;
  /** One of our calls is over, `ms` after it was sent. */
  answered(action: string, outcome: CallOutcome, ms: number): void;
  malformed(reason: MalformedReason): void;
  /** `code` is `other` for anything but the published codes. */
  callError(direction: 'sent' | 'received', code: string): void;
  /** A charge point is linked whose identity OCPP 2.0.1 cannot write; once for each. */
  misnamed(): void;
  /** An answer nobody waits for: its call was given up, was answered before, or is not ours. */
  strayAnswer(kind: 'late' | 'duplicate' | 'unknown'): void;
  /** A call of the CSMS came again while its first was still open. */
  repeatedCall(action: string): void;
  /** A payload breaks the schema. The bridge's own are never sent. */
  invalid(author: 'bridge' | 'csms', part: 'request' | 'answer', action: string): void;
  /** Reading a payload of the CSMS dropped or changed this many things. */
  repaired(action: string, part: 'request' | 'answer', things: number): void;
}
