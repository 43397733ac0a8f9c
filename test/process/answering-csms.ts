import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type WebSocket, WebSocketServer } from 'ws';

/** A small CSMS that answers by itself, keeps books of transactions, and can be told to misbehave. */

export type Payload = Readonly<Record<string, unknown>>;
type Call = readonly [kind: 2, id: string, action: string, payload: Payload];

export interface Started {
  readonly identity: string;
  readonly transactionId: number;
  readonly meterStart: number;
  readonly timestamp: string;
}

export interface Stopped {
  readonly identity: string;
  readonly transactionId: number;
  readonly meterStop: number;
}

export class AnsweringCsms {
  readonly #server: Server = createServer();
  readonly #sockets = new WebSocketServer({ noServer: true, handleProtocols: () => 'ocpp1.6', maxPayload: 16 << 20 });
  readonly #links = new Map<string, WebSocket>();
  readonly #pending = new Map<string, (frame: unknown[]) => void>();
  #port = 0;
  #calls = 0;
  #nextTransaction = 1;
  readonly #wake = new Set<() => void>();

  /** The request targets of all upgrades, as they came. */
  readonly upgrades: string[] = [];
  /** Every CALL of the bridge, in order. */
  readonly calls: { identity: string; action: string; payload: Payload }[] = [];
  readonly started: Started[] = [];
  readonly stopped: Stopped[] = [];
  /** While it is set, answers wait for it. */
  hold: Promise<void> | undefined;
  /** Asked before the usual answer; undefined means the usual one. */
  override: ((action: string, payload: Payload, identity: string) => Payload | 'silence' | undefined) | undefined;

  private constructor() {
    this.#server.on('upgrade', (request, socket, head) => {
      const target = request.url ?? '';
      this.upgrades.push(target);
      const identity = decodeURIComponent(target.slice('/ocpp/'.length));
      this.#sockets.handleUpgrade(request, socket, head, (ws) => this.#serve(ws, identity));
    });
  }

  static async start(): Promise<AnsweringCsms> {
    const csms = new AnsweringCsms();
    await csms.listen();
    return csms;
  }

  async listen(): Promise<void> {
    await new Promise<void>((resolve) =>
      this.#server.listen({ port: this.#port, host: '127.0.0.1', backlog: 4096 }, resolve),
    );
    this.#port = (this.#server.address() as AddressInfo).port;
  }

  get url(): string {
    return `ws://127.0.0.1:${this.#port}/ocpp`;
  }

  get linked(): number {
    return this.#links.size;
  }

  /** Goes away as a crashed process does; `listen` brings it back on the same port. */
  async crash(): Promise<void> {
    const closed = new Promise((resolve) => this.#server.close(resolve));
    for (const socket of this.#sockets.clients) socket.terminate();
    this.#server.closeAllConnections();
    await closed;
  }

  /** Resolves when `holds`; it is asked after everything that happens here. */
  async until(holds: () => boolean): Promise<void> {
    while (!holds()) await new Promise<void>((resolve) => this.#wake.add(resolve));
  }

  /** Calls a charge point and resolves with the answer frame, CALLRESULT or CALLERROR. Waits for its link. */
  async call(identity: string, action: string, payload: unknown): Promise<unknown[]> {
    await this.until(() => this.#links.has(identity));
    this.#calls += 1;
    const id = `csms-${this.#calls}`;
    const answer = new Promise<unknown[]>((resolve) => this.#pending.set(id, resolve));
    this.raw(identity, JSON.stringify([2, id, action, payload]));
    return answer;
  }

  raw(identity: string, frame: string | Buffer): void {
    this.#links.get(identity)?.send(frame);
  }

  #serve(socket: WebSocket, identity: string): void {
    this.#links.set(identity, socket);
    socket.on('error', () => undefined);
    socket.on('close', () => {
      if (this.#links.get(identity) === socket) this.#links.delete(identity);
      this.#look();
    });
    socket.on('message', (data) => {
      const frame = JSON.parse(String(data)) as unknown[];
      if (frame[0] === 2) void this.#answer(socket, identity, frame as unknown as Call);
      else this.#pending.get(String(frame[1]))?.(frame);
      this.#look();
    });
    this.#look();
  }

  async #answer(socket: WebSocket, identity: string, [, id, action, payload]: Call): Promise<void> {
    this.calls.push({ identity, action, payload });
    const told = this.override?.(action, payload, identity);
    if (told === 'silence') return;
    this.#look();
    await this.hold;
    socket.send(JSON.stringify([3, id, told ?? this.#usual(action, payload, identity)]));
  }

  #usual(action: string, payload: Payload, identity: string): Payload {
    const currentTime = new Date().toISOString();
    const idTagInfo = { status: 'Accepted' };
    if (action === 'BootNotification') return { status: 'Accepted', currentTime, interval: 300 };
    if (action === 'Heartbeat') return { currentTime };
    if (action === 'Authorize') return { idTagInfo };
    if (action === 'DataTransfer') return { status: 'Accepted' };
    if (action === 'StartTransaction') return { transactionId: this.#book(payload, identity), idTagInfo };
    if (action === 'StopTransaction') {
      const { transactionId, meterStop } = payload;
      this.stopped.push({ identity, transactionId: Number(transactionId), meterStop: Number(meterStop) });
      return { idTagInfo };
    }
    return {};
  }

  #book({ meterStart, timestamp }: Payload, identity: string): number {
    const transactionId = this.#nextTransaction++;
    this.started.push({ identity, transactionId, meterStart: Number(meterStart), timestamp: String(timestamp) });
    return transactionId;
  }

  #look(): void {
    const waiting = [...this.#wake];
    this.#wake.clear();
    for (const wake of waiting) wake();
  }

  async stop(): Promise<void> {
    await this.crash();
  }
}
