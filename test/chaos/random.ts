/** Chance that a seed fixes: the same seed makes the same choices, though processes keep their own time. */
export class Chance {
  #state: number;

  constructor(seed: number) {
    this.#state = seed >>> 0;
    this.below(1);
    this.below(1);
  }

  /** From 0 up to and without `limit`. */
  below(limit: number): number {
    this.#state = (Math.imul(this.#state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((this.#state / 2 ** 32) * limit);
  }

  between(least: number, most: number): number {
    return least + this.below(most - least + 1);
  }

  percent(share: number): boolean {
    return this.below(10_000) < share * 100;
  }

  pick<T>(of: readonly [T, ...T[]]): T {
    return of[this.below(of.length)] ?? of[0];
  }
}
