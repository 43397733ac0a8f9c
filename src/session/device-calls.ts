import { BridgeError, type Refusal, refusalOf } from '../base/errors.ts';
import type { JsonObject, SoapObject } from '../base/message.ts';
import type { Effect } from '../flow/decision.ts';
import type { OutboxEntry } from '../flow/outbox.ts';
import type { ChargePointState } from '../flow/state.ts';
import type { UpAction } from '../mapping/translator.ts';
import { DeviceAnswers } from './device-answers.ts';
import type { Outcome } from './observer.ts';
import type { DeviceCall } from './ports.ts';
import { repeatKey } from './repeat.ts';
import type { Session, Step } from './session.ts';
import type { UpExchange, Waiter } from './up-exchange.ts';

/** Answers that are not durable are kept so long for a repeat with the same MessageID. */
const JOIN_FOR = 60_000;
/** What the CSMS said and could not be written is tried again so often. */
const WRITE_AGAIN = 5_000;
/** Tags that nobody's card can hold are not remembered, nor more than a charge point sees in a while. */
const LONGEST_TAG = 255;
const MOST_ALIASES = 500;

const NOT_ACCEPTED: Refusal = { code: 'CsmsAway', reason: 'the CSMS has not accepted the charge point' };

/** Calls of one charge point: recognised when repeated, translated, forwarded, answered in time. */
export class DeviceCalls {
  readonly #session: Session;
  readonly #answers: DeviceAnswers;
  readonly #open = new Set<Waiter>();
  readonly #byKey = new Map<string, UpExchange>();
  /** Exchanges that wait for an entry of the outbox, by its number. */
  readonly #byEntry = new Map<number, UpExchange>();
  /** States on their way to the CSMS, as they go. */
  readonly #saying = new Set<string>();
  /** Exchanges that the CSMS has answered and the store has not taken. */
  readonly #unwritten = new Map<UpExchange, () => void>();
  /** Requests whose answer has not left yet: the charge point must not be called meanwhile. */
  #unanswered = 0;

  constructor(session: Session) {
    this.#session = session;
    this.#answers = new DeviceAnswers(session, (waiter) => this.#open.delete(waiter));
  }

  get open(): number {
    return this.#open.size;
  }

  /** Whether somebody waits, or something is not written yet. */
  get busy(): boolean {
    return this.#open.size + this.#unwritten.size > 0;
  }

  /** No request of the charge point is waiting for its answer. */
  get quiet(): boolean {
    return this.#unanswered === 0;
  }

  /** Whether the charge point itself is telling the CSMS this very state now. */
  saying(action: string, payload: JsonObject): boolean {
    return this.#saying.size > 0 && isState(action) && this.#saying.has(stateText(action, payload));
  }

