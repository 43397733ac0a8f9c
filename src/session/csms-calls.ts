import type { Timer } from '../base/clock.ts';
import { BridgeError, type ErrorCode, type Refusal, refusalOf } from '../base/errors.ts';
import type { JsonObject, SoapVersion } from '../base/message.ts';
import type { Effect, Exchange, SentCall } from '../flow/decision.ts';
import type { ChargePointState } from '../flow/state.ts';
import type { Quirks } from '../mapping/quirks.ts';
import type { Loss, Translator } from '../mapping/translator.ts';
import type { Outcome } from './observer.ts';
import type { CsmsCall, WireQuirks } from './ports.ts';
import type { Session, Step } from './session.ts';

/** The charge point has, or may have, got the command, and nobody knows what it did: it is never sent again. */
const UNCERTAIN: ReadonlySet<ErrorCode> = new Set(['DeviceUncertain', 'DeviceAnswerInvalid']);

interface DownExchange extends Exchange {
  readonly call: CsmsCall;
  readonly version: SoapVersion;
  readonly translator: Translator;
  readonly quirks: WireQuirks;
  /** Of the bridge's own: nobody waits for its answer. */
  readonly own: boolean;
  readonly losses: string[];
  readonly resolve: (payload: JsonObject) => void;
  readonly reject: (error: unknown) => void;
  sent: SentCall;
  done: boolean;
}

/** A question that waits until the charge point may be called. */
interface Waiting {
  readonly exchange: DownExchange;
  readonly effect: Extract<Effect, { do: 'call-device' }>;
  readonly deadline: Timer;
}

/** Calls of the CSMS to one charge point: one at a time, and never while a request of the charge point waits for its answer. */
export class CsmsCalls {
  readonly #session: Session;
  readonly #queue: Waiting[] = [];
  #open = 0;
  #calling = false;

  constructor(session: Session) {
    this.#session = session;
  }

  get open(): number {
    return this.#open;
  }

  get busy(): boolean {
    return this.#open > 0 || this.#calling || this.#queue.length > 0;
  }

  async receive(call: CsmsCall): Promise<JsonObject> {
    const { deps } = this.#session;
    if (this.#open >= deps.settings.mostWaiting) throw new BridgeError('Busy');
    this.#open += 1;
    try {
      const state = await this.#session.record.load();
      const version = this.#session.settings.version ?? state.version;
      if (version === undefined) throw this.#unheard(call);
      return await this.#run(call, version, this.#session.quirks.now(state.boot?.request));
    } finally {
      this.#open -= 1;
    }
  }

  /** A command of the bridge itself, in the pivot; nobody waits for its answer. */
  command(effect: Waiting['effect'], version: SoapVersion): void {
    const { deps, identity, quirks } = this.#session;
    const { action, payload } = effect;
    const id = deps.ids();
    const failed = (error: unknown) => deps.observe.failure(identity, `own ${action}`, error);
    const { wire } = quirks.last;
    const translator = quirks.last.translator(version);
    if (translator === undefined) {
      failed(new BridgeError('UnknownAction', `${action} is not known`));
      return;
    }
    const at = { receivedAt: deps.clock.now(), since: deps.clock.monotonic() };
    const call = { identity, action, payload, uniqueId: id, exchange: id, ...at, losses: [] };
    const exchange: DownExchange = {
      ...{ id, action, request: payload, call, version, translator, quirks: wire, own: true, losses: [] },
      ...{ resolve: () => undefined, reject: failed, done: false },
      ...(effect.memo && { memo: effect.memo }),
      sent: { action, payload, attempt: 0 },
    };
    this.#enqueue(exchange, effect);
  }

  #unheard(call: CsmsCall): BridgeError {
    const error = new BridgeError('NoCallback', 'the charge point has never been heard');
    const report = { direction: 'down', version: undefined, outcome: 'refused', losses: call.losses } as const;
    this.#report(call, { ...report, code: error.code, reason: error.message });
    return error;
  }

