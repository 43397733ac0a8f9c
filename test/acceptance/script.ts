/** A process that is told what to do: each line in has one JSON line out. */

import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';

export class Script {
  readonly #child: ChildProcessWithoutNullStreams;
  readonly #ended: Promise<void>;
  #complaint = '';
  #replied: ((line: string) => void) | undefined;
  #turn: Promise<unknown> = Promise.resolve();

  constructor(program: string, args: readonly string[]) {
    this.#child = spawn(program, args);
    this.#ended = new Promise((resolve) => this.#child.once('close', () => resolve()));
    this.#child.stderr.on('data', (chunk) => {
      this.#complaint += String(chunk);
    });
    createInterface({ input: this.#child.stdout }).on('line', (line) => this.#replied?.(line));
  }

  /** Resolves with what stands on the line that answers; one command at a time. Rejects when the process has ended. */
  tell(line: string): Promise<unknown> {
    const told = this.#turn.then(() => this.#ask(line));
    this.#turn = told.catch(() => undefined);
    return told;
  }

  async end(): Promise<void> {
    this.#child.stdin.end();
    await this.#ended;
  }

  async #ask(line: string): Promise<unknown> {
    const reply = await new Promise<string>((resolve, reject) => {
      this.#replied = resolve;
      void this.#ended.then(() => reject(new Error(`the script ended: ${this.#complaint}`)));
      this.#child.stdin.write(`${line}\n`);
    });
    return JSON.parse(reply);
  }
}
