import type { Clock } from '../base/clock.ts';
import type { LinkSettings } from './settings.ts';

/** Keeps the power finite. */
const MOST_DOUBLINGS = 30;

/** How long one link pauses before it dials again: full jitter, so that ten thousand links spread over the whole pause. */
export class Backoff {
  readonly #bounds: LinkSettings['backoff'];
  readonly #clock: Clock;
  readonly #random: () => number;
  #failures = 0;
  #openedAt: number | undefined;

  constructor(bounds: LinkSettings['backoff'], clock: Clock, random: () => number) {
    this.#bounds = bounds;
    this.#clock = clock;
    this.#random = random;
  }

  opened(): void {
    this.#openedAt = this.#clock.monotonic();
  }

  /** The next failure counts as the first. */
  reset(): void {
    this.#failures = 0;
    this.#openedAt = undefined;
  }

  /** Counts a failure and returns the pause after it, in milliseconds. Only a link that stood for the longest pause starts over. */
  pause(): number {
    const { first, factor, max } = this.#bounds;
    if (this.#openedAt !== undefined && this.#clock.monotonic() - this.#openedAt >= max) this.#failures = 0;
    this.#openedAt = undefined;
    const longest = Math.min(max, first * factor ** Math.min(this.#failures, MOST_DOUBLINGS));
    this.#failures += 1;
    return this.#random() * longest;
  }
}
