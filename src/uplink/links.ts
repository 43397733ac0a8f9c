import type { Clock } from '../base/clock.ts';
import { BridgeError } from '../base/errors.ts';
import type { Ids } from '../base/ids.ts';
import type { Log } from '../base/log.ts';
import type { CsmsProtocol, JsonObject } from '../base/message.ts';
import type { CsmsPort, CsmsRequest, CsmsSide, LinkWay, LinkWays } from '../session/ports.ts';
import { Complaints } from './complaints.ts';
import { baseUrl, linkUrl } from './identity.ts';
import { KeepAlives } from './keep-alive.ts';
import { Link, type LinkDeps } from './link.ts';
import { Misnamed } from './misnamed.ts';
import type { LinkObserver, LinkState } from './observer.ts';
import { Ramp } from './ramp.ts';
import type { LinkSettings, Spoken } from './settings.ts';
import { type Connect, dialler } from './socket.ts';
import { Ways } from './ways.ts';

/** The far bank: to the CSMS each charge point is a JSON charge point on a WebSocket of its own. */

export interface LinksDeps {
  readonly settings: LinkSettings;
  spoken(protocol: CsmsProtocol): Spoken;
  readonly clock: Clock;
  readonly ids: Ids;
  /** From 0 up to 1, for the back-off. */
  readonly random: () => number;
  readonly log: Log;
  readonly observe: LinkObserver;
  /** Makes a WebSocket; `ws` unless a test brings its own. */
  readonly connect?: Connect;
}

/** How many links are in which state, and how many of our calls wait on them. */
export interface LinkCounts {
  readonly connecting: number;
  readonly open: number;
  readonly backingOff: number;
  /** Saying goodbye; closed links are forgotten. */
  readonly closed: number;
  readonly waiting: number;
}

interface OwnSettings {
  /** Of the configured way, and of those that have none. */
  password?: Uint8Array;
  /** Milliseconds. */
  pingInterval?: number;
  ways?: Ways;
}

const MAX_INBOUND = 16;
const MAX_DIALLING = 256;

export class Links implements CsmsPort {
  readonly #links = new Map<string, Link>();
  readonly #deps: Omit<LinkDeps, keyof Spoken>;
  readonly #settings: LinkSettings;
  readonly #spoken: LinksDeps['spoken'];
  readonly #depsOf = new Map<CsmsProtocol, LinkDeps>();
  /** What the CSMS set for single links; kept while they are closed. */
  readonly #own = new Map<string, OwnSettings>();
  readonly #misnamed: Misnamed;
  #side: CsmsSide | undefined;
  #drained: (() => void) | undefined;
  #draining = false;

