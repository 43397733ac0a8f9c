import { refusalOf } from '../base/errors.ts';
import type { SoapVersion } from '../base/message.ts';
import type { Context, Decision, Effect, Exchange } from '../flow/decision.ts';
import { linkOpened, ownCallAnswered, ownCallRefused } from '../flow/flows.ts';
import { memoryOf } from '../flow/memory.ts';
import type { ChargePointState } from '../flow/state.ts';
import type { Memory } from '../mapping/translator.ts';
import { CsmsCalls } from './csms-calls.ts';
import type { ChargePointSettings, SessionDeps } from './deps.ts';
import { DeviceCalls } from './device-calls.ts';
import { Mailbox } from './mailbox.ts';
import { Outbox } from './outbox.ts';
import { QuirksInUse } from './quirks-in-use.ts';
import { Record } from './record.ts';

/** What one step decides. */
export type Step = Decision;

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
  /** Milliseconds: last sign of life of the charge point, last answer of the CSMS. Of this process only. */
  heardAt: number;
  csmsAnsweredAt: number;
  /** Whether the CSMS has been told of this charge point's boot since the bridge started. */
  introduced = false;
  linkOpen = false;
  #linkConfigured = false;

  constructor(identity: string, deps: SessionDeps) {
    this.identity = identity;
    this.deps = deps;
    this.settings = deps.chargePoint(identity);
    this.record = new Record(identity, deps.store, deps.clock, deps.settings.repeatsKeptFor);
    this.quirks = new QuirksInUse(identity, deps);
    this.deviceCalls = new DeviceCalls(this);
    this.csmsCalls = new CsmsCalls(this);
    this.outbox = new Outbox(this);
    this.heardAt = deps.clock.now();
    this.csmsAnsweredAt = deps.clock.now();
  }

  /** Whether nothing is under way. */
  get idle(): boolean {
    return this.#mailbox.size === 0 && this.deviceCalls.open === 0 && this.csmsCalls.open === 0 && !this.outbox.busy;
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
      const { state, effects } = await decide(before);
      const began = this.deps.clock.monotonic();
      const wrote = await this.record.commit(state, effects, repeat).catch((error: unknown) => {
        this.deps.observe.commitFailed();
        // What the store has now, only the store knows.
        this.outbox.forget();
        throw error;
      });
      if (wrote) this.deps.observe.committed((this.deps.clock.monotonic() - began) / 1000);
      this.outbox.follow(effects, state);
      act(effects, state);
    });
  }

  context(version: SoapVersion): Context {
    return {
      now: this.deps.clock.now(),
      version,
      settings: this.settings.flow,
      heardAt: this.heardAt,
      csmsAnsweredAt: this.csmsAnsweredAt,
      keys: this.quirks.last.translator(version)?.keys ?? new Map(),
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

  /** A call that the bridge makes by itself: nobody waits, so a failure is only noted. */
  callAsOwn(effect: Own, version: SoapVersion): void {
    if (effect.action === 'BootNotification') this.introduced = true;
    if (effect.delay) this.deps.clock.after(effect.delay, () => void this.#ownCall(effect, version));
    else void this.#ownCall(effect, version);
  }

  async #ownCall(effect: Own, version: SoapVersion): Promise<void> {
    const exchange: Exchange = { id: this.deps.ids(), action: effect.action, request: effect.payload };
    const { answerWithin, callTimeout } = this.deps.settings;
    const call = { identity: this.identity, action: effect.action, payload: effect.payload, exchange: exchange.id };
    try {
      const answer = await this.deps.csms.call({ ...call, sendWithin: answerWithin, answerWithin: callTimeout });
      this.csmsAnsweredAt = this.deps.clock.now();
      await this.#note((state) => ownCallAnswered(state, exchange, answer, this.context(version)));
    } catch (error) {
      this.deps.observe.failure(this.identity, `own ${effect.action}`, error);
      await this.#note((state) => ownCallRefused(state, exchange, refusalOf(error), this.context(version)));
    }
  }

  /** A step whose failure has nobody to be told. */
  async #note(decide: (state: ChargePointState) => Decision): Promise<void> {
    await this.step(decide, () => undefined).catch((error: unknown) =>
      this.deps.observe.failure(this.identity, 'state not written', error),
    );
  }

  linkClosed(): void {
    this.linkOpen = false;
  }

  linkOpened(): void {
    this.linkOpen = true;
    this.outbox.pump();
    const act = (effects: readonly Effect[], state: ChargePointState) => {
      for (const effect of effects) if (effect.do === 'call-csms') this.callAsOwn(effect, state.version ?? '1.6');
    };
    this.step(linkOpened, act).catch((error: unknown) =>
      this.deps.observe.failure(this.identity, 'link opened', error),
    );
  }

  /** Whether messages wait for the CSMS: then the link is needed, however silent the charge point is. */
  async owes(): Promise<boolean> {
    return ((await this.record.load()).outbox?.waiting ?? 0) > 0;
  }

  /** Heartbeat interval in milliseconds, as last agreed. */
  async heartbeatInterval(): Promise<number> {
    const state = await this.record.load();
    return 1000 * Math.max(state.registration?.interval ?? 0, 0);
  }

  /** What the CSMS once set through keys that belong to the link holds after a restart too. */
  #configureLink(state: ChargePointState): void {
    if (this.#linkConfigured) return;
    this.#linkConfigured = true;
    const ping = state.configuration['websocketpinginterval']?.value;
    if (state.authorizationKey) this.deps.csms.configure(this.identity, 'AuthorizationKey', state.authorizationKey);
    if (ping !== undefined) this.deps.csms.configure(this.identity, 'WebSocketPingInterval', ping);
  }
}
