import * as http from 'node:http';
import * as https from 'node:https';

/** The HTTP client of a charge point: one POST at a time, on a connection of its own. */

/** No usable answer came: `kind` is short and countable (`refused`, `timeout`, `reset`). */
export class NoAnswer extends Error {
  override readonly name = 'NoAnswer';
  readonly kind: string;

  constructor(kind: string, cause?: unknown) {
    super(kind, { cause });
    this.kind = kind;
  }
}

export interface Post {
  /** Rejects with NoAnswer. */
  send(action: string, body: string): Promise<{ status: number; body: string }>;
  close(): void;
}

export interface PostOptions {
  readonly url: string;
  /** Keeps the connection open between messages. */
  readonly keepAlive: boolean;
  /** Milliseconds for the whole exchange. */
  readonly timeout: number;
}

export function postTo({ url, keepAlive, timeout }: PostOptions): Post {
  const secure = url.startsWith('https:');
  const agent = secure ? new https.Agent({ keepAlive, maxSockets: 1 }) : new http.Agent({ keepAlive, maxSockets: 1 });
  const request = secure ? https.request : http.request;
  const once = (action: string, body: Buffer) =>
    new Promise<{ status: number; body: string }>((resolve, reject) => {
      const sent = request(url, {
        method: 'POST',
        agent,
        signal: AbortSignal.timeout(timeout),
        headers: {
          'Content-Type': `application/soap+xml; charset=utf-8; action="/${action}"`,
          'Content-Length': body.length,
        },
      });
      const fail = (error: unknown) => reject(new NoAnswer(kindOf(error), { error, reused: sent.reusedSocket }));
      sent.on('error', fail);
      sent.on('response', (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('error', fail);
        response.on('end', () =>
          resolve({ status: response.statusCode ?? 0, body: Buffer.concat(chunks).toString('utf8') }),
        );
      });
      sent.end(body);
    });
  return {
    async send(action, body) {
      const bytes = Buffer.from(body, 'utf8');
      try {
        return await once(action, bytes);
      } catch (error) {
        // The server may close an idle connection at the very moment it is used again: that is no failure.
        if (error instanceof NoAnswer && error.kind === 'reset' && isReused(error.cause)) return once(action, bytes);
        throw error;
      }
    },
    close: () => agent.destroy(),
  };
}

function kindOf(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  if (error instanceof Error && (error.name === 'AbortError' || error.name === 'TimeoutError')) return 'timeout';
  if (code === 'ECONNREFUSED') return 'refused';
  if (code === 'ECONNRESET' || code === 'EPIPE') return 'reset';
  return code === '' ? 'failed' : code;
}

function isReused(cause: unknown): boolean {
  return typeof cause === 'object' && cause !== null && 'reused' in cause && cause.reused === true;
}
