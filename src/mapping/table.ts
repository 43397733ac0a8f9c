/** A mapping table as data: what a file says, with the place of every row, before it meets the contracts. */

import type { CallErrorCode } from '../base/errors.ts';
import { type JsonObject, SOAP_VERSIONS, type SoapVersion } from '../base/message.ts';
import type { Place } from './fault.ts';
import type { Chosen } from './options.ts';

/** What to do with a value that cannot go on as it is. */
export type Policy =
  | { readonly do: 'leave-out' | 'drop-item' | 'refuse' | 'keep' | 'cut' | 'keep-end' | 'alias' | 'receivedAt' }
  | { readonly do: 'value'; readonly value: string | number | boolean }
  | { readonly do: 'answer'; readonly answer: JsonObject };

/** The occasions on which a row may state a policy. */
export const OCCASIONS = ['absent', 'unreadable', 'unknown', 'too-long', 'zero'] as const;
export type Occasion = (typeof OCCASIONS)[number];

export interface WordRule extends Place {
  readonly to:
    | { readonly word: string }
    | { readonly policy: Policy }
    | { readonly convert: string; readonly with: readonly string[] };
  readonly loss: string | undefined;
}

/** Loss codes of a row: one for everything, or one for each occasion (and `words`, `flatten`). */
export interface RowLoss {
  readonly all: string | undefined;
  readonly by: ReadonlyMap<string, string>;
}

export interface WriteRow extends Place {
  readonly kind: 'write';
  readonly target: string;
  readonly from: string | undefined;
  readonly constant: string | number | boolean | undefined;
  readonly context: string | undefined;
  readonly convert: string | undefined;
  readonly with: readonly string[];
  /** Source words that are written as another word. */
  readonly words: ReadonlyMap<string, WordRule>;
  /** Words outside of the contract that are heard in the field. */
  readonly also: ReadonlyMap<string, WordRule>;
  readonly policies: ReadonlyMap<Occasion, Chosen<Policy>>;
  readonly asIs: boolean;
  readonly shape: string | undefined;
  readonly flatten: boolean;
  readonly wrap: boolean;
  readonly when: ReadonlyMap<string, string | number | boolean>;
  readonly loss: RowLoss;
  /** The words used in the row, for the check that each states a difference. */
  readonly says: ReadonlySet<string>;
  /** For people. */
  readonly why: string;
}

/** A source field that is read and not written. */
export interface DropRow extends Place {
  readonly kind: 'drop';
  readonly fields: readonly string[];
  readonly loss: string;
  readonly why: string;
}

/** A target field that nothing can fill. */
export interface LeaveRow extends Place {
  readonly kind: 'leave';
  readonly fields: readonly string[];
  readonly loss: string;
  readonly why: string;
}

export type Row = WriteRow | DropRow | LeaveRow;

export type RefusedRule = 'fault' | { readonly answer: JsonObject };
export type AwayRule = 'refuse' | { readonly answer: JsonObject; readonly keep?: 'last' | 'last-per-connector' };

/** Something stated with nothing but its reason. */
export interface Stated extends Place {
  readonly why: string;
}

export interface UpEntry extends Place {
  /** With `like`. */
  readonly why: string | undefined;
  readonly like: SoapVersion | undefined;
  readonly request: readonly Row[];
  readonly answer: readonly Row[];
  readonly refused: Readonly<Partial<Record<CallErrorCode | 'other', RefusedRule>>>;
  readonly refusedPlace: Place;
  readonly away: AwayRule;
  readonly awayPlace: Place;
}

export type Instead =
  | { readonly answer: JsonObject }
  | { readonly refuse: 'NotSupported' | 'NotImplemented' }
  | { readonly flow: string };

export interface DownEntry extends Place {
  /** With `instead`. */
  readonly why: string | undefined;
  readonly identical: boolean;
  readonly instead: Chosen<Instead> | undefined;
  readonly request: readonly Row[];
  readonly answer: readonly Row[];
}

export interface Shape extends Place {
  readonly name: string;
  readonly rows: readonly Row[];
}

export interface KeyRow extends Place {
  readonly key: string;
  readonly spelled: string;
  readonly loss: string;
  readonly why: string;
}

export interface Table extends Place {
  readonly version: SoapVersion;
  readonly keys: readonly KeyRow[];
  readonly shapes: ReadonlyMap<string, Shape>;
  readonly up: ReadonlyMap<string, UpEntry>;
  readonly down: ReadonlyMap<string, DownEntry>;
  readonly neverSent: ReadonlyMap<string, Stated>;
}

/** Flows that answer a call instead of the charge point. */
export const FLOWS = ['configuration-from-memory', 'trigger-from-memory'] as const;

/** Tables by name: those of SOAP charge points, and the one towards a CSMS that speaks OCPP 2.0.1. */
export const TABLE_NAMES = [...SOAP_VERSIONS, '2.0.1'] as const;
export type TableName = (typeof TABLE_NAMES)[number];

/** Who may tell of a loss: a row of a table, a row of a quirk profile, the translation itself, a flow, or the readers of the two banks. */
export const TELLERS = ['table', 'profile', 'engine', 'flow', 'reader'] as const;
export type Teller = (typeof TELLERS)[number];

export interface LossRow extends Place {
  readonly code: string;
  readonly by: readonly Teller[];
  readonly what: string;
  readonly because: string;
  /** For `table`: the operations of each table in which rows may tell it. */
  readonly where: ReadonlyMap<TableName, readonly string[]>;
}

/** The register of losses. */
export interface Register extends Place {
  readonly losses: ReadonlyMap<string, LossRow>;
}
