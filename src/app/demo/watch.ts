import type { Clock } from '../../base/clock.ts';
import type { SoapEvent } from '../simulate/soap-event.ts';
import type { JsonEvent, Tap } from './tap.ts';

/** Passes everything on to the conversation, and lets the scenario wait for something to be said. */
export class Watch implements Tap {
  readonly #next: Tap;
  readonly #clock: Clock;
  #waiting: { fits: (event: JsonEvent) => boolean; resolve: () => void }[] = [];

  constructor(next: Tap, clock: Clock) {
    this.#next = next;
    this.#clock = clock;
  }

  soap(event: SoapEvent): void {
    this.#next.soap(event);
  }

  json(event: JsonEvent): void {
    this.#next.json(event);
    const heard = this.#waiting.filter((one) => one.fits(event));
    this.#waiting = this.#waiting.filter((one) => !heard.includes(one));
    for (const one of heard) one.resolve();
  }

  /** Resolves when the CSMS has answered this call of the charge point, and after `within` ms at the latest. */
  answered(identity: string, action: string, within: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = this.#clock.after(within, resolve);
      this.#waiting.push({
        fits: (event) =>
          event.identity === identity && event.action === action && event.direction === 'up' && event.part === 'answer',
        resolve: () => {
          timer.cancel();
          resolve();
        },
      });
    });
  }
}
