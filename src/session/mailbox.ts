/** One consumer: steps run one after another, in the order they came. A step that fails does not stop the next. */
export class Mailbox {
  #last: Promise<unknown> = Promise.resolve();
  #size = 0;

  /** Steps waiting or running. */
  get size(): number {
    return this.#size;
  }

  /** Runs `step` after all earlier ones; settles as it does. */
  add<T>(step: () => Promise<T>): Promise<T> {
    this.#size += 1;
    const done = this.#last.then(step).finally(() => {
      this.#size -= 1;
    });
    this.#last = done.catch(() => undefined);
    return done;
  }
}
