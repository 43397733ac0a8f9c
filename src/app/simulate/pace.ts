import type { Clock } from '../../base/clock.ts';

/** Whoever has something to say; one thing at a time. */
export interface Speaker {
  next(): Promise<unknown>;
}

/** Lets many speakers speak in turn, so many times a second altogether. */
export class Pace {
  readonly #clock: Clock;
  readonly #rate: number;
  readonly #speaking = new Set<Promise<unknown>>();

  constructor(clock: Clock, rate: number) {
    this.#clock = clock;
    this.#rate = rate;
  }

  /** Resolves when those who speak now have finished. */
  async idle(): Promise<void> {
    await Promise.allSettled(this.#speaking);
  }

  /**
   * Runs until the time or `enough`, then waits for nobody. Rejects when a speaker fails. Resolves with how many turns
   * were due while nobody was free; they are not made up for.
   */
  run(
    speakers: readonly Speaker[],
    end: { until: number; enough: (speaking: number) => boolean; signal?: AbortSignal },
  ): Promise<number> {
    return new Promise((resolve, reject) => {
      const free = [...speakers];
      const startedAt = this.#clock.monotonic();
      let due = 0;
      let late = 0;
      let over = false;
      const finish = () => {
        over = true;
        resolve(late);
      };
      const speak = (speaker: Speaker) => {
        const speech = speaker.next();
        this.#speaking.add(speech);
        speech.then(
          () => {
            this.#speaking.delete(speech);
            free.push(speaker);
            if (this.#rate === Infinity) turn();
          },
          (error: unknown) => {
            over = true;
            reject(error);
          },
        );
      };
      const turn = () => {
        if (over) return;
        const now = this.#clock.monotonic();
        if (now >= end.until || end.enough(this.#speaking.size)) {
          finish();
          return;
        }
        const wanted = this.#rate === Infinity ? Infinity : 1 + Math.floor(((now - startedAt) * this.#rate) / 1_000);
        while (due < wanted && !end.enough(this.#speaking.size)) {
          const speaker = free.shift();
          if (!speaker) break;
          due += 1;
          speak(speaker);
        }
        if (due < wanted && wanted !== Infinity) {
          late += wanted - due;
          due = wanted;
        }
      };
      const tick = () => {
        turn();
        if (!over) this.#clock.after(10, tick);
      };
      end.signal?.addEventListener('abort', finish, { once: true });
      tick();
    });
  }
}
