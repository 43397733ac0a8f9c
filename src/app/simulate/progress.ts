import type { Clock, Timer } from '../../base/clock.ts';
import type { Statistics } from './statistics.ts';

/** The line that shows a run is alive: rewritten on a terminal, repeated every few seconds in a log. */
export class Progress {
  readonly #out: NodeJS.WritableStream;
  readonly #tty: boolean;
  readonly #clock: Clock;
  readonly #statistics: Statistics;
  readonly #state: () => { registered: number; charging: number };
  readonly #startedAt: number;
  #timer: Timer | undefined;

  constructor(options: {
    out: NodeJS.WritableStream;
    clock: Clock;
    statistics: Statistics;
    state: () => { registered: number; charging: number };
  }) {
    this.#out = options.out;
    this.#tty = 'isTTY' in options.out && options.out.isTTY === true;
    this.#clock = options.clock;
    this.#statistics = options.statistics;
    this.#state = options.state;
    this.#startedAt = options.clock.monotonic();
  }

  start(): void {
    this.#timer = this.#clock.after(this.#tty ? 250 : 5_000, () => {
      this.#out.write(this.#tty ? `\r${this.#line()}\x1b[K` : `${this.#line()}\n`);
      this.start();
    });
  }

  stop(): void {
    this.#timer?.cancel();
    if (this.#tty) this.#out.write('\r\x1b[K');
  }

  #line(): string {
    const seconds = (this.#clock.monotonic() - this.#startedAt) / 1_000;
    const { sent, failed } = this.#statistics;
    const { registered, charging } = this.#state();
    const rate = (sent / Math.max(seconds, 0.001)).toFixed(1);
    return `${seconds.toFixed(0)} s  ${sent} messages (${rate}/s)  ${failed} errors  ${registered} registered  ${charging} charging`;
  }
}
