import type { JsonObject } from '../../../src/base/message.ts';
import type { Effect } from '../../../src/flow/decision.ts';
import type { OutboxEntry } from '../../../src/flow/outbox.ts';
import { apart } from '../../../src/flow/parts.ts';
import { type ChargePointState, EMPTY_STATE, stateOf } from '../../../src/flow/state.ts';

/** What survives a crash: everything is kept as text, so that nothing of the process can hide in it. */
export class Durable {
  #document = JSON.stringify(EMPTY_STATE);
  /** As in the store, a part is written only when it is another object: one that was changed in place would be lost. */
  readonly #parts = new Map<string, { readonly part: JsonObject; readonly text: string }>();
  readonly #outbox = new Map<number, string>();
  readonly #deadLetters = new Map<number, string>();
  readonly #answers = new Map<string, string>();

  /** The document and its rows, all or nothing. */
  commit(state: ChargePointState, effects: readonly Effect[], repeat: string | undefined): void {
    const { document, parts } = apart(state);
    this.#document = JSON.stringify(document);
    for (const [name, part] of parts) {
      if (part === undefined) this.#parts.delete(name);
      else if (part !== this.#parts.get(name)?.part) this.#parts.set(name, { part, text: JSON.stringify(part) });
    }
    for (const effect of effects) {
      if (effect.do === 'outbox-put') this.#outbox.set(effect.entry.seq, JSON.stringify(effect.entry));
      else if (effect.do === 'outbox-remove') this.#outbox.delete(effect.seq);
      else if (effect.do === 'dead-letter') this.#deadLetters.set(effect.entry.seq, JSON.stringify(effect.entry));
      else if (effect.do === 'dead-letter-remove') this.#deadLetters.delete(effect.seq);
      else if (effect.do === 'remember-answer' && repeat)
        this.#answers.set(repeat, JSON.stringify({ answer: effect.payload }));
      else if (effect.do === 'remember-asked' && repeat) this.#answers.set(repeat, '{}');
      else if (effect.do === 'forget-asked' && repeat) this.#answers.delete(repeat);
    }
  }

  get state(): ChargePointState {
    const parts = [...this.#parts].map(([name, { text }]) => [name, JSON.parse(text) as JsonObject] as const);
    return stateOf(JSON.parse(this.#document) as JsonObject, new Map(parts));
  }

  get outbox(): readonly OutboxEntry[] {
    return oldestFirst(this.#outbox);
  }

  get deadLetters(): readonly OutboxEntry[] {
    return oldestFirst(this.#deadLetters);
  }

  answered(key: string): JsonObject | undefined {
    return this.before(key)?.answer;
  }

  /** What is known of this message; without an answer, the CSMS may have got it. */
  before(key: string): { readonly answer?: JsonObject } | undefined {
    const text = this.#answers.get(key);
    return text === undefined ? undefined : (JSON.parse(text) as { answer?: JsonObject });
  }
}

function oldestFirst(rows: ReadonlyMap<number, string>): readonly OutboxEntry[] {
  return [...rows.values()].map((text) => JSON.parse(text) as OutboxEntry).sort((a, b) => a.seq - b.seq);
}
