import type { CallErrorCode } from '../../base/errors.ts';
import type { Json, JsonObject } from '../../base/message.ts';
import type { Loss } from '../translator.ts';

/** The compiled tables between the pivot (OCPP 1.6 with JSON names) and OCPP 2.0.1. Reads no state: what only the state knows is given. */

/** Values that no message holds, by the names that rows use (`given: seqNo`). An absent one is left out of the message. */
export type Given = Readonly<Record<string, Json | undefined>>;

export type Conversion =
  | { readonly kind: 'value'; readonly value: JsonObject; readonly losses: readonly Loss[] }
  /** Nothing is left that the other side could be told (all samples were dropped). */
  | { readonly kind: 'nothing'; readonly losses: readonly Loss[] }
  /** What the other side may not or cannot be asked; `reasonCode` goes into statusInfo. */
  | { readonly kind: 'rejected'; readonly reasonCode: string; readonly losses: readonly Loss[] };

/** What becomes of a 2.0.1 call of the CSMS, or why a call of a station is never made. */
export type StationAction =
  /** Forwarded or answered by the flow of that name. */
  | { readonly kind: 'flow' }
  | { readonly kind: 'answer'; readonly answer: JsonObject }
  | { readonly kind: 'refuse'; readonly callError: CallErrorCode }
  | { readonly kind: 'sent' }
  | { readonly kind: 'never-sent'; readonly why: string };

/** How the value of a configuration key becomes the value of a variable, and back. */
export type VariableConversion = 'same' | 'bool' | 'measurands' | 'rate-unit' | 'phase-rotation';

/** A 1.6 configuration key as a variable of the 2.0.1 device model. */
export interface VariableRow {
  readonly key: string;
  readonly component: string;
  readonly variable: string;
  readonly instance?: string;
  /** Where the variable stands: once, on each EVSE, or on the EVSE of the number at the key's end. */
  readonly tier: 'station' | 'evse' | 'evse-of-key';
  /** `by-flag`: as the charge point's `readonly` says. */
  readonly mutability: 'ReadOnly' | 'ReadWrite' | 'WriteOnly' | 'by-flag';
  readonly dataType: string;
  readonly unit?: string;
  readonly minLimit?: number;
  readonly valuesList?: readonly string[];
  readonly convert: VariableConversion;
  /** Value to report, ReadOnly, when the charge point does not list the key and 2.0.1 requires the variable. */
  readonly default?: string;
  /** The key gives maxLimit of this variable, not its value. */
  readonly as?: 'maxLimit';
  /** The bridge keeps and obeys the value itself; `only` = the charge point is not told. */
  readonly own?: 'also' | 'only';
  /** More variables that show the same value, ReadOnly. */
  readonly copies?: readonly { readonly component: string; readonly variable: string }[];
  /** Report `Available` (and `Enabled`) of this component as true when the key is there. */
  readonly announces?: string;
}

/** A variable that the bridge itself provides; `value` is literal, `from` names what the flow puts there. */
export interface OwnVariableRow {
  readonly component: string;
  readonly variable: string;
  readonly instance?: string;
  readonly tier: 'station' | 'evse' | 'connector';
  readonly value?: string;
  readonly from?: string;
  readonly mutability: 'ReadOnly' | 'ReadWrite';
  readonly dataType: string;
  readonly unit?: string;
  readonly constant?: true;
  /** Only when the charge point has this 1.6 feature profile. */
  readonly profile?: string;
}

/** Where a 1.6 errorCode shows in the device model. */
export interface ErrorRow {
  readonly component: string;
  readonly variable: 'Problem' | 'Tripped';
  readonly scope: 'connector' | 'evse' | 'evse-or-station' | 'station';
  /** The component for connector 0, when it is another one. */
  readonly componentOfStation?: string;
}

/** What shows a measurand that 2.0.1 does not have: a decimal number of some component. */
export interface SensorRow {
  readonly component: string;
  readonly variable: string;
  readonly unit: string;
}

export interface StationTables {
  /**
   * A message of one side as a message of the other.
   * @param name the heading of the rows, e.g. `StartTransaction`, or `StartTransaction.answer` for what comes back
   */
  convert(name: string, source: JsonObject, given?: Given): Conversion;
  /** Lists of words that rows use too, by name (`stoppedReason`, `triggerOfStop`, …): word -> image; words without an image are not in. */
  readonly words: ReadonlyMap<string, ReadonlyMap<string, string>>;
  /** All actions of OCPP 2.0.1. */
  readonly actions: ReadonlyMap<string, StationAction>;
  readonly variables: readonly VariableRow[];
  readonly ownVariables: readonly OwnVariableRow[];
  /** By 1.6 errorCode; NoError has none. */
  readonly errors: ReadonlyMap<string, ErrorRow>;
  /** By 1.6 measurand. */
  readonly sensors: ReadonlyMap<string, SensorRow>;
}
