import type { Timer } from '../base/clock.ts';
import type { JsonObject } from '../base/message.ts';
import type { CsmsRequest, LinkWay } from '../session/ports.ts';
import { Backoff } from './backoff.ts';
import { Caller, type CallerDeps, type Line } from './caller.ts';
import { type MalformedFrame, type MalformedReason, parseFrame } from './frame.ts';
import type { KeepAlive, Peer } from './keep-alive.ts';
import type { LinkState } from './observer.ts';
import {
  brokenBy,
  closedByBridge,
  closedByCsms,
  DIAL_TIMEOUT,
  isProtocolRefusal,
  NO_PONG,
  NOT_OPEN_YET,
  NOT_READING,
  type Outage,
  refusedUpgrade,
  wrongProtocol,
} from './outage.ts';
import type { Dialler, Ramp } from './ramp.ts';
import { Receiver, type ReceiverDeps } from './receiver.ts';
import type { LinkSettings } from './settings.ts';
import { closeReason, frameFault, OPEN, type Socket } from './socket.ts';
import { CONFIGURED, type Ways } from './ways.ts';

/** Stands for the id of a call that cannot be read (OCPP-J 2.0.1, section 4.2.3); 1.6 has no such word. */
const NO_ID = '-1';

/**
 * One charge point's WebSocket to the CSMS.
 *
 * ```
 * idle ──open()──▶ connecting ──▶ open ──close()──▶ closing ──▶ closed
 *                    ▲    │         │                  │
 *                    │    ▼         ▼                  └─ wanted again ─▶ connecting
 *                    └─ backing-off ◀┘   close() leads from here and from connecting straight to closed
 * ```
 */

export interface LinkDeps extends CallerDeps, ReceiverDeps {
  readonly settings: LinkSettings;
  keepAlive(identity: string): KeepAlive;
  readonly ramp: Ramp;
  random(): number;
  dial(identity: string, way: LinkWay): Socket;
  /** Undefined: there is only the configured one. */
  ways(identity: string): Ways | undefined;
  /** The link reached `closed`; it holds nothing any more. */
  closed(link: Link): void;
}

/** How long the CSMS may take to return our close frame. */
const CLOSE_WITHIN = 2000;
const GOING_AWAY = 1001;
/** A peer that lets this many frames of the largest size pile up is not reading. */
const MOST_UNREAD_FRAMES = 8;
export class Link implements Line, Peer, Dialler {
  readonly identity: string;
  readonly #deps: LinkDeps;
  readonly #caller: Caller;
  readonly #receiver: Receiver;
  readonly #backoff: Backoff;
  #state: LinkState = 'idle';
  #socket: Socket | undefined;
  /** One at a time: dial timeout, back-off, or the wait for the close frame. */
  #timer: Timer | undefined;
  #wantedAgain = false;
  /** Why it is to be closed and dialled anew, as soon as nothing is outstanding. */
  #renewal: string | undefined;
  #keepAlive: KeepAlive | undefined;
  #outage: Outage = NOT_OPEN_YET;
  #way = CONFIGURED;
  /** Whether the CSMS has said anything over this connection. */
  #heard = false;

  constructor(deps: LinkDeps, identity: string) {
    this.#deps = deps;
    this.identity = identity;
    this.#caller = new Caller(deps, this);
    this.#receiver = new Receiver(deps, identity);
    this.#backoff = new Backoff(deps.settings.backoff, deps.clock, deps.random);
  }

  get state(): LinkState {
    return this.#state;
  }

  /** Which way it goes, or went last. */
  get way(): LinkWay {
    return this.#way;
  }

