import type { Refusal } from '../../../src/base/errors.ts';
import type { Json, JsonObject } from '../../../src/base/message.ts';
import type { BootTold, Decision, Effect, Exchange } from '../../../src/flow/decision.ts';
import type { OutboxEntry } from '../../../src/flow/outbox.ts';
import { type ChargePointState, EMPTY_STATE } from '../../../src/flow/state.ts';
import type { StationSettings } from '../../../src/flow/station/settings.ts';
import { ocpp201Flows as flows } from '../../../src/flow/station/station-flows.ts';
import { NOW } from '../context.ts';
import { stationContext } from './context.ts';
import { valid } from './valid.ts';

/**
 * A charge point, the rules and a CSMS, in time that is told: what the shell does, without sockets. One call to the CSMS at a time,
 * in order; the outbox behind them; an alarm for what is planned.
 */

interface Call {
  readonly exchange: Exchange;
  readonly payload: JsonObject;
  readonly action: string;
  readonly from: 'own' | 'charge point' | 'outbox';
  readonly entry?: OutboxEntry;
  /** When it is given up. */
  readonly until: number;
  /** It does not wait for another link. */
  readonly thisLink?: boolean;
}

export interface Frame {
  readonly action: string;
  readonly payload: JsonObject;
  readonly from: Call['from'];
  readonly link: number;
  readonly at: number;
}

/** A call waits so long for its turn, and then so long for its answer. */
const SENT_WITHIN = 20_000;
const ANSWERED_WITHIN = 30_000;

const POLICY = { refused: {}, away: 'refuse' } as const;

export class World {
  state: ChargePointState = { ...EMPTY_STATE, version: '1.6' };
  now = NOW;
  link: number | undefined;
  heardAt = NOW;
  csmsAnsweredAt = NOW;
  readonly frames: Frame[] = [];
  readonly answers: { action: string; payload: JsonObject | undefined }[] = [];
  readonly losses: string[] = [];
  readonly settings: Partial<StationSettings>;
  readonly #queue: Call[] = [];
  readonly #outbox = new Map<number, OutboxEntry>();
  #sent: Call | undefined;
  #slot = 0;
  #linkFrom: number | undefined;
  #ids = 0;

  constructor(settings: Partial<StationSettings> = {}) {
    this.settings = settings;
  }

  get #context() {
    const { now, heardAt, csmsAnsweredAt, link } = this;
    const links = { linkOpenedAt: link, linkFrom: this.#linkFrom, linkSlot: this.#slot };
    return stationContext(this.settings, { now, heardAt, csmsAnsweredAt, ...links });
  }

  get waiting(): number {
    return this.#outbox.size;
  }

  /** The call that the CSMS has to answer. */
  get asked(): { action: string; payload: JsonObject } | undefined {
    return this.#sent;
  }

  says(action: string, request: JsonObject): void {
    this.heardAt = this.now;
    const exchange = this.#exchange(action, request);
    this.#step((state) => flows.deviceCalls(state, exchange, false, this.#context, POLICY), exchange);
  }

  answers201(payload: JsonObject): void {
    const call = this.#taken();
    if (call === undefined) return;
    this.csmsAnsweredAt = this.now;
    const { exchange, entry, from } = call;
    if (entry) this.#step((state) => flows.outboxAnswered(state, entry, payload, this.#context));
    else if (from === 'own') this.#step((state) => flows.ownCallAnswered(state, exchange, payload, this.#context));
    else this.#step((state) => flows.csmsAnswered(state, exchange, payload, this.#context), exchange);
  }

  refuses(refusal: Refusal): void {
    const call = this.#taken();
    if (call) this.#refused(call, refusal);
  }

  /** `slot`: by which network profile, so to which CSMS. */
  open(slot = 0): void {
    if (this.link !== undefined) return;
    this.now += 1;
    this.#slot = slot;
    this.link = this.now;
    // Calls that waited for the link leave before anybody is told that it is open.
    this.#pump();
    this.#linkFrom = this.state.outbox?.next ?? 1;
    const told = this.#bootTold;
    this.#step((state) => flows.linkOpened(state, this.#context, told));
  }

  get #bootTold(): BootTold {
    const boots = [this.#sent, ...this.#queue].filter((call) => call?.action === 'BootNotification');
    if (boots.some((call) => call?.from === 'own')) return 'telling';
    return boots.length > 0 ? 'booting' : 'untold';
  }

  close(): void {
    if (this.link === undefined) return;
    this.link = undefined;
    this.#linkFrom = undefined;
    const bound = this.#queue.splice(0);
    this.#queue.push(...bound.filter(({ thisLink }) => !thisLink));
    const call = this.#taken();
    if (call) this.#refused(call, { code: 'CsmsLost', reason: '' });
    for (const each of bound) if (each.thisLink) this.#refused(each, { code: 'CsmsAway', reason: '' });
  }

