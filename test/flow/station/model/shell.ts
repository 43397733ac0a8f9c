import type { Refusal } from '../../../../src/base/errors.ts';
import type { JsonObject, SoapVersion } from '../../../../src/base/message.ts';
import type { Context, Decision, Effect, Exchange } from '../../../../src/flow/decision.ts';
import { type ChargePointState, EMPTY_STATE } from '../../../../src/flow/state.ts';
import type { StationSettings } from '../../../../src/flow/station/settings.ts';
import { ocpp201Flows as flows } from '../../../../src/flow/station/station-flows.ts';
import { REFUSE } from '../../context.ts';
import type { Durable } from '../../model/durable.ts';
import { stationContext } from '../context.ts';

/**
 * Runs the rules towards 2.0.1 as the session does, step by step and without waiting: what is under way lies in lists for
 * others to move. What is in `Durable` survives a crash, the rest of this object does not.
 */

export type Said = { readonly answer: JsonObject } | { readonly refusal: Refusal };

/** A call on its way to the CSMS; the first one is sent as soon as there is a link. */
export interface Call {
  readonly action: string;
  readonly payload: JsonObject;
  readonly end: (said: Said) => void;
}

/** What goes back to the charge point, which may never get it. */
export interface Reply {
  readonly message: string;
  readonly said: Said;
  readonly delivered: () => void;
}

/** What the charge point says, its name, and what makes it the same message when it is repeated. */
export interface Spoken {
  readonly name: string;
  readonly action: string;
  readonly request: JsonObject;
  readonly key?: string;
}

interface Open extends Exchange {
  readonly name: string;
  readonly key: string | undefined;
  attempt: number;
  waitsFor?: { readonly seq: number; readonly until: number };
}

export interface Setup {
  readonly version?: SoapVersion;
  readonly settings?: Partial<StationSettings>;
  readonly flow?: Partial<Context['settings']>;
  /** What the tables of this version say. */
  readonly table?: Pick<Context, 'keys' | 'policyOf'>;
}

/** The process has died at this instant. */
export class Died extends Error {}

export class Shell {
  readonly durable: Durable;
  readonly #setup: Setup;
  readonly #now: () => number;
  #state: ChargePointState;
  #open: Open[] = [];
  #delivering = false;
  #linkOpenedAt: number | undefined;
  #linkFrom: number | undefined;
  readonly calls: Call[] = [];
  readonly replies: Reply[] = [];
  readonly commands: { action: string; payload: JsonObject; end: (said: Said) => void }[] = [];
  readonly losses: string[] = [];
  /** Where the next step that writes something kills the process. */
  doom: 'before commit' | 'after commit' | undefined;

  constructor(durable: Durable, setup: Setup, now: () => number) {
    this.durable = durable;
    this.#setup = setup;
    this.#now = now;
    this.#state = { ...EMPTY_STATE, ...durable.state };
  }

  get state(): ChargePointState {
    return this.#state;
  }

  get linked(): boolean {
    return this.#linkOpenedAt !== undefined;
  }

  /** Exchanges in which the charge point waits. */
  get waiting(): number {
    return this.#open.length;
  }

  get context(): Context {
    const now = this.#now();
    const { settings, version, flow, table } = this.#setup;
    const context = stationContext(
      settings,
      { now, linkOpenedAt: this.#linkOpenedAt, linkFrom: this.#linkFrom, ...table },
      version,
    );
    return { ...context, settings: { ...context.settings, ...flow } };
  }

  #step(
    decide: (state: ChargePointState) => Decision,
    act: (effects: readonly Effect[]) => void = (effects) => this.#alone(effects),
    repeat?: string,
  ): void {
    const { state, effects } = decide(this.#state);
    if (this.doom === 'before commit') throw new Died();
    this.durable.commit(state, effects, repeat);
    if (this.doom === 'after commit') throw new Died();
    this.#state = state;
    for (const effect of effects) if (effect.do === 'loss') this.losses.push(effect.code);
    act(effects);
  }

  receive({ name, action, request, key }: Spoken): void {
    if (key !== undefined && this.#open.some((one) => one.key === key)) return;
    const exchange: Open = { id: name, name, action, request, key, attempt: 0 };
    this.#step(
      (before) => {
        const version = this.#setup.version ?? '1.6';
        const state = before.version === version ? before : { ...before, version };
        const earlier = key === undefined ? undefined : this.durable.answered(key);
        if (earlier) return { state, effects: [{ do: 'answer', payload: earlier }] };
        return flows.deviceCalls(state, exchange, false, this.context, REFUSE);
      },
      (effects) => this.#act(exchange, effects),
      key,
    );
  }

  #act(exchange: Open, effects: readonly Effect[]): void {
    for (const effect of effects) {
      if (effect.do === 'answer') this.#settle(exchange, { answer: effect.payload });
      else if (effect.do === 'refuse') this.#settle(exchange, { refusal: effect.refusal });
      else if (effect.do === 'call-csms' && !effect.own) this.#forward(exchange, effect.action, effect.payload);
      else if (effect.do === 'wait-for') {
        exchange.waitsFor = { seq: effect.seq, until: this.#now() + effect.within };
        this.#open.push(exchange);
      } else this.#alone([effect]);
    }
  }

  #settle(exchange: Open, said: Said): void {
    this.#open = this.#open.filter((one) => one !== exchange);
    const delivered = () => {
      if ('answer' in said) this.#step((now) => flows.deviceHasAnswer(now, exchange, said.answer, this.context));
    };
    this.replies.push({ message: exchange.name, said, delivered });
  }

