import { BridgeError, refusalOf } from '../base/errors.ts';
import type { SoapVersion } from '../base/message.ts';
import { clockSet } from '../flow/clock-set.ts';
import type { BootTold, Context, Decision, Effect, Exchange, Flows } from '../flow/decision.ts';
import { memoryOf } from '../flow/memory.ts';
import { lastHeard, longestSilence, withHeard } from '../flow/presence.ts';
import type { ChargePointState } from '../flow/state.ts';
import type { Memory } from '../mapping/translator.ts';
import { Alarm } from './alarm.ts';
import { ClockWatch } from './clock-watch.ts';
import { CsmsCalls } from './csms-calls.ts';
import type { ChargePointSettings, SessionDeps } from './deps.ts';
import { DeviceCalls } from './device-calls.ts';
import { Mailbox } from './mailbox.ts';
import { Outbox } from './outbox.ts';
import { QuirksInUse } from './quirks-in-use.ts';
import { Record } from './record.ts';

/** What one step decides. */
export type Step = Decision;

/** Who tells the CSMS of a boot. */
type Teller = 'bridge' | 'charge point';

export type Own = Extract<Effect, { do: 'call-csms' }>;

/**
 * One charge point: everything about it happens in order. Every step decides on the state as it is, commits what changed,
 * and only then acts. Calls of the charge point and of the CSMS are kept by two helpers that share this order.
 */
export class Session {
  readonly identity: string;
  readonly deps: SessionDeps;
  readonly settings: ChargePointSettings;
  readonly record: Record;
  readonly quirks: QuirksInUse;
  readonly deviceCalls: DeviceCalls;
  readonly csmsCalls: CsmsCalls;
  readonly outbox: Outbox;
  readonly #mailbox = new Mailbox();
  readonly #alarm: Alarm;
  readonly #clockWatch: ClockWatch;
  /** ms by which the clock was set and the stored state does not know it. */
  #clockSetBy = 0;
  /** Milliseconds: last sign of life of the charge point, last answer of the CSMS. Of this process only. */
  heardAt: number;
  csmsAnsweredAt: number;
  /** Whether this process has heard it. */
  #heard = false;
  /** Whether the CSMS has been told of this charge point's boot since the bridge started. */
  introduced = false;
  /** BootNotifications under way to the CSMS. */
  readonly #boots = { bridge: 0, 'charge point': 0 };
  readonly #afterBoot: (() => void)[] = [];
  /** Since when (ms) the link is open. */
  linkOpenedAt: number | undefined;
  /** Number of the first message that was put into the outbox since. */
  #linkFrom: number | undefined;
  /** Which of its ways the link goes. */
  #linkSlot = 0;
  #linkConfigured = false;
  /** How often the link has closed: what was decided before belongs to a link that is gone. */
  closings = 0;

  constructor(identity: string, deps: SessionDeps) {
    this.identity = identity;
    this.deps = deps;
    this.settings = deps.chargePoint(identity);
    this.record = new Record(identity, deps.store, deps.clock, deps.settings.repeatsKeptFor);
    this.quirks = new QuirksInUse(identity, deps);
    this.deviceCalls = new DeviceCalls(this);
    this.csmsCalls = new CsmsCalls(this);
    this.outbox = new Outbox(this);
    this.#alarm = new Alarm(deps.clock, () => this.#wake());
    this.#clockWatch = new ClockWatch(deps.clock);
    this.heardAt = deps.clock.now();
    this.csmsAnsweredAt = deps.clock.now();
  }

  get flows(): Flows {
    return this.settings.flows;
  }

  get linkOpen(): boolean {
    return this.linkOpenedAt !== undefined;
  }

  /** Whether nothing is under way. */
  get idle(): boolean {
    return this.#mailbox.size === 0 && !this.deviceCalls.busy && !this.csmsCalls.busy && !this.outbox.busy;
  }

  /** Whether the bridge has to act by itself for this charge point at some time to come. */
  get planned(): boolean {
    return this.#alarm.at !== undefined;
  }

