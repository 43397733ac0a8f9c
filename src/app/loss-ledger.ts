import { LRUCache } from 'lru-cache';
import { type Clock, isoTime } from '../base/clock.ts';
import type { SoapVersion } from '../base/message.ts';
import type { LossRow } from '../mapping/table.ts';

/** What was lost since the start, in all and for each charge point: so that an operator can see what the CSMS does not see. */

/** One loss code, explained by the register, with the places where it happened; most frequent first. */
export interface LossLine {
  readonly code: string;
  readonly count: number;
  readonly what: string;
  readonly because: string;
  readonly in: readonly { readonly version: SoapVersion; readonly action: string; readonly count: number }[];
}

export interface LossTotals {
  /** ISO time from which on was counted. */
  readonly since: string;
  readonly total: number;
  readonly chargePoints: {
    readonly known: number;
    /** Charge points whose own counts were given up for newer ones; their losses are still in the totals. */
    readonly forgotten: number;
    /** Those that lost most. */
    readonly most: readonly { readonly identity: string; readonly count: number }[];
  };
  readonly losses: readonly LossLine[];
}

export interface ChargePointLosses {
  readonly identity: string;
  /** ISO time of the first and the last loss; absent when nothing is known to be lost. */
  readonly since?: string;
  readonly last?: string;
  readonly total: number;
  readonly losses: readonly LossLine[];
}

/** A code in one action of one version; one object for all charge points. */
interface Kind {
  readonly code: string;
  readonly version: SoapVersion;
  readonly action: string;
  count: number;
}

interface Account {
  readonly since: number;
  last: number;
  readonly counts: Map<Kind, number>;
}

const MOST_SHOWN = 10;

export class LossLedger {
  readonly #clock: Clock;
  readonly #register: ReadonlyMap<string, LossRow>;
  readonly #since: number;
  readonly #kinds = new Map<string, Kind>();
  readonly #accounts: LRUCache<string, Account>;
  #forgotten = 0;

  /** `most`: charge points of which accounts are kept; the one silent for longest goes first. */
  constructor(register: ReadonlyMap<string, LossRow>, clock: Clock, most = 10_000) {
    this.#register = register;
    this.#clock = clock;
    this.#since = clock.now();
    this.#accounts = new LRUCache({
      max: most,
      dispose: (_account, _identity, reason) => {
        if (reason === 'evict') this.#forgotten += 1;
      },
    });
  }

  add(identity: string, code: string, version: SoapVersion, action: string): void {
    const name = `${code} ${version} ${action}`;
    let kind = this.#kinds.get(name);
    if (!kind) {
      kind = { code, version, action, count: 0 };
      this.#kinds.set(name, kind);
    }
    kind.count += 1;
    const now = this.#clock.now();
    let account = this.#accounts.get(identity);
    if (!account) {
      account = { since: now, last: now, counts: new Map() };
      this.#accounts.set(identity, account);
    }
    account.last = now;
    account.counts.set(kind, (account.counts.get(kind) ?? 0) + 1);
  }

  all(): LossTotals {
    const accounts = [...this.#accounts.entries()].map(([identity, { counts }]) => ({
      identity,
      count: sum(counts.values()),
    }));
    const most = accounts.sort((one, other) => other.count - one.count || one.identity.localeCompare(other.identity));
    const kinds = [...this.#kinds.values()];
    return {
      since: isoTime(this.#since),
      total: sum(kinds.map((kind) => kind.count)),
      chargePoints: { known: accounts.length, forgotten: this.#forgotten, most: most.slice(0, MOST_SHOWN) },
      losses: this.#lines(kinds),
    };
  }

  of(identity: string): ChargePointLosses {
    // Looking at it is no sign of life.
    const account = this.#accounts.peek(identity);
    if (!account) return { identity, total: 0, losses: [] };
    const { since, last, counts } = account;
    return {
      identity,
      since: isoTime(since),
      last: isoTime(last),
      total: sum(counts.values()),
      losses: this.#lines([...counts].map(([kind, count]) => ({ ...kind, count }))),
    };
  }

  #lines(kinds: readonly Kind[]): LossLine[] {
    const codes = [...new Set(kinds.map((kind) => kind.code))];
    const lines = codes.map((code) => {
      const places = kinds
        .filter((kind) => kind.code === code)
        .map(({ version, action, count }) => ({ version, action, count }))
        .sort((one, other) => other.count - one.count || one.action.localeCompare(other.action));
      const row = this.#register.get(code);
      return {
        code,
        count: sum(places.map((place) => place.count)),
        what: row?.what ?? '',
        because: row?.because ?? '',
        in: places,
      };
    });
    return lines.sort((one, other) => other.count - one.count || one.code.localeCompare(other.code));
  }
}

function sum(counts: Iterable<number>): number {
  let all = 0;
  for (const count of counts) all += count;
  return all;
}
