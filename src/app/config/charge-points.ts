import type { ChargePointEntry, Config } from './schema.ts';

/** What the configuration says of single charge points. */

/** Everything that holds for one charge point. */
export type ChargePointConfig = Omit<ChargePointEntry, 'behaviour'> & { readonly behaviour: Config['behaviour'] };

/** Finds the settings of a charge point: `behaviour`, then patterns that fit in their order, then its own entry. */
export class ChargePointConfigs {
  readonly #config: Pick<Config, 'chargePoints' | 'behaviour'>;
  readonly #patterns: readonly { readonly fits: RegExp; readonly entry: ChargePointEntry }[];
  readonly #exact: ReadonlyMap<string, ChargePointEntry>;

  constructor(config: Pick<Config, 'chargePoints' | 'behaviour'>) {
    this.#config = config;
    const entries = Object.entries(config.chargePoints);
    this.#exact = new Map(entries.filter(([name]) => !name.includes('*')));
    this.#patterns = entries
      .filter(([name]) => name.includes('*'))
      .map(([name, entry]) => ({ fits: patternOf(name), entry }));
  }

  of(identity: string): ChargePointConfig {
    const own = this.#exact.get(identity);
    const entries = this.#patterns.filter(({ fits }) => fits.test(identity)).map(({ entry }) => entry);
    if (own) entries.push(own);
    const merged: ChargePointConfig = { behaviour: this.#config.behaviour };
    for (const entry of entries) {
      Object.assign(merged, entry, { behaviour: { ...merged.behaviour, ...entry.behaviour } });
    }
    return merged;
  }
}

function patternOf(name: string): RegExp {
  const parts = name.split('*').map((part) => part.replace(/[.+?^${}()|[\]\\]/g, '\\$&'));
  return new RegExp(`^${parts.join('.*')}$`, 'su');
}
