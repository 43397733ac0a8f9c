import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Clock } from '../base/clock.ts';
import { BridgeError } from '../base/errors.ts';
import type { Log } from '../base/log.ts';
import { Arrival } from './arrival.ts';
import { type BodyLimits, discardBody } from './body.ts';
import type { Exchanges } from './exchange.ts';
import type { ChargePointObserver } from './observer.ts';
import { type Reply, send } from './reply.ts';

export interface ReceptionDeps {
  readonly clock: Clock;
  readonly log: Log;
  readonly observer: ChargePointObserver;
  readonly exchanges: Exchanges;
  readonly limits: BodyLimits;
  /** What a GET shows. */
  describe(request: IncomingMessage): Reply;
}

const ALLOW = { Allow: 'GET, HEAD, POST' };
/** RFC 9110, section 15.5.22: a 426 names what would do. */
const UPGRADE = { Upgrade: 'HTTP/1.1', Connection: 'Upgrade, close' };

/** Takes every request in, counts the open ones, and lets none in any more while draining. */
export class Reception {
  readonly #deps: ReceptionDeps;
  #open = 0;
  #draining = false;
  readonly #waiting: (() => void)[] = [];

  constructor(deps: ReceptionDeps) {
    this.#deps = deps;
  }

  /** A SOAP message, on any path. */
  post(request: IncomingMessage, response: ServerResponse): void {
    this.#serve(request, response, async (arrival) => {
      if (!this.#draining) return this.#deps.exchanges.serve(arrival);
      await this.#discard(arrival);
      return this.#deps.exchanges.refuse(arrival, new BridgeError('Draining'));
    });
  }

  /** A body that is announced, not yet sent, and not wanted. */
  tooLarge(request: IncomingMessage, response: ServerResponse): void {
    this.#serve(request, response, async (arrival) =>
      this.#deps.exchanges.refuse(arrival, new BridgeError('BodyTooLarge')),
    );
  }

  /** A person or a tool that looks at the address, or a JSON charge point that took it for its central system. */
  get(request: IncomingMessage, response: ServerResponse): void {
    this.#serve(request, response, async (arrival) => {
      await this.#discard(arrival);
      // Not an 'upgrade' event: where one is listened for, a POST that offers h2c (Java clients do) loses its body.
      if (!/\bwebsocket\b/i.test(request.headers.upgrade ?? '')) return this.#deps.describe(request);
      return { ...this.#deps.exchanges.refuse(arrival, new BridgeError('UpgradeRefused')), headers: UPGRADE };
    });
  }

  other(request: IncomingMessage, response: ServerResponse): void {
    this.#serve(request, response, async (arrival) => {
      await this.#discard(arrival);
      return { ...this.#deps.exchanges.refuse(arrival, new BridgeError('MethodNotAllowed')), headers: ALLOW };
    });
  }

  /** From now on 503. Resolves when no request is open. */
  drain(): Promise<void> {
    this.#draining = true;
    if (this.#open === 0) return Promise.resolve();
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  #discard(arrival: Arrival): Promise<void> {
    return discardBody(arrival.request, this.#deps.limits, this.#deps.clock);
  }

  #serve(
    request: IncomingMessage,
    response: ServerResponse,
    run: (arrival: Arrival) => Promise<Reply | undefined>,
  ): void {
    const { clock, log, observer } = this.#deps;
    this.#open += 1;
    const arrival = new Arrival(request, response, clock, observer, () => this.#ended());
    run(arrival)
      .then((reply) => reply && this.#send(arrival, reply))
      .catch((error: unknown) => {
        log.error({ err: error }, 'request failed');
        response.destroy();
      });
  }

  async #send(arrival: Arrival, reply: Reply): Promise<void> {
    arrival.bytesOut = reply.body.length;
    // Where a body was not read to its end, the next request cannot be found.
    await send(arrival.request, arrival.response, reply, this.#draining || !arrival.request.complete);
  }

  #ended(): void {
    this.#open -= 1;
    if (this.#open > 0) return;
    for (const resolve of this.#waiting.splice(0)) resolve();
  }
}
