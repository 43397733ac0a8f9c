import { createConnection, type Socket } from 'node:net';
import { CYCLES, httpRequest, type MessageName } from './messages.ts';

/** Charge points on keep-alive connections: closed loop (as fast as answers come) or open loop (a fixed rate). */

export interface Load {
  readonly port: number;
  readonly chargePoints: number;
  readonly cycle: keyof typeof CYCLES;
  readonly seconds: number;
  /** Messages per second, all together; undefined = closed loop. */
  readonly rate?: number;
}

export interface LoadResult {
  readonly exchanges: number;
  readonly failures: number;
  readonly seconds: number;
  /** Milliseconds, sorted. */
  readonly latencies: readonly number[];
}

let numbers = 0;

class Client {
  readonly #identity: string;
  readonly #host: string;
  readonly #socket: Socket;
  readonly #done: (ms: number, ok: boolean) => void;
  #began = 0;
  #received: Buffer[] = [];
  #size = 0;
  #wanted = -1;
  #turn = -1;
  #transactionId = 0;
  readonly #cycle: readonly MessageName[];
  busy = false;

  constructor(
    port: number,
    cycle: readonly MessageName[],
    index: number,
    done: (client: Client, ms: number, ok: boolean) => void,
  ) {
    this.#identity = `BENCH-${String(index).padStart(6, '0')}`;
    this.#cycle = cycle;
    this.#host = `127.0.0.1:${port}`;
    this.#done = (ms, ok) => done(this, ms, ok);
    this.#socket = createConnection(port, '127.0.0.1').setNoDelay(true);
    this.#socket.on('data', (chunk: Buffer) => this.#read(chunk));
    this.#socket.on('error', () => undefined);
  }

  send(): void {
    const n = ++numbers;
    this.busy = true;
    this.#began = performance.now();
    // The first message of all is the boot; then the cycle, over and over.
    const name = this.#turn < 0 ? 'BootNotification' : this.#cycle[this.#turn % this.#cycle.length];
    this.#turn += 1;
    this.#socket.write(httpRequest(this.#host, this.#identity, name ?? 'Heartbeat', n, this.#transactionId));
  }

  #read(chunk: Buffer): void {
    this.#received.push(chunk);
    this.#size += chunk.length;
    if (this.#wanted < 0) {
      const text = Buffer.concat(this.#received).toString('latin1');
      const end = text.indexOf('\r\n\r\n');
      if (end < 0) return;
      this.#wanted = end + 4 + Number(/content-length: (\d+)/i.exec(text)?.[1] ?? 0);
    }
    if (this.#size < this.#wanted) return;
    const id = /transactionId>(\d+)</.exec(Buffer.concat(this.#received).toString('latin1'))?.[1];
    if (id !== undefined) this.#transactionId = Number(id);
    const ok = this.#received[0]?.toString('latin1', 9, 12) === '200';
    this.#received = [];
    this.#size = 0;
    this.#wanted = -1;
    this.busy = false;
    this.#done(performance.now() - this.#began, ok);
  }

  close(): void {
    this.#socket.destroy();
  }
}

/** Runs the load; nothing of the first `warmUp` seconds is counted. `counting` is called when counting begins. */
export async function run(load: Load, warmUp: number, counting: () => void): Promise<LoadResult> {
  const latencies: number[] = [];
  let failures = 0;
  let counted = false;
  let over = false;
  const clients: Client[] = [];
  for (let i = 0; i < load.chargePoints; i += 1) {
    clients.push(
      new Client(load.port, CYCLES[load.cycle], i, (client, ms, ok) => {
        if (counted && !over) {
          latencies.push(ms);
          if (!ok) failures += 1;
        }
        if (!over && load.rate === undefined) client.send();
      }),
    );
  }
  let turn = 0;
  const pace =
    load.rate === undefined
      ? undefined
      : setInterval(() => {
          for (let i = 0; i < (load.rate ?? 0) / 100; i += 1) {
            const client = clients[turn++ % clients.length];
            if (client && !client.busy) client.send();
          }
        }, 10);
  if (pace === undefined) for (const client of clients) client.send();
  await sleep(warmUp);
  counted = true;
  counting();
  const began = performance.now();
  await sleep(load.seconds);
  over = true;
  const seconds = (performance.now() - began) / 1000;
  clearInterval(pace);
  for (const client of clients) client.close();
  return { exchanges: latencies.length, failures, seconds, latencies: latencies.sort((a, b) => a - b) };
}

function sleep(seconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, seconds * 1000));
}
