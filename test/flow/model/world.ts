import { isDeepStrictEqual } from 'node:util';
import type { ErrorCode } from '../../../src/base/errors.ts';
import type { JsonObject } from '../../../src/base/message.ts';
import type { Flows } from '../../../src/flow/decision.ts';
import type { ChargePointState } from '../../../src/flow/state.ts';
import { Bridge, type Call, Died, type Reply, type Setup, type Spoken } from './bridge.ts';
import { Durable } from './durable.ts';

/** A charge point, a bridge that may die at any instant, and a CSMS; and a book of all that happened between them. */

/** What the charge point said, and what it was told. */
export interface Message extends Spoken {
  readonly kind: 'start' | 'stop' | 'reading' | 'status' | 'other';
  readonly connector: number;
  readonly session?: Session;
  /** Place in the order of all events: first said, first confirmed. */
  readonly saidAt: number;
  confirmedAt?: number;
  /** Every answer that reached the charge point; they must all be the same. */
  readonly answers: JsonObject[];
  /** The CSMS refused it, and the charge point was told to give it up. */
  fault?: true;
}

export interface Session {
  readonly connector: number;
  readonly start: Message;
  /** The charge point's id, once it is told. */
  id?: number;
  stop?: Message;
}

/** What the CSMS wrote down. */
export interface Booking {
  readonly message: string;
  readonly payload: JsonObject;
  readonly at: number;
  /** Of a start: the id it gave. */
  readonly id?: number;
  /** The bridge has stored that the CSMS has it. */
  certain: boolean;
  /** When this call was made the start was a dead letter: it could name no id. */
  readonly nameless: boolean;
}

/** A call on its way, and what the CSMS did with it. */
interface Travelling {
  readonly call: Call;
  readonly nameless: boolean;
  reply?: JsonObject;
  booking?: Booking;
}

const SECOND = 1000;
const CONNECTORS = 3;

export class World {
  readonly #flows: Flows;
  readonly setup: Setup;
  readonly durable = new Durable();
  #bridge: Bridge;
  #now = Date.UTC(2024, 2, 9, 10);
  #events = 0;
  #travelling = new Map<Call, Travelling>();
  readonly messages = new Map<string, Message>();
  readonly sessions: Session[] = [];
  readonly bookings: Booking[] = [];
  /** Readings that were given up because too much waited. */
  readonly thinned = new Set<string>();
  /** Starts of which the operator was told that the CSMS may have them twice. */
  readonly suspects = new Set<string>();
  /** Messages that were dead letters once: they may have come behind later ones. */
  readonly putAside = new Set<string>();
  /** What was seen to be wrong while it happened. */
  readonly wrongs: string[] = [];
  /** By connector: the last status the CSMS has written down, and the last it refused or that died with the process. */
  readonly statuses = new Map<number, JsonObject>();
  readonly statusesLost: JsonObject[] = [];
  crashes = 0;

  constructor(flows: Flows, setup: Setup) {
    this.#flows = flows;
    this.setup = setup;
    this.#bridge = this.#born();
  }

  get bridge(): Bridge {
    return this.#bridge;
  }

  get now(): number {
    return this.#now;
  }

  // ---- the process

  #born(): Bridge {
    const bridge = new Bridge(this.#flows, this.durable, this.setup, () => this.#now);
    bridge.onSuspect = (call) => this.suspects.add(named(call) ?? '');
    bridge.onCall = (call, state) => this.#called(call, state);
    return bridge;
  }

