export interface Dialler {
  dial(): void;
}

/** Lets only so many links dial at the same time: after a restart ten thousand want to. First come, first served. */
export class Ramp {
  readonly #most: number;
  readonly #dialling = new Set<Dialler>();
  readonly #waiting = new Set<Dialler>();
  #admitting = false;

  constructor(most: number) {
    this.#most = most;
  }

  /** Calls `dial`, now or when it is its turn. The place is taken until `leave`. */
  enter(who: Dialler): void {
    if (this.#dialling.size >= this.#most) {
      this.#waiting.add(who);
      return;
    }
    this.#dialling.add(who);
    who.dial();
  }

  /** Gives the place, or the wish for one, back. */
  leave(who: Dialler): void {
    this.#waiting.delete(who);
    this.#dialling.delete(who);
    this.#admit();
  }

  /** A loop, not a recursion: a dial that fails at once leaves while it is being admitted. */
  #admit(): void {
    if (this.#admitting) return;
    this.#admitting = true;
    for (const next of this.#waiting) {
      if (this.#dialling.size >= this.#most) break;
      this.#waiting.delete(next);
      this.#dialling.add(next);
      next.dial();
    }
    this.#admitting = false;
  }
}
