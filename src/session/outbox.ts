import { type Refusal, refusalOf } from '../base/errors.ts';
import type { JsonObject, SoapVersion } from '../base/message.ts';
import type { Delivery, Effect } from '../flow/decision.ts';
import { asked, deadLetterDiscarded, deadLetterRetried, type OutboxEntry } from '../flow/outbox.ts';
import type { ChargePointState } from '../flow/state.ts';
import { OutboxBound } from './outbox-bound.ts';
import { OutboxRests, WHOLE } from './outbox-rests.ts';
import { OutboxWindow } from './outbox-window.ts';
import type { Session, Step } from './session.ts';

/** A message that is delivered within this time (ms) has not waited. */
const PASSING = 5_000;
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

/** Delivers what waits for the CSMS: one message at a time, the oldest first of those that may go, while the link is open. */
export class Outbox {
  readonly #session: Session;
  #waiting = 0;
  /** When the oldest message was taken over, as far as it is known without reading. */
  #since: number | undefined;
  readonly #window: OutboxWindow;
  readonly #rests: OutboxRests;
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
  #stopped = false;

  constructor(session: Session) {
    this.#session = session;
    this.#rests = new OutboxRests(session.deps.clock, (lane, since) => this.#rested(lane, since));
    this.#window = new OutboxWindow(session.record, (entry) => this.#mayNot(this.#lane(entry)));
    const underWay = (seq: number) => seq === this.#asking || this.#held.has(seq) || this.#unwritten.has(seq);
    this.#bound = new OutboxBound(session, underWay);
  }

  /** How many wait. */
  get depth(): number {
    return this.#waiting;
  }

  /** When the oldest was taken over, ms. */
  get oldest(): number | undefined {
    if (this.#waiting === 0) return undefined;
    const known = Math.min(this.#window.first?.at ?? Infinity, this.#rests.since);
    return known === Infinity ? this.#since : known;
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
        this.#window.put(effect.entry);
      } else if (effect.do === 'outbox-remove') this.#window.remove(effect.seq);
    }
    this.#bound.look(this.#waiting);
  }

  /** The list is to be read again. */
  forget(): void {
    this.#since = this.oldest;
    this.#window.forget();
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
        this.#rests.rest(WHOLE, this.#pause.first);
      })
      .finally(() => {
        this.#sending = false;
        if (this.#again) this.pump();
      });
  }

  get #maySend(): boolean {
    return this.#session.linkOpen && !this.#stopped && !this.#rests.has(WHOLE);
  }

  async #turn(): Promise<void> {
    for (const [seq, conclusion] of this.#unwritten) await this.#conclude(seq, conclusion);
    if (!this.#maySend) return;
    const { closings } = this.#session;
    const due = await this.#due();
    if (due === undefined) return;
    if (due.before.may === 'later') return;
    if (this.#hasWaited(due.entry)) await this.#session.deps.pace.turn();
    // On the next link something else may have to go first.
    if (this.#stopped || closings !== this.#session.closings) return;
    if (due.before.may === 'wait') this.#rests.rest(WHOLE, Math.max(this.#pause.first, 1000 * due.before.seconds));
    else {
      for (const effect of due.before.first) this.#session.callAsOwn(effect, due.version);
      await this.#deliver(due, closings);
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
        const entry = this.#mayGo(await this.#list(state));
        if (entry === undefined) return still(state);
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

  #list(state: ChargePointState): Promise<readonly OutboxEntry[]> {
    return this.#window.read((state.outbox?.waiting ?? 0) > 0 && !this.#rests.some);
  }

  /** The oldest with none of its lane before it that is under way. */
  #mayGo(entries: readonly OutboxEntry[]): OutboxEntry | undefined {
    const underWay = new Set<string>();
    return entries.find((entry) => {
      const lane = this.#lane(entry);
      if (this.#held.has(entry.seq) || this.#unwritten.has(entry.seq)) underWay.add(lane);
      return !underWay.has(lane);
    });
  }

  #lane(entry: OutboxEntry): string {
    return this.#session.flows.lane?.(entry) ?? WHOLE;
  }

  async #deliver(due: Due, closings: number): Promise<void> {
    const { seq } = due.entry;
    this.#asking = seq;
    try {
      if (!(await this.#mark(seq)) || closings !== this.#session.closings) return;
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
    const pause = this.#pause.first * 2 ** Math.min(entry.refusals, 10);
    this.#rests.rest(this.#lane(entry), Math.min(this.#pause.longest, pause), entry.at);
    this.#window.narrow();
    return (state, now) => this.#session.flows.outboxRefused(state, now, refusal, this.#context(state));
  }

  /** Once for each message: one that is not there any more has been concluded before. */
  async #conclude(seq: number, conclusion: Conclusion): Promise<void> {
    let found: OutboxEntry | undefined;
    await this.#session.step(
      async (state) => {
        found = await this.#find(seq, state);
        return found ? conclusion(state, found) : still(state);
      },
      (effects, state) => {
        this.#unwritten.delete(seq);
        // First the charge point that waits for this very entry.
        this.#session.deviceCalls.entryConcluded(seq, effects, state);
        this.#session.act(effects, state, 'outbox');
        for (const effect of effects)
          if (found && effect.do === 'outbox-pause') this.#rests.restInstead(this.#lane(found), effect.ms, found.at);
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

  #mayNot(lane: string): boolean {
    return lane !== WHOLE && this.#rests.has(lane);
  }

  #rested(lane: string, since: number): void {
    if (lane !== WHOLE) {
      // Its messages are not among those that memory holds.
      this.forget();
      this.#since = Math.min(since, this.#since ?? Infinity);
    }
    this.pump();
  }
}

function still(state: ChargePointState): Step {
  return { state, effects: [] };
}
