import type { IncomingMessage, ServerResponse } from 'node:http';
import { promisify } from 'node:util';
import { deflate, gzip } from 'node:zlib';
import { errorRow, type Refusal } from '../base/errors.ts';

/** An HTTP answer before it is framed. */
export interface Reply {
  readonly status: number;
  readonly contentType: string;
  readonly body: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Below this a compressed answer saves nothing: it goes out in one packet either way. */
const WORTH_COMPRESSING = 1400;

const ENCODERS = { gzip: promisify(gzip), deflate: promisify(deflate) };

/** The encoding the sender asks for, among those of the OCPP-S specifications; no wildcard, no q=0. */
function encodingFor(acceptEncoding: string | undefined): keyof typeof ENCODERS | undefined {
  if (!acceptEncoding) return undefined;
  const asked = new Set(
    acceptEncoding
      .toLowerCase()
      .split(',')
      .filter((part) => !/;\s*q\s*=\s*0(?:\.0*)?\s*$/.test(part))
      .map((part) => part.split(';', 1)[0]?.trim()),
  );
  if (asked.has('gzip') || asked.has('x-gzip')) return 'gzip';
  return asked.has('deflate') ? 'deflate' : undefined;
}

/** A refusal without an envelope: the bare status and one line. Charge points take it for a lost connection and repeat. */
export function plainRefusal(refusal: Refusal, retryAfterSeconds: number): Reply {
  const row = errorRow(refusal.code);
  const waits = row.retryable && (row.http === 503 || row.http === 429);
  return {
    status: row.http,
    contentType: 'text/plain; charset=utf-8',
    body: `${refusal.reason}\n`,
    ...(waits && { headers: { 'Retry-After': String(retryAfterSeconds) } }),
  };
}

/**
 * Sends a reply, compressed when the sender asks and it pays. `close` ends the connection after it. Never chunked:
 * HTTP/1.0 senders and simple parsers on devices cannot read that. Resolves once handed over; does nothing when the
 * sender has gone.
 */
export async function send(
  request: IncomingMessage,
  response: ServerResponse,
  reply: Reply,
  close: boolean,
): Promise<void> {
  const headers: Record<string, string | number> = { 'Content-Type': reply.contentType, ...reply.headers };
  let body: string | Buffer = reply.body;
  if (body.length > WORTH_COMPRESSING) {
    const encoding = encodingFor(request.headers['accept-encoding']);
    if (encoding) {
      body = await ENCODERS[encoding](body);
      headers['Content-Encoding'] = encoding;
    }
    headers['Vary'] = 'Accept-Encoding';
  }
  if (response.destroyed || response.headersSent) return;
  headers['Content-Length'] = Buffer.byteLength(body);
  if (close || request.httpVersionMinor === 0) response.shouldKeepAlive = false;
  response.writeHead(reply.status, headers);
  response.end(body);
}
