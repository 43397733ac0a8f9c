import { existsSync } from 'node:fs';
import { chmod, mkdir, statfs, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { open, type RootDatabase } from 'lmdb';
import { type Clock, systemClock } from '../base/clock.ts';
import { BridgeError } from '../base/errors.ts';
import type { JsonObject } from '../base/message.ts';
import { type DirectoryLock, lockDirectory } from './directory-lock.ts';
import { ALL_STATES, rowKey, rowRange, stateKey } from './keys.ts';
import { checkContent } from './lmdb-check.ts';
import { checkDataFile, damaged } from './lmdb-file.ts';
import { readRow, readState, revisionConflict, writeRow, writeState } from './record.ts';
import { sealed, unsealed } from './seal.ts';
import type { Commit, Health, Row, Store, Stored } from './store.ts';

/** The store of one process: LMDB in a directory. Commits of many charge points share one disk flush. */

const SPACE_CHECK_MS = 1_000;
/** Says that there is a store: when its data are gone, the directory is not taken for a new one. */
const MARKER = 'data.made';

export interface LmdbOptions {
  /**
   * Commits are refused while the disk has less than this free, default 64 MiB. A disk that is really full damages the
   * memory of the process inside LMDB, so it must not come to that.
   */
  readonly minFreeBytes?: number;
  /** Called once when LMDB failed to write: the process should end soon, nothing can be committed any more. */
  readonly onFatal?: (error: BridgeError) => void;
  readonly clock?: Clock;
}

/** Opens or makes the store in a directory. Throws StoreFailed, with a reason for people and the cause. */
export async function openLmdbStore(path: string, options: LmdbOptions = {}): Promise<Store> {
  let lock: DirectoryLock | undefined;
  let db: RootDatabase<string, Buffer> | undefined;
  try {
    // The store holds tags and readings: nobody but the owner reads it.
    if ((await mkdir(path, { recursive: true })) !== undefined) await chmod(path, 0o700);
    lock = await lockDirectory(path, options.clock);
    const data = join(path, 'data.mdb');
    const marker = join(path, MARKER);
    if (!checkDataFile(data) && existsSync(marker)) throw damaged(data, 'it is missing or empty');
    // Without overlappingSync a commit resolves after its flush and rejects when the flush fails.
    db = open<string, Buffer>({
      path,
      noSubdir: false,
      keyEncoding: 'binary',
      encoding: 'string',
      useVersions: true,
      overlappingSync: false,
      cache: false,
      maxDbs: 1,
    });
    await checkContent(db, path);
    if (!existsSync(marker)) await writeFile(marker, 'There is a store here: data.mdb must not be missing.\n');
    const store = new LmdbStore(path, db, lock, options);
    await store.checkSpace();
    return store;
  } catch (error) {
    await db?.close().catch(() => undefined);
    await lock?.release();
    throw asStoreFailed(error, `the store ${path} cannot be opened`);
  }
}

class LmdbStore implements Store {
  readonly #path: string;
  readonly #db: RootDatabase<string, Buffer>;
  readonly #lock: DirectoryLock;
  readonly #clock: Clock;
  readonly #minFreeBytes: number;
  readonly #onFatal: (error: BridgeError) => void;
  #spaceChecked = 0;
  #freeBytes = Number.POSITIVE_INFINITY;
  #broken: BridgeError | undefined;
  #closing: Promise<void> | undefined;

  constructor(path: string, db: RootDatabase<string, Buffer>, lock: DirectoryLock, options: LmdbOptions) {
    this.#path = path;
    this.#db = db;
    this.#lock = lock;
    this.#clock = options.clock ?? systemClock;
    this.#minFreeBytes = options.minFreeBytes ?? 64 * 1024 * 1024;
    this.#onFatal = options.onFatal ?? (() => undefined);
  }

  async load(identity: string): Promise<Stored | undefined> {
    const key = stateKey(identity);
    const text = this.#read(() => this.#db.get(key));
    if (text === undefined) return undefined;
    const { revision, state } = readState(unsealed(key, text));
    return { revision, state };
  }

  async row(identity: string, kind: string, key: string): Promise<JsonObject | undefined> {
    const at = rowKey(identity, kind, key);
    const text = this.#read(() => this.#db.get(at));
    return text === undefined ? undefined : readRow(unsealed(at, text)).value;
  }

  async rows(identity: string, kind: string, limit: number, after?: string): Promise<Row[]> {
    if (limit <= 0) return [];
    const range = rowRange(identity, kind, after);
    return this.#read(() => [...this.#db.getRange({ ...range, limit })]).map(({ key, value }) =>
      readRow(unsealed(key, value)),
    );
  }

  async identities(): Promise<string[]> {
    const all = this.#read(() => [...this.#db.getRange(ALL_STATES)]);
    return all.map(({ key, value }) => readState(unsealed(key, value)).identity);
  }

  async commit(identity: string, commit: Commit): Promise<void> {
    // Everything that can throw is done before the transaction begins: inside it only writes are queued.
    const key = stateKey(identity);
    const state = sealed(key, writeState(identity, commit.revision, commit.state));
    const put = (commit.put ?? []).map((row) => {
      const at = rowKey(identity, row.kind, row.key);
      return { at, text: sealed(at, writeRow(row)) };
    });
    const remove = (commit.remove ?? []).map((row) => rowKey(identity, row.kind, row.key));
    this.#usable();
    this.#lookForSpace();
    if (this.#full) throw new BridgeError('StoreFailed', `the disk of the store ${this.#path} is nearly full`);
    if (!Number.isSafeInteger(commit.revision) || commit.revision < 1) {
      throw revisionConflict(identity, commit.revision);
    }

    const write = () => {
      const writes = [
        this.#db.put(key, state, commit.revision),
        ...put.map(({ at, text }) => this.#db.put(at, text, 1)),
        ...remove.map((at) => this.#db.remove(at)),
      ];
      // The whole is judged below; a part that fails alone would be an unhandled rejection.
      for (const one of writes) one.catch(() => undefined);
    };
    let done: boolean;
    try {
      done = await (commit.revision === 1
        ? this.#db.ifNoExists(key, write)
        : this.#db.ifVersion(key, commit.revision - 1, write));
    } catch (error) {
      throw await this.#fail(error);
    }
    if (!done) throw revisionConflict(identity, commit.revision);
  }

  health(): Health {
    this.#lookForSpace();
    const freeBytes = Number.isFinite(this.#freeBytes) ? { freeBytes: this.#freeBytes } : {};
    if (this.#closing !== undefined) return { trouble: 'the store is closed' };
    if (this.#broken) return { trouble: 'the store failed and takes no more', ...freeBytes };
    return this.#full ? { trouble: 'the disk of the store is nearly full', ...freeBytes } : freeBytes;
  }

  get #full(): boolean {
    return this.#freeBytes < this.#minFreeBytes;
  }

  /** Nobody waits for it: commits enter the queue in the order of their calls. */
  #lookForSpace(): void {
    if (this.#clock.monotonic() - this.#spaceChecked > SPACE_CHECK_MS) void this.checkSpace();
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  /** Reads how much room the disk has. Errors are ignored: not every file system can say. */
  async checkSpace(): Promise<void> {
    this.#spaceChecked = this.#clock.monotonic();
    const disk = await statfs(this.#path).catch(() => undefined);
    // Some file systems tell 0 blocks in all.
    this.#freeBytes = disk && disk.blocks > 0 ? disk.bavail * disk.bsize : Number.POSITIVE_INFINITY;
  }

  async #close(): Promise<void> {
    try {
      if (!this.#broken) await this.#db.flushed;
      await this.#db.close();
    } catch (error) {
      throw asStoreFailed(error, `the store ${this.#path} did not close well`);
    } finally {
      await this.#lock.release();
    }
  }

  #read<T>(run: () => T): T {
    this.#usable();
    try {
      return run();
    } catch (error) {
      throw asStoreFailed(error, `the store ${this.#path} cannot be read`);
    }
  }

  #usable(): void {
    if (this.#closing !== undefined) throw new BridgeError('StoreFailed', 'the store is closed');
    if (this.#broken) throw this.#broken;
  }

  /** LMDB is not safe to use after a failed write: nothing is accepted any more. */
  async #fail(error: unknown): Promise<BridgeError> {
    const cause = await causeOf(error, this.#clock);
    if (!this.#broken) {
      this.#broken = asStoreFailed(cause, `the store ${this.#path} failed and takes no more`);
      this.#onFatal(this.#broken);
    }
    return this.#broken;
  }
}

/** LMDB rejects with a word that says nothing and hangs the reason, as a promise, on it. */
async function causeOf(error: unknown, clock: Clock): Promise<unknown> {
  if (!(error instanceof Error) || !('commitError' in error)) return error;
  const reason = Promise.resolve(error.commitError).then(
    () => error,
    (cause: unknown) => cause,
  );
  return Promise.race([reason, new Promise((resolve) => clock.after(1_000, () => resolve(error)))]);
}

function asStoreFailed(error: unknown, what: string): BridgeError {
  if (error instanceof BridgeError) return error;
  const why = error instanceof Error ? error.message : String(error);
  return new BridgeError('StoreFailed', `${what}: ${why}`, { cause: error });
}
