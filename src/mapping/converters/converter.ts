import type { Memory } from '../translator.ts';

/** What a converter may use besides its value. */
export interface Scene {
  readonly memory: Memory;
  /** Counts a loss at the field being written. */
  lose(code: string, raw?: string): void;
}

export type Scalar = string | number;

/** Logic that a table cannot say. A row refers to it by name; it is pure but for what it tells the scene. */
export interface Converter {
  /** One sentence for people. */
  readonly does: string;
  /** `raw`: text as it stands, not trimmed; `text`, `int`: read before; `none`: has no source of its own. */
  readonly takes: 'raw' | 'text' | 'int' | 'none';
  readonly gives: 'text' | 'int' | 'word';
  /** Names of what `with:` must give, in order. Dates come as milliseconds; what is absent or unreadable as undefined. */
  readonly args: readonly string[];
  /** Every word it may give; only for `word`. */
  readonly words?: readonly string[];
  /** True when it never gives undefined (which means: nothing to write). */
  readonly total: boolean;
  /** Every loss code it may tell. */
  readonly losses: readonly string[];
  convert(value: Scalar | undefined, args: readonly (Scalar | undefined)[], scene: Scene): Scalar | undefined;
}
