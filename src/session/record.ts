import type { Clock } from '../base/clock.ts';
import type { JsonObject } from '../base/message.ts';
import type { Effect } from '../flow/decision.ts';
import type { OutboxEntry } from '../flow/outbox.ts';
import { type ChargePointState, EMPTY_STATE } from '../flow/state.ts';
import type { Row, Store } from '../store/store.ts';

const REPEAT = 'repeat';
const OUTBOX = 'outbox';
const DEAD_LETTER = 'dead-letter';
const MOST_WAITING = 100_000;
/** Old repeat rows are looked for once in so many commits. */
const SWEEP_EVERY = 200;
const SWEEP_ROWS = 2_000;

/** The stored state of one charge point, read once and then kept in step with the store. Used by one step at a time. */
export class Record {
  readonly #identity: string;
  readonly #store: Store;
  readonly #clock: Clock;
  readonly #keepRepeats: number;
  #state: ChargePointState | undefined;
  #reading: Promise<ChargePointState> | undefined;
  #revision = 0;

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
    this.#revision = stored?.revision ?? 0;
    this.#state = stored ? { ...EMPTY_STATE, ...(stored.state as unknown as ChargePointState) } : EMPTY_STATE;
    return this.#state;
  }

  /** Writes what changed, if anything did; true when it wrote. After a failure the next load asks the store again. */
  async commit(state: ChargePointState, effects: readonly Effect[], repeat?: string): Promise<boolean> {
    const { put, remove: gone } = this.#rowsOf(effects, repeat);
    if (state === this.#state && put.length === 0 && gone.length === 0) return false;
    try {
      const old = this.#revision % SWEEP_EVERY === SWEEP_EVERY - 1 ? await this.#oldRepeats() : [];
      await this.#store.commit(this.#identity, {
        revision: this.#revision + 1,
        state: state as unknown as JsonObject,
        put,
        remove: [...gone, ...old],
      });
    } catch (error) {
      this.#state = undefined;
      throw error;
    }
    this.#revision += 1;
    this.#state = state;
    return true;
  }

  /** The answer given to this message before, in the pivot. */
  async answered(key: string): Promise<JsonObject | undefined> {
    const row = await this.#store.row(this.#identity, REPEAT, key);
    if (row === undefined || this.#clock.now() - Number(row['at']) > this.#keepRepeats) return undefined;
    return row['answer'] as JsonObject;
  }

  /** What waits for the CSMS, oldest first. */
  async outbox(): Promise<OutboxEntry[]> {
    const rows = await this.#store.rows(this.#identity, OUTBOX, MOST_WAITING);
    return rows.map(({ value }) => value as unknown as OutboxEntry);
  }

  /** What was put aside, oldest first. */
  async deadLetters(): Promise<OutboxEntry[]> {
    const rows = await this.#store.rows(this.#identity, DEAD_LETTER, MOST_WAITING);
    return rows.map(({ value }) => value as unknown as OutboxEntry);
  }

  /** The rows that effects ask for, to go into the same commit as the state. */
  #rowsOf(
    effects: readonly Effect[],
    repeat: string | undefined,
  ): { put: Row[]; remove: { kind: string; key: string }[] } {
    const put: Row[] = [];
    const remove: { kind: string; key: string }[] = [];
    for (const effect of effects) {
      if (effect.do === 'remember-answer' && repeat !== undefined) {
        put.push({ kind: REPEAT, key: repeat, value: { at: this.#clock.now(), answer: effect.payload } });
      } else if (effect.do === 'outbox-put') {
        put.push({ kind: OUTBOX, key: keyOf(effect.entry.seq), value: { ...effect.entry } });
      } else if (effect.do === 'dead-letter') {
        put.push({ kind: DEAD_LETTER, key: keyOf(effect.entry.seq), value: { ...effect.entry } });
      } else if (effect.do === 'outbox-remove') {
        remove.push({ kind: OUTBOX, key: keyOf(effect.seq) });
      } else if (effect.do === 'dead-letter-remove') {
        remove.push({ kind: DEAD_LETTER, key: keyOf(effect.seq) });
      }
    }
    return { put, remove };
  }

  async #oldRepeats(): Promise<{ kind: string; key: string }[]> {
    const before = this.#clock.now() - this.#keepRepeats;
    const rows = await this.#store.rows(this.#identity, REPEAT, SWEEP_ROWS);
    return rows.filter((row) => Number(row.value['at']) < before).map(({ kind, key }) => ({ kind, key }));
  }
}

/** Rows sort as text. */
function keyOf(seq: number): string {
  return String(seq).padStart(12, '0');
}
