/** Calls the SOAP server of a charge point. */

import type { LookupFunction } from 'node:net';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import type { Clock } from '../base/clock.ts';
import { BridgeError, type ErrorCode, refusalOf } from '../base/errors.ts';
import type { Ids } from '../base/ids.ts';
import type { Log } from '../base/log.ts';
import type { SoapObject } from '../base/message.ts';
import { ADDRESSING, anonymousAddress } from '../codec/namespaces.ts';
import { DEFAULT_STYLE, type OutHeaders, type WriteStyle, writeMessage } from '../codec/write.ts';
import type { SoapContracts, SoapOperation } from '../contract/soap-contract.ts';
import type { DevicePort, DeviceRequest } from '../session/ports.ts';
import type { CallbackPolicy } from './callback-policy.ts';
import { type DeviceTls, Dialer, type HttpAnswer, NotSent } from './dial.ts';
import { type ChargePointObserver, noObserver } from './observer.ts';
import { styleFor } from './quirks.ts';
import { readAnswer } from './response.ts';

const compressed = promisify(gzip);

/** What the operator says of one charge point; it counts more than its quirk profile. */
export interface DeviceOverrides {
  /** Called in place of what the charge point says; the networks and ports allowed hold for it too. */
  readonly callback?: string;
  readonly basic?: { readonly user: string; readonly password: string };
  readonly tls?: DeviceTls;
  /** Some charge points know namespaces only by fixed prefixes. */
  readonly style?: Partial<WriteStyle>;
  /** Some refuse calls that have wsa:Action. */
  readonly omitAction?: boolean;
  readonly omitFrom?: boolean;
  /** Send the SOAPAction header of SOAP 1.1 too. */
  readonly soapAction?: boolean;
}

export interface CallerSettings {
  /** Milliseconds until connected; default 10 000. */
  readonly connectTimeout?: number;
  /** Milliseconds until answered, connecting included; default 45 000: some start the transaction before they answer. */
  readonly totalTimeout?: number;
  /** Milliseconds before the one repetition after a refused connection; default 500. */
  readonly retryPause?: number;
  /** Bytes of an answer, before and after decompression; default 4 MiB. */
  readonly maxAnswerBytes?: number;
  /** The bridge's own endpoint, for wsa:From; absent = no From. */
  readonly publicUrl?: string;
  readonly userAgent?: string;
}

export interface CallerDeps {
  readonly contracts: SoapContracts;
  readonly policy: CallbackPolicy;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly log: Log;
  readonly observer?: ChargePointObserver;
  readonly settings?: CallerSettings;
  overrides?(identity: string): DeviceOverrides | undefined;
  /** Resolves names; default the system's. */
  readonly lookup?: LookupFunction;
}

interface Prepared {
  readonly operation: SoapOperation;
  readonly url: URL;
  readonly body: string | Buffer;
  readonly headers: Record<string, string>;
  readonly tls: DeviceTls | undefined;
}

export class Caller implements DevicePort {
  readonly #deps: CallerDeps;
  readonly #dialer: Dialer;
  readonly #totalTimeout: number;
  readonly #retryPause: number;
  readonly #maxAnswerBytes: number;