  get #ways(): Ways | undefined {
    return this.#deps.ways(this.identity);
  }

  get waiting(): number {
    return this.#caller.waiting;
  }

  call(request: CsmsRequest): Promise<JsonObject> {
    const answer = this.#caller.call(request);
    this.open();
    return answer;
  }

  /** The first attempt is immediate; a pause after a failure is kept, whoever asks. */
  open(): void {
    if (this.#state === 'idle' || this.#state === 'closed') this.#connect();
    else if (this.#state === 'closing') this.#wantedAgain = true;
  }

  /** Says goodbye with a close code and forgets those who wait. The link stays closed until the next `call` or `open`. */
  close(code: number, reason: string): void {
    const outage = closedByBridge(reason);
    this.#wantedAgain = false;
    if (this.#state === 'open') this.#goodbye(code, reason);
    else if (this.#state !== 'closing') {
      this.#deps.ramp.leave(this);
      this.#closed();
    }
    this.#outage = outage;
    this.#caller.refuseWaiting(outage);
  }

  /** Way or credentials changed: what is being dialled starts over, an open link comes back when nothing is outstanding on it. */
  renew(why: string): void {
    if (this.#state === 'connecting' && this.#socket) {
      const old = this.#socket;
      this.#socket = undefined;
      this.#timer?.cancel();
      old.terminate();
      this.dial();
    } else if (this.#state === 'open') {
      this.#renewal = why;
      this.settled();
    }
  }

  /** Pings by the interval that holds now. */
  repace(): void {
    this.#keepAlive?.remove(this);
    this.#keepAlive = this.#deps.keepAlive(this.identity);
    if (this.#state === 'open') this.#keepAlive.add(this);
  }

  settled(): void {
    if (this.#renewal === undefined || this.#state !== 'open' || this.#caller.outstanding || this.#receiver.busy)
      return;
    this.#wantedAgain = true;
    this.#goodbye(1000, this.#renewal);
  }

  ready(): boolean {
    // The CSMS may have begun to close: then nothing can leave, though the link is still open by name.
    return this.#state === 'open' && this.#renewal === undefined && this.#socket?.readyState === OPEN;
  }

  send(text: string): void {
    this.#socket?.send(text);
  }

  outage(): Outage | undefined {
    return this.ready() ? undefined : this.#outage;
  }

  ping(): void {
    this.#socket?.ping();
  }

  silent(): void {
    this.#fail(NO_PONG);
  }

  /** Called by the ramp. */
  dial(): void {
    try {
      this.#way = this.#ways?.current ?? CONFIGURED;
      this.#heard = false;
      const socket = this.#deps.dial(this.identity, this.#way);
      this.#socket = socket;
      this.#timer = this.#deps.clock.after(this.#deps.settings.connectTimeout, () => this.#fail(DIAL_TIMEOUT));
      this.#listen(socket);
    } catch (error) {
      this.#fail(brokenBy(error));
    }
  }

  #connect(): void {
    this.#become('connecting');
    this.#deps.ramp.enter(this);
  }

  /** A socket that was given up keeps its listeners, the one for `error` above all, but they do nothing. */
  #listen(socket: Socket): void {
    const current = (run: () => void): void => {
      if (this.#socket !== socket) return;
      try {
        run();
      } catch (error) {
        this.#deps.log.error({ identity: this.identity, err: error }, 'handling an event of the link failed');
      }
    };
    socket.on('open', () => current(() => this.#opened(socket)));
    socket.on('message', (data, isBinary) => current(() => this.#message(socket, data, isBinary)));
    socket.on('pong', () => current(() => this.#keepAlive?.heard(this)));
    socket.on('close', (code) => current(() => this.#ended(closedByCsms(code))));
    socket.on('error', (error) => current(() => this.#ended(this.#broken(error))));
    socket.on('unexpected-response', (_request, response) =>
      current(() => this.#fail(refusedUpgrade(response.statusCode ?? 0))),
    );
  }

  #opened(socket: Socket): void {
    const { protocol } = this.#deps.contract;
    if (socket.protocol !== protocol) {
      this.#fail(wrongProtocol(protocol));
      return;
    }
    this.#timer?.cancel();
    this.#backoff.opened();
    this.#become('open');
    this.#deps.ramp.leave(this);
    this.repace();
    const { slot } = this.#way;
    this.#deps.log.debug({ identity: this.identity, ...(slot > 0 && { slot }) }, 'link open');
    this.#tell('open');
    this.#caller.pump();
  }

  #message(socket: Socket, data: { toString(): string }, isBinary: boolean): void {
    if (this.#state !== 'open') return;
    this.#hears();
    this.#keepAlive?.heard(this);
    const frame = isBinary ? ({ kind: 'malformed', reason: 'binary' } as const) : parseFrame(data.toString());
    if (frame.kind === 'call') this.#receiver.receive(frame, (text) => this.#reply(socket, text));
    else if (frame.kind === 'result') this.#caller.result(frame);
    else if (frame.kind === 'error') this.#caller.error(frame);
    else this.#malformed(socket, frame);
  }

  #hears(): void {
    if (this.#heard) return;
    this.#heard = true;
    this.#ways?.held(this.#way);
  }

  #malformed(socket: Socket, { reason, call, answer, nameless }: MalformedFrame): void {
    this.#complainOfFrame(reason);
    const named = nameless && this.#deps.contract.protocol !== 'ocpp1.6' ? NO_ID : call;
    if (named !== undefined) {
      const refusal = { code: 'FrameMalformed', reason: `not an OCPP-J message (${reason})` } as const;
      this.#receiver.refuse(named, refusal, (text) => this.#reply(socket, text));
    }
    if (answer !== undefined) this.#caller.malformed(answer, reason);
  }

  #reply(socket: Socket, text: string): boolean {
    if (socket.readyState !== OPEN) return false;
    socket.send(text);
    if (socket.bufferedAmount > MOST_UNREAD_FRAMES * this.#deps.settings.maxFrameBytes) this.#fail(NOT_READING);
    this.settled();
    return true;
  }

  #broken(error: Error): Outage {
    if (this.#state === 'connecting' && isProtocolRefusal(error)) return wrongProtocol(this.#deps.contract.protocol);
    const fault = frameFault(error);
    if (fault) this.#complainOfFrame(fault);
    return brokenBy(error);
  }

  #ended(outage: Outage): void {
    if (this.#state === 'closing') this.#closed();
    else this.#fail(outage);
  }

  #goodbye(code: number, reason: string): void {
    const outage = closedByBridge(reason);
    // At the end of the bridge all links close: one line says that.
    this.#deps.log[code === GOING_AWAY ? 'debug' : 'info']({ identity: this.identity, code, reason }, 'link closed');
    this.#renewal = undefined;
    this.#outage = outage;
    this.#keepAlive?.remove(this);
    this.#become('closing');
    this.#timer = this.#deps.clock.after(CLOSE_WITHIN, () => this.#closed());
    this.#socket?.close(code, closeReason(reason));
    this.#caller.lost(outage);
    this.#tell('closed');
  }

  /** A dial that failed or a link that broke: try again after a pause. */
  #fail(outage: Outage): void {
    const socket = this.#socket;
    const wasOpen = this.#state === 'open';
    this.#socket = undefined;
    this.#renewal = undefined;
    if (!this.#heard && this.#ways?.failed(this.#way)) this.#complainOfWay();
    this.#timer?.cancel();
    this.#keepAlive?.remove(this);
    const pause = this.#backoff.pause();
    this.#outage = outage;
    this.#become('backing-off');
    this.#timer = this.#deps.clock.after(pause, () => this.#connect());
    this.#complainOfOutage(outage, pause);
    socket?.terminate();
    this.#deps.ramp.leave(this);
    this.#caller.lost(outage);
    if (outage.final) this.#caller.refuseWaiting(outage);
    if (wasOpen) this.#tell('closed');
  }

  #closed(): void {
    const socket = this.#socket;
    this.#socket = undefined;
    this.#timer?.cancel();
    this.#timer = undefined;
    this.#become('closed');
    socket?.terminate();
    this.#backoff.reset();
    if (this.#wantedAgain) {
      this.#wantedAgain = false;
      this.#outage = NOT_OPEN_YET;
      this.#connect();
    } else this.#deps.closed(this);
  }

  #become(state: LinkState): void {
    const from = this.#state;
    this.#state = state;
    if (from !== state) this.#deps.observe.stateChanged(from, state);
  }

  #tell(state: 'open' | 'closed'): void {
    try {
      this.#deps.side().linkChanged(this.identity, state, this.#way.slot);
    } catch (error) {
      this.#deps.log.error({ identity: this.identity, err: error }, 'telling the session of its link failed');
    }
  }

  #complainOfFrame(reason: MalformedReason): void {
    this.#deps.observe.malformed(reason);
    const about = { identity: this.identity, reason };
    this.#deps.complaints.say('warn', `frame-${reason}`, about, 'the CSMS sent a frame that is not OCPP-J');
  }

  #complainOfWay(): void {
    const about = { identity: this.identity, slot: this.#way.slot };
    this.#deps.complaints.say('warn', 'next-way', about, 'a network profile leads nowhere: the next one is tried');
  }

  #complainOfOutage({ topic, reason, alarm }: Outage, pause: number): void {
    const about = { identity: this.identity, reason, nextAttemptInMs: Math.round(pause) };
    this.#deps.complaints.say(alarm ? 'error' : 'warn', `outage-${topic}`, about, 'no link to the CSMS');
  }
}
