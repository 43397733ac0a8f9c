import { LRUCache } from 'lru-cache';
import type { Clock } from '../base/clock.ts';
import { BridgeError, errorRow, type Refusal, refusalOf } from '../base/errors.ts';
import type { Ids } from '../base/ids.ts';
import type { Log } from '../base/log.ts';
import type { SoapObject } from '../base/message.ts';
import { type Envelope, readEnvelope } from '../codec/envelope.ts';
import { findOperation } from '../codec/operation.ts';
import { readMessage } from '../codec/read.ts';
import { decodeText } from '../codec/text.ts';
import type { SoapContracts, SoapOperation } from '../contract/soap-contract.ts';
import type { DeviceCall, DeviceSide, WireQuirks } from '../session/ports.ts';
import { type Callback, callbackOf } from './address.ts';
import { answerReply, faultReply } from './answer.ts';
import type { Arrival } from './arrival.ts';
import { type BodyLimits, charsetOf, collectBody, decompress, SenderGone } from './body.ts';
import type { CallbackPolicy } from './callback-policy.ts';
import type { Identities } from './identity.ts';
import type { Networks } from './networks.ts';
import { peerOf } from './peer.ts';
import { plainRefusal, type Reply } from './reply.ts';
import { pathOf, versionInPath } from './route.ts';

export interface ExchangeDeps {
  readonly contracts: SoapContracts;
  readonly sessions: DeviceSide;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly log: Log;
  readonly identities: Identities;
  readonly callbackPolicy: CallbackPolicy;
  readonly trustedProxies: Networks;
  readonly limits: BodyLimits;
  /** Calls being served at once; more get 429. */
  readonly maxConcurrent: number;
  /** Seconds, for Retry-After. */
  readonly retryAfter: number;
}

/** What is known of a message so far: decides how a refusal of it is written and logged. */
interface Known {
  bytes: Buffer | undefined;
  envelope: Envelope | undefined;
  identity: string | undefined;
  exchange: string | undefined;
  /** The session has it: what it refuses, it logs itself. */
  inSession: boolean;
}

const UNKNOWN: Known = {
  bytes: undefined,
  envelope: undefined,
  identity: undefined,
  exchange: undefined,
  inSession: false,
};

/** Charge points repeat the same few headers all day. */
const CALLBACKS_REMEMBERED = 20_000;
/** Characters. */
const LONGEST_REMEMBERED = 2048;
const LOGGED_BYTES = 200;

/** One SOAP call of a charge point: from the bytes to the session, and from its answer or refusal to the reply. */
export class Exchanges {
  readonly #deps: ExchangeDeps;
  readonly #callbacks = new LRUCache<string, { readonly url: string | undefined }>({ max: CALLBACKS_REMEMBERED });

  #serving = 0;

  constructor(deps: ExchangeDeps) {
    this.#deps = deps;
  }

  /** The reply, or undefined when the sender has gone. Never rejects. */
  async serve(arrival: Arrival): Promise<Reply | undefined> {
    const known: Known = { ...UNKNOWN };
    let bytes: Buffer;
    try {
      bytes = await collectBody(arrival.request, this.#deps.limits, this.#deps.clock);
      arrival.bytesIn = bytes.length;
      // Only now: slow senders must not take the places of others.
      if (this.#serving >= this.#deps.maxConcurrent) throw new BridgeError('TooManyRequests');
    } catch (error) {
      return error instanceof SenderGone ? undefined : this.refuse(arrival, error, known);
    }
    this.#serving += 1;
    try {
      return await this.#exchange(arrival, bytes, known);
    } finally {
      this.#serving -= 1;
    }
  }

  async #exchange(arrival: Arrival, bytes: Buffer, known: Known): Promise<Reply> {
    try {
      const { call, operation, envelope } = await this.#read(arrival, bytes, known);
      known.exchange = call.exchange;
      known.inSession = true;
      const answer = await this.#deps.sessions.receive(call);
      known.inSession = false;
      const quirks = this.#deps.sessions.quirksOf?.(call.identity) ?? {};
      const reply = this.#answer(arrival, operation, envelope, answer, quirks);
      await this.#pause(quirks.answerDelay?.get(operation.name));
      return reply;
    } catch (error) {
      return this.refuse(arrival, error, known);
    }
  }

  async #read(arrival: Arrival, sent: Buffer, known: Known) {
    const { clock, contracts, limits, identities } = this.#deps;
    const { request } = arrival;
    const { headers } = request;
    const target = request.url ?? '/';
    const started = clock.monotonic();
    const encoding = headers['content-encoding'];
    const bytes = encoding === undefined ? sent : await decompress(sent, encoding, limits.maxBodyBytes);
    known.bytes = bytes;
    const text = decodeText(bytes, charsetOf(headers['content-type']));
    if (text === '') throw new BridgeError('EmptyBody');
    if (!text.startsWith('<')) throw new BridgeError('NotXml');
    const envelope = readEnvelope(text);
    known.envelope = envelope;
    known.identity = envelope.headers.chargeBoxIdentity;
    const inPath = versionInPath(target);
    const found = findOperation(contracts, envelope.body, {
      role: 'CentralSystem',
      ...(inPath && { version: inPath }),
    });
    arrival.version = found.version;
    arrival.action = found.operation.name;
    const identity = identities.of(envelope.headers.chargeBoxIdentity, target);
    known.identity = identity;
    const { value, losses } = readMessage(envelope.body, found.operation.request);
    const call: DeviceCall = {
      identity,
      version: found.version,
      action: found.operation.name,
      payload: value,
      messageId: envelope.headers.messageId,
      exchange: this.#deps.ids(),
      receivedAt: arrival.receivedAt,
      since: arrival.since,
      callback: this.#callback(arrival, envelope),
      losses: found.losses.length === 0 ? losses : [...found.losses, ...losses],
      responded: arrival.responded,
    };
    arrival.readMs = clock.monotonic() - started;
    return { call, operation: found.operation, envelope };
  }

