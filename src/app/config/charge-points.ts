import type { ChargePointEntry, Config } from './schema.ts';

/** What the configuration says of single charge points. */

/** Everything that holds for one charge point. */
export type ChargePointConfig = Omit<ChargePointEntry, 'behaviour' | 'station' | 'csms'> & {
  readonly behaviour: Config['behaviour'];
  readonly station: Config['station'];
  readonly csms: Pick<Config['csms'], 'url' | 'protocol'> & Pick<ChargePointEntry['csms'], 'identity'>;
};

type Base = Pick<Config, 'chargePoints' | 'behaviour' | 'station' | 'csms'>;

/** Finds the settings of a charge point: what holds for all, then patterns that fit in their order, then its own entry. */
export class ChargePointConfigs {
  readonly #config: Base;
  readonly #patterns: readonly { readonly fits: RegExp; readonly entry: ChargePointEntry }[];
  readonly #exact: ReadonlyMap<string, ChargePointEntry>;
  /** Whose name it is, by `nameKey`, of those who have another than their identity; and all such names in lower case. */
  readonly #names: ReadonlyMap<string, string>;
  readonly #words: ReadonlySet<string>;

  constructor(config: Base) {
    this.#config = config;
    const entries = Object.entries(config.chargePoints);
    this.#exact = new Map(entries.filter(([name]) => !name.includes('*')));
    this.#patterns = entries
      .filter(([name]) => name.includes('*'))
      .map(([name, entry]) => ({ fits: patternOf(name), entry }));
    const named = [...this.#exact].flatMap(([identity, { csms }]) =>
      csms.identity === undefined ? [] : [{ identity, name: csms.identity, url: this.of(identity).csms.url }],
    );
    this.#names = new Map(named.map(({ identity, name, url }) => [nameKey(url, name), identity]));
    this.#words = new Set(named.map(({ name }) => name.toLowerCase()));
  }

  of(identity: string): ChargePointConfig {
    const own = this.#exact.get(identity);
    const entries = this.#patterns.filter(({ fits }) => fits.test(identity)).map(({ entry }) => entry);
    if (own) entries.push(own);
    const { behaviour, station, csms } = this.#config;
    let merged: ChargePointConfig = { behaviour, station, csms: { url: csms.url, protocol: csms.protocol } };
    for (const entry of entries) {
      merged = {
        ...{ ...merged, ...entry },
        behaviour: overlaid(merged.behaviour, entry.behaviour),
        station: overlaid(merged.station, entry.station),
        csms: overlaid(merged.csms, entry.csms),
      };
    }
    return merged;
  }

  /** Whether another charge point has this identity as its name at the same CSMS. */
  taken(identity: string): boolean {
    // Asked with every message: hardly ever a yes.
    if (!this.#words.has(identity.toLowerCase())) return false;
    const { csms } = this.of(identity);
    return csms.identity === undefined && (this.#names.get(nameKey(csms.url, identity)) ?? identity) !== identity;
  }
}

/** Equal for two names that one CSMS would take for one: OCPP 2.0.1 compares identifiers without case. */
export function nameKey(url: string, name: string): string {
  return `${new URL(url).href.replace(/\/+$/, '')} ${name.toLowerCase()}`;
}

/** What the exception says counts; what it leaves out stays. */
function overlaid<T extends object>(base: T, exception: { readonly [K in keyof T]?: T[K] | undefined }): T {
  const said = Object.entries(exception).filter(([, value]) => value !== undefined);
  return { ...base, ...(Object.fromEntries(said) as Partial<T>) };
}

function patternOf(name: string): RegExp {
  const parts = name.split('*').map((part) => part.replace(/[.+?^${}()|[\]\\]/g, '\\$&'));
  return new RegExp(`^${parts.join('.*')}$`, 'su');
}
