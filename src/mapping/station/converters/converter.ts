import type { Json } from '../../../base/message.ts';
import type { Field, LeafBase } from '../../../contract/model.ts';

export interface Scene {
  /** Counts a loss at the field being written. */
  lose(code: string, raw?: Json): void;
}

/** Logic that a table cannot say. A row refers to it by name; it is pure but for what it tells the scene. */
export interface StationConverter {
  /** One sentence for people. */
  readonly does: string;
  /** Of a leaf; `list`: the whole list of the source, before the shape looks at its items. */
  readonly takes: LeafBase | 'list';
  readonly gives: LeafBase | 'list';
  /** Names of what `with:` must give, in order. */
  readonly args: readonly string[];
  /** Asked also when the source has no value. */
  readonly whenAbsent?: true;
  /** True when it never gives undefined (which means: cannot be read). */
  readonly total: boolean;
  /** Fields that items of a list have afterwards. */
  readonly adds?: readonly Field[];
  readonly losses: readonly string[];
  convert(value: Json | undefined, args: readonly (Json | undefined)[], scene: Scene): Json | undefined;
}