  receive(call: DeviceCall): Promise<SoapObject> {
    const { deps } = this.#session;
    this.#session.hears(call.receivedAt);
    this.#unanswered += 1;
    void call.responded.then(() => {
      this.#unanswered -= 1;
      if (this.quiet) this.#session.csmsCalls.pump();
    });
    return new Promise((resolve, reject) => {
      const waiter: Waiter = { call, losses: [...call.losses], resolve, reject, deadline: undefined, done: false };
      if (this.#open.size >= deps.settings.mostWaiting) {
        this.#answers.refuse(waiter, {
          code: 'Busy',
          reason: `${this.#open.size} exchanges of this charge point are waiting`,
        });
        return;
      }
      this.#open.add(waiter);
      for (const code of call.losses) this.#session.loss(code, call.version, call.action, '');
      this.#begin(waiter).catch((error: unknown) => this.#answers.fail(waiter, error));
    });
  }

  async #begin(waiter: Waiter): Promise<void> {
    const { call } = waiter;
    const session = this.#session;
    const key = repeatKey(call);
    let begun: UpExchange | undefined;
    let table: UpAction | undefined;
    await session.step(
      async (before) => {
        table = this.#tableFor(call, before);
        const state = heard(before, call);
        const joined = key && this.#byKey.get(key.key);
        if (joined) {
          this.#join(waiter, joined);
          return { state, effects: [] };
        }
        const translated = this.#translate(table, waiter, state);
        if (translated.kind === 'answer') return { state, effects: [{ do: 'answer', payload: translated.answer }] };
        if (translated.kind === 'refusal') return { state, effects: [{ do: 'refuse', refusal: translated.refusal }] };
        const { action, version } = call;
        const exchange = { id: call.exchange, action, version, request: translated.value, table, key };
        const nothing = { answer: undefined, kept: undefined, waitsFor: undefined, written: undefined };
        const earlier = key?.durable ? await session.record.before(key.key) : undefined;
        const asked = earlier && earlier.answer === undefined && { asked: true as const };
        begun = { ...exchange, ...asked, waiters: [waiter], attempt: 0, ...nothing };
        if (earlier?.answer) {
          begun.answer = earlier.answer;
          this.#repeated(waiter);
          return { state, effects: [{ do: 'answer', payload: earlier.answer }] };
        }
        // What cannot be remembered must not reach the CSMS: every repeat would reach it again.
        const { trouble } = session.deps.store.health();
        if (key?.durable && trouble !== undefined) {
          session.deps.observe.commitFailed();
          throw new BridgeError('StoreFailed', trouble);
        }
        const known = learn(state, translated.aliases);
        return session.flows.deviceCalls(known, begun, !session.introduced, session.context(version), table);
      },
      (effects, state) => {
        if (begun) this.#act(begun, effects, state, 'answered-by-bridge');
        else if (table) this.#actLocally(waiter, table, effects, state);
      },
      key?.durable ? key.key : undefined,
    );
  }

  /** A BootNotification itself says whose tables it needs. */
  #tableFor(call: DeviceCall, state: ChargePointState): UpAction {
    const boot = call.action === 'BootNotification' ? call.payload : state.boot?.request;
    const table = this.#session.quirks.now(boot).translator(call.version)?.up.get(call.action);
    if (table) return table;
    throw new BridgeError('UnknownOperation', `${call.action} is not an operation of OCPP ${call.version}`);
  }

  #translate(table: UpAction, waiter: Waiter, state: ChargePointState) {
    const { clock, observe } = this.#session.deps;
    const began = clock.monotonic();
    const translated = table.request(waiter.call.payload, this.#session.memory(state, waiter.call.receivedAt));
    observe.mapped((clock.monotonic() - began) / 1000);
    this.#answers.lost(waiter, translated.losses);
    return translated;
  }

  /** The first one is still on its way: this request gets the same answer. */
  #join(waiter: Waiter, exchange: UpExchange): void {
    this.#repeated(waiter);
    exchange.waiters.push(waiter);
    if (exchange.answer === undefined) this.#watch(waiter, exchange);
    else void this.#answerJoined(waiter, exchange, exchange.answer);
    this.#unwritten.get(exchange)?.();
  }

  async #answerJoined(waiter: Waiter, exchange: UpExchange, answer: JsonObject): Promise<void> {
    await Promise.resolve();
    await this.#session.step(
      (state) => ({ state, effects: [] }),
      (_effects, state) => this.#answers.give(waiter, this.#answers.write(exchange, answer, state), 'repeat'),
    );
  }

  #repeated(waiter: Waiter): void {
    this.#session.deps.observe.repeat(waiter.call.action);
    waiter.losses.push('dup');
    this.#session.loss('dup', waiter.call.version, waiter.call.action, '');
  }

  /** Whatever the CSMS does, the charge point is answered within its time. */
  #watch(waiter: Waiter, exchange: UpExchange): void {
    const { clock, settings } = this.#session.deps;
    const patience = Math.min(settings.answerWithin, exchange.patience ?? Infinity);
    const end = Math.min(waiter.call.since + patience, exchange.waitsFor?.until ?? Infinity);
    const left = Math.max(0, end - clock.monotonic());
    waiter.deadline = clock.after(left, () => {
      const refusal: Refusal = { code: 'CsmsTimeout', reason: 'the CSMS did not answer in time' };
      this.#session
        .step(
          async (state) => {
            if (waiter.done) return { state, effects: [] };
            const earlier = await this.#decidedBefore(exchange);
            if (earlier) return { state, effects: [{ do: 'answer', payload: earlier }] };
            return this.#refused(exchange, refusal, state);
          },
          (effects, state) => {
            if (this.#gaveUp(exchange) || this.#takeOver(exchange, effects))
              this.#act(exchange, effects, state, 'answered-by-bridge');
            else this.#actLocally(waiter, exchange.table, effects, state, 'timeout');
          },
          exchange.key?.key,
        )
        .catch((error: unknown) => {
          exchange.doubtful = true;
          this.#answers.fail(waiter, error);
        });
    });
  }

  /** Whether it waited for an entry of the outbox: the answer given now holds for all who wait, whatever becomes of the entry. */
  #gaveUp(exchange: UpExchange): boolean {
    if (exchange.waitsFor === undefined) return false;
    this.#byEntry.delete(exchange.waitsFor.seq);
    return true;
  }

  /** Under which key the answer is remembered for repeats of the message that waits for this entry. */
  keyOfEntry(seq: number): string | undefined {
    const key = this.#byEntry.get(seq)?.key;
    return key?.durable ? key.key : undefined;
  }

  /** The CSMS has judged an entry of the outbox: what is meant for the charge point that waits for it. */
  entryConcluded(seq: number, effects: readonly Effect[], state: ChargePointState): void {
    const exchange = this.#byEntry.get(seq);
    if (exchange === undefined) return;
    const answers = effects.filter((effect) => effect.do === 'answer' || effect.do === 'refuse');
    if (answers.length === 0) return;
    this.#byEntry.delete(seq);
    this.#act(exchange, answers, state, 'answered');
  }

  /** Whether the bridge has taken the message over though its call is open: nobody waits for that call any more. */
  #takeOver(exchange: UpExchange, effects: readonly Effect[]): boolean {
    for (const effect of effects) {
      if (effect.do !== 'outbox-put') continue;
      exchange.kept = effect.entry;
      this.#session.outbox.hold(effect.entry.seq);
    }
    return exchange.kept !== undefined;
  }

  /** Effects of a step that belongs to an exchange with the CSMS. */
  #act(exchange: UpExchange, effects: readonly Effect[], state: ChargePointState, outcome: Outcome): void {
    for (const effect of effects) {
      if (effect.do === 'call-csms') {
        if (effect.own) this.#session.callAsOwn(effect, exchange.version);
        else this.#ask(exchange, effect);
      } else if (effect.do === 'answer') {
        this.#settle(exchange, (waiter) => {
          const how = waiter.losses.includes('dup') ? 'repeat' : outcome;
          this.#answers.give(waiter, this.#answers.write(exchange, effect.payload, state), how);
          this.#whenDelivered(waiter, exchange, effect.payload);
        });
      } else if (effect.do === 'refuse') {
        this.#settle(exchange, (waiter) => this.#answers.refuse(waiter, effect.refusal));
      } else if (effect.do === 'wait-for') {
        this.#waitFor(exchange, effect);
      } else if (effect.do === 'outbox-put') {
        this.#session.deliver();
      } else if (effect.do === 'call-device') {
        this.#session.csmsCalls.command(effect, exchange.version);
      } else if (effect.do === 'loss') {
        // Told once, for the request that gets the answer; a later one of the same exchange adds nothing.
        this.#effectLoss(
          exchange.waiters.find(({ done }) => !done),
          effect,
        );
      }
    }
  }

  #waitFor(exchange: UpExchange, { seq, within }: Extract<Effect, { do: 'wait-for' }>): void {
    exchange.waitsFor = { seq, until: this.#session.deps.clock.monotonic() + within };
    this.#byEntry.set(seq, exchange);
    if (exchange.key) this.#byKey.set(exchange.key.key, exchange);
    for (const waiter of exchange.waiters) this.#watch(waiter, exchange);
  }

  /** Effects of a step that ends one request without the CSMS. */
  #actLocally(
    waiter: Waiter,
    table: UpAction,
    effects: readonly Effect[],
    state: ChargePointState,
    outcome: Outcome = 'answered-by-bridge',
  ): void {
    for (const effect of effects) {
      if (effect.do === 'answer')
        this.#answers.give(waiter, this.#answers.write(table, effect.payload, state), outcome);
      else if (effect.do === 'refuse')
        this.#answers.refuse(waiter, effect.refusal, outcome === 'timeout' ? 'timeout' : 'refused');
      else if (effect.do === 'loss') this.#effectLoss(waiter, effect);
    }
  }

  #effectLoss(waiter: Waiter | undefined, { code, field }: { code: string; field: string }): void {
    if (waiter) this.#answers.lost(waiter, [{ code, field }]);
  }

  #ask(exchange: UpExchange, effect: Extract<Effect, { do: 'call-csms' }>): void {
    const { booting, flows } = this.#session;
    exchange.patience = effect.within;
    if (booting && flows.bootsFirst && effect.action !== 'BootNotification') this.#forwardWhenBooted(exchange, effect);
    else this.#forward(exchange, effect.action, effect.payload);
  }

  #forward(exchange: UpExchange, action: string, payload: JsonObject): void {
    const { csms, clock, settings, observe } = this.#session.deps;
    exchange.attempt += 1;
    if (exchange.asked && exchange.attempt === 1) observe.possibleDuplicate(this.#session.identity, exchange.action);
    const boots = action === 'BootNotification';
    if (boots) {
      this.#session.introduced = true;
      this.#session.bootBegins('charge point');
    }
    this.#expect(exchange);
    const { answerWithin, bufferAfter, callTimeout } = settings;
    const id = exchange.attempt === 1 ? exchange.id : this.#session.deps.ids();
    const call = { identity: this.#session.identity, action, payload, exchange: id };
    const began = clock.monotonic();
    // Before the charge point's own deadline, so that it hears why the CSMS is away and not only that time is up.
    const patience = 0.9 * answerWithin;
    const mayWait = this.#session.flows.canWait(exchange, this.#session.context(exchange.version));
    const sendWithin = mayWait ? bufferAfter : patience;
    const bound = this.#session.boundToLink(action);
    const said = isState(action) ? stateText(action, payload) : undefined;
    if (said !== undefined) this.#saying.add(said);
    const calling = csms.call({ ...call, ...bound, sendWithin, answerWithin: callTimeout }).finally(() => {
      if (said !== undefined) this.#saying.delete(said);
    });
    const concluded = calling.then(
      (answer) => {
        this.#session.csmsAnswered();
        observe.csmsAnswered(action, (clock.monotonic() - began) / 1000);
        const late = (kept: OutboxEntry) => this.#session.outbox.answeredLate(kept, answer);
        return this.#conclude(exchange, 'answered', (state) => this.#answered(exchange, answer, state), late);
      },
      (error: unknown) => {
        const refusal = refusalOf(error);
        const decide = (state: ChargePointState) => this.#refused(exchange, refusal, state);
        const late = (kept: OutboxEntry) => this.#session.outbox.release(kept.seq);
        return this.#conclude(exchange, 'answered-by-bridge', decide, late);
      },
    );
    // Under way until its answer is written.
    if (boots) void concluded.finally(() => this.#session.bootEnds('charge point'));
  }

  /** From now on repeats find it, and its charge point is answered in time. */
  #expect(exchange: UpExchange): void {
    if (exchange.key) this.#byKey.set(exchange.key.key, exchange);
    for (const waiter of exchange.waiters) if (waiter.deadline === undefined) this.#watch(waiter, exchange);
  }

  /** A boot is under way, and what the CSMS says to it decides whether it wants to hear this call. */
  #forwardWhenBooted(exchange: UpExchange, effect: Extract<Effect, { do: 'call-csms' }>): void {
    const session = this.#session;
    this.#expect(exchange);
    const decide = (state: ChargePointState): Step => {
      const accepted = session.flows.accepts?.(state, session.context(exchange.version)) ?? true;
      if (exchange.waiters.every(({ done }) => done)) return { state, effects: [] };
      return accepted ? { state, effects: [effect] } : this.#refused(exchange, NOT_ACCEPTED, state);
    };
    const late = (kept: OutboxEntry) => session.outbox.release(kept.seq);
    session.whenBooted(() => void this.#conclude(exchange, 'answered-by-bridge', decide, late));
  }

  #answered(exchange: UpExchange, answer: JsonObject, state: ChargePointState): Step {
    const { clock } = this.#session.deps;
    const context = this.#session.context(exchange.version);
    const decided = this.#session.flows.csmsAnswered(state, exchange, answer, context);
    for (const effect of decided.effects) {
      if (effect.do !== 'answer') continue;
      const translation = exchange.table.answer(effect.payload, this.#session.memory(decided.state, clock.now()));
      exchange.written = { answer: effect.payload, translation };
      // An answer that the charge point cannot be given means nothing: it is as if the CSMS had refused.
      if (translation.kind !== 'refusal') continue;
      return this.#refused(exchange, translation.refusal, state);
    }
    exchange.answer = exchange.written?.answer;
    return decided;
  }

  #refused(exchange: UpExchange, refusal: Refusal, state: ChargePointState): Step {
    const context = this.#session.context(exchange.version);
    return this.#session.flows.csmsRefused(state, exchange, refusal, exchange.attempt, exchange.table, context);
  }

  /**
   * Ends the exchange by what its call came to. Whether the bridge has taken the message over meanwhile is known only when
   * the steps before are done: then it is the outbox (`late`) that wants to know.
   */
  async #conclude(
    exchange: UpExchange,
    outcome: Outcome,
    decide: (state: ChargePointState) => Step,
    late: (kept: OutboxEntry) => void,
  ): Promise<void> {
    const key = exchange.key?.durable ? exchange.key.key : undefined;
    let kept: OutboxEntry | undefined;
    try {
      await this.#session.step(
        async (state) => {
          kept = exchange.kept;
          if (kept) return { state, effects: [] };
          const earlier = await this.#decidedBefore(exchange);
          return earlier ? { state, effects: [{ do: 'answer', payload: earlier }] } : decide(state);
        },
        (effects, state) => (kept ? late(kept) : this.#act(exchange, effects, state, outcome)),
        key,
      );
      // Whom the CSMS accepts now may have waited for that.
      if (exchange.action === 'BootNotification') this.#session.outbox.pump();
    } catch (error) {
      exchange.answer = undefined;
      exchange.doubtful = true;
      this.#session.deps.observe.failure(this.#session.identity, exchange.action, error);
      const taken = exchange.kept;
      if (taken) late(taken);
      else if (outcome === 'answered' && key !== undefined && refusalOf(error).code === 'StoreFailed')
        this.#writeLater(exchange, () => this.#conclude(exchange, outcome, decide, late));
      this.#settle(exchange, (waiter) => this.#answers.fail(waiter, error));
    }
  }

  /** The CSMS has the message, so a repeat must not reach it: it waits until this is written. */
  #writeLater(exchange: UpExchange, write: () => Promise<void>): void {
    const now = () => {
      timer.cancel();
      if (this.#unwritten.delete(exchange)) void write();
    };
    const timer = this.#session.deps.clock.after(WRITE_AGAIN, now);
    this.#unwritten.set(exchange, now);
  }

  /** The answer that a commit wrote though it was reported as failed. */
  async #decidedBefore({ doubtful, key }: UpExchange): Promise<JsonObject | undefined> {
    return doubtful && key?.durable ? this.#session.record.answered(key.key) : undefined;
  }

  /** Ends the exchange for everyone who waits. A later repeat finds the answer in the store, or for a while here. */
  #settle(exchange: UpExchange, each: (waiter: Waiter) => void): void {
    const { key } = exchange;
    if (key) {
      if (this.#unwritten.has(exchange)) this.#byKey.set(key.key, exchange);
      else if (key.durable || exchange.answer === undefined) this.#byKey.delete(key.key);
      else this.#session.deps.clock.after(JOIN_FOR, () => this.#byKey.delete(key.key));
    }
    for (const waiter of exchange.waiters) if (!waiter.done) each(waiter);
  }

  #whenDelivered(waiter: Waiter, exchange: UpExchange, answer: JsonObject): void {
    const { version, action } = exchange;
    const session = this.#session;
    void waiter.call.responded.then((delivered) => {
      if (!delivered) return;
      session
        .step(
          (state) => session.flows.deviceHasAnswer(state, exchange, answer, session.context(version)),
          (effects, state) => session.act(effects, state, action),
        )
        .catch((error: unknown) =>
          this.#session.deps.observe.failure(this.#session.identity, 'answer delivered', error),
        );
    });
  }
}

function isState(action: string): boolean {
  return action.endsWith('StatusNotification');
}

function stateText(action: string, payload: JsonObject): string {
  return `${action} ${JSON.stringify(payload)}`;
}

/** What every message says besides its content: the version spoken and where the charge point listens. */
function heard(state: ChargePointState, call: DeviceCall): ChargePointState {
  const callback = call.callback ?? state.callback;
  if (state.version === call.version && state.callback === callback) return state;
  return { ...state, version: call.version, ...(callback !== undefined && { callback }) };
}

function learn(state: ChargePointState, aliases: readonly { alias: string; original: string }[]): ChargePointState {
  const news = aliases.filter(
    ({ alias, original }) => original.length <= LONGEST_TAG && state.aliases[alias] !== original,
  );
  if (news.length === 0) return state;
  const all = [...Object.entries(state.aliases), ...news.map(({ alias, original }) => [alias, original] as const)];
  return { ...state, aliases: Object.fromEntries(all.slice(-MOST_ALIASES)) };
}