  constructor(deps: CallerDeps) {
    const { settings = {} } = deps;
    this.#deps = deps;
    this.#totalTimeout = settings.totalTimeout ?? 45_000;
    this.#retryPause = settings.retryPause ?? 500;
    this.#maxAnswerBytes = settings.maxAnswerBytes ?? 4 * 1024 * 1024;
    const dialing = { connectTimeout: settings.connectTimeout ?? 10_000, maxAnswerBytes: this.#maxAnswerBytes };
    this.#dialer = new Dialer(deps.policy, deps.clock, dialing, deps.lookup);
  }

  /**
   * Sends the call and reads its answer. Rejects with `NoCallback`, `CallbackDenied` or `Device…`; `DeviceUncertain`
   * when the charge point may have carried it out. Repeats once, only if nothing was sent the first time.
   */
  async call(request: DeviceRequest): Promise<SoapObject> {
    const { clock, log, observer = noObserver } = this.#deps;
    const started = clock.monotonic();
    let prepared: Prepared | undefined;
    let answer: HttpAnswer | undefined;
    let code: ErrorCode | undefined;
    const about = { identity: request.identity, exchange: request.exchange, action: request.action };
    try {
      prepared = await this.#prepare(request);
      answer = await this.#post(prepared, started);
      const { value, losses } = await readAnswer(answer, prepared.operation.answer, this.#maxAnswerBytes);
      log.debug({ ...about, url: prepared.url.href, losses }, 'charge point answered');
      return value;
    } catch (error) {
      code = refusalOf(error).code;
      const cause = error instanceof BridgeError ? error.cause : error;
      const head = answer?.bytes.toString('latin1', 0, 200);
      log.debug(
        {
          ...about,
          code,
          url: prepared?.url.href,
          ...(cause !== undefined && { err: cause }),
          ...(head && { body: head }),
        },
        'charge point not called',
      );
      throw error;
    } finally {
      observer.called({
        version: request.version,
        action: request.action,
        code,
        status: answer?.status,
        bytesOut: prepared ? Buffer.byteLength(prepared.body) : 0,
        bytesIn: answer?.bytes.length ?? 0,
        totalMs: clock.monotonic() - started,
      });
    }
  }

  async #post({ url, headers, body, tls }: Prepared, started: number): Promise<HttpAnswer> {
    const { clock } = this.#deps;
    const left = (): number => this.#totalTimeout - (clock.monotonic() - started);
    try {
      return await this.#dialer.post({ url, headers, body, tls, within: left() });
    } catch (error) {
      if (!(error instanceof NotSent) || left() <= this.#retryPause) throw error;
    }
    await this.#pause();
    return this.#dialer.post({ url, headers, body, tls, within: left() });
  }

  async #pause(): Promise<void> {
    if (this.#retryPause <= 0) return;
    await new Promise<void>((resolve) => this.#deps.clock.after(this.#retryPause, resolve));
  }

  async #prepare(request: DeviceRequest): Promise<Prepared> {
    const { contracts, ids, settings = {}, overrides } = this.#deps;
    const own = overrides?.(request.identity) ?? {};
    const quirks = request.quirks ?? {};
    const address = own.callback ?? request.callback;
    if (address === undefined) throw new BridgeError('NoCallback');
    const url = parsed(address);
    const service = contracts.service(request.version, 'ChargePoint');
    const operation = service.operations.get(request.action);
    if (!operation) throw new BridgeError('DeviceNotSupported', `OCPP ${request.version} has no ${request.action}`);
    const { action } = operation.request;
    const style = { ...styleFor(quirks, DEFAULT_STYLE), ...own.style };
    const omitAction = own.omitAction ?? quirks.action === false;
    const omitFrom = own.omitFrom ?? quirks.from === false;
    const out: OutHeaders = {
      ...(!omitAction && { action }),
      ...(quirks.messageId !== false && { messageId: `urn:uuid:${ids()}` }),
      // Some charge points drop what is not addressed to them letter by letter.
      to: address,
      ...(settings.publicUrl !== undefined && !omitFrom && { from: settings.publicUrl }),
      replyTo: anonymousAddress(style.addressing ?? ADDRESSING),
      identity: { namespace: service.namespace, value: request.identity },
    };
    const credentials = own.basic && Buffer.from(`${own.basic.user}:${own.basic.password}`).toString('base64');
    const text = writeMessage(operation.request, request.payload, out, style);
    return {
      operation,
      url,
      tls: own.tls,
      body: quirks.gzip ? await compressed(text) : text,
      headers: {
        'Content-Type': contentType(style, action),
        Accept: 'application/soap+xml, text/xml',
        'Accept-Encoding': 'gzip, deflate',
        'User-Agent': settings.userAgent ?? 'ocpp-soap-bridge',
        ...(quirks.gzip && { 'Content-Encoding': 'gzip' }),
        ...(((own.soapAction ?? quirks.soapAction) || style.soap === '1.1') && { SOAPAction: `"${action}"` }),
        ...(credentials !== undefined && { Authorization: `Basic ${credentials}` }),
      },
    };
  }
}

function contentType({ soap }: WriteStyle, action: string): string {
  return soap === '1.1' ? 'text/xml; charset=utf-8' : `application/soap+xml; charset=utf-8; action="${action}"`;
}

function parsed(address: string): URL {
  let url: URL;
  try {
    url = new URL(address);
  } catch (cause) {
    throw new BridgeError('CallbackDenied', 'the callback address of this charge point is not a URL', { cause });
  }
  if (url.protocol === 'http:' || url.protocol === 'https:') return url;
  throw new BridgeError('CallbackDenied', 'the callback address of this charge point is not an HTTP address');
}
