import type { Timer } from '../base/clock.ts';
import { BridgeError } from '../base/errors.ts';
import type { JsonObject, SoapObject } from '../base/message.ts';
import { maybeThere } from '../flow/presence.ts';
import type { SessionDeps } from './deps.ts';
import type { CsmsCall, CsmsSide, DeviceCall, DeviceSide, WireQuirks } from './ports.ts';
import { Session } from './session.ts';

const SWEEP_EVERY = 10_000;
const DRAIN_LOOK = 20;

/** All charge points: finds the session of an identity, lets silent ones go, drains them at the end. */
export class Sessions implements DeviceSide, CsmsSide {
  readonly #deps: SessionDeps;
  readonly #sessions = new Map<string, Session>();
  #sweep: Timer;
  #draining = false;

  constructor(deps: SessionDeps) {
    this.#deps = deps;
    this.#sweep = deps.clock.after(SWEEP_EVERY, () => this.#lookForSilence());
  }

  get count(): number {
    return this.#sessions.size;
  }

  /** Exchanges waiting, by direction. */
  get waiting(): { up: number; down: number } {
    let up = 0;
    let down = 0;
    for (const session of this.#sessions.values()) {
      up += session.deviceCalls.open;
      down += session.csmsCalls.open;
    }
    return { up, down };
  }

  async receive(call: DeviceCall): Promise<SoapObject> {
    if (this.#draining) throw new BridgeError('Draining');
    const session = this.#session(call.identity);
    session.openLink();
    return session.deviceCalls.receive(call);
  }

  quirksOf(identity: string): WireQuirks | undefined {
    return this.#sessions.get(identity)?.quirks.last.wire;
  }

  async receiveCall(call: CsmsCall): Promise<JsonObject> {
    if (this.#draining) throw new BridgeError('Draining');
    return this.#session(call.identity).csmsCalls.receive(call);
  }

  linkChanged(identity: string, state: 'open' | 'closed', slot = 0): void {
    const session = this.#sessions.get(identity);
    if (state === 'closed') session?.linkClosed();
    else if (!this.#draining) session?.linkOpened(slot);
  }

  /** Waiting for the CSMS: how many messages, and since when the oldest (ms). */
  get outbox(): { depth: number; oldest: number | undefined } {
    let depth = 0;
    let oldest: number | undefined;
    for (const { outbox } of this.#sessions.values()) {
      depth += outbox.depth;
      if (outbox.oldest !== undefined) oldest = Math.min(oldest ?? outbox.oldest, outbox.oldest);
    }
    return { depth, oldest };
  }

  /** What an operator decides on a message that was put aside; false when there is no such message. */
  async deadLetter(identity: string, seq: number, what: 'retry' | 'discard'): Promise<boolean> {
    if (this.#draining) throw new BridgeError('Draining');
    if ((await this.#deps.store.load(identity)) === undefined) return false;
    const found = await this.#session(identity).outbox.deadLetter(seq, what);
    if (found && what === 'retry') this.#deps.csms.open(identity);
    return found;
  }

  /**
   * At start: plans what was planned, and opens links without waiting for a sign of life: of charge points for whom messages
   * wait, and of those that were heard so lately that they are there. The far bank dials only so many at a time.
   */
  async resume(): Promise<void> {
    for (const identity of await this.#deps.store.identities()) {
      // One that cannot be read must not keep the others waiting.
      const looking = new Session(identity, this.#deps);
      const state = await looking.record.load().catch((error: unknown) => {
        this.#deps.observe.failure(identity, 'reading what waits', error);
        return undefined;
      });
      if (state === undefined || this.#draining) continue;
      const { clock, settings } = this.#deps;
      const linked = (state.outbox?.waiting ?? 0) > 0 || maybeThere(state, clock.now(), settings);
      // Whether the bridge is to do something by itself for this charge point.
      const planned = looking.flows.wakeAt(state, looking.context(state.version ?? '1.6')) !== undefined;
      if (linked || planned) this.#session(identity).resume(state);
      if (linked) this.#deps.csms.open(identity);
    }
  }

  #session(identity: string): Session {
    let session = this.#sessions.get(identity);
    if (session === undefined) {
      session = new Session(identity, this.#deps);
      this.#sessions.set(identity, session);
    }
    return session;
  }

  /** A WebSocket is a claim of life: it closes when the charge point has been silent for several beats. */
  #lookForSilence(): void {
    this.#sweep = this.#deps.clock.after(SWEEP_EVERY, () => this.#lookForSilence());
    for (const session of this.#sessions.values()) void this.#letGo(session);
  }

  async #letGo(session: Session): Promise<void> {
    const { clock, csms, observe } = this.#deps;
    try {
      const silence = clock.now() - session.heardAt;
      if (!session.idle || silence < (await session.longestSilence())) return;
      if ((await session.owes()) || !session.idle || !this.#sessions.has(session.identity)) return;
      if (!session.planned) this.#sessions.delete(session.identity);
      csms.close(session.identity, `the charge point has been silent for ${Math.round(silence / 1000)} s`);
    } catch (error) {
      observe.failure(session.identity, 'looking for silence', error);
    }
  }

  /** Takes nothing new, waits for what is under way, at most `within` ms. True when nothing was left. */
  async drain(within: number): Promise<boolean> {
    this.#draining = true;
    this.#sweep.cancel();
    for (const { outbox } of this.#sessions.values()) outbox.stop();
    const end = this.#deps.clock.monotonic() + within;
    while (this.#busy()) {
      if (this.#deps.clock.monotonic() >= end) return false;
      await new Promise<void>((resolve) => this.#deps.clock.after(DRAIN_LOOK, resolve));
    }
    const left = end - this.#deps.clock.monotonic();
    let timer: Timer | undefined;
    const late = new Promise<void>((resolve) => {
      timer = this.#deps.clock.after(left, resolve);
    });
    // A bridge that starts again soon knows then who is there.
    await Promise.race([late, Promise.all([...this.#sessions.values()].map((session) => session.remember()))]);
    timer?.cancel();
    return true;
  }

  #busy(): boolean {
    for (const session of this.#sessions.values()) if (!session.idle) return true;
    return false;
  }
}
