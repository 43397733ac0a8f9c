import { BridgeError } from '../base/errors.ts';
import type { JsonObject } from '../base/message.ts';
import { rowKey, rowRange, stateKey } from './keys.ts';
import { readRow, readState, revisionConflict, writeRow, writeState } from './record.ts';
import type { Commit, Health, Row, Store, Stored } from './store.ts';

/** A store that forgets everything when the process ends: for tests, offline translation and `store: { memory: true }`. */
export class MemoryStore implements Store {
  /** Keys as text with one character per byte, so that they sort as the bytes do. */
  readonly #states = new Map<string, { readonly revision: number; readonly text: string }>();
  readonly #rows = new Map<string, Map<string, string>>();
  #closed = false;

  async load(identity: string): Promise<Stored | undefined> {
    this.#open();
    const kept = this.#states.get(latin(stateKey(identity)));
    if (kept === undefined) return undefined;
    const { revision, state } = readState(kept.text);
    return { revision, state };
  }

  async row(identity: string, kind: string, key: string): Promise<JsonObject | undefined> {
    this.#open();
    const text = this.#rows.get(latin(rowRange(identity, kind).start))?.get(latin(rowKey(identity, kind, key)));
    return text === undefined ? undefined : readRow(text).value;
  }

  async rows(identity: string, kind: string, limit: number, after?: string): Promise<Row[]> {
    this.#open();
    const behind = after === undefined ? '' : latin(rowKey(identity, kind, after));
    const all = [...(this.#rows.get(latin(rowRange(identity, kind).start)) ?? [])];
    const kept = all.filter(([key]) => key > behind);
    kept.sort(([a], [b]) => (a < b ? -1 : 1));
    return kept.slice(0, Math.max(0, limit)).map(([, text]) => readRow(text));
  }

  async commit(identity: string, commit: Commit): Promise<void> {
    this.#open();
    const key = latin(stateKey(identity));
    const { revision } = commit;
    if (revision !== (this.#states.get(key)?.revision ?? 0) + 1) throw revisionConflict(identity, revision);
    const text = writeState(identity, revision, commit.state);
    const put = (commit.put ?? []).map((row) => ({ ...row, row: writeRow(row) }));
    this.#states.set(key, { revision, text });
    for (const { kind, key, row } of put) this.#kind(identity, kind).set(latin(rowKey(identity, kind, key)), row);
    for (const { kind, key } of commit.remove ?? []) {
      this.#kind(identity, kind).delete(latin(rowKey(identity, kind, key)));
    }
  }

  async identities(): Promise<string[]> {
    this.#open();
    const kept = [...this.#states].sort(([a], [b]) => (a < b ? -1 : 1));
    return kept.map(([, { text }]) => readState(text).identity);
  }

  health(): Health {
    return this.#closed ? { trouble: 'the store is closed' } : {};
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
