/** The tables and quirk profiles in force: a change of their files takes effect with the next exchange, if it is sound. */

import { type FSWatcher, watch } from 'node:fs';
import type { Clock, Timer } from '../base/clock.ts';
import type { Log } from '../base/log.ts';
import type { Metrics } from '../base/metrics.ts';
import { faultLine, MappingFaults } from '../mapping/fault.ts';
import type { StationTables } from '../mapping/station/station-tables.ts';
import type { LossRow } from '../mapping/table.ts';
import type { Tables } from '../session/deps.ts';
import type { TablesInForce } from './tables.ts';

/** Milliseconds without another change: editors and ConfigMaps change several things for one. */
const SETTLED_AFTER = 300;
/** Milliseconds until a folder that is gone is looked for again. */
const LOOK_AGAIN = 5000;
const FAULTS_LOGGED = 20;
const CHANGE = 'change';

export interface WatchedFolder {
  readonly path: string;
  /** Looked for again when it is gone; one that is not needed announces itself in the folder above. */
  readonly needed: boolean;
}

export interface LiveTablesDeps {
  readonly clock: Clock;
  readonly log: Log;
  readonly metrics: Metrics;
  /** Reads everything again. Throws when it cannot be used. */
  readonly load: () => TablesInForce;
  /** Folders whose files are read. */
  readonly folders: readonly WatchedFolder[];
  /** The profile that the configuration names for a charge point. */
  readonly named: (identity: string) => string | undefined;
  readonly settledAfter?: number;
}

export class LiveTables {
  /** Stay the same objects: their contents change. */
  readonly downActions = new Set<string>();
  readonly losses = new Map<string, LossRow>();
  readonly #deps: LiveTablesDeps;
  #inForce: TablesInForce;
  #tables: Tables;
  #watchers: FSWatcher[] = [];
  #timer: Timer | undefined;
  /** Why the last change was refused: told once. */
  #refused: string | undefined;
  #closed = false;

  constructor(first: TablesInForce, deps: LiveTablesDeps) {
    this.#deps = deps;
    this.#inForce = first;
    this.#tables = this.#use(first, 'start');
  }

  /** Another object after each change. */
  get tables(): Tables {
    return this.#tables;
  }

  /** Towards OCPP 2.0.1; another object after each change. */
  get station(): StationTables {
    if (this.#inForce.station === undefined) throw new Error('no CSMS speaks OCPP 2.0.1');
    return this.#inForce.station;
  }

  /** From now on changes are seen. */
  watch(): void {
    this.#attach();
  }

  /** Reads everything now. True when it is in force afterwards, changed or not. */
  reload(why: string): boolean {
    const { load, log, metrics } = this.#deps;
    let found: TablesInForce;
    try {
      found = load();
    } catch (error) {
      this.#refuse(why, error);
      return false;
    }
    this.#refused = undefined;
    if (found.version === this.#inForce.version) {
      log[why === CHANGE ? 'debug' : 'info']({ why, tables: found.version }, 'mapping tables unchanged');
      return true;
    }
    this.#inForce = found;
    this.#tables = this.#use(found, why);
    metrics.count('mappingReloads', { outcome: 'applied' });
    return true;
  }

  close(): void {
    this.#closed = true;
    this.#timer?.cancel();
    this.#detach();
  }

  #use({ profiles, version, downActions, losses }: TablesInForce, why: string): Tables {
    const { metrics, log, named } = this.#deps;
    this.downActions.clear();
    for (const action of downActions) this.downActions.add(action);
    this.losses.clear();
    for (const [code, row] of losses) this.losses.set(code, row);
    metrics.setOnly('mappingInfo', { version }, 1);
    log.info({ why, tables: version, profiles: profiles.names.length - 1 }, 'mapping tables in force');
    return { quirksFor: (facts) => profiles.profileFor(facts, named(facts.identity)) };
  }

  #refuse(why: string, error: unknown): void {
    const { log, metrics } = this.#deps;
    const reason = error instanceof Error ? error.message : String(error);
    if (reason === this.#refused) return;
    this.#refused = reason;
    metrics.count('mappingReloads', { outcome: 'refused' });
    const faults = error instanceof MappingFaults ? error.faults.map(faultLine) : [reason];
    const about = { why, tables: this.#inForce.version, count: faults.length, faults: faults.slice(0, FAULTS_LOGGED) };
    log.error(about, 'mapping tables refused, the old ones stay in force');
  }

  #changed(): void {
    if (this.#closed) return;
    this.#timer?.cancel();
    this.#timer = this.#deps.clock.after(this.#deps.settledAfter ?? SETTLED_AFTER, () => {
      // First the watchers, so that no change falls between. A folder may be another one behind the same name by now.
      this.#attach();
      this.reload(CHANGE);
    });
  }

  #attach(): void {
    const { folders, clock, log } = this.#deps;
    this.#detach();
    for (const { path, needed } of folders) {
      try {
        const watcher = watch(path, () => this.#changed());
        watcher.on('error', () => this.#changed());
        this.#watchers.push(watcher);
      } catch (error) {
        if (!needed) continue;
        log.warn({ folder: path, err: error }, 'changes of the mapping tables cannot be seen now');
        this.#timer?.cancel();
        this.#timer = clock.after(LOOK_AGAIN, () => this.#changed());
      }
    }
  }

  #detach(): void {
    for (const watcher of this.#watchers.splice(0)) watcher.close();
  }
}
