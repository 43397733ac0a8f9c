import { chmod, mkdir, statfs } from 'node:fs/promises';
import { join } from 'node:path';
import { open, type RootDatabase } from 'lmdb';
import { type Clock, systemClock } from '../base/clock.ts';
import { BridgeError } from '../base/errors.ts';
import type { JsonObject } from '../base/message.ts';
import { type DirectoryLock, lockDirectory } from './directory-lock.ts';
import { ALL_STATES, rowKey, rowRange, stateKey } from './keys.ts';
import { checkDataFile } from './lmdb-file.ts';
import { readRow, readState, revisionConflict, writeRow, writeState } from './record.ts';
import type { Commit, Row, Store, Stored } from './store.ts';

/** The store of one process: LMDB in a directory. Commits of many charge points share one disk flush. */

/** Raised when keys or records change so that older programs would misread them. */
const FORMAT = 1;
const FORMAT_KEY = Buffer.from('format');
const SPACE_CHECK_MS = 1_000;

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
    await checkDataFile(join(path, 'data.mdb'));
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
    await checkFormat(db, path);
    const store = new LmdbStore(path, db, lock, options);
    await store.checkSpace();
    return store;
  } catch (error) {
    await db?.close().catch(() => undefined);
    await lock?.release();
    throw asStoreFailed(error, `the store ${path} cannot be opened`);
  }
}

async function checkFormat(db: RootDatabase<string, Buffer>, path: string): Promise<void> {
  const format = db.get(FORMAT_KEY);
  if (format !== undefined && Number(format) > FORMAT) {
    const reason = `the store ${path} has format ${format}, this program knows up to ${FORMAT}: it was written by a newer one`;
    throw new BridgeError('StoreFailed', reason);
  }
  if (format !== undefined && Number(format) === FORMAT) return;
  if (format !== undefined || db.getKeysCount({ limit: 1 }) > 0) {
    throw new BridgeError('StoreFailed', `the LMDB file in ${path} is not a store of this program`);
  }
  await db.put(FORMAT_KEY, String(FORMAT), 1);
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
    const text = this.#read(() => this.#db.get(stateKey(identity)));
    if (text === undefined) return undefined;
    const { revision, state } = readState(text);
    return { revision, state };
  }

  async row(identity: string, kind: string, key: string): Promise<JsonObject | undefined> {
    const text = this.#read(() => this.#db.get(rowKey(identity, kind, key)));
    return text === undefined ? undefined : readRow(text).value;
  }

  async rows(identity: string, kind: string, limit: number, after?: string): Promise<Row[]> {
    if (limit <= 0) return [];
    const range = rowRange(identity, kind, after);
    return this.#read(() => [...this.#db.getRange({ ...range, limit })]).map(({ value }) => readRow(value));
  }

  async identities(): Promise<string[]> {
    return this.#read(() => [...this.#db.getRange(ALL_STATES)]).map(({ value }) => readState(value).identity);
  }

  async commit(identity: string, commit: Commit): Promise<void> {
    // Everything that can throw is done before the transaction begins: inside it only writes are queued.
    const key = stateKey(identity);
    const state = writeState(identity, commit.revision, commit.state);
    const put = (commit.put ?? []).map((row) => ({ at: rowKey(identity, row.kind, row.key), text: writeRow(row) }));
    const remove = (commit.remove ?? []).map((row) => rowKey(identity, row.kind, row.key));
    this.#usable();
    // Not awaited: commits enter the queue in the order of their calls.
    if (this.#clock.monotonic() - this.#spaceChecked > SPACE_CHECK_MS) void this.checkSpace();
    if (this.#freeBytes < this.#minFreeBytes) {
      throw new BridgeError('StoreFailed', `the disk of the store ${this.#path} is nearly full`);
    }
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
