import { lookup as systemLookup } from 'node:dns';
import type { LookupFunction, Socket } from 'node:net';
import { buildConnector, Client, type Dispatcher, errors } from 'undici';
import type { Clock } from '../base/clock.ts';
import { BridgeError } from '../base/errors.ts';
import type { CallbackPolicy } from './callback-policy.ts';

/** How a charge point's HTTPS is trusted. Charge points often have self-signed or expired certificates. */
export interface DeviceTls {
  /** PEM of the authority, or of the charge point's own certificate to pin it. */
  readonly ca?: string | Buffer;
  /** PEM of the bridge's client certificate and key. */
  readonly cert?: string | Buffer;
  readonly key?: string | Buffer;
  /** The certificate need not name the host: charge points are called by address. */
  readonly anyName?: boolean;
  /** Take any certificate. */
  readonly insecure?: boolean;
  /** TLS 1.0 and 1.1, and ciphers that are weak today. */
  readonly legacy?: boolean;
}

export interface DialSettings {
  /** Milliseconds until connected, name resolution and TLS included. */
  readonly connectTimeout: number;
  /** Bytes of an answer, before and after decompression. */
  readonly maxAnswerBytes: number;
}

export interface Dialing {
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | Buffer;
  readonly tls: DeviceTls | undefined;
  /** Milliseconds for everything. */
  readonly within: number;
}

export interface HttpAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly bytes: Buffer;
}

/** Thrown in place of `DeviceUnreachable` when one more try cannot do anything twice. */
export class NotSent extends BridgeError {}

function tlsOptions(tls: DeviceTls | undefined): buildConnector.BuildOptions {
  if (!tls) return {};
  return {
    ...(tls.ca !== undefined && { ca: tls.ca }),
    ...(tls.cert !== undefined && { cert: tls.cert }),
    ...(tls.key !== undefined && { key: tls.key }),
    ...(tls.anyName && { checkServerIdentity: () => undefined }),
    ...(tls.insecure && { rejectUnauthorized: false }),
    ...(tls.legacy && { minVersion: 'TLSv1', ciphers: 'DEFAULT:@SECLEVEL=0' }),
  };
}

function denied(why: string): BridgeError {
  return new BridgeError('CallbackDenied', `the callback address of this charge point is not allowed: ${why}`);
}

/** Posts to charge points. Each call has its own connection: their servers often serve one at a time, and keep none. */
export class Dialer {
  readonly #policy: CallbackPolicy;
  readonly #clock: Clock;
  readonly #settings: DialSettings;
  readonly #lookup: LookupFunction;

  constructor(policy: CallbackPolicy, clock: Clock, settings: DialSettings, lookup: LookupFunction = systemLookup) {
    this.#policy = policy;
    this.#clock = clock;
    this.#settings = settings;
    this.#lookup = lookup;
  }

  /**
   * One POST, no redirects. Rejects: `CallbackDenied`; `DeviceUnreachable` (NotSent when refused or reset) while nothing
   * was sent; `DeviceUncertain` once something was; `DeviceAnswerInvalid` for what is not HTTP or too long.
   */
  async post(dialing: Dialing): Promise<HttpAnswer> {
    this.#check(dialing.url);
    const state: DialState = { socket: undefined, late: false };
    const client = new Client(dialing.url.origin, {
      connect: this.#connector(dialing.tls, state),
      pipelining: 0,
      headersTimeout: 0,
      bodyTimeout: 0,
      maxResponseSize: this.#settings.maxAnswerBytes,
    });
    // An AbortSignal would not do: it is heeded only once connected.
    function expire(): void {
      state.late = true;
      void client.destroy().catch(() => {});
    }
    const connecting = this.#clock.after(this.#settings.connectTimeout, () => {
      if (!state.socket) expire();
    });
    const total = this.#clock.after(dialing.within, expire);
    try {
      const answer = await client.request({
        method: 'POST',
        path: dialing.url.pathname + dialing.url.search,
        headers: dialing.headers,
        body: dialing.body,
      });
      return await collected(answer);
    } catch (error) {
      throw failure(error, state);
    } finally {
      connecting.cancel();
      total.cancel();
      void client.destroy().catch(() => {});
    }
  }

  #check(url: URL): void {
    const port = Number(url.port || (url.protocol === 'https:' ? 443 : 80));
    const why = this.#policy.checkPort(port) ?? this.#policy.checkLiteral(url.hostname);
    if (why !== undefined) throw denied(why);
  }

  /** Three looks at the address: as it is written, as it resolves, and as the socket is connected. */
  #connector(tls: DeviceTls | undefined, state: DialState): buildConnector.connector {
    const policy = this.#policy;
    const connect = buildConnector({
      ...tlsOptions(tls),
      timeout: this.#settings.connectTimeout,
      maxCachedSessions: 0,
      lookup: this.#guardedLookup(),
    });
    return (options, callback) => {
      const literal = policy.checkLiteral(options.hostname);
      if (literal !== undefined) {
        callback(denied(literal), null);
        return;
      }
      connect(options, (...[error, socket]) => {
        if (error) {
          callback(error, null);
          return;
        }
        const why = policy.checkAddress(socket.remoteAddress ?? '');
        if (why !== undefined) {
          socket.destroy();
          callback(denied(why), null);
          return;
        }
        state.socket = socket;
        callback(null, socket);
      });
    };
  }

  #guardedLookup(): LookupFunction {
    return (hostname, options, callback) =>
      this.#lookup(hostname, options, (error, found, family) => {
        if (error) {
          callback(error, found, family);
          return;
        }
        const all = typeof found === 'string' ? [{ address: found, family: family ?? 0 }] : found;
        const allowed = all.filter(({ address }) => this.#policy.checkAddress(address) === undefined);
        const [first] = allowed;
        if (!first) callback(denied(this.#policy.checkAddress(all[0]?.address ?? '') ?? 'it has none'), '', 0);
        else if (typeof found === 'string') callback(null, first.address, first.family);
        else callback(null, allowed);
      });
  }
}

