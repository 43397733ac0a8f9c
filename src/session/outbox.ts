import { type Refusal, refusalOf } from '../base/errors.ts';
import type { JsonObject, SoapVersion } from '../base/message.ts';
import type { Delivery, Effect } from '../flow/decision.ts';
import { deadLetterRetried, type OutboxEntry } from '../flow/outbox.ts';
import type { ChargePointState } from '../flow/state.ts';
import type { Session, Step } from './session.ts';

/** Pause after a delivery that failed with the link open: doubled with each refusal of the same message. */
const PAUSE = { first: 5_000, longest: 300_000 };

type Conclusion = (state: ChargePointState, entry: OutboxEntry) => Step;

/** The oldest message as it would go now. */
interface Due {
  readonly entry: OutboxEntry;
  readonly payload: JsonObject;
  readonly before: Delivery;
  readonly version: SoapVersion;
}

/** Delivers what waits for the CSMS: one message at a time, oldest first, while the link is open. */
export class Outbox {
  readonly #session: Session;
  #waiting = 0;
  /** When the first message was taken over, as long as the list has not been read. */
  #since: number | undefined;
  #entries: OutboxEntry[] | undefined;
  /** Messages whose first call is still open: they may yet be answered, so they are not sent again. */
  readonly #held = new Set<number>();
  /** What the CSMS said of a message, as long as it is not written: such a message is not sent again. */
  readonly #unwritten = new Map<number, Conclusion>();
  #sending = false;
  /** Somebody asked for more while a turn ran. */
  #again = false;
  #resting = false;
  #stopped = false;

  constructor(session: Session) {
    this.#session = session;
  }

  /** How many wait. */
  get depth(): number {
    return this.#entries?.length ?? this.#waiting;
  }

  /** When the oldest was taken over, ms. */
  get oldest(): number | undefined {
    return this.#entries ? this.#entries[0]?.at : this.#since;
  }

  /** Whether something is under way or not written yet. */
  get busy(): boolean {
    return this.#sending || this.#unwritten.size + this.#held.size > 0;
  }

  /** Follows what a step committed. */
  follow(effects: readonly Effect[], state: ChargePointState): void {
    this.#waiting = state.outbox?.waiting ?? 0;
    for (const effect of effects) {
      if (effect.do === 'outbox-put') this.#since ??= effect.entry.at;
      if (this.#entries === undefined) continue;
      if (effect.do === 'outbox-remove') this.#entries = without(this.#entries, effect.seq);
      else if (effect.do === 'outbox-put') this.#entries = withEntry(this.#entries, effect.entry);
    }
  }

  /** The list is to be read again. */
  forget(): void {
    this.#entries = undefined;
  }

  /** Sends nothing more; what is under way is still concluded. */
  stop(): void {
    this.#stopped = true;
  }

  /** What an operator decides on a message that was put aside; false when there is none with this number. */
  async deadLetter(seq: number, what: 'retry' | 'discard'): Promise<boolean> {
    let found = false;
    await this.#session.step(
      async (state) => {
        const entry = (await this.#session.record.deadLetters()).find((one) => one.seq === seq);
        if (entry === undefined) return still(state);
        found = true;
        if (what === 'retry') return deadLetterRetried(state, entry);
        return { state, effects: [{ do: 'dead-letter-remove', seq }] };
      },
      () => this.pump(),
    );
    return found;
  }

  hold(seq: number): void {
    this.#held.add(seq);
  }

  release(seq: number): void {
    this.#held.delete(seq);
    this.pump();
  }

  /** An answer that came late for a message taken over meanwhile. */
  answeredLate({ seq }: OutboxEntry, answer: JsonObject): void {
    this.#unwritten.set(seq, (state, entry) =>
      this.#session.flows.outboxAnswered(state, entry, answer, this.#context(state)),
    );
    this.release(seq);
  }

