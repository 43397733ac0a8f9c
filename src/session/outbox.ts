import type { Timer } from '../base/clock.ts';
import { type Refusal, refusalOf } from '../base/errors.ts';
import type { JsonObject, SoapVersion } from '../base/message.ts';
import type { Delivery, Effect } from '../flow/decision.ts';
import { asked, deadLetterDiscarded, deadLetterRetried, type OutboxEntry } from '../flow/outbox.ts';
import type { ChargePointState } from '../flow/state.ts';
import { OutboxBound } from './outbox-bound.ts';
import type { Session, Step } from './session.ts';

/** A message that is delivered within this time (ms) has not waited. */
const PASSING = 5_000;
/** Pause after a delivery that failed with the link open: doubled with each refusal of the same message. */
const PAUSE = { first: 5_000, longest: 300_000 };

/** So many are held in memory while they are delivered. */
const PAGE = 32;

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
  /** When the oldest message was taken over, as far as it is known without reading. */
  #since: number | undefined;
  /** The first of those that wait, once read: however many they are, memory holds few. */
  #entries: OutboxEntry[] | undefined;
  /** Whether there are more in the store. */
  #more = false;
  readonly #bound: OutboxBound;
  /** The number of the message that the CSMS is asked about. */
  #asking: number | undefined;
  /** Messages whose first call is still open: they may yet be answered, so they are not sent again. */
  readonly #held = new Set<number>();
  /** What the CSMS said of a message, as long as it is not written: such a message is not sent again. */
  readonly #unwritten = new Map<number, Conclusion>();
  #sending = false;
  /** Somebody asked for more while a turn ran. */
  #again = false;
  #resting: Timer | undefined;
  #stopped = false;

  constructor(session: Session) {
    this.#session = session;
    const underWay = (seq: number) => seq === this.#asking || this.#held.has(seq) || this.#unwritten.has(seq);
    this.#bound = new OutboxBound(session, underWay);
  }

  /** How many wait. */
  get depth(): number {
    return this.#waiting;
  }

  /** When the oldest was taken over, ms. */
  get oldest(): number | undefined {
    return this.#waiting === 0 ? undefined : (this.#entries?.[0]?.at ?? this.#since);
  }

  /** Whether something is under way or not written yet. */
  get busy(): boolean {
    return this.#sending || this.#unwritten.size + this.#held.size > 0;
  }

  /** Follows what a step committed. */
  follow(effects: readonly Effect[], state: ChargePointState): void {
    this.#waiting = state.outbox?.waiting ?? 0;
    if (this.#waiting === 0) this.#since = undefined;
    for (const effect of effects) {
      if (effect.do === 'outbox-put') {
        this.#since ??= effect.entry.at;
        this.#put(effect.entry);
      } else if (effect.do === 'outbox-remove' && this.#entries) {
        this.#entries = without(this.#entries, effect.seq);
      }
    }
    this.#bound.look(this.#waiting);
  }

  #put(entry: OutboxEntry): void {
    if (this.#entries === undefined) return;
    const last = this.#entries.at(-1)?.seq ?? 0;
    if (entry.seq > last && (this.#more || this.#entries.length >= PAGE)) this.#more = true;
    else this.#entries = withEntry(this.#entries, entry);
  }

  /** The list is to be read again. */
  forget(): void {
    this.#since = this.oldest;
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
        const entry = await this.#session.record.deadLetter(seq);
        if (entry === undefined) return still(state);
        found = true;
        return what === 'retry' ? deadLetterRetried(state, entry) : deadLetterDiscarded(state, entry);
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
    if (this.#sending || (!this.#maySend && this.#unwritten.size === 0)) return;
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

  get #maySend(): boolean {
    return this.#session.linkOpen && !this.#stopped && !this.#resting;
  }

  async #turn(): Promise<void> {
    for (const [seq, conclusion] of this.#unwritten) await this.#conclude(seq, conclusion);
    if (!this.#maySend) return;
    const due = await this.#due();
    if (due === undefined) return;
    if (due.before.may === 'later') return;
    if (this.#hasWaited(due.entry)) await this.#session.deps.pace.turn();
    if (this.#stopped) return;
    if (due.before.may === 'wait') this.#rest(Math.max(this.#pause.first, 1000 * due.before.seconds));
    else {
      for (const effect of due.before.first) this.#session.callAsOwn(effect, due.version);
      await this.#deliver(due);
    }
    this.#again = true;
  }

  /** What comes from an outage goes at a limited pace; what only passes through does not. */
  #hasWaited({ at }: OutboxEntry): boolean {
    const { linkOpenedAt = Infinity, deps } = this.#session;
    return at < linkOpenedAt || deps.clock.now() - at > PASSING;
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

  /** Looks for the oldest though nothing can be sent yet: an outage that was there before this process is seen at once. */
  look(): void {
    const read = async (state: ChargePointState): Promise<Step> => {
      this.#since = (await this.#session.record.outbox(1))[0]?.at;
      return still(state);
    };
    this.#session
      .step(read, () => undefined)
      .catch((error: unknown) => this.#session.deps.observe.failure(this.#session.identity, 'outbox', error));
  }

  async #list(state: ChargePointState): Promise<readonly OutboxEntry[]> {
    const unread = this.#entries === undefined || (this.#entries.length === 0 && (state.outbox?.waiting ?? 0) > 0);
    if (!unread) return this.#entries ?? [];
    const entries = await this.#session.record.outbox(PAGE);
    this.#entries = entries;
    this.#more = entries.length === PAGE;
    return entries;
  }

  async #deliver(due: Due): Promise<void> {
    const { seq } = due.entry;
    this.#asking = seq;
    try {
      if (!(await this.#mark(seq))) return;
      const said = await this.#ask(due);
      this.#unwritten.set(seq, said);
    } finally {
      this.#asking = undefined;
    }
    const said = this.#unwritten.get(seq);
    if (said) await this.#conclude(seq, said);
  }

  /** Writes that the CSMS is about to be asked, where a second time would matter. False when the message waits no more. */
  async #mark(seq: number): Promise<boolean> {
    let there = false;
    await this.#session.step(
      async (state) => {
        const entry = await this.#find(seq, state);
        there = entry !== undefined;
        const marked = entry && asked(entry);
        if (entry === undefined || marked === undefined) return still(state);
        if (marked === entry) this.#session.deps.observe.possibleDuplicate(this.#session.identity, entry.action);
        return { state, effects: marked === entry ? [] : [{ do: 'outbox-put', entry: marked }] };
      },
      () => undefined,
    );
    return there;
  }

  #ask({ entry, payload }: Due): Promise<Conclusion> {
    const { identity, deps } = this.#session;
    const { answerWithin, callTimeout } = deps.settings;
    const call = {
      ...{ identity, action: entry.action, payload, exchange: deps.ids() },
      ...this.#session.boundToLink(entry.action),
    };
    return deps.csms.call({ ...call, sendWithin: answerWithin, answerWithin: callTimeout }).then(
      (answer): Conclusion => {
        this.#session.csmsAnswered();
        return (state, now) => this.#session.flows.outboxAnswered(state, now, answer, this.#context(state));
      },
      (error: unknown) => this.#refused(entry, refusalOf(error)),
    );
  }

  /** One whose first call was long open may wait far behind those that memory holds. */
  async #find(seq: number, state: ChargePointState): Promise<OutboxEntry | undefined> {
    const held = (await this.#list(state)).find((one) => one.seq === seq);
    return held ?? (await this.#session.record.waiting(seq));
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
        const entry = await this.#find(seq, state);
        return entry ? conclusion(state, entry) : still(state);
      },
      (effects, state) => {
        this.#unwritten.delete(seq);
        // First the charge point that waits for this very entry.
        this.#session.deviceCalls.entryConcluded(seq, effects, state);
        this.#session.act(effects, state, 'outbox');
        for (const effect of effects) if (effect.do === 'outbox-pause') this.#restInstead(effect.ms);
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
    this.#resting ??= this.#session.deps.clock.after(ms, () => {
      this.#resting = undefined;
      this.pump();
    });
  }

  /** The CSMS has said itself how long. */
  #restInstead(ms: number): void {
    this.#resting?.cancel();
    this.#resting = undefined;
    this.#rest(ms);
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
