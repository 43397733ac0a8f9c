import { BridgeError } from '../base/errors.ts';
import type { JsonObject } from '../base/message.ts';
import { rowKey, rowRange, stateKey } from './keys.ts';
import { readRow, readState, revisionConflict, writeRow, writeState } from './record.ts';
import type { Commit, Row, Store, Stored } from './store.ts';

/** A store that forgets everything when the process ends: for tests, offline translation and `store: { memory: true }`. */
export class MemoryStore implements Store {
  /** Keys as text with one character per byte, so that they sort as the bytes do. */
  readonly #states = new Map<string, string>();
  readonly #rows = new Map<string, Map<string, string>>();
  #closed = false;

  async load(identity: string): Promise<Stored | undefined> {
    this.#open();
    const text = this.#states.get(latin(stateKey(identity)));
    if (text === undefined) return undefined;
    const { revision, state } = readState(text);
    return { revision, state };
  }

  async row(identity: string, kind: string, key: string): Promise<JsonObject | undefined> {
    this.#open();
    const text = this.#rows.get(latin(rowRange(identity, kind).start))?.get(latin(rowKey(identity, kind, key)));
    return text === undefined ? undefined : readRow(text).value;
  }

  async rows(identity: string, kind: string, limit: number): Promise<Row[]> {
    this.#open();
    const kept = [...(this.#rows.get(latin(rowRange(identity, kind).start)) ?? [])];
    kept.sort(([a], [b]) => (a < b ? -1 : 1));
    return kept.slice(0, Math.max(0, limit)).map(([, text]) => readRow(text));
  }

  async commit(identity: string, commit: Commit): Promise<void> {
    this.#open();
    const key = latin(stateKey(identity));
    const before = this.#states.get(key);
    const stored = before === undefined ? 0 : readState(before).revision;
    if (commit.revision !== stored + 1) throw revisionConflict(identity, commit.revision);
    const state = writeState(identity, commit.revision, commit.state);
    const put = (commit.put ?? []).map((row) => ({ ...row, text: writeRow(row) }));
    this.#states.set(key, state);
    for (const { kind, key, text } of put) this.#kind(identity, kind).set(latin(rowKey(identity, kind, key)), text);
    for (const { kind, key } of commit.remove ?? []) {
      this.#kind(identity, kind).delete(latin(rowKey(identity, kind, key)));
    }
  }

  async identities(): Promise<string[]> {
    this.#open();
    const kept = [...this.#states].sort(([a], [b]) => (a < b ? -1 : 1));
    return kept.map(([, text]) => readState(text).identity);
  }

  async close(): Promise<void> {
    this.#closed = true;
  }

  #kind(identity: string, kind: string): Map<string, string> {
    const at = latin(rowRange(identity, kind).start);
    const rows = this.#rows.get(at) ?? new Map<string, string>();
    this.#rows.set(at, rows);
    return rows;
  }

  #open(): void {
    if (this.#closed) throw new BridgeError('StoreFailed', 'the store is closed');
  }
}

function latin(bytes: Buffer): string {
  return bytes.toString('latin1');
}
