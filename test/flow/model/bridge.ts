import type { Refusal } from '../../../src/base/errors.ts';
import type { JsonObject, SoapVersion } from '../../../src/base/message.ts';
import type {
  BootTold,
  Context,
  Decision,
  Effect,
  Exchange,
  FlowSettings,
  Flows,
  UpPolicy,
} from '../../../src/flow/decision.ts';
import { memoryOf } from '../../../src/flow/memory.ts';
import { asked, deadLetterRetried, type OutboxEntry } from '../../../src/flow/outbox.ts';
import { type ChargePointState, EMPTY_STATE } from '../../../src/flow/state.ts';
import { givenUp, headOf, surplus } from '../../../src/flow/thinning.ts';
import { context } from '../context.ts';
import type { Durable } from './durable.ts';

/** Runs the flows as the session does, step by step and without waiting: what is under way lies in lists for others to move. */

export type Said = { readonly answer: JsonObject } | { readonly refusal: Refusal };

/** A call on its way to the CSMS. Only the first of all may have been sent. */
export interface Call {
  readonly action: string;
  readonly payload: JsonObject;
  readonly origin: 'charge point' | 'bridge' | 'outbox';
  /** Ends it; throws `Died` when the process does not live to see it. */
  readonly end: (said: Said) => void;
}

/** What goes back to the charge point, which may never get it. */
export interface Reply {
  readonly message: string;
  readonly said: Said;
  readonly delivered: () => void;
}

/** What the charge point says, its name and what makes it the same message when it is repeated. */
export interface Spoken {
  readonly name: string;
  readonly action: string;
  /** With the charge point's own transaction ids. */
  readonly payload: JsonObject;
  readonly key: string | undefined;
}

interface Open extends Exchange {
  readonly key: string | undefined;
  readonly name: string;
  readonly waiters: { done: boolean }[];
  attempt: number;
  kept: OutboxEntry | undefined;
}

export interface Setup {
  readonly version: SoapVersion;
  readonly settings: FlowSettings;
}

/** The process has died at this instant. */
export class Died extends Error {}

const POLICIES: Readonly<Record<string, UpPolicy>> = {
  Authorize: { refused: { other: { answer: {} } }, away: { answer: {} } },
  Heartbeat: { refused: { other: { answer: {} } }, away: { answer: { currentTime: '$now' } } },
  StatusNotification: { refused: { other: { answer: {} } }, away: { answer: {}, keep: 'last-per-connector' } },
};
const REFUSE: UpPolicy = { refused: { other: 'fault' }, away: 'refuse' };

export class Bridge {
  readonly #durable: Durable;
  readonly #setup: Setup;
  readonly #flows: Flows;
  readonly #now: () => number;
  #state: ChargePointState;
  readonly calls: Call[] = [];
  readonly replies: Reply[] = [];
  readonly losses: string[] = [];
  /** Calls of the bridge's own to the charge point. */
  readonly commands: Extract<Effect, { do: 'call-device' }>[] = [];
  #open: Open[] = [];
  readonly #held = new Set<number>();
  #introduced = false;
  #bootsByBridge = 0;
  #bootsByChargePoint = 0;
  #heardAt: number;
  #delivering: number | undefined;
  #linkOpenedAt: number | undefined;
  /** Where the next step that writes something kills the process. */
  doom: 'before commit' | 'after commit' | undefined;
  /** Told of each call before it is queued, with the state that its step left. */
  onCall: (call: Call, state: ChargePointState) => void = () => undefined;
  /** Told of a start that the CSMS may have already, before it is called once more. */
  onSuspect: (call: Pick<Call, 'action' | 'payload'>) => void = () => undefined;

  constructor(flows: Flows, durable: Durable, setup: Setup, now: () => number) {
    this.#durable = durable;
    this.#setup = setup;
    this.#flows = flows;
    this.#now = now;
    this.#heardAt = now();
    this.#state = { ...EMPTY_STATE, ...durable.state };
  }

  get state(): ChargePointState {
    return this.#state;
  }

  /** Exchanges in which the charge point waits for the CSMS. */
  get waiting(): number {
    return this.#open.length;
  }

  #context(): Context {
    const now = this.#now();
    const { version, settings } = this.#setup;
    const facts = { now, heardAt: this.#heardAt, csmsAnsweredAt: now, linkOpenedAt: this.#linkOpenedAt, settings };
    return context(version, facts);
  }

