import { BridgeError } from '../../src/base/errors.ts';
import type { Log } from '../../src/base/log.ts';
import type { JsonObject } from '../../src/base/message.ts';
import { loadJsonContract } from '../../src/contract/ocppj.ts';
import type { CsmsCall, CsmsRequest, CsmsSide } from '../../src/session/ports.ts';
import { Links } from '../../src/uplink/links.ts';
import type { LinkObserver } from '../../src/uplink/observer.ts';
import type { LinkSettings } from '../../src/uplink/settings.ts';
import type { Connect } from '../../src/uplink/socket.ts';
import { ManualClock } from '../base/manual-clock.ts';

const contracts = { 'ocpp1.6': loadJsonContract('ocpp1.6'), 'ocpp2.0.1': loadJsonContract('ocpp2.0.1') };

/** Every event as one line, in order; a test can wait for the next one of a kind. */
export class Events implements LinkObserver {
  readonly all: string[] = [];
  readonly #takers: { event: string; resolve: () => void }[] = [];
  readonly #taken = new Map<string, number>();

  stateChanged: LinkObserver['stateChanged'] = (_from, to) => this.#note(`state ${to}`);
  sent: LinkObserver['sent'] = (kind, action) => this.#note(`sent ${kind} ${action}`);
  received: LinkObserver['received'] = (kind, action) => this.#note(`received ${kind} ${action}`);
  answered: LinkObserver['answered'] = (action, outcome, ms) => this.#note(`answered ${action} ${outcome} ${ms}`);
  malformed: LinkObserver['malformed'] = (reason) => this.#note(`malformed ${reason}`);
  callError: LinkObserver['callError'] = (direction, code) => this.#note(`error ${direction} ${code}`);
  misnamed: LinkObserver['misnamed'] = () => this.#note('misnamed');
  strayAnswer: LinkObserver['strayAnswer'] = (kind) => this.#note(`stray ${kind}`);
  repeatedCall: LinkObserver['repeatedCall'] = (action) => this.#note(`repeated ${action}`);
  invalid: LinkObserver['invalid'] = (author, part, action) => this.#note(`invalid ${author} ${part} ${action}`);
  repaired: LinkObserver['repaired'] = (action, part, n) => this.#note(`repaired ${action} ${part} ${n}`);
  side = (line: string): void => this.#note(line);

  /** Resolves with the next event of this text that no one has waited for yet, be it past or to come. */
  async next(event: string): Promise<void> {
    const taken = (this.#taken.get(event) ?? 0) + 1;
    this.#taken.set(event, taken);
    if (this.count(event) >= taken) return;
    await new Promise<void>((resolve) => this.#takers.push({ event, resolve }));
  }

  count(event: string): number {
    return this.all.filter((line) => line === event).length;
  }

  #note(event: string): void {
    this.all.push(event);
    const at = this.#takers.findIndex((taker) => taker.event === event);
    if (at >= 0) this.#takers.splice(at, 1)[0]?.resolve();
  }
}

/** The sessions, as far as the far bank knows them. */
export class Side implements CsmsSide {
  readonly calls: CsmsCall[] = [];
  /** Over which way each link was opened. */
  readonly slots: number[] = [];
  readonly #events: Events;
  answer: (call: CsmsCall) => Promise<JsonObject> = async () => ({ status: 'Accepted' });

  constructor(events: Events) {
    this.#events = events;
  }

  receiveCall(call: CsmsCall): Promise<JsonObject> {
    this.calls.push(call);
    return this.answer(call);
  }

  linkChanged(identity: string, state: 'open' | 'closed', slot = 0): void {
    if (state === 'open') this.slots.push(slot);
    this.#events.side(`${identity} ${state}`);
  }
}

export class LogLines implements Log {
  readonly all: { level: string; about: Record<string, unknown>; message: string }[] = [];
  debug = (about: object, message: string): void => this.#note('debug', about, message);
  info = (about: object, message: string): void => this.#note('info', about, message);
  warn = (about: object, message: string): void => this.#note('warn', about, message);
  error = (about: object, message: string): void => this.#note('error', about, message);

  at(level: string): string[] {
    return this.all.filter((line) => line.level === level).map((line) => line.message);
  }

  #note(level: string, about: object, message: string): void {
    this.all.push({ level, about: { ...about }, message });
  }
}

const DOWN = ['RemoteStartTransaction', 'RemoteStopTransaction', 'ClearCache', 'Reset', 'DataTransfer', 'ReserveNow'];

function settingsFor(url: string, changes: Partial<LinkSettings> = {}): LinkSettings {
  return {
    route: () => ({ url, protocol: 'ocpp1.6' }),
    urls: [url],
    credentials: () => undefined,
    tls: { rejectUnauthorized: true },
    connectTimeout: 10_000,
    pingInterval: 0,
    pongTimeout: 5_000,
    backoff: { first: 1_000, max: 60_000, factor: 2 },
    maxFrameBytes: 65_536,
    maxQueue: 4,
    ...changes,
  };
}

export interface FarBank {
  readonly links: Links;
  readonly clock: ManualClock;
  readonly events: Events;
  readonly side: Side;
  readonly log: LogLines;
}

/** The far bank with a clock that stands still, ids u1, u2… and a back-off that is always the longest. */
export function farBank(
  url: string,
  changes: Partial<LinkSettings> = {},
  parts: { random?: () => number; connect?: Connect } = {},
): FarBank {
  const clock = new ManualClock();
  const events = new Events();
  const side = new Side(events);
  const log = new LogLines();
  let id = 0;
  const links = new Links({
    settings: settingsFor(url, changes),
    spoken: (protocol) => ({ contract: contracts[protocol], downActions: new Set(DOWN) }),
    clock,
    ids: () => `u${++id}`,
    random: parts.random ?? (() => 1),
    log,
    observe: events,
    ...(parts.connect && { connect: parts.connect }),
  });
  links.attach(side);
  return { links, clock, events, side, log };
}

export function request(changes: Partial<CsmsRequest> = {}): CsmsRequest {
  return {
    identity: 'CP1',
    action: 'Heartbeat',
    payload: {},
    exchange: 'x1',
    sendWithin: 10_000,
    answerWithin: 30_000,
    ...changes,
  };
}

/** How a call ended, without leaving a rejection unhandled meanwhile. */
export async function ending(
  call: Promise<JsonObject>,
): Promise<{ answer?: JsonObject; code?: string; reason?: string }> {
  try {
    return { answer: await call };
  } catch (error) {
    if (error instanceof BridgeError) return { code: error.code, reason: error.message };
    throw error;
  }
}

export const NOW = { currentTime: '2024-05-01T10:00:00Z' };
