import type { JsonObject } from '../base/message.ts';

/** What is remembered of one charge point. `revision` counts its commits from 1. */
export interface Stored {
  readonly revision: number;
  readonly state: JsonObject;
}

/** A keyed record beside the state, such as a repeat's answer. Keys sort by code point. */
export interface Row {
  readonly kind: string;
  readonly key: string;
  readonly value: JsonObject;
}

export interface Commit {
  /** The revision this commit makes: the loaded one plus 1. Any other is refused: someone else wrote. */
  readonly revision: number;
  readonly state: JsonObject;
  readonly put?: readonly Row[];
  /** Done after the puts. Rows that are not there are no fault. */
  readonly remove?: readonly { readonly kind: string; readonly key: string }[];
}

export interface Health {
  /** Why commits are refused, for people; absent when nothing is known against them. */
  readonly trouble?: string;
  /** Bytes that the store may still grow; absent where nobody can say. */
  readonly freeBytes?: number;
}

/** What must survive. Knows no OCPP. All failures are BridgeError `StoreFailed`. */
export interface Store {
  load(identity: string): Promise<Stored | undefined>;
  row(identity: string, kind: string, key: string): Promise<JsonObject | undefined>;
  /** Rows of one kind in key order, at most `limit`, only those behind the key `after` when it is given. */
  rows(identity: string, kind: string, limit: number, after?: string): Promise<Row[]>;
  /** All or nothing, on lasting storage when the promise resolves. */
  commit(identity: string, commit: Commit): Promise<void>;
  /** Every identity that has state. */
  identities(): Promise<string[]>;
  /** What was seen lately; asking makes it look again. */
  health(): Health;
  close(): Promise<void>;
}
