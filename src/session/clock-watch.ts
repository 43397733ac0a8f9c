import type { Clock } from '../base/clock.ts';

/** Less is how clocks are kept right all the time. */
const WORTH_NOTICING = 1_000;

/** Notices when somebody sets the wall clock. */
export class ClockWatch {
  readonly #clock: Clock;
  #ahead: number;

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#ahead = this.#aheadNow;
  }

  /** By so many ms since it was asked last; 0 when nobody did. */
  setBy(): number {
    const by = this.#aheadNow - this.#ahead;
    if (Math.abs(by) < WORTH_NOTICING) return 0;
    this.#ahead += by;
    return Math.round(by);
  }

  get #aheadNow(): number {
    return this.#clock.now() - this.#clock.monotonic();
  }
}
