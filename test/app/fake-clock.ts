import type { Clock } from '../../src/base/clock.ts';

/** Time that passes only when the test says so. */
export class FakeClock implements Clock {
  #now: number;
  #timers: { at: number; run: () => void }[] = [];

  constructor(now = Date.parse('2024-05-01T08:00:00Z')) {
    this.#now = now;
  }

  now(): number {
    return this.#now;
  }

  monotonic(): number {
    return this.#now;
  }

  after(ms: number, run: () => void) {
    const timer = { at: this.#now + ms, run };
    this.#timers.push(timer);
    return { cancel: () => this.#drop(timer) };
  }

  /** Lets time pass; what is due runs in order. */
  pass(ms: number): void {
    const end = this.#now + ms;
    for (;;) {
      const next = this.#timers.filter((timer) => timer.at <= end).sort((a, b) => a.at - b.at)[0];
      if (!next) break;
      this.#drop(next);
      this.#now = next.at;
      next.run();
    }
    this.#now = end;
  }

  get pending(): number {
    return this.#timers.length;
  }

  #drop(timer: { at: number; run: () => void }): void {
    this.#timers = this.#timers.filter((one) => one !== timer);
  }
}
