import type { Clock, Timer } from '../base/clock.ts';
import { ClockWatch } from './clock-watch.ts';

/** What was planned for now and is still planned when it was done comes again, but not at once. */
const LEAST = 1_000;
/** The wall clock may be set at any time, and a plan is by the wall clock: it is looked at again at least so often. */
const MOST = 60_000;

/** Wakes the session when the bridge has to act by itself. */
export class Alarm {
  readonly #clock: Clock;
  readonly #watch: ClockWatch;
  readonly #ring: () => void;
  #at: number | undefined;
  #timer: Timer | undefined;
  /** By the monotonic clock. */
  #rangAt = Number.NEGATIVE_INFINITY;

  constructor(clock: Clock, ring: () => void) {
    this.#clock = clock;
    this.#watch = new ClockWatch(clock);
    this.#ring = ring;
  }

  /** Milliseconds since 1970; undefined when nothing is planned. */
  get at(): number | undefined {
    return this.#at;
  }

  set(at: number | undefined): void {
    if (at === this.#at && (at === undefined || this.#timer !== undefined)) return;
    this.#timer?.cancel();
    this.#timer = undefined;
    this.#at = at;
    if (at === undefined) return;
    const soonest = Math.max(0, this.#rangAt + LEAST - this.#clock.monotonic());
    const wait = Math.max(at - this.#clock.now(), soonest);
    this.#timer = this.#clock.after(Math.min(wait, MOST), () => this.#rung(at));
  }

  #rung(at: number): void {
    this.#timer = undefined;
    // After the clock was set, what is planned may be due at another time.
    if (this.#watch.setBy() === 0 && this.#clock.now() < at) {
      this.set(at);
      return;
    }
    this.#rangAt = this.#clock.monotonic();
    // Until it is known what is planned next: what could not be done is tried again.
    this.set(at);
    this.#ring();
  }
}
