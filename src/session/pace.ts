import type { Clock } from '../base/clock.ts';

/** Turns at a steady rate, first come first served: a CSMS that comes back is not flooded, and every charge point gets its share. */
export class Pace {
  readonly #clock: Clock;
  readonly #gap: number;
  #next = 0;

  /** `rate`: turns per second, all together. */
  constructor(clock: Clock, rate: number) {
    this.#clock = clock;
    this.#gap = 1000 / rate;
  }

  turn(): Promise<void> {
    const now = this.#clock.monotonic();
    const at = Math.max(now, this.#next);
    this.#next = at + this.#gap;
    if (at <= now) return Promise.resolve();
    return new Promise((resolve) => this.#clock.after(at - now, resolve));
  }
}