  /** Decide, commit, act. Rejects when the state could not be read or written; then nothing was done. */
  step(
    decide: (state: ChargePointState) => Step | Promise<Step>,
    act: (effects: readonly Effect[], state: ChargePointState) => void,
    /** Under which key the answer is remembered for repeats. */
    repeat?: string,
  ): Promise<void> {
    return this.#mailbox.add(async () => {
      const before = await this.record.load();
      this.#configureLink(before);
      this.#followClock();
      const by = this.#clockSetBy;
      const now = by === 0 ? before : clockSet(before, by);
      const { state, effects } = await decide(now);
      // That the clock was set is written with the next thing worth writing.
      const decided = state === now ? before : state;
      const began = this.deps.clock.monotonic();
      const wrote = await this.record.commit(decided, effects, repeat, this.#heardAt).catch((error: unknown) => {
        this.deps.observe.commitFailed();
        // What the store has now, only the store knows.
        this.outbox.forget();
        throw error;
      });
      if (wrote) this.deps.observe.committed((this.deps.clock.monotonic() - began) / 1000);
      if (state !== now) this.#clockSetBy -= by;
      this.outbox.follow(effects, state);
      this.#plan(state);
      act(effects, state);
    });
  }

  /** A sign of life. */
  hears(at: number): void {
    this.#followClock();
    this.heardAt = at;
    this.#heard = true;
  }

  /** It is there. */
  csmsAnswered(): void {
    this.#followClock();
    this.csmsAnsweredAt = this.deps.clock.now();
  }

  /** Times that this process knows are moved when somebody sets the clock, and so will be the stored ones. */
  #followClock(): void {
    const by = this.#clockWatch.setBy();
    if (by === 0) return;
    this.#clockSetBy += by;
    this.heardAt += by;
    this.csmsAnsweredAt += by;
    if (this.linkOpenedAt !== undefined) this.linkOpenedAt += by;
  }

  get #heardAt(): number | undefined {
    return this.#heard ? this.heardAt : undefined;
  }

  /** At the end: writes when it was heard last, for the process that comes after. */
  async remember(): Promise<void> {
    const at = this.#heardAt;
    if (at === undefined) return;
    await this.note((state) => ({ state: withHeard(state, at, true), effects: [] }));
  }

  context(version: SoapVersion): Context {
    const translator = this.quirks.last.translator(version);
    return {
      now: this.deps.clock.now(),
      version,
      settings: this.settings.flow,
      heardAt: this.heardAt,
      csmsAnsweredAt: this.csmsAnsweredAt,
      keys: translator?.keys ?? new Map(),
      identity: this.identity,
      linkOpenedAt: this.linkOpenedAt,
      linkFrom: this.#linkFrom,
      linkSlot: this.#linkSlot,
      policyOf: (action) => translator?.down.get(action),
      ...(this.settings.station && { station: this.settings.station() }),
    };
  }

  memory(state: ChargePointState, receivedAt: number): Memory {
    const { flow } = this.settings;
    const timezone = this.settings.timezone ?? this.quirks.last.timezone ?? 'UTC';
    return memoryOf(state, { receivedAt, timezone, connectors: flow.connectors });
  }

  loss(code: string, version: SoapVersion, action: string, field: string, raw?: string, secret?: true): void {
    this.deps.observe.loss(code, version, action, {
      identity: this.identity,
      field,
      ...(raw !== undefined && { raw }),
      ...(secret && { secret }),
    });
  }

  /** Carries out what no request and no command waits for. */
  act(effects: readonly Effect[], state: ChargePointState, about = 'own'): void {
    const version = state.version ?? '1.6';
    for (const effect of effects) {
      if (effect.do === 'call-csms') this.callAsOwn(effect, version);
      else if (effect.do === 'call-device') this.csmsCalls.command(effect, version);
      else if (effect.do === 'loss') this.loss(effect.code, version, about, effect.field);
      else if (effect.do === 'dead-letter') this.deps.observe.deadLetter(this.identity, effect.entry);
      else if (effect.do === 'outbox-put') this.deliver();
      else if (effect.do === 'link-setting' || effect.do === 'link-ways') this.setLink(effect);
    }
  }

  /** A sign of life opens the link, also when nothing will be sent: as soon as it is known what the CSMS once set for it. */
  openLink(): void {
    const open = () => this.deps.csms.open(this.identity);
    if (this.#linkConfigured) open();
    else
      this.step((state) => ({ state, effects: [] }), open).catch((error: unknown) =>
        this.deps.observe.failure(this.identity, 'opening the link', error),
      );
  }

  /** Something waits for the CSMS. */
  deliver(): void {
    if (!this.linkOpen) this.deps.csms.open(this.identity);
    this.outbox.pump();
  }

  /** Behind the answer that is on its way on the same link. */
  setLink(effect: Extract<Effect, { do: 'link-setting' | 'link-ways' }>): void {
    const { csms, clock } = this.deps;
    clock.after(0, () => {
      if (effect.do === 'link-setting') csms.configure(this.identity, effect.key, effect.value);
      else csms.lead(this.identity, effect.ways, effect.now);
    });
  }

  /** A call that the bridge makes by itself: nobody waits, so a failure is only noted. */
  callAsOwn(effect: Own, version: SoapVersion): void {
    if (effect.action === 'BootNotification') this.introduced = true;
    // What the charge point is saying itself at this moment needs no second word.
    else if (effect.delay === undefined && this.deviceCalls.saying(effect.action, effect.payload)) return;
    const { closings } = this;
    if (effect.delay) this.deps.clock.after(effect.delay, () => void this.#ownCall(effect, version, closings));
    else void this.#ownCall(effect, version, closings);
  }

  /** For the far bank: whether this call may wait for another link. */
  boundToLink(action: string): { readonly thisLink?: true } {
    return this.linkOpen && this.flows.bootsFirst && action !== 'BootNotification' ? { thisLink: true } : {};
  }

  async #ownCall(effect: Own, version: SoapVersion, closings: number): Promise<void> {
    const { action, payload: request, memo } = effect;
    const exchange: Exchange = { id: this.deps.ids(), action, request, ...(memo && { memo }) };
    const { answerWithin, callTimeout } = this.deps.settings;
    const call = { identity: this.identity, action: effect.action, payload: effect.payload, exchange: exchange.id };
    const boots = action === 'BootNotification';
    if (boots) this.bootBegins('bridge');
    try {
      if (!boots && this.flows.bootsFirst && (closings !== this.closings || (await this.#unheard(version))))
        throw new BridgeError('CsmsAway', 'the link that it was meant for has closed');
      const answer = await this.deps.csms.call({
        ...{ ...call, sendWithin: answerWithin, answerWithin: callTimeout },
        ...this.boundToLink(action),
      });
      this.csmsAnswered();
      await this.note((state) => this.flows.ownCallAnswered(state, exchange, answer, this.context(version)));
    } catch (error) {
      const refusal = refusalOf(error);
      if (refusal.code === 'Internal') this.deps.observe.failure(this.identity, `own ${action}`, error);
      else this.deps.observe.ownCallRefused(this.identity, action, refusal);
      // It has not heard of it: the next link begins with it.
      if (boots && !this.linkOpen) this.introduced = false;
      await this.note((state) => this.flows.ownCallRefused(state, exchange, refusal, this.context(version)));
    } finally {
      if (boots) this.bootEnds('bridge');
    }
  }

  /** There is no link, and the next one begins with a boot. */
  async #unheard(version: SoapVersion): Promise<boolean> {
    if (this.linkOpen) return false;
    const state = await this.record.load();
    return this.flows.accepts?.(state, this.context(version)) === false;
  }

  /** A step whose failure has nobody to be told. What it frees for delivery goes at once. */
  async note(decide: (state: ChargePointState) => Decision): Promise<void> {
    await this.step(decide, (effects, state) => this.act(effects, state)).catch((error: unknown) =>
      this.deps.observe.failure(this.identity, 'state not written', error),
    );
    this.outbox.pump();
  }

  linkClosed(): void {
    this.closings += 1;
    this.linkOpenedAt = undefined;
    this.#linkFrom = undefined;
    this.outbox.forget();
  }

  /** What the CSMS must know first is told first; only then follows what waits. */
  linkOpened(slot: number): void {
    this.#followClock();
    this.#linkSlot = slot;
    this.linkOpenedAt = this.deps.clock.now();
    void this.note((state) => {
      if (this.linkOpen) this.#linkFrom = state.outbox?.next ?? 1;
      return this.flows.linkOpened(state, this.context(state.version ?? '1.6'), this.#bootTold);
    });
  }

  get #bootTold(): BootTold {
    if (this.#boots.bridge > 0) return 'telling';
    if (this.#boots['charge point'] > 0) return 'booting';
    return this.introduced ? 'told' : 'untold';
  }

  bootBegins(teller: Teller): void {
    this.#boots[teller] += 1;
  }

  /** Its answer is written. */
  bootEnds(teller: Teller): void {
    this.#boots[teller] -= 1;
    if (this.booting) return;
    for (const run of this.#afterBoot.splice(0)) run();
  }

  get booting(): boolean {
    return this.#boots.bridge + this.#boots['charge point'] > 0;
  }

  /** Runs once no BootNotification is under way any more. */
  whenBooted(run: () => void): void {
    this.#afterBoot.push(run);
  }

  /** At start: what was planned before the last process ended is planned again, and what waits is seen. */
  resume(state: ChargePointState): void {
    this.#configureLink(state);
    if (!this.#heard) this.heardAt = lastHeard(state, this.deps.clock.now()) ?? this.heardAt;
    this.outbox.look();
  }

  #plan(state: ChargePointState): void {
    this.#alarm.set(this.flows.wakeAt(state, this.context(state.version ?? '1.6')));
  }

  #wake(): void {
    void this.note((state) => this.flows.woken(state, this.context(state.version ?? '1.6')));
  }

  /** Whether messages wait for the CSMS: then the link is needed, however silent the charge point is. */
  async owes(): Promise<boolean> {
    return ((await this.record.load()).outbox?.waiting ?? 0) > 0;
  }

  /** So many ms of silence are usual. */
  async longestSilence(): Promise<number> {
    return longestSilence(await this.record.load(), this.deps.settings);
  }

  /** What the CSMS once set through keys that belong to the link holds after a restart too. */
  #configureLink(state: ChargePointState): void {
    if (this.#linkConfigured) return;
    this.#linkConfigured = true;
    const { authorizationKey, pingInterval } = state;
    if (authorizationKey) this.deps.csms.configure(this.identity, 'AuthorizationKey', authorizationKey);
    if (pingInterval !== undefined) this.deps.csms.configure(this.identity, 'WebSocketPingInterval', pingInterval);
    const ways = this.flows.linkWays?.(state, this.context(state.version ?? '1.6'));
    if (ways) this.deps.csms.lead(this.identity, ways, false);
  }
}
