import type { OutboxEntry } from '../flow/outbox.ts';
import type { Record } from './record.ts';

/** So many are held in memory while they are delivered. */
const PAGE = 32;

/** The first of the messages that may go, once read: however many wait, memory holds few. */
export class OutboxWindow {
  readonly #record: Record;
  readonly #rests: (entry: OutboxEntry) => boolean;
  #entries: OutboxEntry[] | undefined;
  /** Whether there are more in the store. */
  #more = false;

  constructor(record: Record, rests: (entry: OutboxEntry) => boolean) {
    this.#record = record;
    this.#rests = rests;
  }

  /** As far as it is known without reading. */
  get first(): OutboxEntry | undefined {
    return this.#entries?.[0];
  }

  /** Oldest first. `expected`: there are some, unless they rest. */
  async read(expected: boolean): Promise<readonly OutboxEntry[]> {
    if (this.#entries === undefined || (this.#entries.length === 0 && (expected || this.#more))) await this.#read();
    return this.#entries ?? [];
  }

  async #read(): Promise<void> {
    const found: OutboxEntry[] = [];
    let page: OutboxEntry[] = [];
    do {
      page = await this.#record.outbox(PAGE, page.at(-1)?.seq);
      found.push(...page.filter((entry) => !this.#rests(entry)));
    } while (page.length === PAGE && found.length < PAGE);
    this.#entries = found;
    this.#more = page.length === PAGE;
  }

  /** New, or one that is tried again: it keeps its number and its place. */
  put(entry: OutboxEntry): void {
    if (this.#entries === undefined || this.#rests(entry)) return;
    const last = this.#entries.at(-1)?.seq ?? 0;
    if (entry.seq > last && (this.#more || this.#entries.length >= PAGE)) this.#more = true;
    else this.#entries = withEntry(this.#entries, entry);
  }

  remove(seq: number): void {
    if (this.#entries) this.#entries = without(this.#entries, seq);
  }

  /** Some have begun to rest. */
  narrow(): void {
    this.#entries = this.#entries?.filter((entry) => !this.#rests(entry));
  }

  /** It is to be read again. */
  forget(): void {
    this.#entries = undefined;
  }
}

/** Nearly always it is the first that goes. */
function without(entries: OutboxEntry[], seq: number): OutboxEntry[] {
  if (entries[0]?.seq !== seq) return entries.filter((entry) => entry.seq !== seq);
  entries.shift();
  return entries;
}

/** Nearly always it is a new last one. */
function withEntry(entries: OutboxEntry[], entry: OutboxEntry): OutboxEntry[] {
  if ((entries.at(-1)?.seq ?? 0) >= entry.seq) {
    return [...entries.filter(({ seq }) => seq !== entry.seq), entry].sort((a, b) => a.seq - b.seq);
  }
  entries.push(entry);
  return entries;
}
