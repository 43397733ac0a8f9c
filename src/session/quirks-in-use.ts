import type { JsonObject, SoapObject } from '../base/message.ts';
import type { Quirks } from '../mapping/quirks.ts';
import { type Facts, factsOf } from '../mapping/quirks-match.ts';
import type { Tables } from './deps.ts';
import type { SessionObserver } from './observer.ts';

interface Needed {
  readonly tables: () => Tables;
  readonly observe: Pick<SessionObserver, 'profile'>;
}

/** What holds for one charge point: found again only when it says something new of itself, or the tables have changed. */
export class QuirksInUse {
  readonly #identity: string;
  readonly #deps: Needed;
  #found:
    | { readonly tables: Tables; readonly boot: object | undefined; readonly facts: Facts; quirks: Quirks }
    | undefined;
  /** The profile last told of. */
  #told: string | undefined;

  constructor(identity: string, deps: Needed) {
    this.#identity = identity;
    this.#deps = deps;
  }

  /** As last found; before the first exchange, what holds for its identity alone. */
  get last(): Quirks {
    return this.#found?.quirks ?? this.#find(undefined).quirks;
  }

  /** For a new exchange; `boot` is the last BootNotification known. */
  now(boot: JsonObject | SoapObject | undefined): Quirks {
    const { quirks, facts } = this.#find(boot);
    if (quirks.profile !== undefined) this.#deps.observe.profile(quirks.profile, quirks.profile !== this.#told, facts);
    this.#told = quirks.profile;
    return quirks;
  }

  #find(boot: JsonObject | SoapObject | undefined) {
    const tables = this.#deps.tables();
    if (this.#found?.tables !== tables || this.#found.boot !== boot) {
      const facts = factsOf(this.#identity, boot);
      this.#found = { tables, boot, facts, quirks: tables.quirksFor(facts) };
    }
    return this.#found;
  }
}
