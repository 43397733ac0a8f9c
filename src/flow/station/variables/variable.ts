import type { VariableRow } from '../../../mapping/station/station-tables.ts';
import type { Place } from './variable-names.ts';

/** A variable of a charge point's device model, with its value and where a write to it goes. */

export type Source =
  /** A configuration key of the charge point. */
  | { readonly from: 'key'; readonly key: string; readonly row: VariableRow }
  /** What a key says of the connectors of one EVSE. */
  | { readonly from: 'part'; readonly key: string; readonly row: VariableRow; readonly connectors: readonly number[] }
  /** The same as another variable's. */
  | { readonly from: 'copy'; readonly key: string }
  /** A key that no row names. */
  | { readonly from: 'vendor'; readonly key: string }
  /** The bridge itself; `name` is where it keeps what the CSMS wrote. */
  | { readonly from: 'bridge'; readonly name: string };

export interface Variable {
  readonly component: string;
  readonly componentInstance?: string;
  readonly place?: Place;
  readonly variable: string;
  readonly instance?: string;
  readonly source: Source;
  readonly mutability: 'ReadOnly' | 'ReadWrite' | 'WriteOnly';
  /** A write is worth a try: also of a key that the charge point has not listed. */
  readonly writable: boolean;
  /** Absent when it is write-only, or when the charge point does not have it: see `there`. */
  readonly value?: string;
  /** It belongs to the inventory. */
  readonly there: boolean;
  readonly constant?: true;
  readonly dataType: string;
  readonly unit?: string;
  readonly minLimit?: number;
  readonly maxLimit?: number;
  readonly valuesList?: readonly string[];
}
