import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

const PROGRAM = new URL('shifted-clock.mjs', import.meta.url).href;

/** The wall clock of the bridge's process, which somebody else sets. */
export class WallClock {
  readonly #file: string;

  constructor(directory: string) {
    this.#file = join(directory, 'clock');
    this.shift(0);
  }

  /** For the process whose clock it is. */
  get env(): NodeJS.ProcessEnv {
    return { NODE_OPTIONS: `${process.env['NODE_OPTIONS'] ?? ''} --import=${PROGRAM}`.trim(), CHAOS_CLOCK: this.#file };
  }

  /** So many milliseconds after (or before) the true time, from now on. */
  shift(offset: number): void {
    writeFileSync(this.#file, String(offset));
  }
}
