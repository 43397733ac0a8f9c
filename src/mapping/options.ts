/** Choices of the operator that change rows. A row says `depending-on: name` and gives one branch for each value. */

export interface MappingOptions {
  /** Starts the stand-in for an idTag longer than 20 characters; must not meet real cards. */
  readonly tagAliasPrefix: string;
  /** `reject`: Authorize with such a tag is answered Invalid; StartTransaction still uses the stand-in. */
  readonly tagTooLong: 'alias' | 'reject';
  /** What the CSMS gets for smart charging calls to a charge point that has none: a CALLERROR or a status. */
  readonly smartChargingAnswer: 'callerror' | 'status';
  /** Whether `transactionId` 0 in meter values and `reservationId` 0 are ids; else they mean none. */
  readonly keepZero: boolean;
  /** Of single charge points, by their profile: digits below the second in times written to them. By version without it. */
  readonly fraction?: 0 | 3;
  /** Of single charge points: how their tags are written to the CSMS. Without it as they are. */
  readonly tagCase?: 'upper' | 'lower';
}

export const DEFAULT_OPTIONS: MappingOptions = {
  tagAliasPrefix: 'ZZ',
  tagTooLong: 'alias',
  smartChargingAnswer: 'callerror',
  keepZero: false,
};

/** What `depending-on` may name, with the values that need a branch. */
export const OPTION_VALUES: Readonly<Record<string, readonly string[]>> = {
  tagTooLong: ['alias', 'reject'],
  smartChargingAnswer: ['callerror', 'status'],
  keepZero: ['true', 'false'],
};

/** Something that may depend on an option. */
export type Chosen<T> = { readonly option?: undefined; readonly value: T } | Depending<T>;
export interface Depending<T> {
  readonly option: string;
  readonly branches: ReadonlyMap<string, T>;
}

export function branchesOf<T>(chosen: Chosen<T>): T[] {
  return chosen.option === undefined ? [chosen.value] : [...chosen.branches.values()];
}

/** The branch for these options; undefined only when the table has none, which the check refuses. */
export function choose<T>(chosen: Chosen<T>, options: MappingOptions): T | undefined {
  if (chosen.option === undefined) return chosen.value;
  const value = chosen.option in options ? options[chosen.option as keyof MappingOptions] : undefined;
  return chosen.branches.get(String(value));
}
