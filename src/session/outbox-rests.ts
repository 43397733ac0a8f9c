import type { Clock, Timer } from '../base/clock.ts';

/** The lane of everything: while it rests, nothing goes. */
export const WHOLE = '';

/** Lanes of the outbox that rest: messages of one lane keep their order, and one lane holds back no other. */
export class OutboxRests {
  readonly #clock: Clock;
  readonly #over: (lane: string, since: number) => void;
  readonly #resting = new Map<string, { readonly timer: Timer; readonly since: number }>();

  constructor(clock: Clock, over: (lane: string, since: number) => void) {
    this.#clock = clock;
    this.#over = over;
  }

  has(lane: string): boolean {
    return this.#resting.has(lane);
  }

  /** Whether some rest and others go. */
  get some(): boolean {
    return this.#resting.size > (this.has(WHOLE) ? 1 : 0);
  }

  /** When the oldest message of those that rest was taken over, ms. */
  get since(): number {
    return Math.min(...[...this.#resting.values()].map(({ since }) => since));
  }

  /** One that rests already goes on as it was. `since`: when its first message was taken over, ms. */
  rest(lane: string, ms: number, since = Infinity): void {
    if (this.has(lane)) return;
    const timer = this.#clock.after(ms, () => {
      this.#resting.delete(lane);
      this.#over(lane, since);
    });
    this.#resting.set(lane, { timer, since });
  }

  /** So long from now, whatever was meant before. */
  restInstead(lane: string, ms: number, since: number): void {
    this.#resting.get(lane)?.timer.cancel();
    this.#resting.delete(lane);
    this.rest(lane, ms, since);
  }
}
