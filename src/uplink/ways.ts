import type { LinkWay, LinkWays } from '../session/ports.ts';

/** The way of a link that has no others. */
export const CONFIGURED: LinkWay = { slot: 0 };

/** Which of its ways the link of one charge point goes: the next one after so many dials in a row that failed. */
export class Ways {
  #all: LinkWays;
  #at = 0;
  #failures = 0;

  constructor(all: LinkWays) {
    this.#all = all;
  }

  get current(): LinkWay {
    return this.#all.ways[this.#at] ?? CONFIGURED;
  }

  /** With other slots or addresses the next dial begins with the first; what else is new holds from now on. */
  replace(all: LinkWays): void {
    if (routeOf(all) !== routeOf(this.#all)) this.first();
    this.#all = all;
  }

  first(): void {
    this.#at = 0;
    this.#failures = 0;
  }

  /**
   * A dial failed, or a link broke over which the CSMS never said anything. One that began before they were replaced does not
   * count. True when another way is tried now.
   */
  failed(way: LinkWay): boolean {
    if (way !== this.current) return false;
    this.#failures += 1;
    if (this.#failures < this.#all.attempts) return false;
    this.#failures = 0;
    this.#at = (this.#at + 1) % this.#all.ways.length;
    return this.current !== way;
  }

  /** The CSMS is there. */
  held(way: LinkWay): void {
    if (way === this.current) this.#failures = 0;
  }
}

function routeOf({ ways }: LinkWays): string {
  return JSON.stringify(ways.map(({ slot, url }) => [slot, url]));
}
