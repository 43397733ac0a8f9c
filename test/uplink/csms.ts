import { createServer, type Server } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { type WebSocket, WebSocketServer } from 'ws';

/** Things that come one after the other, for tests that wait for the next one. */
class Queue<T> {
  readonly #things: T[] = [];
  readonly #takers: ((thing: T) => void)[] = [];

  push(thing: T): void {
    const taker = this.#takers.shift();
    if (taker) taker(thing);
    else this.#things.push(thing);
  }

  next(): Promise<T> {
    const [thing] = this.#things.splice(0, 1);
    if (thing !== undefined) return Promise.resolve(thing);
    return new Promise((resolve) => this.#takers.push(resolve));
  }

  get length(): number {
    return this.#things.length;
  }
}

/** One charge point's WebSocket, seen by the CSMS. */
export class CsmsConnection {
  readonly path: string;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly socket: WebSocket;
  readonly closed: Promise<{ code: number; reason: string }>;
  readonly pings = new Queue<string>();
  readonly #frames = new Queue<unknown[]>();

  constructor(socket: WebSocket, path: string, headers: CsmsConnection['headers']) {
    this.socket = socket;
    this.path = path;
    this.headers = headers;
    socket.on('message', (data) => this.#frames.push(JSON.parse(String(data)) as unknown[]));
    socket.on('ping', (data) => this.pings.push(data.toString()));
    socket.on('error', () => undefined);
    this.closed = new Promise((resolve) =>
      socket.once('close', (code, reason) => resolve({ code, reason: reason.toString() })),
    );
  }

  /** The next frame of the bridge. */
  frame(): Promise<unknown[]> {
    return this.#frames.next();
  }

  get unread(): number {
    return this.#frames.length;
  }

  send(frame: unknown): void {
    this.socket.send(typeof frame === 'string' ? frame : JSON.stringify(frame));
  }

  /** Takes the next CALL and answers it. */
  async answer(payload: unknown): Promise<unknown[]> {
    const call = await this.frame();
    this.send([3, call[1], payload]);
    return call;
  }

  /** Everything the bridge sent before this has arrived, and everything we sent has been read. */
  async roundTrip(): Promise<void> {
    const pong = new Promise((resolve) => this.socket.once('pong', resolve));
    this.socket.ping();
    await pong;
  }
}

export interface CsmsOptions {
  /** Subprotocol to select; false = none. */
  readonly protocol?: string | false;
  readonly autoPong?: boolean;
  readonly tls?: { cert: string; key: string };
}

/** A CSMS on a port of its own, on the loopback. */
export class Csms {
  /** Refuse upgrades with this HTTP status. */
  refuse: number | undefined;
  /** Take the TCP connection, then say nothing. */
  mute = false;
  readonly upgrades: string[] = [];
  readonly #connections = new Queue<CsmsConnection>();
  readonly #server: Server;
  readonly #sockets: WebSocketServer;
  readonly #scheme: string;

  private constructor(options: CsmsOptions) {
    this.#scheme = options.tls ? 'wss' : 'ws';
    this.#server = options.tls ? createTlsServer(options.tls) : createServer();
    this.#sockets = new WebSocketServer({
      noServer: true,
      autoPong: options.autoPong ?? true,
      handleProtocols: () => options.protocol ?? 'ocpp1.6',
    });
    this.#server.on('upgrade', (request, socket, head) => {
      this.upgrades.push(request.url ?? '');
      if (this.mute) return;
      if (this.refuse !== undefined) {
        socket.end(`HTTP/1.1 ${this.refuse} No\r\nLocation: ws://127.0.0.1:1/\r\nContent-Length: 0\r\n\r\n`);
        return;
      }
      this.#sockets.handleUpgrade(request, socket, head, (ws) =>
        this.#connections.push(new CsmsConnection(ws, request.url ?? '', request.headers)),
      );
    });
  }

  static async start(options: CsmsOptions = {}): Promise<Csms> {
    const csms = new Csms(options);
    await csms.listen(0);
    return csms;
  }

  listen(port: number): Promise<void> {
    return new Promise((resolve) => this.#server.listen(port, '127.0.0.1', resolve));
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  get url(): string {
    return `${this.#scheme}://127.0.0.1:${this.port}/ocpp`;
  }

  /** The next charge point that connects. */
  connection(): Promise<CsmsConnection> {
    return this.#connections.next();
  }

  get unmet(): number {
    return this.#connections.length;
  }

  async stop(): Promise<void> {
    for (const socket of this.#sockets.clients) socket.terminate();
    const stopped = new Promise((resolve) => this.#server.close(resolve));
    this.#server.closeAllConnections();
    await stopped;
  }
}
