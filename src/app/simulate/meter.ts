import type { Clock } from '../../base/clock.ts';

/** An energy meter that adds up: power over time, never backwards, whole Wh on the display. */
export class EnergyMeter {
  readonly #clock: Clock;
  #register: number;
  #power = 0;
  #since: number;

  constructor(clock: Clock, register: number) {
    this.#clock = clock;
    this.#register = register;
    this.#since = clock.now();
  }

  /** W that flow from now on. */
  set power(watts: number) {
    this.#add();
    this.#power = watts;
  }

  get power(): number {
    return this.#power;
  }

  /** Wh. */
  read(): number {
    this.#add();
    return Math.floor(this.#register);
  }

  #add(): void {
    const now = this.#clock.now();
    this.#register += (this.#power * Math.max(0, now - this.#since)) / 3_600_000;
    this.#since = now;
  }
}
