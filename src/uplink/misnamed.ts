import type { Log } from '../base/log.ts';
import { STATION_IDENTITY } from './identity.ts';
import type { LinkObserver } from './observer.ts';
import type { Route } from './settings.ts';

const MOST_REMEMBERED = 10_000;

/** Charge points whose identity OCPP 2.0.1 cannot write. They are linked all the same, and told of once each. */
export class Misnamed {
  readonly #log: Log;
  readonly #observe: LinkObserver;
  readonly #told = new Set<string>();

  constructor(log: Log, observe: LinkObserver) {
    this.#log = log;
    this.#observe = observe;
  }

  look(identity: string, { protocol, identity: name = identity }: Route): void {
    if (protocol !== 'ocpp2.0.1' || STATION_IDENTITY.test(name) || this.#told.has(identity)) return;
    if (this.#told.size >= MOST_REMEMBERED) return;
    this.#told.add(identity);
    this.#observe.misnamed();
    this.#log.warn(
      { identity },
      'OCPP 2.0.1 cannot write this identity: it goes percent-encoded; give it a name with chargePoints.<identity>.csms.identity',
    );
  }
}
