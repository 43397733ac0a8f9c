/** Rows of the tables between the pivot and OCPP 2.0.1, as data: what the file says, before it meets the two contracts. */

import type { Json, JsonObject } from '../../base/message.ts';
import type { Place } from '../fault.ts';
import type { Scalar } from '../yaml-reader.ts';

/** What to do with a value that cannot go on as it is. */
export type Policy =
  | { readonly do: 'leave-out' | 'drop-item' | 'nothing' | 'cut' | 'keep-end' | 'first' }
  | { readonly do: 'value'; readonly value: Json }
  /** The other side cannot be asked this; the code goes into statusInfo. */
  | { readonly do: 'reject'; readonly reasonCode: string };

/** The occasions on which a row may state a policy, and the policies that make sense there. */
export const OCCASIONS = {
  absent: ['drop-item', 'nothing', 'reject', 'value'],
  unknown: ['leave-out', 'drop-item', 'reject', 'value'],
  unreadable: ['leave-out', 'drop-item', 'reject'],
  'too-long': ['cut', 'keep-end', 'leave-out', 'drop-item', 'reject'],
  'too-many': ['first', 'reject'],
} as const satisfies Record<string, readonly Policy['do'][]>;
export type Occasion = keyof typeof OCCASIONS;

export interface WordRule extends Place {
  readonly to: { readonly word: string } | { readonly policy: Policy };
  readonly loss: string | undefined;
}

/** A list of words by name: every word of the source has its image. */
export interface WordList extends Place {
  readonly name: string;
  readonly words: ReadonlyMap<string, WordRule>;
  readonly why: string;
}

export interface WriteRow extends Place {
  readonly kind: 'write';
  /** Names from the object that the rows are for, inwards. */
  readonly target: readonly string[];
  /** The first of them that is there is the source; `.` is the object itself. Undefined: the field of the same name. */
  readonly from: readonly string[] | undefined;
  readonly given: string | undefined;
  /** A list given by the flow, one value for each item of the list around. */
  readonly givenEach: string | undefined;
  readonly constant: Scalar | undefined;
  readonly convert: string | undefined;
  readonly with: readonly string[];
  /** The name of a list, or the words that differ. */
  readonly words: string | ReadonlyMap<string, WordRule> | undefined;
  readonly shape: string | undefined;
  /** One value becomes a list of one; or a list becomes its only item. */
  readonly wrap: boolean;
  readonly unwrap: boolean;
  readonly when: ReadonlyMap<string, readonly Scalar[]>;
  readonly policies: ReadonlyMap<Occasion, Policy>;
  /** One code for everything the row may lose, or one for each occasion (or `words`). */
  readonly loss: string | ReadonlyMap<string, string> | undefined;
  readonly says: ReadonlySet<string>;
  readonly why: string;
}

/** Fields of the source that are read and not written; with `reject` a message that has one goes nowhere. */
export interface DropRow extends Place {
  readonly kind: 'drop';
  readonly fields: readonly string[];
  readonly loss: string | undefined;
  readonly reject: string | undefined;
  readonly why: string;
}

/** `leave`: optional fields of the target that nothing fills. `flow`: fields of the source that the flow reads, so that nothing is lost. */
export interface FieldsRow extends Place {
  readonly kind: 'leave' | 'flow';
  readonly fields: readonly string[];
  readonly why: string;
}

export type Row = WriteRow | DropRow | FieldsRow;

export interface Shape extends Place {
  readonly name: string;
  readonly rows: readonly Row[];
}

/** One exchange: a message of the caller and what comes back, each converted for its reader. */
export interface Entry extends Place {
  /** `StartTransaction`, `MeterValues.transaction`: what flows call it; the answer is `<heading>.answer`. */
  readonly heading: string;
  readonly direction: 'up' | 'down';
  readonly pivot: string;
  readonly station: string;
  readonly request: readonly Row[];
  /** Undefined when nobody waits for what comes back; the file says why. */
  readonly answer: readonly Row[] | undefined;
}

/** What becomes of an action that no conversion carries. */
export interface ActionRow extends Place {
  readonly name: string;
  readonly is: 'answered' | 'answered-by-flows' | 'sent-by-flows' | 'never-sent';
  readonly answer: JsonObject | undefined;
  readonly why: string;
}

export interface PairTable extends Place {
  readonly words: ReadonlyMap<string, WordList>;
  readonly shapes: ReadonlyMap<string, Shape>;
  readonly entries: readonly Entry[];
  readonly actions: ReadonlyMap<string, ActionRow>;
}
