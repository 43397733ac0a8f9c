/** What a message may hold, told alike for XML and JSON: the tables are compiled against two of these. */

export type LeafBase = 'string' | 'int' | 'decimal' | 'boolean' | 'dateTime' | 'anyURI' | 'any';

/** One text or scalar. */
export interface Leaf {
  readonly kind: 'leaf';
  readonly base: LeafBase;
  /** The enumeration, in the standard's order. */
  readonly words?: readonly string[];
  /** In Unicode code points. */
  readonly maxLength?: number;
  /** Decimals only. */
  readonly fractionDigits?: number;
}

/** An object: fields in wire order. An element with text and attributes has the text in `text`, shown as the field `.`. */
export interface Group {
  readonly kind: 'group';
  readonly name: string;
  readonly fields: readonly Field[];
  readonly text?: Leaf;
}

export interface Field {
  /** `transactionId`; attributes are named `@unit`. */
  readonly name: string;
  readonly type: Leaf | Group;
  /** Least occurrences; in JSON: 0 = optional, and the least length of a required array. */
  readonly min: number;
  /** Most occurrences, `Infinity` when unbounded. A field is a list if and only if `list` is true. */
  readonly max: number;
  readonly list: boolean;
}