  /** Calls that waited too long for a link. */
  expire(): void {
    if (this.link !== undefined) return;
    for (const call of this.#queue.splice(0)) this.#refused(call, { code: 'CsmsAway', reason: '' });
  }

  /** Time passes, and the alarm rings on the way. */
  pass(ms: number): void {
    const end = this.now + ms;
    for (let rings = 0; ; rings += 1) {
      if (rings > 5_000) throw new Error('the alarm does not stop');
      const at = flows.wakeAt(this.state, this.#context);
      const over = Math.min(this.#sent?.until ?? Infinity, ...this.#queue.map(({ until }) => until));
      if (over <= Math.min(at ?? Infinity, end)) {
        this.now = Math.max(this.now, over);
        this.#giveUp();
        continue;
      }
      if (at === undefined || at > end) break;
      this.now = Math.max(this.now, at);
      this.#step((state) => flows.woken(state, this.#context));
      const again = flows.wakeAt(this.state, this.#context);
      if (again !== undefined && again <= this.now) throw new Error('what was done is still due');
    }
    this.now = end;
  }

  #giveUp(): void {
    if ((this.#sent?.until ?? Infinity) <= this.now) {
      this.refuses({ code: 'CsmsTimeout', reason: '' });
      return;
    }
    const at = this.#queue.findIndex(({ until }) => until <= this.now);
    for (const call of this.#queue.splice(at, 1)) this.#refused(call, { code: 'CsmsAway', reason: '' });
  }

  #refused({ exchange, entry, from }: Call, refusal: Refusal): void {
    if (entry) this.#step((state) => flows.outboxRefused(state, entry, refusal, this.#context));
    else if (from === 'own') this.#step((state) => flows.ownCallRefused(state, exchange, refusal, this.#context));
    else this.#step((state) => flows.csmsRefused(state, exchange, refusal, 1, POLICY, this.#context), exchange);
  }

  #taken(): Call | undefined {
    const call = this.#sent;
    this.#sent = undefined;
    return call;
  }

  #step(decide: (state: ChargePointState) => Decision, exchange?: Exchange): void {
    const { state, effects } = decide(this.state);
    if (JSON.stringify(clean(state)) !== JSON.stringify(state)) throw new Error('the state is not clean JSON');
    this.state = state;
    for (const effect of effects) this.#act(effect, exchange);
    this.#pump();
  }

  #act(effect: Effect, exchange: Exchange | undefined): void {
    if (effect.do === 'call-csms') {
      const { action, payload, own, memo } = effect;
      valid(action, 'request', payload);
      const call = own || !exchange ? { ...this.#exchange(action, payload), ...(memo && { memo }) } : exchange;
      const until = this.now + SENT_WITHIN;
      const thisLink = flows.bootsFirst === true && this.link !== undefined && action !== 'BootNotification';
      this.#queue.push({ exchange: call, action, payload, from: own ? 'own' : 'charge point', until, thisLink });
    } else if (effect.do === 'outbox-put') {
      valid(effect.entry.action, 'request', effect.entry.payload);
      this.#outbox.set(effect.entry.seq, effect.entry);
    } else if (effect.do === 'outbox-remove') this.#outbox.delete(effect.seq);
    else if (effect.do === 'loss') this.losses.push(effect.code);
    else if (effect.do === 'answer' && exchange)
      this.answers.push({ action: exchange.action, payload: effect.payload });
    else if (effect.do === 'refuse' && exchange) this.answers.push({ action: exchange.action, payload: undefined });
  }

  #pump(): void {
    if (this.link === undefined || this.#sent) return;
    const next = this.#queue.shift() ?? this.#due();
    if (next === undefined) return;
    this.#sent = { ...next, until: this.now + ANSWERED_WITHIN };
    const { action, payload, from } = next;
    this.frames.push({ action, payload: valid(action, 'request', payload), from, link: this.link, at: this.now });
  }

  #due(): Call | undefined {
    const entry = [...this.#outbox.values()].sort((a, b) => a.seq - b.seq)[0];
    if (entry === undefined || flows.beforeDelivery(this.state, entry, false, this.#context).may !== 'go') return;
    const payload = flows.outboxCall(this.state, entry, this.#context);
    const { action } = entry;
    return { exchange: this.#exchange(action, payload), action, payload, from: 'outbox', entry, until: 0 };
  }

  #exchange(action: string, request: JsonObject): Exchange {
    this.#ids += 1;
    return { id: String(this.#ids), action, request };
  }
}

function clean(value: unknown): Json {
  return JSON.parse(JSON.stringify(value)) as Json;
}
