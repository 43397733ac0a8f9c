import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** The one HTTP server on which a whole fleet can be called: a path for each charge point. */

/** One charge point's end: takes an envelope, gives an envelope; `left` is called once the answer has left. */
export type Serve = (text: string) => { status: number; text: string; left?: () => void };

export interface CallbackOptions {
  /** Default 127.0.0.1. */
  readonly host?: string;
  /** Default 0: any. */
  readonly port?: number;
  /** Base URL to announce, when it is not the one listened on (container, NAT). */
  readonly announced?: string;
}

const MOST_BYTES = 4_194_304;
const PATH = '/ocpp/';

export class CallbackServer {
  readonly #options: CallbackOptions;
  readonly #served = new Map<string, Serve>();
  readonly #http = createServer((request, response) => {
    this.#answer(request, response).catch(() => response.destroy());
  });

  constructor(options: CallbackOptions = {}) {
    this.#options = options;
  }

  /** Rejects when the address cannot be had. */
  async listen(): Promise<void> {
    this.#http.listen(this.#options.port ?? 0, this.#options.host ?? '127.0.0.1');
    await once(this.#http, 'listening');
  }

  /** The address of a charge point, as it announces it in wsa:From. */
  urlOf(identity: string): string {
    const { port } = this.#http.address() as AddressInfo;
    const host = this.#options.host ?? '127.0.0.1';
    const base = this.#options.announced ?? `http://${host.includes(':') ? `[${host}]` : host}:${port}`;
    return `${base.replace(/\/+$/, '')}${PATH}${encodeURIComponent(identity)}`;
  }

  serve(identity: string, serve: Serve): void {
    this.#served.set(identity, serve);
  }

  async close(): Promise<void> {
    if (!this.#http.listening) return;
    const closed = once(this.#http, 'close');
    this.#http.close();
    this.#http.closeAllConnections();
    await closed;
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const serve = this.#served.get(identityOf(request.url ?? ''));
    if (!serve) return plain(response, 404, 'no such charge point');
    if (request.method !== 'POST') return plain(response, 200, 'a simulated SOAP charge point listens here');
    const chunks: Buffer[] = [];
    let bytes = 0;
    for await (const chunk of request as AsyncIterable<Buffer>) {
      bytes += chunk.length;
      if (bytes > MOST_BYTES) return plain(response, 413, 'too large');
      chunks.push(chunk);
    }
    const { status, text, left } = serve(Buffer.concat(chunks).toString('utf8'));
    if (left) response.on('close', left);
    response.writeHead(status, {
      'Content-Type': 'application/soap+xml; charset=utf-8',
      'Content-Length': Buffer.byteLength(text),
    });
    response.end(text);
  }
}

function identityOf(url: string): string {
  const path = url.split('?')[0] ?? '';
  const start = path.lastIndexOf(PATH);
  try {
    return start < 0 ? '' : decodeURIComponent(path.slice(start + PATH.length));
  } catch {
    return '';
  }
}

function plain(response: ServerResponse, status: number, text: string): void {
  response.writeHead(status, { 'Content-Type': 'text/plain; charset=utf-8', Connection: 'close' });
  response.end(`${text}\n`);
}