interface DialState {
  /** Set once connected and checked. */
  socket: Socket | undefined;
  /** A deadline ended the call. */
  late: boolean;
}

async function collected(answer: Dispatcher.ResponseData): Promise<HttpAnswer> {
  const bytes = Buffer.from(await answer.body.arrayBuffer());
  return { status: answer.statusCode, headers: answer.headers, bytes };
}

/** Reasons that nothing can have reached the charge point, in words. */
const UNREACHABLE: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'the charge point refuses the connection',
  ECONNRESET: 'the charge point resets the connection',
  EPIPE: 'the charge point closes the connection',
  UND_ERR_SOCKET: 'the charge point closes the connection',
  EHOSTUNREACH: 'there is no way to the charge point',
  ENETUNREACH: 'there is no way to the charge point',
  UND_ERR_CONNECT_TIMEOUT: 'the charge point does not take the connection in time',
  ETIMEDOUT: 'the charge point does not take the connection in time',
  ENOTFOUND: "the name in the charge point's callback address is unknown",
  EAI_AGAIN: "the name in the charge point's callback address cannot be resolved now",
};
/** OpenSSL's own codes and Node's for it: an untrusted, expired or misnamed certificate, or no common version. */
const TLS = /^(?:ERR_TLS|ERR_SSL|CERT_|DEPTH_ZERO|UNABLE_TO|SELF_SIGNED|EPROTO$|HOSTNAME_MISMATCH$)/;
const HANDSHAKE = "the charge point's certificate or TLS version is not accepted";
const OTHERWISE = 'the connection to the charge point fails';
const AGAIN: ReadonlySet<string> = new Set(['ECONNREFUSED', 'ECONNRESET', 'EPIPE', 'UND_ERR_SOCKET']);

function codeOf(error: unknown): string {
  const { code, errors: several } = error as { code?: unknown; errors?: unknown };
  // Several addresses were tried: the first tells as much as all.
  if (typeof code !== 'string' && Array.isArray(several) && several.length > 0) return codeOf(several[0]);
  return typeof code === 'string' ? code : '';
}

function failure(error: unknown, { socket, late }: DialState): BridgeError {
  if (error instanceof BridgeError) return error;
  const cause = error;
  const code = codeOf(error);
  if (error instanceof errors.ResponseExceededMaxSizeError || code === 'UND_ERR_RES_EXCEEDED_MAX_SIZE') {
    return new BridgeError('DeviceAnswerInvalid', 'the answer of the charge point is too long', { cause });
  }
  if (error instanceof errors.HTTPParserError || code.startsWith('HPE_')) {
    return new BridgeError('DeviceAnswerInvalid', 'the answer of the charge point is not HTTP', { cause });
  }
  if (socket && socket.bytesWritten > 0) {
    const reason = late ? undefined : 'the connection broke before the answer; the command may have arrived';
    return new BridgeError('DeviceUncertain', reason, { cause });
  }
  if (late) {
    return new BridgeError('DeviceUnreachable', 'the charge point does not take the connection in time', { cause });
  }
  const reason = UNREACHABLE[code] ?? `${TLS.test(code) ? HANDSHAKE : OTHERWISE}${code ? ` (${code})` : ''}`;
  return AGAIN.has(code)
    ? new NotSent('DeviceUnreachable', reason, { cause })
    : new BridgeError('DeviceUnreachable', reason, { cause });
}
