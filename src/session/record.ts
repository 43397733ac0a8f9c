import type { Clock } from '../base/clock.ts';
import type { JsonObject } from '../base/message.ts';
import type { Effect } from '../flow/decision.ts';
import { ENTRY_SHAPE, migrated, REPEAT_SHAPE, schemaOf } from '../flow/migrations.ts';
import type { OutboxEntry } from '../flow/outbox.ts';
import { apart, type Parts } from '../flow/parts.ts';
import { withHeard } from '../flow/presence.ts';
import { type ChargePointState, EMPTY_STATE, stateOf } from '../flow/state.ts';
import type { Row, Store } from '../store/store.ts';

const REPEAT = 'repeat';
const OUTBOX = 'outbox';
const DEAD_LETTER = 'dead-letter';
const PART = 'part';
const MOST_PARTS = 100;
/** Old repeat rows are looked for once in so many commits. */
const SWEEP_EVERY = 200;
const SWEEP_ROWS = 2_000;

/** What goes into a commit beside the document. */
interface Rows {
  readonly put: Row[];
  readonly remove: { readonly kind: string; readonly key: string }[];
}

/** The stored state of one charge point, read once and then kept in step with the store. Used by one step at a time. */
export class Record {
  readonly #identity: string;
  readonly #store: Store;
  readonly #clock: Clock;
  readonly #keepRepeats: number;
  #state: ChargePointState | undefined;
  /** The parts of the state as the store has them; without those that are empty. */
  #parts = new Map<string, JsonObject>();
  #reading: Promise<ChargePointState> | undefined;
  #revision = 0;
  /** The last repeat row that was looked at; the next sweep goes on behind it, and begins anew at the end. */
  #sweptTo: string | undefined;

  constructor(identity: string, store: Store, clock: Clock, keepRepeats: number) {
    this.#identity = identity;
    this.#store = store;
    this.#clock = clock;
    this.#keepRepeats = keepRepeats;
  }