  #run(call: CsmsCall, version: SoapVersion, quirks: Quirks): Promise<JsonObject> {
    return new Promise((resolve, reject) => {
      const translator = quirks.translator(version);
      if (translator === undefined) {
        reject(new BridgeError('UnknownAction', `${call.action} is not known`));
        return;
      }
      const { action, payload: request } = call;
      const exchange: DownExchange = {
        ...{ id: call.exchange, action, request, call, version, translator, quirks: quirks.wire, resolve, reject },
        ...{ own: false, losses: [...call.losses], done: false },
        sent: { action, payload: request, attempt: 0 },
      };
      for (const code of call.losses) this.#session.loss(code, version, action, '');
      this.#step(exchange, (state) => this.#session.flows.csmsCalls(state, exchange, this.#session.context(version)));
    });
  }

  #step(exchange: DownExchange, decide: (state: ChargePointState) => Step): void {
    this.#session
      .step(decide, (effects, state) => this.#act(exchange, effects, state))
      .catch((error: unknown) => {
        this.#session.deps.observe.failure(this.#session.identity, exchange.action, error);
        this.#refuse(exchange, refusalOf(error));
      });
  }

  #act(exchange: DownExchange, effects: readonly Effect[], state: ChargePointState): void {
    for (const effect of effects) {
      if (effect.do === 'call-device' && effect.supersedes === undefined) this.#enqueue(exchange, effect);
      else if (effect.do === 'answer') this.#answer(exchange, effect.payload);
      else if (effect.do === 'refuse') this.#refuse(exchange, effect.refusal);
      else if (effect.do === 'loss') this.#lost(exchange, [{ code: effect.code, field: effect.field }]);
      // Behind the answer that is on its way on the same link.
      else if (effect.do === 'call-csms' || effect.do === 'outbox-put')
        this.#session.deps.clock.after(0, () => this.#session.act([effect], state));
      else this.#session.act([effect], state);
    }
  }

  #enqueue(exchange: DownExchange, effect: Waiting['effect']): void {
    const { clock, settings } = this.#session.deps;
    const deadline = clock.after(settings.commandWithin, () => {
      const at = this.#queue.findIndex((waiting) => waiting.effect === effect);
      if (at < 0) return;
      this.#queue.splice(at, 1);
      const reason = 'the charge point was busy until the command expired; it was not sent';
      const { action, payload, attempt = 1, memo } = effect;
      const sent = { action, payload, attempt, ...(memo && { memo }) };
      this.#refused(exchange, { code: 'CommandExpired', reason }, sent);
    });
    const waiting = { exchange, effect, deadline };
    // A second attempt belongs to the call whose turn it is.
    if (effect.attempt !== undefined && effect.attempt > 1) this.#queue.unshift(waiting);
    else if (!this.#supersede(waiting)) this.#queue.push(waiting);
    this.pump();
  }

  /** Puts it in the place of an older one that says the same and is not worth sending any more. */
  #supersede(waiting: Waiting): boolean {
    const { supersedes } = waiting.effect;
    if (supersedes === undefined) return false;
    const at = this.#queue.findIndex(({ effect }) => effect.supersedes === supersedes);
    if (at < 0) return false;
    const [older] = this.#queue.splice(at, 1, waiting);
    older?.deadline.cancel();
    return true;
  }

  /** Sends the next waiting command if the charge point may be called now. */
  pump(): void {
    if (this.#calling || !this.#session.deviceCalls.quiet) return;
    const next = this.#queue.shift();
    if (next === undefined) return;
    next.deadline.cancel();
    this.#calling = true;
    this.#call(next.exchange, next.effect)
      .catch((error: unknown) => this.#refuse(next.exchange, refusalOf(error)))
      .finally(() => {
        this.#calling = false;
        this.pump();
      });
  }

  async #call(exchange: DownExchange, effect: Waiting['effect']): Promise<void> {
    const { device, clock, observe } = this.#session.deps;
    const { identity, record } = this.#session;
    const { version } = exchange;
    const state = await record.load();
    const memory = this.#session.memory(state, exchange.call.receivedAt);
    const table = exchange.translator.down.get(effect.action);
    if (table === undefined) throw new BridgeError('UnknownAction', `${effect.action} is not known`);
    const began = clock.monotonic();
    const request = table.request(effect.payload, memory);
    observe.mapped((clock.monotonic() - began) / 1000);
    this.#lost(exchange, request.losses);
    const { action, payload: asked, attempt = 1, memo } = effect;
    const sent: SentCall = { action, payload: asked, attempt, ...(memo && { memo }) };
    const answered = (answer: JsonObject) => this.#answered(exchange, answer, sent);
    const refused = (refusal: Refusal) => this.#refused(exchange, refusal, sent);
    if (request.kind === 'refusal') return refused(request.refusal);
    if (request.kind === 'answer') return answered(request.answer);
    exchange.sent = sent;
    const called = clock.monotonic();
    try {
      const to = { identity, version, action: effect.action, exchange: exchange.id, callback: state.callback };
      const said = await device.call({ ...to, payload: request.value, quirks: exchange.quirks });
      observe.deviceAnswered(effect.action, (clock.monotonic() - called) / 1000);
      const answer = table.answer(said, this.#session.memory(await record.load(), clock.now()), effect.payload);
      this.#lost(exchange, answer.losses);
      if (answer.kind === 'refusal') refused(answer.refusal);
      else answered(answer.kind === 'value' ? answer.value : answer.answer);
    } catch (error) {
      const refusal = refusalOf(error);
      if (refusal.code === 'Internal') observe.failure(identity, exchange.action, error);
      refused(refusal);
    }
  }

  #answered(exchange: DownExchange, answer: JsonObject, sent: SentCall): void {
    const { flows } = this.#session;
    const decide = exchange.own ? flows.ownCommandAnswered : flows.deviceAnswered;
    this.#step(exchange, (state) => decide(state, exchange, answer, sent, this.#session.context(exchange.version)));
  }

  #refused(exchange: DownExchange, refusal: Refusal, sent: SentCall): void {
    const { flows } = this.#session;
    const decide = exchange.own ? flows.ownCommandRefused : flows.deviceRefused;
    this.#step(exchange, (state) => decide(state, exchange, refusal, sent, this.#session.context(exchange.version)));
  }

  #lost(exchange: DownExchange, losses: readonly Loss[]): void {
    for (const { code, field, raw, secret } of losses) {
      exchange.losses.push(code);
      this.#session.loss(code, exchange.version, exchange.action, field, raw, secret);
    }
  }

  #answer(exchange: DownExchange, payload: JsonObject): void {
    const outcome = exchange.sent.attempt === 0 ? 'answered-by-bridge' : 'answered';
    this.#finish(exchange, outcome, () => exchange.resolve(payload));
  }

  #refuse(exchange: DownExchange, refusal: Refusal): void {
    const { code, reason, details } = refusal;
    const error = new BridgeError(code, reason, details && { details });
    const outcome = UNCERTAIN.has(code) ? 'uncertain' : 'refused';
    this.#finish(exchange, outcome, () => exchange.reject(error), refusal);
  }

  #finish(exchange: DownExchange, outcome: Outcome, tell: () => void, refusal?: Refusal): void {
    if (exchange.done) return;
    exchange.done = true;
    this.#report(exchange.call, {
      ...{ direction: 'down', version: exchange.version, outcome, losses: exchange.losses },
      ...(refusal && { code: refusal.code, reason: refusal.reason }),
    });
    tell();
  }

  #report(
    call: CsmsCall,
    rest: Omit<
      Parameters<Session['deps']['observe']['exchange']>[0],
      'exchange' | 'identity' | 'action' | 'duration' | 'messageId'
    >,
  ): void {
    const { clock, observe } = this.#session.deps;
    const { exchange, identity, action } = call;
    observe.exchange({
      exchange,
      identity,
      action,
      messageId: call.uniqueId,
      duration: clock.monotonic() - call.since,
      ...rest,
    });
  }
}