  /** Runs something of the bridge's; when that kills it, another one is born. */
  #live(what: () => void): boolean {
    try {
      what();
      return true;
    } catch (error) {
      if (!(error instanceof Died)) throw error;
      this.crash();
      return false;
    }
  }

  crash(): void {
    this.crashes += 1;
    for (const { call } of this.#travelling.values())
      if (call.action === 'StatusNotification') this.statusesLost.push(call.payload);
    // What the bridge made of a start or a stop and could not say any more: nobody repeats it.
    for (const { status } of Object.values(this.durable.state.connectors))
      if (status && status['info'] === undefined) this.statusesLost.push(status);
    this.#travelling.clear();
    this.#bridge = this.#born();
  }

  do(what: (bridge: Bridge) => void): void {
    this.#live(() => what(this.#bridge));
  }

  pass(ms: number): void {
    this.#now += ms;
    this.do((bridge) => bridge.wake());
  }

  // ---- the charge point

  /** A car is plugged in at a free connector; or the charge point says once more that one was. */
  start(dial: number, tag: string): void {
    const connector = 1 + (dial % CONNECTORS);
    const last = this.sessions.findLast((one) => one.connector === connector);
    if (last && !last.start.fault && !(last.stop && settled(last.stop))) {
      if (last.start.confirmedAt === undefined) this.say(last.start);
      return;
    }
    const n = this.#count('start');
    const payload = { connectorId: connector, idTag: tag, meterStart: n, timestamp: this.#tick() };
    const start = this.#message('start', `start ${n}`, 'StartTransaction', connector, payload);
    this.sessions.push({ connector, start });
    this.say(start);
  }

  /** Sessions that the charge point has an id for. */
  #running(dial: number): (Session & { id: number }) | undefined {
    const all = this.sessions.filter(
      (one): one is Session & { id: number } => one.id !== undefined && !(one.stop && settled(one.stop)),
    );
    return all[dial % Math.max(1, all.length)];
  }

  /** A car is unplugged; or the charge point says once more that one was. */
  stop(dial: number): void {
    const session = this.#running(dial);
    if (session === undefined) return;
    const { id: transactionId, connector } = session;
    if (session.stop === undefined) {
      const n = this.#count('stop');
      const payload = { transactionId, meterStop: n, timestamp: this.#tick() };
      session.stop = this.#message('stop', `stop ${n}`, 'StopTransaction', connector, payload, session);
    }
    this.say(session.stop);
  }

  read(dial: number, namesTransaction: boolean): void {
    const session = this.#running(dial);
    if (session === undefined || session.stop) return;
    const { connector } = session;
    const n = this.#count('reading');
    const meterValue = [{ timestamp: this.#tick(), sampledValue: [{ value: String(n) }] }];
    const id = namesTransaction ? { transactionId: session.id } : {};
    const payload = { connectorId: connector, ...id, meterValue };
    this.say(this.#message('reading', `reading ${n}`, 'MeterValues', connector, payload, session));
  }

  status(connector: number, status: string, errorCode: string): void {
    const n = this.#count('status');
    const payload = { connectorId: connector, status, errorCode, info: String(n), timestamp: this.#tick() };
    this.say(this.#message('status', `status ${n}`, 'StatusNotification', connector, payload));
  }

  speak(action: string, payload: JsonObject): void {
    const n = this.#count('other');
    this.say(this.#message('other', `${action} ${n}`, action, 0, payload));
  }

  /** Also again, when there was no answer, or when the charge point does not trust the one it had. */
  say(message: Message): void {
    if (!this.messages.has(message.name)) this.messages.set(message.name, message);
    this.do((bridge) => bridge.receive(message));
  }

  /** A message that a charge point might repeat: of statuses only the last word, and only until it has its answer. */
  repeatable(): Message[] {
    const all = [...this.messages.values()].filter(({ fault }) => !fault);
    const last = (message: Message) =>
      message.confirmedAt === undefined &&
      all.findLast((one) => one.kind === 'status' && one.connector === message.connector) === message;
    return all.filter((one) => one.kind !== 'other' && (one.kind !== 'status' || last(one)));
  }

  /** A reply comes through; or gets lost. */
  reply(n: number, arrives: boolean): void {
    const { replies } = this.#bridge;
    const [reply] = replies.splice(n % Math.max(1, replies.length), 1);
    if (reply && arrives) this.#hear(reply);
  }

  #hear({ message: name, said, delivered }: Reply): void {
    const message = this.messages.get(name);
    if (message === undefined) throw new Error(`nobody said ${name}`);
    if ('refusal' in said) {
      this.#refused(message, said.refusal.code);
      return;
    }
    if (message.fault) return;
    message.answers.push(said.answer);
    message.confirmedAt ??= this.#events++;
    const { transactionId: id } = said.answer;
    const session = this.sessions.find(({ start }) => start.name === name);
    if (session && typeof id === 'number') session.id ??= id;
    this.do(() => delivered());
  }

  /** A charge point whose last boot was not accepted says nothing but BootNotification until it is. */
  get banned(): boolean {
    const boot = [...this.messages.values()].findLast(({ action }) => action === 'BootNotification');
    return boot !== undefined && boot.answers.at(-1)?.['status'] !== 'Accepted';
  }

  boot(): void {
    this.speak('BootNotification', { chargePointVendor: 'V', chargePointModel: 'M' });
  }

  /** OCPP over SOAP: a Fault says that the message is wrong, and it is given up. A bare HTTP status says: try again. */
  #refused(message: Message, code: ErrorCode): void {
    const again = code === 'CsmsAway' || code === 'CsmsTimeout' || code === 'CsmsLost';
    if (again || message.confirmedAt !== undefined) return;
    if (!code.startsWith('Csms') && message.kind !== 'status' && message.kind !== 'other')
      this.wrongs.push(`${message.name} is discarded for ${code}`);
    if (message.kind === 'status') this.statusesLost.push(message.payload);
    message.fault = true;
  }

  #message(
    kind: Message['kind'],
    name: string,
    action: string,
    connector: number,
    payload: JsonObject,
    session?: Session,
  ): Message {
    const key = kind === 'status' || kind === 'other' ? undefined : name;
    const said = { kind, name, action, connector, payload, key, saidAt: this.#events++, answers: [] };
    const message = session ? { ...said, session } : said;
    this.messages.set(name, message);
    return message;
  }

  #count(kind: Message['kind']): number {
    return 1 + [...this.messages.values()].filter((one) => one.kind === kind).length;
  }

  #tick(): string {
    this.#now += SECOND;
    return new Date(this.#now).toISOString();
  }

  // ---- the way to the CSMS

  #called(call: Call, state: ChargePointState): void {
    const status = state.registration?.status ?? 'Accepted';
    if (call.action !== 'BootNotification' && status !== 'Accepted')
      this.wrongs.push(`${call.action} goes up while ${status}`);
    if (this.setup.settings.strictErrors && call.payload['errorCode'] === 'EVCommunicationError')
      this.wrongs.push('EVCommunicationError goes up though the CSMS does not take it');
    const start = this.messages.get(named(call) ?? '')?.session?.start.name;
    const aside = this.durable.deadLetters.some(({ payload }) => `start ${String(payload['meterStart'])}` === start);
    this.#travelling.set(call, { call, nameless: aside });
  }

  /** The CSMS takes the first call and knows its answer, which has to travel back. */
  take(answer: (call: Call) => JsonObject, dial: number): void {
    const [call] = this.#bridge.calls;
    const travelling = call && this.#travelling.get(call);
    if (call === undefined || travelling === undefined || travelling.reply || !this.#bridge.linked) return;
    const start = call.action === 'StartTransaction';
    const id = start ? this.#freshId(dial) : undefined;
    travelling.reply = { ...answer(call), ...(id !== undefined && { transactionId: id }) };
    if (call.action === 'StatusNotification') this.statuses.set(Number(call.payload['connectorId']), call.payload);
    const message = named(call);
    if (message === undefined || call.origin === 'bridge') return;
    const booking = { message, payload: call.payload, at: this.bookings.length, certain: false };
    travelling.booking = { ...booking, nameless: travelling.nameless, ...(id !== undefined && { id }) };
    this.bookings.push(travelling.booking);
  }

  /** One never given before: as most CSMS count, a small one, one beyond 32 bits, or one that the bridge would make soon. */
  #freshId(dial: number): number {
    const given = this.bookings.flatMap(({ id }) => id ?? []);
    const n = given.length;
    const soon = 1_900_000_000 + (this.#bridge.state.outbox?.minted ?? 0) + CONNECTORS;
    const wanted = [100 + n, 100 + n, 100 + n, 1 + n, 3_000_000_000 + n, soon][dial % 6] ?? n;
    return given.includes(wanted) ? 100 + n : wanted;
  }

  /** Its answer arrives. */
  answer(): void {
    const [call] = this.#bridge.calls;
    const travelling = call && this.#travelling.get(call);
    if (call === undefined || !travelling?.reply) return;
    const { reply, booking } = travelling;
    this.#end(call);
    if (this.#live(() => call.end({ answer: reply })) && booking) booking.certain = true;
  }

  /** The CSMS does not want the first call; or nobody knows what it makes of it. */
  refuse(code: ErrorCode): void {
    const [call] = this.#bridge.calls;
    if (call === undefined || (!this.#bridge.linked && code !== 'IdentityUnknown')) return;
    const heard = code === 'CsmsTimeout' || code === 'CsmsAnswerInvalid';
    if (this.#travelling.get(call)?.reply && !heard) return;
    if (code === 'IdentityUnknown' && this.#bridge.linked) return;
    if (call.action === 'StatusNotification') this.statusesLost.push(call.payload);
    this.#fail(call, code);
  }

  /** A call that was never sent expires. */
  expire(n: number): void {
    const { calls } = this.#bridge;
    const call = calls[n % Math.max(1, calls.length)];
    if (call && !this.#travelling.get(call)?.reply) this.#fail(call, 'CsmsAway');
  }

  link(open: boolean): void {
    const [call] = this.#bridge.calls;
    if (open === this.#bridge.linked) return;
    this.do((bridge) => bridge.link(open));
    if (!open && call && this.#travelling.get(call)?.reply) this.#fail(call, 'CsmsLost');
  }

  #fail(call: Call, code: ErrorCode): void {
    this.#end(call);
    this.#live(() => call.end({ refusal: { code, reason: `the CSMS: ${code}` } }));
    this.notePutAside();
  }

  #end(call: Call): void {
    const { calls } = this.#bridge;
    calls.splice(calls.indexOf(call), 1);
    this.#travelling.delete(call);
  }

  // ---- the operator

  notePutAside(): void {
    for (const { action, payload } of this.durable.deadLetters) this.putAside.add(named({ action, payload }) ?? action);
  }

  thin(most: number): void {
    const before = this.durable.outbox;
    this.do((bridge) => bridge.thin(most));
    for (const entry of before) {
      if (this.durable.outbox.some(({ seq }) => seq === entry.seq)) continue;
      const name = named(entry) ?? '';
      if (this.messages.get(name)?.kind === 'reading') this.thinned.add(name);
    }
  }
}

/** The charge point has done with it. */
function settled({ confirmedAt, fault }: Message): boolean {
  return confirmedAt !== undefined || fault === true;
}

/** Which message of the charge point this call tells; undefined for those that are not counted. */
export function named({ action, payload }: { action: string; payload: JsonObject }): string | undefined {
  if (action === 'StartTransaction') return `start ${String(payload['meterStart'])}`;
  if (action === 'StopTransaction') return `stop ${String(payload['meterStop'])}`;
  if (action !== 'MeterValues') return undefined;
  const [first] = payload['meterValue'] as { sampledValue: { value: string }[] }[];
  return `reading ${String(first?.sampledValue[0]?.value)}`;
}

export function same(a: unknown, b: unknown): boolean {
  return isDeepStrictEqual(a, b);
}
