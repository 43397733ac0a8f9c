import type { Clock } from '../../base/clock.ts';

/** A clock that runs `speed` times as fast as another: an hour of charging fits into seconds. At 0 it stands still. */
export class FastClock implements Clock {
  readonly #base: Clock;
  #speed: number;
  #baseAt: number;
  #nowAt: number;
  #startedAt: number;

  /** `startAt`: what it shows now, in milliseconds; default: the base clock's time. */
  constructor(base: Clock, speed: number, startAt: number = base.now()) {
    this.#base = base;
    this.#speed = speed;
    this.#baseAt = base.monotonic();
    this.#nowAt = startAt;
    this.#startedAt = startAt;
  }

  now(): number {
    return Math.round(this.#nowAt + (this.#base.monotonic() - this.#baseAt) * this.#speed);
  }

  monotonic(): number {
    return this.now() - this.#startedAt;
  }

  after(ms: number, run: () => void): ReturnType<Clock['after']> {
    // A clock that stands still never gets there, and a timer takes no infinity.
    if (this.#speed === 0) return { cancel: () => {} };
    return this.#base.after(ms / this.#speed, run);
  }

  /** Changes the pace from now on; timers that run keep theirs. */
  set speed(speed: number) {
    this.#nowAt = this.now();
    this.#baseAt = this.#base.monotonic();
    this.#speed = speed;
  }
}
