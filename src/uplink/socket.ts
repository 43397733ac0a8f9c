import { createSecureContext, type SecureContext } from 'node:tls';
import { type ClientOptions, WebSocket } from 'ws';
import type { MalformedReason } from './frame.ts';
import { baseUrl, basicAuthorization, linkUrl } from './identity.ts';
import type { LinkSettings } from './settings.ts';

/** The part of a `ws` WebSocket that a link uses. */
export interface Socket {
  readonly readyState: number;
  readonly protocol: string;
  readonly bufferedAmount: number;
  send(text: string): void;
  ping(): void;
  close(code: number, reason: string): void;
  terminate(): void;
  on(event: 'open' | 'pong', listener: () => void): unknown;
  on(event: 'message', listener: (data: { toString(): string }, isBinary: boolean) => void): unknown;
  on(event: 'close', listener: (code: number) => void): unknown;
  on(event: 'error', listener: (error: Error) => void): unknown;
  on(event: 'unexpected-response', listener: (request: unknown, response: { statusCode?: number }) => void): unknown;
}

export type DialOptions = ClientOptions & { readonly secureContext?: SecureContext };
export type Connect = (url: string, protocols: string[], options: DialOptions) => Socket;

/** `readyState` of a WebSocket that takes frames. */
export const OPEN = 1;

const connectWs: Connect = (url, protocols, options) => new WebSocket(url, protocols, options);

/** What the CSMS set: it replaces what is configured. */
export interface DialedAs {
  readonly url?: string | undefined;
  readonly password?: Uint8Array | undefined;
}

export type Dial = (identity: string, as?: DialedAs) => Socket;

/** A function that dials the CSMS for one identity. Throws at once, not at the first dial, when a PEM is unusable. */
export function dialler(settings: LinkSettings, connect: Connect = connectWs): Dial {
  const common: DialOptions = {
    // Two compression contexts per link cost more memory than all the rest of the bridge.
    perMessageDeflate: false,
    followRedirects: false,
    maxPayload: settings.maxFrameBytes,
  };
  const tls: DialOptions = { ...common, ...secure(settings) };
  return (identity, { url: other, password } = {}) => {
    const route = settings.route(identity);
    const base = baseUrl(other ?? route.url);
    const { identity: name = identity } = route;
    const url = linkUrl(base, name);
    const options = base.protocol === 'wss:' ? tls : common;
    const configured = settings.credentials(identity);
    const credentials = password ? { user: configured?.user ?? name, password } : configured;
    if (!credentials) return connect(url, [route.protocol], options);
    const headers = { authorization: basicAuthorization(credentials) };
    return connect(url, [route.protocol], { ...options, headers });
  };
}

/** One context for all links: parsing the certificates anew for each would dominate every dial. */
function secure(settings: LinkSettings): DialOptions {
  const { ca, cert, key, rejectUnauthorized } = settings.tls;
  const context = createSecureContext({ ...(ca && { ca }), ...(cert && { cert }), ...(key && { key }) });
  return { secureContext: context, rejectUnauthorized };
}

const FRAME_FAULTS: ReadonlyMap<string, MalformedReason> = new Map<string, MalformedReason>([
  ['WS_ERR_UNSUPPORTED_MESSAGE_LENGTH', 'oversize'],
  ['WS_ERR_UNSUPPORTED_DATA_PAYLOAD_LENGTH', 'oversize'],
  ['WS_ERR_INVALID_UTF8', 'not-utf8'],
]);

/** What is wrong with a frame that `ws` refused to read; undefined for errors of another kind. */
export function frameFault(error: Error): MalformedReason | undefined {
  if (!('code' in error) || typeof error.code !== 'string' || !error.code.startsWith('WS_ERR_')) return undefined;
  return FRAME_FAULTS.get(error.code) ?? 'protocol';
}

/** Bytes of a close reason (RFC 6455, section 5.5.1: 125 with the code). */
const REASON_BYTES = 123;

/** Cut to what fits into a close frame, at a character boundary. */
export function closeReason(reason: string): string {
  const characters = [...reason.slice(0, REASON_BYTES)];
  while (Buffer.byteLength(characters.join('')) > REASON_BYTES) characters.pop();
  return characters.join('');
}
