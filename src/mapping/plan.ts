/** What the tables and the contracts together decide for every field: checked once, then compiled. */

import type { SoapVersion } from '../base/message.ts';
import type { JsonContract } from '../contract/json-contract.ts';
import type { Field, Group, Leaf } from '../contract/model.ts';
import type { Converter } from './converters/converter.ts';
import type { FaultList, Place } from './fault.ts';
import type { MappingOptions } from './options.ts';
import type { Occasion, Policy, Register, Row, Shape, Teller, WriteRow } from './table.ts';

/** Which message is being planned. `sender` wrote the source: a charge point writes SOAP, a CSMS writes JSON. */
export interface Part {
  readonly version: SoapVersion;
  readonly operation: string;
  readonly part: 'request' | 'answer';
  readonly sender: 'device' | 'csms';
  /** The pivot call of this exchange, for `with: [request.…]` in answers. */
  readonly call: Group | undefined;
  readonly shapes: ReadonlyMap<string, Shape>;
  readonly json: JsonContract;
  readonly options: MappingOptions;
  readonly book: Book;
}

/** What is left to know of a part once it is planned. */
export type PartFacts = Pick<Part, 'version' | 'operation' | 'part' | 'sender' | 'options'>;

/** Where in the two messages; `[]` stands for an index. */
export interface Spot {
  readonly source: string;
  readonly target: string;
  /** Inside an item of a list, which a policy may drop. */
  readonly inItem: boolean;
}

export interface PolicyPlan {
  readonly policy: Policy;
  readonly loss: string | undefined;
}

export interface ArgPlan {
  readonly leaf: Leaf;
  readonly path: readonly string[];
  /** The value stands in the pivot call, not in the message being translated. */
  readonly fromCall: boolean;
  readonly json: boolean;
}

export interface ConvertPlan {
  readonly converter: Converter;
  readonly args: readonly ArgPlan[];
}

export type WordPlan =
  | { readonly kind: 'word'; readonly word: string; readonly loss: string | undefined }
  | { readonly kind: 'policy'; readonly policy: Policy; readonly loss: string | undefined }
  | { readonly kind: 'convert'; readonly convert: ConvertPlan; readonly loss: string | undefined };

export interface LeafPlan {
  readonly kind: 'leaf';
  /** Undefined for constants, context and converters without a source. */
  readonly source: Leaf | undefined;
  readonly target: Leaf;
  readonly constant: string | number | boolean | undefined;
  readonly receivedAt: boolean;
  readonly convert: ConvertPlan | undefined;
  /** Differing words and words heard in the field; identical ones are not listed. */
  readonly words: ReadonlyMap<string, WordPlan>;
  readonly policies: ReadonlyMap<Occasion, PolicyPlan>;
  readonly asIs: boolean;
  readonly least: number | undefined;
  readonly clamp: boolean;
  readonly required: boolean;
  /** The text may identify a person's card, or is free text that may hold anything. */
  readonly secret: boolean;
  /** It is a tag of a charge point. */
  readonly tag: boolean;
  readonly spot: Spot;
}

export interface GroupPlan {
  readonly kind: 'group';
  /** In the wire order of the target. */
  readonly fields: readonly FieldPlan[];
  readonly drops: readonly { readonly name: string; readonly path: string; readonly loss: string; readonly row: Row }[];
  /** Target fields that nothing can fill. */
  readonly leaves: readonly { readonly name: string; readonly loss: string; readonly row: Row }[];
  readonly from: Group;
  readonly to: Group;
  readonly spot: Spot;
  /** The source is one text, not an object: `.` is the text itself. */
  readonly bare: boolean;
}

export interface ValuePlan {
  readonly kind: 'value';
  readonly item: LeafPlan | GroupPlan;
  readonly policies: ReadonlyMap<Occasion, PolicyPlan>;
  readonly required: boolean;
  readonly spot: Spot;
}

export interface ListPlan {
  readonly kind: 'list';
  readonly item: LeafPlan | GroupPlan;
  /** For `flatten`: the list inside of each item of the source. */
  readonly inner: string | undefined;
  /** The source is one value, the target a list of one. */
  readonly wrap: boolean;
  readonly flattenLoss: string | undefined;
  readonly policies: ReadonlyMap<Occasion, PolicyPlan>;
  readonly required: boolean;
  readonly spot: Spot;
}

export interface ChoicePlan {
  /** `is` undefined: the field is missing or empty. */
  readonly when: readonly { readonly arg: ArgPlan; readonly is: string | number | boolean | undefined }[];
  /** The source field; undefined when the value has none. */
  readonly from: string | undefined;
  /** Undefined for silence: identical. */
  readonly row: WriteRow | undefined;
  readonly make: LeafPlan | ValuePlan | ListPlan;
}

export interface FieldPlan {
  readonly target: Field;
  /** Tried in order; the first whose conditions hold writes. */
  readonly choices: readonly ChoicePlan[];
}

export interface Counts {
  pairs: number;
  operations: number;
  sourceFields: number;
  requiredTargets: number;
  words: number;
  rows: number;
}

/** What planning learns besides plans: faults, uses of loss codes, counts for the proof. */
export class Book {
  readonly faults: FaultList;
  readonly counts: Counts = { pairs: 0, operations: 0, sourceFields: 0, requiredTargets: 0, words: 0, rows: 0 };
  readonly usedShapes = new Set<string>();
  readonly #uses = new Map<string, Map<string, Place>>();
  readonly register: Register | undefined;

  /** Whose rows may tell a loss here. */
  readonly tellers: readonly Teller[];

  constructor(register: Register | undefined, faults: FaultList, tellers: readonly Teller[] = ['table']) {
    this.register = register;
    this.faults = faults;
    this.tellers = tellers;
  }

  /** Notes that rows of this operation may tell this loss. */
  use(code: string, version: SoapVersion, operation: string, place: Place): void {
    const uses = this.#uses.get(code) ?? new Map<string, Place>();
    this.#uses.set(code, uses);
    const key = `${version} ${operation}`;
    if (!uses.has(key)) uses.set(key, place);
  }

  /** Loss code -> `version operation` -> the first row that may tell it. */
  get uses(): ReadonlyMap<string, ReadonlyMap<string, Place>> {
    return this.#uses;
  }
}