  /** Of several who ask at once only one reads: a late reading must not overwrite what a step has written meanwhile. */
  async load(): Promise<ChargePointState> {
    if (this.#state !== undefined) return this.#state;
    this.#reading ??= this.#read().finally(() => {
      this.#reading = undefined;
    });
    return this.#reading;
  }

  async #read(): Promise<ChargePointState> {
    const stored = await this.#store.load(this.#identity);
    const rows = stored ? await this.#store.rows(this.#identity, PART, MOST_PARTS) : [];
    this.#revision = stored?.revision ?? 0;
    this.#parts = new Map(rows.map(({ key, value }) => [key, value]));
    this.#state = stored ? stateOf(stored.state, this.#parts) : EMPTY_STATE;
    return this.#state;
  }

  /**
   * Writes what changed, if anything did, and with it when the charge point was heard; true when it wrote. After a failure the
   * next load asks the store again.
   */
  async commit(
    decided: ChargePointState,
    effects: readonly Effect[],
    repeat?: string,
    heardAt?: number,
  ): Promise<boolean> {
    const { put, remove: gone } = this.#rowsOf(effects, repeat);
    if (decided === this.#state && put.length === 0 && gone.length === 0) return false;
    const state = heardAt === undefined ? decided : withHeard(decided, heardAt);
    const { document, parts } = apart(state);
    const changed = this.#changed(parts);
    try {
      const old = this.#revision % SWEEP_EVERY === SWEEP_EVERY - 1 ? await this.#oldRepeats() : [];
      await this.#store.commit(this.#identity, {
        revision: this.#revision + 1,
        state: document,
        put: [...put, ...changed.put],
        remove: [...gone, ...changed.remove, ...old],
      });
    } catch (error) {
      this.#state = undefined;
      throw error;
    }
    this.#revision += 1;
    this.#state = state;
    for (const { key, value } of changed.put) this.#parts.set(key, value);
    for (const { key } of changed.remove) this.#parts.delete(key);
    return true;
  }

  /** The answer given to this message before, in the pivot. */
  async answered(key: string): Promise<JsonObject | undefined> {
    return (await this.before(key))?.answer;
  }

  /** What is known of this message from before; without an answer, the CSMS may have got it and nobody knows what it said. */
  async before(key: string): Promise<{ readonly answer: JsonObject | undefined } | undefined> {
    const row = await this.#store.row(this.#identity, REPEAT, key);
    if (row === undefined) return undefined;
    const { at, answer } = migrated(row, REPEAT_SHAPE);
    if (this.#clock.now() - Number(at) > this.#keepRepeats) return undefined;
    return { answer: answer as JsonObject | undefined };
  }

  /** What waits for the CSMS, oldest first, at most `limit`, behind number `after`. */
  async outbox(limit: number, after?: number): Promise<OutboxEntry[]> {
    const behind = after === undefined ? undefined : keyOf(after);
    const rows = await this.#store.rows(this.#identity, OUTBOX, limit, behind);
    return rows.map(({ value }) => entryOf(value));
  }

  async waiting(seq: number): Promise<OutboxEntry | undefined> {
    const row = await this.#store.row(this.#identity, OUTBOX, keyOf(seq));
    return row && entryOf(row);
  }

  /** What was put aside under this number. */
  async deadLetter(seq: number): Promise<OutboxEntry | undefined> {
    const row = await this.#store.row(this.#identity, DEAD_LETTER, keyOf(seq));
    return row && entryOf(row);
  }

  /** The rows of parts that are not as the store has them. */
  #changed(parts: Parts): Rows {
    const put: Row[] = [];
    const remove: { kind: string; key: string }[] = [];
    for (const [key, value] of parts) {
      const before = this.#parts.get(key);
      if (value === before) continue;
      if (value !== undefined && Object.keys(value).length > 0) put.push({ kind: PART, key, value });
      else if (before !== undefined) remove.push({ kind: PART, key });
    }
    return { put, remove };
  }

  /** The rows that effects ask for, to go into the same commit as the state. */
  #rowsOf(effects: readonly Effect[], repeat: string | undefined): Rows {
    const put: Row[] = [];
    const remove: { kind: string; key: string }[] = [];
    for (const effect of effects) {
      if (effect.do === 'remember-answer' && repeat !== undefined) {
        put.push(this.#repeatRow(repeat, { answer: effect.payload }));
      } else if (effect.do === 'remember-asked' && repeat !== undefined) {
        put.push(this.#repeatRow(repeat, {}));
      } else if (effect.do === 'forget-asked' && repeat !== undefined) {
        remove.push({ kind: REPEAT, key: repeat });
      } else if (effect.do === 'outbox-put') {
        put.push(entryRow(OUTBOX, effect.entry));
      } else if (effect.do === 'dead-letter') {
        put.push(entryRow(DEAD_LETTER, effect.entry));
      } else if (effect.do === 'outbox-remove') {
        remove.push({ kind: OUTBOX, key: keyOf(effect.seq) });
      } else if (effect.do === 'dead-letter-remove') {
        remove.push({ kind: DEAD_LETTER, key: keyOf(effect.seq) });
      }
    }
    return { put, remove };
  }

  #repeatRow(key: string, rest: JsonObject): Row {
    return { kind: REPEAT, key, value: { schema: schemaOf(REPEAT_SHAPE), at: this.#clock.now(), ...rest } };
  }

  async #oldRepeats(): Promise<{ kind: string; key: string }[]> {
    const before = this.#clock.now() - this.#keepRepeats;
    const rows = await this.#store.rows(this.#identity, REPEAT, SWEEP_ROWS, this.#sweptTo);
    this.#sweptTo = rows.length < SWEEP_ROWS ? undefined : rows.at(-1)?.key;
    return rows.filter((row) => Number(row.value['at']) < before).map(({ kind, key }) => ({ kind, key }));
  }
}

function entryRow(kind: string, entry: OutboxEntry): Row {
  return { kind, key: keyOf(entry.seq), value: { schema: schemaOf(ENTRY_SHAPE), ...entry } };
}

function entryOf(row: JsonObject): OutboxEntry {
  const { schema: _, ...entry } = migrated(row, ENTRY_SHAPE);
  return entry as unknown as OutboxEntry;
}

/** Rows sort as text. */
function keyOf(seq: number): string {
  return String(seq).padStart(12, '0');
}