  #forward(exchange: Open, action: string, payload: JsonObject): void {
    exchange.attempt += 1;
    if (!this.#open.includes(exchange)) this.#open.push(exchange);
    const end = (said: Said) => {
      if (!this.#open.includes(exchange)) return;
      this.#step(
        (now) =>
          'answer' in said
            ? flows.csmsAnswered(now, exchange, said.answer, this.context)
            : flows.csmsRefused(now, exchange, said.refusal, exchange.attempt, REFUSE, this.context),
        (effects) => this.#act(exchange, effects),
        exchange.key,
      );
    };
    this.calls.push({ action, payload, end });
  }

  /** Effects of steps that no charge point waits for. */
  #alone(effects: readonly Effect[]): void {
    for (const effect of effects) {
      if (effect.do === 'call-csms') this.#ownCall(effect.action, effect.payload, effect.memo);
      else if (effect.do === 'call-device') this.#command(effect);
    }
  }

  #ownCall(action: string, request: JsonObject, memo: JsonObject | undefined): void {
    const exchange: Exchange = { id: 'own', action, request, ...(memo && { memo }) };
    const end = (said: Said) =>
      this.#step((now) =>
        'answer' in said
          ? flows.ownCallAnswered(now, exchange, said.answer, this.context)
          : flows.ownCallRefused(now, exchange, said.refusal, this.context),
      );
    this.calls.push({ action, payload: request, end });
  }

  #command(effect: Extract<Effect, { do: 'call-device' }>): void {
    const { action, payload, memo, attempt = 1 } = effect;
    const exchange: Exchange = { id: 'command', action, request: payload, ...(memo && { memo }) };
    const sent = { action, payload, attempt, ...(memo && { memo }) };
    const end = (said: Said) =>
      this.#step((now) =>
        'answer' in said
          ? flows.ownCommandAnswered(now, exchange, said.answer, sent, this.context)
          : flows.ownCommandRefused(now, exchange, said.refusal, sent, this.context),
      );
    this.commands.push({ action, payload, end });
  }

  /** The outbox sends its oldest message, if it may. */
  deliver(): void {
    const [entry] = this.durable.outbox;
    if (!this.linked || this.#delivering || entry === undefined) return;
    const before = flows.beforeDelivery(this.#state, entry, false, this.context);
    if (before.may !== 'go') return;
    const { seq } = entry;
    this.#delivering = true;
    const end = (said: Said) => {
      this.#delivering = false;
      const waiter = this.#open.find(({ waitsFor }) => waitsFor?.seq === seq);
      const conclude = (now: ChargePointState): Decision => {
        const there = this.durable.outbox.find((one) => one.seq === seq);
        if (there === undefined) return { state: now, effects: [] };
        return 'answer' in said
          ? flows.outboxAnswered(now, there, said.answer, this.context)
          : flows.outboxRefused(now, there, said.refusal, this.context);
      };
      const act = (effects: readonly Effect[]) => {
        if (waiter) this.#act(waiter, effects);
        else this.#alone(effects);
      };
      this.#step(conclude, act, waiter?.key);
    };
    this.calls.push({ action: entry.action, payload: flows.outboxCall(this.#state, entry, this.context), end });
  }

  link(open: boolean): void {
    if (!open) {
      this.#linkOpenedAt = undefined;
      this.#linkFrom = undefined;
      return;
    }
    this.#linkOpenedAt = this.#now();
    this.#linkFrom = this.#state.outbox?.next ?? 1;
    const told = this.calls.some(({ action }) => action === 'BootNotification') ? 'telling' : 'untold';
    this.#step((state) => flows.linkOpened(state, this.context, told));
  }

  /** What is due by now: plans of the bridge, and the patience of charge points. */
  tick(): void {
    const at = flows.wakeAt(this.#state, this.context);
    if (at !== undefined && at <= this.#now()) this.#step((state) => flows.woken(state, this.context));
    for (const exchange of [...this.#open]) {
      const { waitsFor } = exchange;
      if (waitsFor === undefined || waitsFor.until > this.#now()) continue;
      delete exchange.waitsFor;
      const refusal: Refusal = { code: 'CsmsTimeout', reason: 'the CSMS did not answer in time' };
      this.#step(
        (state) => flows.csmsRefused(state, exchange, refusal, exchange.attempt, REFUSE, this.context),
        (effects) => this.#act(exchange, effects),
        exchange.key,
      );
    }
  }
}
