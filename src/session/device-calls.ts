import type { Timer } from '../base/clock.ts';
import { BridgeError, type Refusal, refusalOf } from '../base/errors.ts';
import type { JsonObject, SoapObject, SoapVersion } from '../base/message.ts';
import type { Effect, Exchange } from '../flow/decision.ts';
import { csmsAnswered, csmsRefused, deviceCalls, deviceHasAnswer } from '../flow/flows.ts';
import { canWait, type OutboxEntry } from '../flow/outbox.ts';
import type { ChargePointState } from '../flow/state.ts';
import type { Loss, Translation, UpAction } from '../mapping/translator.ts';
import type { Outcome } from './observer.ts';
import type { DeviceCall } from './ports.ts';
import { type RepeatKey, repeatKey } from './repeat.ts';
import type { Session, Step } from './session.ts';

/** Answers that are not durable are kept so long for a repeat with the same MessageID. */
const JOIN_FOR = 60_000;
/** Tags that nobody's card can hold are not remembered, nor more than a charge point sees in a while. */
const LONGEST_TAG = 255;
const MOST_ALIASES = 500;

/** One HTTP request of the charge point, waiting for its answer. */
interface Waiter {
  readonly call: DeviceCall;
  readonly losses: string[];
  readonly resolve: (payload: SoapObject) => void;
  readonly reject: (error: unknown) => void;
  deadline: Timer | undefined;
  done: boolean;
}

/** One call on its way to the CSMS; repeats of it wait beside the first. */
interface UpExchange extends Exchange {
  readonly version: SoapVersion;
  readonly table: UpAction;
  readonly key: RepeatKey | undefined;
  readonly waiters: Waiter[];
  attempt: number;
  /** In the pivot, once there is one. */
  answer: JsonObject | undefined;
  /** Taken over by the bridge while its call is still open: its place in the outbox. */
  kept: OutboxEntry | undefined;
  /** A commit of it failed: what was decided may be in the store all the same. */
  doubtful?: true;
  /** The answer for the charge point, made when it was judged. */
  written: { readonly answer: JsonObject; readonly translation: Translation<SoapObject> } | undefined;
}

/** Calls of one charge point: recognised when repeated, translated, forwarded, answered in time. */
export class DeviceCalls {
  readonly #session: Session;
  readonly #open = new Set<Waiter>();
  readonly #byKey = new Map<string, UpExchange>();
  /** Requests whose answer has not left yet: the charge point must not be called meanwhile. */
  #unanswered = 0;

  constructor(session: Session) {
    this.#session = session;
  }

  get open(): number {
    return this.#open.size;
  }

  /** No request of the charge point is waiting for its answer. */
  get quiet(): boolean {
    return this.#unanswered === 0;
  }

  receive(call: DeviceCall): Promise<SoapObject> {
    const { deps } = this.#session;
    this.#session.heardAt = call.receivedAt;
    this.#unanswered += 1;
    void call.responded.then(() => {
      this.#unanswered -= 1;
      if (this.quiet) this.#session.csmsCalls.pump();
    });
    return new Promise((resolve, reject) => {
      const waiter: Waiter = { call, losses: [...call.losses], resolve, reject, deadline: undefined, done: false };
      if (this.#open.size >= deps.settings.mostWaiting) {
        this.#refuse(waiter, { code: 'Busy', reason: `${this.#open.size} exchanges of this charge point are waiting` });
        return;
      }
      this.#open.add(waiter);
      for (const code of call.losses) this.#session.loss(code, call.version, call.action, '');
      this.#begin(waiter).catch((error: unknown) => this.#failed(waiter, error));
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
        begun = { ...exchange, waiters: [waiter], attempt: 0, answer: undefined, kept: undefined, written: undefined };
        const earlier = key?.durable ? await session.record.answered(key.key) : undefined;
        if (earlier) {
          begun.answer = earlier;
          this.#repeated(waiter);
          return { state, effects: [{ do: 'answer', payload: earlier }] };
        }
        const known = learn(state, translated.aliases);
        return deviceCalls(known, begun, !session.introduced, session.context(version));
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
    this.#lost(waiter, translated.losses);
    return translated;
  }

  #lost(waiter: Waiter, losses: readonly Loss[]): void {
    for (const { code, field, raw, secret } of losses) {
      waiter.losses.push(code);
      this.#session.loss(code, waiter.call.version, waiter.call.action, field, raw, secret);
    }
  }

  /** The first one is still on its way: this request gets the same answer. */
  #join(waiter: Waiter, exchange: UpExchange): void {
    this.#repeated(waiter);
    exchange.waiters.push(waiter);
    if (exchange.answer === undefined) this.#watch(waiter, exchange);
    else void this.#answerJoined(waiter, exchange, exchange.answer);
  }

