import type { Clock, Timer } from '../base/clock.ts';

export interface Peer {
  ping(): void;
  /** No pong came in time. */
  silent(): void;
}

/** Pings sent in one go: thousands of links that opened together must not stop the event loop together. */
const BATCH = 200;
/** Timers of Node overflow after 24 days and then fire at once. */
const LONGEST_WAIT = 3_600_000;

/**
 * Pings every link with one timer for all. Every peer waits equally long, so two insertion-ordered maps
 * are queues: who is to be pinged when, and whose pong is due when.
 */
export class KeepAlive {
  readonly #clock: Clock;
  readonly #interval: number;
  readonly #patience: number;
  readonly #rested = new Map<Peer, number>();
  readonly #asked = new Map<Peer, number>();
  #timer: Timer | undefined;
  #wake = 0;

  /** Milliseconds; an interval of 0 turns pings off. */
  constructor(clock: Clock, interval: number, patience: number) {
    this.#clock = clock;
    this.#interval = interval;
    this.#patience = patience;
  }

  add(peer: Peer): void {
    if (this.#interval <= 0) return;
    this.#rest(peer);
    this.#arm();
  }

  remove(peer: Peer): void {
    this.#rested.delete(peer);
    this.#asked.delete(peer);
    if (this.#rested.size === 0 && this.#asked.size === 0) this.#disarm();
  }

  /** The peer showed that it lives: a pong, or any frame. */
  heard(peer: Peer): void {
    if (this.#asked.delete(peer)) this.#rest(peer);
  }

  #rest(peer: Peer): void {
    this.#rested.delete(peer);
    this.#rested.set(peer, this.#clock.monotonic() + this.#interval);
  }

  #arm(soonest = 0): void {
    if (this.#timer) return;
    const due = Math.min(first(this.#rested), first(this.#asked));
    if (due === Number.POSITIVE_INFINITY) return;
    this.#wake = Math.max(due, this.#clock.monotonic() + soonest);
    const wait = Math.min(Math.max(0, this.#wake - this.#clock.monotonic()), LONGEST_WAIT);
    this.#timer = this.#clock.after(wait, () => this.#sweep());
  }

  #disarm(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
  }

  #sweep(): void {
    this.#timer = undefined;
    const now = this.#clock.monotonic();
    // A process that stood still must first read what came meanwhile, or it would cut every link at once.
    if (now - this.#wake > this.#patience / 2)
      for (const peer of this.#asked.keys()) this.#asked.set(peer, now + this.#patience);
    let left = BATCH;
    for (const [peer, due] of this.#asked) {
      if (due > now || left-- === 0) break;
      this.#asked.delete(peer);
      peer.silent();
    }
    for (const [peer, due] of this.#rested) {
      if (due > now || left-- <= 0) break;
      this.#rested.delete(peer);
      this.#asked.set(peer, now + this.#patience);
      peer.ping();
    }
    this.#arm(left <= 0 ? 1 : 0);
  }
}

/** One KeepAlive for each interval in use: the CSMS may set one per charge point (WebSocketPingInterval). */
export class KeepAlives {
  readonly #byInterval = new Map<number, KeepAlive>();
  readonly #clock: Clock;
  readonly #patience: number;

  constructor(clock: Clock, patience: number) {
    this.#clock = clock;
    this.#patience = patience;
  }

  every(interval: number): KeepAlive {
    let found = this.#byInterval.get(interval);
    if (!found) {
      found = new KeepAlive(this.#clock, interval, this.#patience);
      this.#byInterval.set(interval, found);
    }
    return found;
  }
}

function first(queue: ReadonlyMap<Peer, number>): number {
  for (const due of queue.values()) return due;
  return Number.POSITIVE_INFINITY;
}
