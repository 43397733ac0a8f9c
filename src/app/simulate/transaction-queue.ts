import type { Clock, Timer } from '../../base/clock.ts';
import type { SoapObject } from '../../base/message.ts';
import type { Caller, CallFailed, Letter } from './caller.ts';

/**
 * The messages of transactions, which a charge point must not lose: sent in order, kept while the central system
 * cannot be reached, repeated with the same bytes (OCPP 1.6 section 3.7). A Fault is tried a few times and then given up.
 */

interface Entry {
  readonly write: () => Letter | undefined;
  readonly done: (answer: SoapObject | undefined) => void;
  letter?: Letter;
  faults: number;
}

export interface QueueSettings {
  /** Milliseconds between attempts; grows with each. */
  readonly retryInterval: () => number;
  /** How often a message that was answered with a Fault is tried. */
  readonly attempts: () => number;
  /** A message was given up. */
  readonly givenUp: (letter: Letter, failure: CallFailed) => void;
}

export class TransactionQueue {
  readonly #clock: Clock;
  readonly #caller: Caller;
  readonly #settings: QueueSettings;
  readonly #entries: Entry[] = [];
  #busy = false;
  #failures = 0;
  #timer: Timer | undefined;
  #closed = false;

  constructor(clock: Clock, caller: Caller, settings: QueueSettings) {
    this.#clock = clock;
    this.#caller = caller;
    this.#settings = settings;
  }

  /** Messages that are not answered yet. */
  get length(): number {
    return this.#entries.length;
  }

  /**
   * `write` is called when the message's turn comes, because a stop needs the id that the start before it brought; it
   * gives undefined when there is nothing to say any more. `taken` gets the answer before the next message is written.
   * Resolves with the answer, or with undefined when the message
   * was given up.
   */
  add(
    write: () => Letter | undefined,
    taken: (answer: SoapObject) => void = () => {},
  ): Promise<SoapObject | undefined> {
    return new Promise((resolve) => {
      const done = (answer: SoapObject | undefined) => {
        if (answer) taken(answer);
        resolve(answer);
      };
      this.#entries.push({ write, done, faults: 0 });
      this.#next();
    });
  }

  /** Tries at once what waits: the central system was heard again. */
  nudge(): void {
    if (this.#timer === undefined) return;
    this.#timer.cancel();
    this.#timer = undefined;
    this.#next();
  }

  /** No further attempts; what waits stays unanswered. */
  close(): void {
    this.#closed = true;
    this.#timer?.cancel();
  }

  #next(): void {
    const entry = this.#entries[0];
    if (!entry || this.#busy || this.#closed || this.#timer) return;
    const letter = entry.letter ?? entry.write();
    if (!letter) {
      this.#settle(entry, undefined);
      return;
    }
    entry.letter = letter;
    this.#busy = true;
    this.#caller.send(letter).then(
      (answer) => this.#settle(entry, answer),
      (failure: CallFailed) => this.#failed(entry, letter, failure),
    );
  }

  #settle(entry: Entry, answer: SoapObject | undefined): void {
    this.#busy = false;
    this.#failures = 0;
    this.#entries.shift();
    entry.done(answer);
    this.#next();
  }

  #failed(entry: Entry, letter: Letter, failure: CallFailed): void {
    if (failure.fault !== undefined) entry.faults += 1;
    if (entry.faults >= this.#settings.attempts()) {
      this.#settings.givenUp(letter, failure);
      this.#settle(entry, undefined);
      return;
    }
    this.#busy = false;
    this.#failures += 1;
    const wait = this.#settings.retryInterval() * Math.min(this.#failures, 10);
    this.#timer = this.#clock.after(wait, () => {
      this.#timer = undefined;
      this.#next();
    });
  }
}