  #step(
    decide: (state: ChargePointState) => Decision,
    act: (effects: readonly Effect[], state: ChargePointState) => void = () => undefined,
    repeat?: string,
  ): void {
    const { state, effects } = decide(this.#state);
    if (this.doom === 'before commit') throw new Died();
    this.#durable.commit(state, effects, repeat);
    if (this.doom === 'after commit') throw new Died();
    this.#state = state;
    for (const effect of effects) if (effect.do === 'loss') this.losses.push(effect.code);
    act(effects, state);
  }

  receive({ name, action, payload, key }: Spoken): void {
    this.#heardAt = this.#now();
    const waiter = { done: false };
    const joined = key && this.#open.find((one) => one.key === key);
    if (joined) {
      joined.waiters.push(waiter);
      return;
    }
    let begun: Open | undefined;
    this.#step(
      (before) => {
        const state = before.version === this.#setup.version ? before : { ...before, version: this.#setup.version };
        const request = this.#translated(state, payload);
        const earlier = key ? this.#durable.before(key) : undefined;
        const asked = earlier && earlier.answer === undefined ? { asked: true as const } : {};
        begun = { id: name, name, action, request, key, ...asked, waiters: [waiter], attempt: 0, kept: undefined };
        if (earlier?.answer) return { state, effects: [{ do: 'answer', payload: earlier.answer }] };
        const policy = POLICIES[action] ?? REFUSE;
        return this.#flows.deviceCalls(state, begun, !this.#introduced, this.#context(), policy);
      },
      (effects, state) => begun && this.#act(begun, effects, state),
      key,
    );
  }

  /** As the tables do: the CSMS hears its own id; OCPP 1.2 readings name none. */
  #translated(state: ChargePointState, payload: JsonObject): JsonObject {
    const memory = memoryOf(state, { receivedAt: this.#now(), timezone: 'UTC', connectors: undefined });
    const { transactionId, ...rest } = payload;
    if (typeof transactionId === 'number') return { ...rest, transactionId: memory.csmsTransaction(transactionId) };
    if (rest['meterValue'] === undefined) return payload;
    const [first] = rest['meterValue'] as JsonObject[];
    const id = memory.transactionAt(Number(rest['connectorId']), Date.parse(String(first?.['timestamp'])));
    return id === undefined ? rest : { ...rest, transactionId: id };
  }

  #act(exchange: Open, effects: readonly Effect[], state: ChargePointState): void {
    for (const effect of effects) {
      if (effect.do === 'call-csms') {
        if (effect.own) this.#ownCall(effect.action, effect.payload, state);
        else this.#forward(exchange, effect.payload, state);
      } else if (effect.do === 'answer') this.#settle(exchange, { answer: effect.payload }, state);
      else if (effect.do === 'refuse') this.#settle(exchange, { refusal: effect.refusal }, state);
      else if (effect.do === 'wait-for') throw new Error('nobody waits for the outbox here');
    }
  }

  #forward(exchange: Open, payload: JsonObject, state: ChargePointState): void {
    exchange.attempt += 1;
    const boots = exchange.action === 'BootNotification' ? 1 : 0;
    if (boots > 0) this.#introduced = true;
    this.#bootsByChargePoint += boots;
    if (exchange.asked && exchange.attempt === 1) this.onSuspect({ action: exchange.action, payload });
    if (!this.#open.includes(exchange)) this.#open.push(exchange);
    const end = (said: Said) => {
      this.#bootsByChargePoint -= boots;
      this.#step(
        (now) => {
          if (exchange.kept) return this.#late(exchange.kept, said, now);
          return 'answer' in said
            ? this.#flows.csmsAnswered(now, exchange, said.answer, this.#context())
            : this.#refused(now, exchange, said.refusal);
        },
        (effects, after) => {
          if (exchange.kept) {
            this.#held.delete(exchange.kept.seq);
            this.#perform(effects, after);
          } else this.#act(exchange, effects, after);
        },
        exchange.key,
      );
    };
    this.#call({ action: exchange.action, payload, origin: 'charge point', end }, state);
  }

  /** An answer for a message that the bridge has taken over meanwhile is the outbox's. */
  #late(kept: OutboxEntry, said: Said, state: ChargePointState): Decision {
    const entry = this.#durable.outbox.find(({ seq }) => seq === kept.seq);
    return entry && 'answer' in said
      ? this.#flows.outboxAnswered(state, entry, said.answer, this.#context())
      : { state, effects: [] };
  }

  #refused(state: ChargePointState, exchange: Open, refusal: Refusal): Decision {
    const policy = POLICIES[exchange.action] ?? REFUSE;
    return this.#flows.csmsRefused(state, exchange, refusal, exchange.attempt, policy, this.#context());
  }

  /** Time is up for the n-th exchange that waits; its call stays open. */
  deadline(n: number): void {
    const exchange = this.#open[n];
    if (exchange === undefined) return;
    const refusal: Refusal = { code: 'CsmsTimeout', reason: 'the CSMS did not answer in time' };
    this.#step(
      (state) => this.#refused(state, exchange, refusal),
      (effects, state) => {
        for (const effect of effects) {
          if (effect.do !== 'outbox-put') continue;
          exchange.kept = effect.entry;
          this.#held.add(effect.entry.seq);
        }
        if (exchange.kept) return this.#act(exchange, effects, state);
        for (const effect of effects) {
          if (effect.do === 'answer') this.#reply(exchange, { answer: effect.payload }, state);
          else if (effect.do === 'refuse') this.#reply(exchange, { refusal: effect.refusal }, state);
        }
      },
      exchange.key,
    );
  }

  #settle(exchange: Open, said: Said, state: ChargePointState): void {
    this.#reply(exchange, said, state);
    this.#open = this.#open.filter((one) => one !== exchange);
  }

  #reply(exchange: Open, said: Said, state: ChargePointState): void {
    const memory = memoryOf(state, { receivedAt: this.#now(), timezone: 'UTC', connectors: undefined });
    for (const waiter of exchange.waiters) {
      if (waiter.done) continue;
      waiter.done = true;
      if ('refusal' in said) {
        this.replies.push({ message: exchange.name, said, delivered: () => undefined });
        continue;
      }
      const { transactionId: id } = said.answer;
      const answer =
        typeof id === 'number' ? { ...said.answer, transactionId: memory.deviceTransaction(id) } : said.answer;
      const delivered = () =>
        this.#step((now) => this.#flows.deviceHasAnswer(now, exchange, said.answer, this.#context()), this.#perform);
      this.replies.push({ message: exchange.name, said: { answer }, delivered });
    }
  }

  /** What nobody waits for. */
  readonly #perform = (effects: readonly Effect[], state: ChargePointState): void => {
    for (const effect of effects) {
      if (effect.do === 'call-csms') this.#ownCall(effect.action, effect.payload, state);
      else if (effect.do === 'call-device') this.commands.push(effect);
    }
  };

  #ownCall(action: string, payload: JsonObject, state: ChargePointState): void {
    const boots = action === 'BootNotification' ? 1 : 0;
    if (boots > 0) this.#introduced = true;
    this.#bootsByBridge += boots;
    const exchange: Exchange = { id: 'own', action, request: payload };
    const end = (said: Said) => {
      if (boots > 0 && 'refusal' in said && !this.linked) this.#introduced = false;
      this.#bootsByBridge -= boots;
      this.#step(
        (now) =>
          'answer' in said
            ? this.#flows.ownCallAnswered(now, exchange, said.answer, this.#context())
            : this.#flows.ownCallRefused(now, exchange, said.refusal, this.#context()),
        this.#perform,
      );
    };
    this.#call({ action, payload, origin: 'bridge', end }, state);
  }

  #call(call: Call, state: ChargePointState): void {
    this.onCall(call, state);
    this.calls.push(call);
  }

  link(open: boolean): void {
    if (open && !this.linked) this.#linkOpenedAt = this.#now();
    if (!open) this.#linkOpenedAt = undefined;
    if (open) this.#step((state) => this.#flows.linkOpened(state, this.#context(), this.#bootTold), this.#perform);
  }

  get linked(): boolean {
    return this.#linkOpenedAt !== undefined;
  }

  get #bootTold(): BootTold {
    if (this.#bootsByBridge > 0) return 'telling';
    if (this.#bootsByChargePoint > 0) return 'booting';
    return this.#introduced ? 'told' : 'untold';
  }

  /** What was planned for now or earlier. */
  wake(): void {
    const at = this.#flows.wakeAt(this.#state, this.#context());
    if (at === undefined || at > this.#now()) return;
    this.#step((state) => this.#flows.woken(state, this.#context()), this.#perform);
    const next = this.#flows.wakeAt(this.#state, this.#context());
    if (next !== undefined && next <= this.#now()) throw new Error('it is woken again at once');
  }

  /** The outbox sends its oldest message, if it may. */
  deliver(): void {
    const state = this.#state;
    const [entry] = this.#durable.outbox;
    if (!this.linked || this.#delivering !== undefined || entry === undefined || this.#held.has(entry.seq)) return;
    const before = this.#flows.beforeDelivery(state, entry, !this.#introduced, this.#context());
    if (before.may !== 'go') return;
    this.#perform(before.first, state);
    const marked = asked(entry);
    if (marked === entry) this.onSuspect(entry);
    else if (marked) this.#step((now) => ({ state: now, effects: [{ do: 'outbox-put', entry: marked }] }));
    this.#delivering = entry.seq;
    const end = (said: Said) => {
      this.#delivering = undefined;
      if ('refusal' in said && said.refusal.code === 'CsmsSecurityError') this.#introduced = false;
      this.#step((now) => {
        const there = this.#durable.outbox.find(({ seq }) => seq === entry.seq);
        if (there === undefined) return { state: now, effects: [] };
        return 'answer' in said
          ? this.#flows.outboxAnswered(now, there, said.answer, this.#context())
          : this.#flows.outboxRefused(now, there, said.refusal, this.#context());
      }, this.#perform);
    };
    this.#call(
      { action: entry.action, payload: this.#flows.outboxCall(state, entry, this.#context()), origin: 'outbox', end },
      state,
    );
  }

  /** Too much waits: readings are given up. */
  thin(most: number): void {
    const free = this.#durable.outbox.filter(({ seq }) => seq !== this.#delivering && !this.#held.has(seq));
    const heads = surplus(free.map(headOf), most);
    if (heads.length > 0) this.#step((state) => givenUp(state, heads), this.#perform);
  }

  /** An operator tries the n-th dead letter again. */
  retry(n: number): void {
    const entry = this.#durable.deadLetters[n];
    if (entry) this.#step((state) => deadLetterRetried(state, entry));
  }
}
