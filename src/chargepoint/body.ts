import type { IncomingMessage } from 'node:http';
import { promisify } from 'node:util';
import { gunzip, inflate, inflateRaw } from 'node:zlib';
import type { Clock } from '../base/clock.ts';
import { BridgeError } from '../base/errors.ts';

export interface BodyLimits {
  /** Bytes, before and after decompression. */
  readonly maxBodyBytes: number;
  /** Milliseconds from the headers to the last byte of the body. */
  readonly bodyTimeout: number;
  /** Shared by all requests; absent = no limit. */
  readonly budget?: ByteBudget;
}

/** Bytes of unfinished bodies held for all senders together, so that many slow ones cannot fill the memory. */
export class ByteBudget {
  #left: number;

  constructor(bytes: number) {
    this.#left = bytes;
  }

  /** False when there is no room: nothing is taken then. */
  take(bytes: number): boolean {
    if (bytes > this.#left) return false;
    this.#left -= bytes;
    return true;
  }

  give(bytes: number): void {
    this.#left += bytes;
  }
}

/** The connection died before the body was complete: there is nobody left to answer. */
export class SenderGone extends Error {
  override readonly name = 'SenderGone';
}

/** Reads a body that nobody wants, within the same limits, so that its sender sees the refusal and not a reset. Never rejects. */
export async function discardBody(request: IncomingMessage, limits: BodyLimits, clock: Clock): Promise<void> {
  await collectBody(request, limits, clock, false).catch(() => {});
}

/**
 * Collects a request's body. Rejects: `BodyTooLarge`, `SlowRequest`, `TooManyRequests` (no room), SenderGone.
 * A body over the limit is still read, unkept, up to as much again: a sender that is cut off while writing would see a
 * reset connection in place of the 413.
 */
export function collectBody(
  request: IncomingMessage,
  { maxBodyBytes, bodyTimeout, budget }: BodyLimits,
  clock: Clock,
  keep = true,
): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let bytes = 0;
    let held = 0;
    const timer = clock.after(bodyTimeout, () => fail(new BridgeError('SlowRequest')));

    function settle(): void {
      timer.cancel();
      budget?.give(held);
      held = 0;
      request.removeListener('data', onData);
      request.removeListener('end', onEnd);
      request.removeListener('close', onClose);
      request.removeListener('error', onClose);
      // A late error of a request that is given up must not find nobody listening.
      request.on('error', () => {});
    }
    function fail(error: Error): void {
      settle();
      reject(error);
    }
    function onData(chunk: Buffer): void {
      bytes += chunk.length;
      if (bytes > 2 * maxBodyBytes) {
        fail(new BridgeError('BodyTooLarge'));
      } else if (bytes > maxBodyBytes || !keep) {
        chunks.length = 0;
      } else if (budget && !budget.take(chunk.length)) {
        fail(new BridgeError('TooManyRequests'));
      } else {
        held += chunk.length;
        chunks.push(chunk);
      }
    }
    function onEnd(): void {
      if (bytes > maxBodyBytes) {
        fail(new BridgeError('BodyTooLarge'));
        return;
      }
      settle();
      resolve(chunks.length === 1 && chunks[0] ? chunks[0] : Buffer.concat(chunks));
    }
    function onClose(): void {
      fail(new SenderGone('the sender went away'));
    }
    request.on('data', onData);
    request.on('end', onEnd);
    request.on('close', onClose);
    request.on('error', onClose);
  });
}

type Inflate = (data: Uint8Array, options: { maxOutputLength: number }) => Promise<Buffer>;
const DECODERS: Readonly<Record<string, readonly Inflate[]>> = {
  gzip: [promisify(gunzip) as Inflate],
  'x-gzip': [promisify(gunzip) as Inflate],
  // RFC 9110 says zlib; many senders mean the raw stream.
  deflate: [promisify(inflate) as Inflate, promisify(inflateRaw) as Inflate],
};

/** Whether the bytes begin like XML, after a byte order mark and blanks. */
function looksPlain(body: Buffer): boolean {
  return /^(?:\xef\xbb\xbf)?\s*</.test(body.toString('latin1', 0, 64));
}

/**
 * Undoes a Content-Encoding. Rejects: `BadContentEncoding` (unknown or damaged), `BodyTooLarge`.
 * Some stacks name an encoding that they did not apply: a body that is damaged as such, yet begins like XML, is taken as it is.
 */
export async function decompress(body: Buffer, encoding: string | undefined, maxBytes: number): Promise<Buffer> {
  const name = encoding?.trim().toLowerCase() ?? '';
  if (name === '' || name === 'identity' || body.length === 0) return body;
  const decoders = Object.hasOwn(DECODERS, name) ? DECODERS[name] : undefined;
  if (!decoders) throw new BridgeError('BadContentEncoding', 'the content encoding is unknown');
  let cause: unknown;
  for (const decode of decoders) {
    try {
      return await decode(body, { maxOutputLength: maxBytes });
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE') throw new BridgeError('BodyTooLarge');
      cause = error;
    }
  }
  if (looksPlain(body)) return body;
  throw new BridgeError('BadContentEncoding', 'the compressed body is damaged', { cause });
}

/** The charset parameter of a Content-Type; a hint, never a reason to refuse. */
export function charsetOf(contentType: string | undefined): string | undefined {
  if (contentType === undefined) return undefined;
  return /;\s*charset\s*=\s*(?:"([^"]*)"|([^\s;]+))/i
    .exec(contentType)
    ?.slice(1)
    .find((part) => part);
}
