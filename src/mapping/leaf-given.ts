/** What the planning of one value starts from. */

import type { Field, Group, Leaf } from '../contract/model.ts';
import type { Place } from './fault.ts';
import type { Part, Spot } from './plan.ts';
import type { TellFault } from './plan-policies.ts';
import type { WriteRow } from './table.ts';

export interface LeafSource {
  readonly name: string;
  readonly leaf: Leaf;
  /** False when the contract lets it be absent. */
  readonly sure: boolean;
}

export interface LeafGiven {
  readonly part: Part;
  readonly row: WriteRow | undefined;
  /** The row, or the operation that is silent about the field. */
  readonly place: Place;
  readonly group: Group;
  readonly source: LeafSource | undefined;
  readonly target: Field;
  readonly leaf: Leaf;
  readonly spot: Spot;
  /** The value is an item of a list: its absence is the list's matter. */
  readonly item: boolean;
}

/** Faults of silence are told at the operation, faults of a row at the row. */
export function faultOf({ part, place, spot }: LeafGiven): TellFault {
  return (message, hint) =>
    part.book.faults.add(place, `${part.version} ${part.operation} ${part.part}: ${spot.target} ${message}`, hint);
}
