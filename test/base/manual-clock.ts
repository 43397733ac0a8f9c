import type { Clock, Timer } from '../../src/base/clock.ts';

interface Due {
  readonly at: number;
  readonly run: () => void;
}

/** Time that stands still until the test moves it. */
export class ManualClock implements Clock {
  #now: number;
  #jumped = 0;
  readonly #start: number;
  readonly #due = new Set<Due>();

  constructor(now = 0) {
    this.#now = now;
    this.#start = now;
  }

  now(): number {
    return this.#now + this.#jumped;
  }

  monotonic(): number {
    return this.#now - this.#start;
  }

  after(ms: number, run: () => void): Timer {
    const due = { at: this.#now + ms, run };
    this.#due.add(due);
    return { cancel: () => void this.#due.delete(due) };
  }

  /** Somebody sets the wall clock; no time passes. */
  jump(ms: number): void {
    this.#jumped += ms;
  }

  /** Timers set and not yet run. */
  get pending(): number {
    return this.#due.size;
  }

  /** Lets `ms` pass: runs what falls due, in order, also what those timers set within the time. */
  advance(ms: number): void {
    const end = this.#now + ms;
    for (;;) {
      let next: Due | undefined;
      for (const due of this.#due) if (due.at <= end && (next === undefined || due.at < next.at)) next = due;
      if (next === undefined) break;
      this.#due.delete(next);
      this.#now = next.at;
      next.run();
    }
    this.#now = end;
  }
}