  #callback(arrival: Arrival, { headers: { from, replyTo } }: Envelope): string | undefined {
    const { trustedProxies, callbackPolicy } = this.#deps;
    if (from === undefined && replyTo === undefined) return undefined;
    const peer = peerOf(arrival.request, trustedProxies);
    const key = `${from}\n${replyTo}\n${peer}`;
    // Such are no addresses; remembering what strangers write must not fill the memory.
    if (key.length > LONGEST_REMEMBERED) {
      return callbackOf({ from, replyTo, peer, policy: callbackPolicy })?.url;
    }
    let seen = this.#callbacks.get(key);
    if (!seen) {
      const callback: Callback | undefined = callbackOf({ from, replyTo, peer, policy: callbackPolicy });
      seen = { url: callback?.url };
      this.#callbacks.set(key, seen);
    }
    return seen.url;
  }

  /** Some charge points miss an answer that comes at once. */
  async #pause(ms: number | undefined): Promise<void> {
    if (ms !== undefined) await new Promise<void>((resolve) => this.#deps.clock.after(ms, resolve));
  }

  #answer(
    arrival: Arrival,
    operation: SoapOperation,
    envelope: Envelope,
    answer: SoapObject,
    quirks: WireQuirks,
  ): Reply {
    const started = this.#deps.clock.monotonic();
    const reply = answerReply(operation, answer, envelope, this.#deps.ids, quirks);
    arrival.writeMs = this.#deps.clock.monotonic() - started;
    return reply;
  }

  /** Anything thrown, as the reply to it. */
  refuse(arrival: Arrival, error: unknown, known: Known = UNKNOWN): Reply {
    const { contracts, ids, retryAfter, log, sessions } = this.#deps;
    const refusal = refusalOf(error);
    arrival.code = refusal.code;
    if (!(error instanceof BridgeError)) log.error({ err: error, exchange: known.exchange }, 'request failed');
    else if (!known.inSession) this.#logRefusal(arrival, refusal, error.cause, known);
    const quirks = known.identity === undefined ? undefined : sessions.quirksOf?.(known.identity);
    const fault = faultReply(refusal, { ...known, version: arrival.version }, contracts, ids, quirks);
    return fault ?? plainRefusal(refusal, retryAfter);
  }

  #logRefusal({ request }: Arrival, refusal: Refusal, cause: unknown, known: Known): void {
    const { log, trustedProxies } = this.#deps;
    const about = {
      peer: peerOf(request, trustedProxies),
      method: request.method,
      path: pathOf(request.url ?? '/').slice(0, LOGGED_BYTES),
      code: refusal.code,
      reason: refusal.reason,
      ...(known.exchange !== undefined && { exchange: known.exchange }),
      ...(known.identity !== undefined && { identity: known.identity.slice(0, LOGGED_BYTES) }),
      ...(cause !== undefined && { err: cause }),
    };
    log[errorRow(refusal.code).level](about, 'request refused');
    if (known.bytes) log.debug({ ...about, body: known.bytes.toString('latin1', 0, LOGGED_BYTES) }, 'refused body');
  }
}
