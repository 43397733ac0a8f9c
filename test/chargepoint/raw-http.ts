import { once } from 'node:events';
import { connect, type Socket } from 'node:net';

export interface RawAnswer {
  readonly status: number;
  readonly version: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
  readonly text: string;
}

function parsed(bytes: Buffer, ended: boolean): { answer: RawAnswer; rest: Buffer } | undefined {
  const end = bytes.indexOf('\r\n\r\n');
  if (end < 0) return undefined;
  const [line = '', ...lines] = bytes.toString('latin1', 0, end).split('\r\n');
  const headers: Record<string, string> = {};
  for (const row of lines) {
    const colon = row.indexOf(':');
    headers[row.slice(0, colon).toLowerCase()] = row.slice(colon + 1).trim();
  }
  const [version = '', status = ''] = line.split(' ');
  const start = end + 4;
  const length = status.startsWith('1')
    ? 0
    : Number(headers['content-length'] ?? (ended ? bytes.length - start : Number.NaN));
  if (!(bytes.length >= start + length)) return undefined;
  const body = bytes.subarray(start, start + length);
  return {
    answer: { status: Number(status), version, headers, body, text: body.toString('utf8') },
    rest: bytes.subarray(start + length),
  };
}

/** A TCP connection on which a test writes what no well-behaved client would. */
export class RawConnection {
  readonly socket: Socket;
  #bytes: Buffer = Buffer.alloc(0);
  #ended = false;
  #wake: () => void = () => {};

  private constructor(socket: Socket) {
    this.socket = socket;
    socket.on('data', (chunk) => {
      this.#bytes = Buffer.concat([this.#bytes, chunk]);
      this.#wake();
    });
    socket.on('error', () => {});
    socket.on('close', () => {
      this.#ended = true;
      this.#wake();
    });
  }

  static async open(port: number): Promise<RawConnection> {
    const socket = connect(port, '127.0.0.1');
    await once(socket, 'connect');
    return new RawConnection(socket);
  }

  write(bytes: string | Buffer): void {
    this.socket.write(bytes);
  }

  /** The next HTTP answer; undefined when the connection ends without one. */
  async answer(): Promise<RawAnswer | undefined> {
    for (;;) {
      const found = parsed(this.#bytes, this.#ended);
      if (found) {
        this.#bytes = found.rest;
        return found.answer;
      }
      if (this.#ended) return undefined;
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }

  /** Resolves when the server has closed the connection. */
  async closed(): Promise<void> {
    while (!this.#ended) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }

  destroy(): void {
    this.socket.destroy();
  }
}

export interface Post {
  readonly method?: string;
  readonly target?: string;
  readonly version?: '1.0' | '1.1';
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Buffer;
}

/** The bytes of a request; Host and Content-Length are added unless given (an empty one leaves the header out). */
export function requestBytes({
  method = 'POST',
  target = '/',
  version = '1.1',
  headers = {},
  body = '',
}: Post): Buffer {
  const bytes = Buffer.from(body);
  const all: Record<string, string> = { Host: 'bridge.test', 'Content-Length': String(bytes.length), ...headers };
  const lines = Object.entries(all).filter(([, value]) => value !== '');
  const head = [`${method} ${target} HTTP/${version}`, ...lines.map(([name, value]) => `${name}: ${value}`), '', ''];
  return Buffer.concat([Buffer.from(head.join('\r\n'), 'latin1'), bytes]);
}

/** One request on a connection of its own. */
export async function ask(port: number, post: Post): Promise<RawAnswer | undefined> {
  const connection = await RawConnection.open(port);
  try {
    connection.write(requestBytes(post));
    return await connection.answer();
  } finally {
    connection.destroy();
  }
}
