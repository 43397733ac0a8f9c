import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { Behaviour } from './csms-program.ts';
import type { Protocol } from './tongues.ts';

const PROGRAM = fileURLToPath(new URL('csms-program.ts', import.meta.url));

/** The CSMS, as often as it is started, always on the same port and with the same book. */
export class CsmsProcess {
  readonly book: string;
  readonly protocol: Protocol;
  readonly #seed: number;
  #lives = 0;
  #port = 0;
  #how: Behaviour = { wild: false };
  #child: ChildProcess | undefined;

  constructor(book: string, seed: number, protocol: Protocol) {
    this.book = book;
    this.protocol = protocol;
    this.#seed = seed;
  }

  get url(): string {
    return `ws://127.0.0.1:${this.#port}/ocpp`;
  }

  async start(): Promise<void> {
    this.#lives += 1;
    const given = [String(this.#port), this.book, String(this.#seed + this.#lives), this.protocol];
    const args = ['--import', 'tsx', PROGRAM, ...given];
    const child = spawn(process.execPath, args, { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
    const early = new AbortController();
    child.once('exit', () => early.abort(new Error('the CSMS ended at its start')));
    const [port] = (await once(child, 'message', { signal: early.signal })) as [number];
    this.#port = port;
    this.#child = child;
    child.send(this.#how);
  }

  /** How it takes what it is told, in this life and the next. */
  behave(change: Partial<Behaviour>): void {
    this.#how = { ...this.#how, ...change };
    this.#child?.send(this.#how);
  }

  /** Finds no fault with anything any more. */
  relent(): void {
    const { wild } = this.#how;
    this.#how = { wild };
    this.#child?.send(this.#how);
  }

  async kill(): Promise<void> {
    const child = this.#child;
    this.#child = undefined;
    if (child === undefined) return;
    const gone = once(child, 'exit');
    child.kill('SIGKILL');
    await gone;
  }

  /** Still there by name: connections stay open and nobody reads. */
  freeze(): void {
    this.#child?.kill('SIGSTOP');
  }

  thaw(): void {
    this.#child?.kill('SIGCONT');
  }
}
