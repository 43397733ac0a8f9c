import { BridgeError, type Refusal, refusalOf } from '../base/errors.ts';
import type { JsonObject, SoapObject } from '../base/message.ts';
import type { ChargePointState } from '../flow/state.ts';
import type { Loss, Translation, UpAction } from '../mapping/translator.ts';
import type { Outcome } from './observer.ts';
import type { Session } from './session.ts';
import type { UpExchange, Waiter } from './up-exchange.ts';

/** Answers to the charge point: written in its version, given once, reported. */
export class DeviceAnswers {
  readonly #session: Session;
  readonly #finished: (waiter: Waiter) => void;

  constructor(session: Session, finished: (waiter: Waiter) => void) {
    this.#session = session;
    this.#finished = finished;
  }

  /** The answer in the charge point's version; for a call that went to the CSMS it may be there already. */
  write(exchange: UpExchange | UpAction, answer: JsonObject, state: ChargePointState): Translation<SoapObject> {
    if (!('table' in exchange))
      return exchange.answer(answer, this.#session.memory(state, this.#session.deps.clock.now()));
    if (exchange.written?.answer === answer) return exchange.written.translation;
    return this.write(exchange.table, answer, state);
  }

  give(waiter: Waiter, translated: Translation<SoapObject>, outcome: Outcome): void {
    this.lost(waiter, translated.losses);
    if (translated.kind === 'value') {
      const { value } = translated;
      this.#finish(waiter, outcome, () => waiter.resolve(value));
    } else if (translated.kind === 'refusal') {
      this.refuse(waiter, translated.refusal);
    } else {
      this.refuse(waiter, { code: 'Internal', reason: 'an answer cannot be answered' });
    }
  }

  refuse(waiter: Waiter, refusal: Refusal, outcome: Outcome = 'refused'): void {
    const { code, reason, details } = refusal;
    const error = new BridgeError(code, reason, details && { details });
    this.#finish(waiter, outcome, () => waiter.reject(error), refusal);
  }

  fail(waiter: Waiter, error: unknown): void {
    const refusal = refusalOf(error);
    if (refusal.code === 'Internal')
      this.#session.deps.observe.failure(this.#session.identity, waiter.call.action, error);
    this.refuse(waiter, refusal);
  }

  lost(waiter: Waiter, losses: readonly Loss[]): void {
    for (const { code, field, raw, secret } of losses) {
      waiter.losses.push(code);
      this.#session.loss(code, waiter.call.version, waiter.call.action, field, raw, secret);
    }
  }

  #finish(waiter: Waiter, outcome: Outcome, tell: () => void, refusal?: Refusal): void {
    if (waiter.done) return;
    waiter.done = true;
    waiter.deadline?.cancel();
    this.#finished(waiter);
    const { call, losses } = waiter;
    const { clock, observe } = this.#session.deps;
    observe.exchange({
      exchange: call.exchange,
      identity: call.identity,
      direction: 'up',
      version: call.version,
      action: call.action,
      outcome,
      duration: clock.monotonic() - call.since,
      losses,
      ...(call.messageId !== undefined && { messageId: call.messageId }),
      ...(refusal && { code: refusal.code, reason: refusal.reason }),
    });
    tell();
  }
}
