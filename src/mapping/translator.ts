import type { CallErrorCode, ErrorCode, Refusal } from '../base/errors.ts';
import type { JsonObject, SoapObject, SoapVersion } from '../base/message.ts';

/** One place where information was dropped, changed or guessed. `code` is a row of `mappings/losses.yaml`. */
export interface Loss {
  readonly code: string;
  /** The field it happened to, as a path in the target message. */
  readonly field: string;
  /** What stood there. For the log only: may be a tag. */
  readonly raw?: string;
  /** `raw` may identify a person's card, or is free text that may hold anything: redact it. */
  readonly secret?: true;
}

/** What a converter may know of the charge point. Reads only; the session's state stands behind it. */
export interface Memory {
  /** Milliseconds: when the message being translated was received. */
  readonly receivedAt: number;
  /** IANA zone or offset of times written without one; default UTC. */
  readonly timezone: string;
  /** What is known of the transaction on a connector: running, ended but the connector not Available since, or none. */
  connectorUse(connectorId: number): 'charging' | 'finishing' | 'idle';
  /** The CSMS's id of the transaction that covers `at` (ms) on this connector. */
  transactionAt(connectorId: number, at: number | undefined): number | undefined;
  /** Charge point's transaction id -> CSMS's. Unknown ids stay. */
  csmsTransaction(id: number): number;
  /** CSMS's transaction id -> charge point's. Unknown ids stay. */
  deviceTransaction(id: number): number;
  /** The tag that an alias stands for. */
  tagOf(alias: string): string | undefined;
  /** False when the connector was never seen and lies above all that were; undefined when nothing is known. */
  connectorExists(connectorId: number): boolean | undefined;
  /** Why the transaction (charge point's id) was stopped, when the bridge knows. */
  stopReason(transactionId: number): string | undefined;
}

export type Translation<T> =
  | {
      readonly kind: 'value';
      readonly value: T;
      readonly losses: readonly Loss[];
      readonly aliases: readonly TagAlias[];
    }
  /** Nothing to forward: this pivot answer goes to the caller. */
  | { readonly kind: 'answer'; readonly answer: JsonObject; readonly losses: readonly Loss[] }
  | { readonly kind: 'refusal'; readonly refusal: Refusal; readonly losses: readonly Loss[] };

export interface TagAlias {
  readonly alias: string;
  readonly original: string;
}

/** A literal pivot answer given by the bridge; the word `$now` stands for the time of reception. */
export interface AnswerPolicy {
  readonly answer: JsonObject;
}

/** A call that charge points start. */
export interface UpAction {
  readonly action: string;
  request(value: SoapObject, memory: Memory): Translation<JsonObject>;
  answer(value: JsonObject, memory: Memory): Translation<SoapObject>;
  /** What the charge point gets when the CSMS answers CALLERROR: by code, else `other`. */
  readonly refused: Readonly<Partial<Record<CallErrorCode | 'other', 'fault' | AnswerPolicy>>>;
  /** What it gets while the CSMS is away or silent: HTTP 503, an answer, or an answer while the newest one is kept for later. */
  readonly away: 'refuse' | AnswerPolicy | (AnswerPolicy & { readonly keep: 'last' | 'last-per-connector' });
}

/** A call that the CSMS starts. */
export interface DownAction {
  readonly action: string;
  /** Set when this version lacks the operation: what the CSMS gets without asking the charge point. */
  readonly instead?: AnswerPolicy | { readonly refuse: ErrorCode } | { readonly flow: string };
  request(value: JsonObject, memory: Memory): Translation<SoapObject>;
  /** `call`: the pivot call that is being answered, where a converter needs it (which connector was to be unlocked). */
  answer(value: SoapObject, memory: Memory, call?: JsonObject): Translation<JsonObject>;
}

/** The compiled tables between one SOAP version and the pivot (OCPP 1.6 with JSON names). */
export interface Translator {
  readonly version: SoapVersion;
  readonly up: ReadonlyMap<string, UpAction>;
  readonly down: ReadonlyMap<string, DownAction>;
  /** Configuration keys that this version spells differently: 1.6 name -> this version's name. */
  readonly keys: ReadonlyMap<string, string>;
}
