import type { Timer } from '../base/clock.ts';
import type { JsonObject, SoapObject, SoapVersion } from '../base/message.ts';
import type { Exchange } from '../flow/decision.ts';
import type { OutboxEntry } from '../flow/outbox.ts';
import type { Translation, UpAction } from '../mapping/translator.ts';
import type { DeviceCall } from './ports.ts';
import type { RepeatKey } from './repeat.ts';

/** One HTTP request of the charge point, waiting for its answer. */
export interface Waiter {
  readonly call: DeviceCall;
  readonly losses: string[];
  readonly resolve: (payload: SoapObject) => void;
  readonly reject: (error: unknown) => void;
  deadline: Timer | undefined;
  done: boolean;
}

/** One call on its way to the CSMS; repeats of it wait beside the first. */
export interface UpExchange extends Exchange {
  readonly version: SoapVersion;
  readonly table: UpAction;
  readonly key: RepeatKey | undefined;
  readonly waiters: Waiter[];
  attempt: number;
  /** In the pivot, once there is one. */
  answer: JsonObject | undefined;
  /** Taken over by the bridge while its call is still open: its place in the outbox. */
  kept: OutboxEntry | undefined;
  /** How long, ms, each request waits for the CSMS at most; undefined: as long as every other. */
  patience?: number | undefined;
  /** The entry of the outbox whose answer it waits for, at most until then (ms, monotonic). */
  waitsFor: { readonly seq: number; readonly until: number } | undefined;
  /** A commit of it failed: what was decided may be in the store all the same. */
  doubtful?: true;
  /** The answer for the charge point, made when it was judged. */
  written: { readonly answer: JsonObject; readonly translation: Translation<SoapObject> } | undefined;
}