  async #answerJoined(waiter: Waiter, exchange: UpExchange, answer: JsonObject): Promise<void> {
    await Promise.resolve();
    await this.#session.step(
      (state) => ({ state, effects: [] }),
      (_effects, state) => this.#answer(waiter, this.#write(exchange, answer, state), 'repeat'),
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
    const left = Math.max(0, settings.answerWithin - (clock.now() - waiter.call.receivedAt));
    waiter.deadline = clock.after(left, () => {
      const refusal: Refusal = { code: 'CsmsTimeout', reason: 'the CSMS did not answer in time' };
      this.#session
        .step(
          async (state) => {
            if (waiter.done) return { state, effects: [] };
            const earlier = await this.#decidedBefore(exchange);
            if (earlier) return { state, effects: [{ do: 'answer', payload: earlier }] };
            return csmsRefused(
              state,
              exchange,
              refusal,
              exchange.attempt,
              exchange.table,
              this.#session.context(exchange.version),
            );
          },
          (effects, state) => {
            if (this.#takeOver(exchange, effects)) this.#act(exchange, effects, state, 'answered-by-bridge');
            else this.#actLocally(waiter, exchange.table, effects, state, 'timeout');
          },
          exchange.key?.key,
        )
        .catch((error: unknown) => {
          exchange.doubtful = true;
          this.#failed(waiter, error);
        });
    });
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
        else this.#forward(exchange, effect.payload);
      } else if (effect.do === 'answer') {
        this.#settle(exchange, (waiter) => {
          const how = waiter.losses.includes('dup') ? 'repeat' : outcome;
          this.#answer(waiter, this.#write(exchange, effect.payload, state), how);
          this.#whenDelivered(waiter, exchange, effect.payload);
        });
      } else if (effect.do === 'refuse') {
        this.#settle(exchange, (waiter) => this.#refuse(waiter, effect.refusal));
      } else if (effect.do === 'outbox-put') {
        this.#session.outbox.pump();
      } else if (effect.do === 'loss') {
        // Told once, for the request that gets the answer; a later one of the same exchange adds nothing.
        this.#effectLoss(
          exchange.waiters.find(({ done }) => !done),
          effect,
        );
      }
    }
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
      if (effect.do === 'answer') this.#answer(waiter, this.#write(table, effect.payload, state), outcome);
      else if (effect.do === 'refuse')
        this.#refuse(waiter, effect.refusal, outcome === 'timeout' ? 'timeout' : 'refused');
      else if (effect.do === 'loss') this.#effectLoss(waiter, effect);
    }
  }

  #effectLoss(waiter: Waiter | undefined, { code, field }: { code: string; field: string }): void {
    if (waiter) this.#lost(waiter, [{ code, field }]);
  }

  #forward(exchange: UpExchange, payload: JsonObject): void {
    const { csms, clock, settings, observe } = this.#session.deps;
    exchange.attempt += 1;
    if (exchange.action === 'BootNotification') this.#session.introduced = true;
    if (exchange.key) this.#byKey.set(exchange.key.key, exchange);
    for (const waiter of exchange.waiters) if (waiter.deadline === undefined) this.#watch(waiter, exchange);
    const { answerWithin, bufferAfter, callTimeout } = settings;
    const id = exchange.attempt === 1 ? exchange.id : this.#session.deps.ids();
    const call = { identity: this.#session.identity, action: exchange.action, payload, exchange: id };
    const began = clock.monotonic();
    // Before the charge point's own deadline, so that it hears why the CSMS is away and not only that time is up.
    const patience = 0.9 * answerWithin;
    const sendWithin = canWait(exchange, this.#session.context(exchange.version)) ? bufferAfter : patience;
    csms.call({ ...call, sendWithin, answerWithin: callTimeout }).then(
      (answer) => {
        this.#session.csmsAnsweredAt = clock.now();
        observe.csmsAnswered(exchange.action, (clock.monotonic() - began) / 1000);
        const late = (kept: OutboxEntry) => this.#session.outbox.answeredLate(kept, answer);
        return this.#conclude(exchange, 'answered', (state) => this.#answered(exchange, answer, state), late);
      },
      (error: unknown) => {
        const refusal = refusalOf(error);
        const decide = (state: ChargePointState) =>
          csmsRefused(
            state,
            exchange,
            refusal,
            exchange.attempt,
            exchange.table,
            this.#session.context(exchange.version),
          );
        const late = (kept: OutboxEntry) => this.#session.outbox.release(kept.seq);
        return this.#conclude(exchange, 'answered-by-bridge', decide, late);
      },
    );
  }

  #answered(exchange: UpExchange, answer: JsonObject, state: ChargePointState): Step {
    const { clock } = this.#session.deps;
    const context = this.#session.context(exchange.version);
    const decided = csmsAnswered(state, exchange, answer, context);
    for (const effect of decided.effects) {
      if (effect.do !== 'answer') continue;
      const translation = exchange.table.answer(effect.payload, this.#session.memory(decided.state, clock.now()));
      exchange.written = { answer: effect.payload, translation };
      // An answer that the charge point cannot be given means nothing: it is as if the CSMS had refused.
      if (translation.kind !== 'refusal') continue;
      return csmsRefused(state, exchange, translation.refusal, exchange.attempt, exchange.table, context);
    }
    exchange.answer = answer;
    return decided;
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
    } catch (error) {
      exchange.answer = undefined;
      exchange.doubtful = true;
      this.#session.deps.observe.failure(this.#session.identity, exchange.action, error);
      // Nothing was decided: of a message that the bridge has taken over the call is made once more.
      if (kept) this.#session.outbox.release(kept.seq);
      this.#settle(exchange, (waiter) => this.#failed(waiter, error));
    }
  }

  /** The answer that a commit wrote though it was reported as failed. */
  async #decidedBefore({ doubtful, key }: UpExchange): Promise<JsonObject | undefined> {
    return doubtful && key?.durable ? this.#session.record.answered(key.key) : undefined;
  }

  /** Ends the exchange for everyone who waits. A later repeat finds the answer in the store, or for a while here. */
  #settle(exchange: UpExchange, each: (waiter: Waiter) => void): void {
    const { key } = exchange;
    if (key) {
      if (key.durable || exchange.answer === undefined) this.#byKey.delete(key.key);
      else this.#session.deps.clock.after(JOIN_FOR, () => this.#byKey.delete(key.key));
    }
    for (const waiter of exchange.waiters) if (!waiter.done) each(waiter);
  }

  /** The answer in the charge point's version; for a call that went to the CSMS it is there already. */
  #write(exchange: UpExchange | UpAction, answer: JsonObject, state: ChargePointState): Translation<SoapObject> {
    if (!('table' in exchange))
      return exchange.answer(answer, this.#session.memory(state, this.#session.deps.clock.now()));
    if (exchange.written?.answer === answer) return exchange.written.translation;
    return this.#write(exchange.table, answer, state);
  }

  #answer(waiter: Waiter, translated: Translation<SoapObject>, outcome: Outcome): void {
    this.#lost(waiter, translated.losses);
    if (translated.kind === 'value') {
      const { value } = translated;
      this.#finish(waiter, outcome, () => waiter.resolve(value));
    } else if (translated.kind === 'refusal') {
      this.#refuse(waiter, translated.refusal);
    } else {
      this.#refuse(waiter, { code: 'Internal', reason: 'an answer cannot be answered' });
    }
  }

  #refuse(waiter: Waiter, refusal: Refusal, outcome: Outcome = 'refused'): void {
    const { code, reason, details } = refusal;
    const error = new BridgeError(code, reason, details && { details });
    this.#finish(waiter, outcome, () => waiter.reject(error), refusal);
  }

  #failed(waiter: Waiter, error: unknown): void {
    const refusal = refusalOf(error);
    if (refusal.code === 'Internal')
      this.#session.deps.observe.failure(this.#session.identity, waiter.call.action, error);
    this.#refuse(waiter, refusal);
  }

  #finish(waiter: Waiter, outcome: Outcome, tell: () => void, refusal?: Refusal): void {
    if (waiter.done) return;
    waiter.done = true;
    waiter.deadline?.cancel();
    this.#open.delete(waiter);
    const { call, losses } = waiter;
    const { clock, observe } = this.#session.deps;
    observe.exchange({
      exchange: call.exchange,
      identity: call.identity,
      direction: 'up',
      version: call.version,
      action: call.action,
      outcome,
      duration: clock.now() - call.receivedAt,
      losses,
      ...(call.messageId !== undefined && { messageId: call.messageId }),
      ...(refusal && { code: refusal.code, reason: refusal.reason }),
    });
    tell();
  }

  #whenDelivered(waiter: Waiter, exchange: UpExchange, answer: JsonObject): void {
    const { version } = exchange;
    const tellCsms = (effects: readonly Effect[]) => {
      for (const effect of effects) {
        if (effect.do === 'call-csms') this.#session.callAsOwn(effect, version);
        else if (effect.do === 'loss') this.#session.loss(effect.code, version, exchange.action, effect.field);
      }
    };
    void waiter.call.responded.then((delivered) => {
      if (!delivered) return;
      this.#session
        .step((state) => deviceHasAnswer(state, exchange, answer, this.#session.context(version)), tellCsms)
        .catch((error: unknown) =>
          this.#session.deps.observe.failure(this.#session.identity, 'answer delivered', error),
        );
    });
  }
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