  /** Writes what the CSMS said, and sends the oldest message if it may go now. */
  pump(): void {
    this.#again = true;
    if (this.#sending || this.#resting || (!this.#open && this.#unwritten.size === 0)) return;
    this.#sending = true;
    this.#again = false;
    this.#turn()
      .catch((error: unknown) => {
        this.#session.deps.observe.failure(this.#session.identity, 'outbox', error);
        this.#rest(this.#pause.first);
      })
      .finally(() => {
        this.#sending = false;
        if (this.#again) this.pump();
      });
  }

  get #open(): boolean {
    return this.#session.linkOpen && !this.#stopped;
  }

  async #turn(): Promise<void> {
    for (const [seq, conclusion] of this.#unwritten) await this.#conclude(seq, conclusion);
    if (!this.#open) return;
    const due = await this.#due();
    if (due === undefined) return;
    await this.#session.deps.pace.turn();
    if (this.#stopped) return;
    if (due.before.may === 'later') return;
    if (due.before.may === 'wait') this.#rest(Math.max(this.#pause.first, 1000 * due.before.seconds));
    else {
      for (const effect of due.before.first) this.#session.callAsOwn(effect, due.version);
      await this.#deliver(due);
    }
    this.#again = true;
  }

  /** Read inside the mailbox, between two steps. */
  async #due(): Promise<Due | undefined> {
    let due: Due | undefined;
    await this.#session.step(
      async (state) => {
        const entry = (await this.#list(state))[0];
        if (entry === undefined || this.#held.has(entry.seq) || this.#unwritten.has(entry.seq)) return still(state);
        const { flows, introduced } = this.#session;
        const context = this.#context(state);
        const before = flows.beforeDelivery(state, entry, !introduced, context);
        due = { entry, payload: flows.outboxCall(state, entry, context), before, version: state.version ?? '1.6' };
        return still(state);
      },
      () => undefined,
    );
    return due;
  }

  /** Reads the list though nothing can be sent yet: an outage that was there before this process is seen at once. */
  look(): void {
    const read = async (state: ChargePointState): Promise<Step> => {
      await this.#list(state);
      return still(state);
    };
    this.#session
      .step(read, () => undefined)
      .catch((error: unknown) => this.#session.deps.observe.failure(this.#session.identity, 'outbox', error));
  }

  async #list(state: ChargePointState): Promise<readonly OutboxEntry[]> {
    const unread = this.#entries === undefined || (this.#entries.length === 0 && (state.outbox?.waiting ?? 0) > 0);
    if (unread) this.#entries = await this.#session.record.outbox();
    return this.#entries ?? [];
  }

  async #deliver({ entry, payload }: Due): Promise<void> {
    const { identity, deps } = this.#session;
    const { answerWithin, callTimeout } = deps.settings;
    const call = { identity, action: entry.action, payload, exchange: deps.ids() };
    const said = await deps.csms.call({ ...call, sendWithin: answerWithin, answerWithin: callTimeout }).then(
      (answer): Conclusion => {
        this.#session.csmsAnsweredAt = deps.clock.now();
        return (state, now) => this.#session.flows.outboxAnswered(state, now, answer, this.#context(state));
      },
      (error: unknown) => this.#refused(entry, refusalOf(error)),
    );
    this.#unwritten.set(entry.seq, said);
    await this.#conclude(entry.seq, said);
  }

  #refused(entry: OutboxEntry, refusal: Refusal): Conclusion {
    // It has forgotten this charge point: the boot is told again before the next try.
    if (refusal.code === 'CsmsSecurityError') this.#session.introduced = false;
    this.#rest(Math.min(this.#pause.longest, this.#pause.first * 2 ** Math.min(entry.refusals, 10)));
    return (state, now) => this.#session.flows.outboxRefused(state, now, refusal, this.#context(state));
  }

  /** Once for each message: one that is not there any more has been concluded before. */
  async #conclude(seq: number, conclusion: Conclusion): Promise<void> {
    await this.#session.step(
      async (state) => {
        const entry = (await this.#list(state)).find((one) => one.seq === seq);
        return entry ? conclusion(state, entry) : still(state);
      },
      (effects, state) => {
        this.#unwritten.delete(seq);
        // First the charge point that waits for this very entry.
        this.#session.deviceCalls.entryConcluded(seq, effects, state);
        this.#session.act(effects, state, 'outbox');
      },
      this.#session.deviceCalls.keyOfEntry(seq),
    );
  }

  #context(state: ChargePointState) {
    return this.#session.context(state.version ?? '1.6');
  }

  get #pause(): { readonly first: number; readonly longest: number } {
    return this.#session.deps.settings.outboxPause ?? PAUSE;
  }

  #rest(ms: number): void {
    if (this.#resting) return;
    this.#resting = true;
    this.#session.deps.clock.after(ms, () => {
      this.#resting = false;
      this.pump();
    });
  }
}

function still(state: ChargePointState): Step {
  return { state, effects: [] };
}

/** Nearly always it is the first that goes. */
function without(entries: OutboxEntry[], seq: number): OutboxEntry[] {
  if (entries[0]?.seq !== seq) return entries.filter((entry) => entry.seq !== seq);
  entries.shift();
  return entries;
}

/** Nearly always it is a new last one; one that is tried again keeps its number and its place. */
function withEntry(entries: OutboxEntry[], entry: OutboxEntry): OutboxEntry[] {
  if ((entries.at(-1)?.seq ?? 0) >= entry.seq) {
    return [...entries.filter(({ seq }) => seq !== entry.seq), entry].sort((a, b) => a.seq - b.seq);
  }
  entries.push(entry);
  return entries;
}
