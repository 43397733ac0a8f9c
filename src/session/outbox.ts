import { type Refusal, refusalOf } from '../base/errors.ts';
import type { Effect } from '../flow/decision.ts';
import { type OutboxEntry, outboxAnswered, outboxCall, outboxRefused } from '../flow/outbox.ts';
import type { ChargePointState } from '../flow/state.ts';
import type { Session, Step } from './session.ts';

/** Pause after a delivery that failed with the link open: doubled with each refusal of the same message. */
const RETRY_PAUSE = 5_000;
const LONGEST_PAUSE = 300_000;

/** Delivers what waits for the CSMS: one message at a time, oldest first, while the link is open. */
export class Outbox {
  readonly #session: Session;
  #entries: OutboxEntry[] | undefined;
  /** Messages whose first call is still open: they may yet be answered, so they are not sent again. */
  readonly #held = new Set<number>();
  #sending = false;
  #resting = false;

  constructor(session: Session) {
    this.#session = session;
  }

  /** How many wait, as far as this process has looked. */
  get depth(): number {
    return this.#entries?.length ?? 0;
  }

  /** When the oldest was taken over, ms. */
  get oldest(): number | undefined {
    return this.#entries?.[0]?.at;
  }

  get sending(): boolean {
    return this.#sending;
  }

  /** Follows what a step committed. */
  follow(effects: readonly Effect[]): void {
    if (this.#entries === undefined) return;
    for (const effect of effects) {
      if (effect.do === 'outbox-remove') this.#entries = this.#entries.filter(({ seq }) => seq !== effect.seq);
      if (effect.do !== 'outbox-put') continue;
      const at = this.#entries.findIndex(({ seq }) => seq === effect.entry.seq);
      if (at < 0) this.#entries.push(effect.entry);
      else this.#entries[at] = effect.entry;
    }
  }

  hold(seq: number): void {
    this.#held.add(seq);
  }

  release(seq: number): void {
    this.#held.delete(seq);
    this.pump();
  }

  /** Sends the oldest message if it may go now. */
  pump(): void {
    if (this.#sending || this.#resting || !this.#session.linkOpen) return;
    this.#sending = true;
    this.#deliver()
      .catch((error: unknown) => {
        this.#session.deps.observe.failure(this.#session.identity, 'outbox', error);
        this.#rest(RETRY_PAUSE);
      })
      .finally(() => {
        this.#sending = false;
        if (!this.#resting && this.depth > 0 && !this.#held.has(this.#entries?.[0]?.seq ?? -1)) this.pump();
      });
  }

  async #deliver(): Promise<void> {
    const { identity, record, deps } = this.#session;
    let payload: ReturnType<typeof outboxCall> | undefined;
    let entry: OutboxEntry | undefined;
    // Inside the mailbox, so that the list is read between two steps.
    await this.#session.step(
      async (state) => {
        this.#entries ??= await record.outbox();
        entry = this.#entries[0];
        if (entry && !this.#held.has(entry.seq)) payload = outboxCall(state, entry);
        return { state, effects: [] };
      },
      () => undefined,
    );
    if (entry === undefined || payload === undefined) return;
    const waiting = entry;
    await deps.pace.turn();
    const { answerWithin, callTimeout } = deps.settings;
    const call = { identity, action: waiting.action, payload, exchange: deps.ids() };
    try {
      const answer = await deps.csms.call({ ...call, sendWithin: answerWithin, answerWithin: callTimeout });
      this.#session.csmsAnsweredAt = deps.clock.now();
      await this.#conclude((state) => outboxAnswered(state, waiting, answer, this.#context(state)));
    } catch (error) {
      await this.#refused(waiting, refusalOf(error));
    }
  }

  async #refused(entry: OutboxEntry, refusal: Refusal): Promise<void> {
    const pause = RETRY_PAUSE * 2 ** Math.min(entry.refusals, 6);
    this.#rest(Math.min(LONGEST_PAUSE, pause));
    await this.#conclude((state) => outboxRefused(state, entry, refusal));
  }

  #conclude(decide: (state: ChargePointState) => Step): Promise<void> {
    return this.#session.step(decide, (effects, state) => {
      for (const effect of effects) {
        if (effect.do === 'loss') this.#session.loss(effect.code, state.version ?? '1.6', 'outbox', effect.field);
        if (effect.do === 'dead-letter') this.#session.deps.observe.deadLetter(this.#session.identity, effect.entry);
        if (effect.do === 'call-device') void this.#session.csmsCalls.callAsOwn(effect.action, effect.payload);
      }
    });
  }

  /** An answer that came late for a message taken over meanwhile. */
  async answeredLate(entry: OutboxEntry, answer: Parameters<typeof outboxAnswered>[2]): Promise<void> {
    await this.#conclude((state) => outboxAnswered(state, entry, answer, this.#context(state)));
    this.release(entry.seq);
  }

  #context(state: ChargePointState) {
    return this.#session.context(state.version ?? '1.6');
  }

  #rest(ms: number): void {
    this.#resting = true;
    this.#session.deps.clock.after(ms, () => {
      this.#resting = false;
      this.pump();
    });
  }
}
