import type { Clock } from '../base/clock.ts';
import type { Log } from '../base/log.ts';

const EVERY = 60_000;
const MOST_TOPICS = 200;

interface Topic {
  readonly until: number;
  hidden: number;
}

/**
 * Says what is wrong without flooding the log: when a CSMS goes down, ten thousand links fail alike.
 * Of each topic one line a minute is logged with its level, the others at debug; the next line tells how many there were.
 */
export class Complaints {
  readonly #log: Log;
  readonly #clock: Clock;
  readonly #topics = new Map<string, Topic>();

  constructor(log: Log, clock: Clock) {
    this.#log = log;
    this.#clock = clock;
  }

  say(level: 'warn' | 'error', topic: string, about: object, message: string): void {
    const now = this.#clock.monotonic();
    const known = this.#topics.get(topic);
    if (known && now < known.until) {
      known.hidden += 1;
      this.#log.debug(about, message);
      return;
    }
    if (this.#topics.size >= MOST_TOPICS) this.#topics.clear();
    this.#topics.set(topic, { until: now + EVERY, hidden: 0 });
    this.#log[level](known?.hidden ? { ...about, unsaid: known.hidden } : about, message);
  }
}