  /** Throws when a URL or a PEM text is unusable. */
  constructor({ settings, spoken, clock, ids, random, log, observe, connect }: LinksDeps) {
    const dial = dialler(settings, connect);
    const keepAlives = new KeepAlives(clock, settings.pongTimeout);
    for (const url of settings.urls) baseUrl(url);
    this.#settings = settings;
    this.#spoken = spoken;
    this.#misnamed = new Misnamed(log, observe);
    this.#deps = {
      settings,
      clock,
      ids,
      random,
      log,
      observe,
      complaints: new Complaints(log, clock),
      maxQueue: settings.maxQueue,
      maxInbound: settings.maxInbound ?? MAX_INBOUND,
      keepAlive: (identity) => keepAlives.every(this.#own.get(identity)?.pingInterval ?? settings.pingInterval),
      ramp: new Ramp(settings.maxDialling ?? MAX_DIALLING),
      dial: (identity, { url, password }) =>
        dial(identity, { url, password: password === undefined ? this.#own.get(identity)?.password : bytes(password) }),
      ways: (identity) => this.#own.get(identity)?.ways,
      side: () => this.#attached(),
      closed: (link) => this.#forget(link),
    };
  }

  /** Must come before the first call. */
  attach(side: CsmsSide): void {
    this.#side = side;
  }

  /** As CsmsPort says; besides: Busy, IdentityInvalid, and Internal for a payload that breaks the schema. */
  async call(request: CsmsRequest): Promise<JsonObject> {
    if (this.#draining) throw new BridgeError('CsmsAway', 'the bridge is shutting down');
    return await this.#link(request.identity).call(request);
  }

  open(identity: string): void {
    if (this.#draining) return;
    try {
      this.#link(identity).open();
    } catch (error) {
      this.#deps.log.error({ identity, err: error }, 'the link cannot be opened');
    }
  }

  close(identity: string, reason: string): void {
    this.#links.get(identity)?.close(1000, reason);
  }

  configure(identity: string, key: 'AuthorizationKey' | 'WebSocketPingInterval', value: string): void {
    const own = this.#own.get(identity) ?? {};
    if (key === 'AuthorizationKey' && /^([0-9A-Fa-f]{2})+$/.test(value)) {
      const password = bytes(value);
      if (own.password && password.equals(own.password)) return;
      this.#own.set(identity, { ...own, password });
      this.#links.get(identity)?.renew('new AuthorizationKey');
    } else if (key === 'WebSocketPingInterval' && /^\d+$/.test(value)) {
      this.#own.set(identity, { ...own, pingInterval: Number(value) * 1000 });
      this.#links.get(identity)?.repace();
    } else this.#deps.log.warn({ identity, key }, 'a setting of the link is not usable and changes nothing');
  }

  lead(identity: string, all: LinkWays, now: boolean): void {
    const own = this.#own.get(identity) ?? {};
    const { ways = new Ways(all) } = own;
    this.#own.set(identity, { ...own, ways });
    ways.replace(all);
    if (now) ways.first();
    const link = this.#links.get(identity);
    if (link === undefined) return;
    const here = all.ways.find(({ slot }) => slot === link.way.slot);
    if (now && !sameRoute(link.way, ways.current)) link.renew('another network profile');
    else if (here && here.password !== link.way.password) link.renew('new password');
  }

  /** Closes every link with 1001 and opens no more. Resolves when all are closed; a CSMS that does not answer is cut after 2 seconds. */
  drain(): Promise<void> {
    this.#draining = true;
    return new Promise((resolve) => {
      this.#drained = resolve;
      // The newest first: they wait for their turn to dial, and must not get it from those that leave.
      for (const link of [...this.#links.values()].reverse()) link.close(1001, 'bridge is shutting down');
      if (this.#links.size === 0) resolve();
    });
  }

  states(): LinkCounts {
    const counts: Record<LinkState, number> = {
      idle: 0,
      connecting: 0,
      open: 0,
      'backing-off': 0,
      closing: 0,
      closed: 0,
    };
    let waiting = 0;
    for (const link of this.#links.values()) {
      counts[link.state] += 1;
      waiting += link.waiting;
    }
    const { connecting, open, closing, closed } = counts;
    return { connecting, open, backingOff: counts['backing-off'], closed: closing + closed, waiting };
  }

  /** The state of one link, and which of its ways it goes. */
  stateOf(identity: string): { readonly state: LinkState; readonly slot: number } {
    const link = this.#links.get(identity);
    return { state: link?.state ?? 'closed', slot: link?.way.slot ?? 0 };
  }

  #link(identity: string): Link {
    const known = this.#links.get(identity);
    if (known) return known;
    const route = this.#settings.route(identity);
    linkUrl(baseUrl(route.url), route.identity ?? identity);
    this.#misnamed.look(identity, route);
    const link = new Link(this.#speaking(route.protocol), identity);
    this.#links.set(identity, link);
    return link;
  }

  /** One for all links of a protocol. */
  #speaking(protocol: CsmsProtocol): LinkDeps {
    let deps = this.#depsOf.get(protocol);
    if (deps === undefined) {
      deps = { ...this.#deps, ...this.#spoken(protocol) };
      this.#depsOf.set(protocol, deps);
    }
    return deps;
  }

  #forget(link: Link): void {
    if (this.#links.get(link.identity) === link) this.#links.delete(link.identity);
    if (this.#links.size === 0) this.#drained?.();
  }

  #attached(): CsmsSide {
    if (!this.#side) throw new BridgeError('Internal', 'no sessions are attached yet');
    return this.#side;
  }
}

function sameRoute(a: LinkWay, b: LinkWay): boolean {
  return a.slot === b.slot && a.url === b.url;
}

function bytes(hex: string): Buffer {
  return Buffer.from(hex, 'hex');
}
