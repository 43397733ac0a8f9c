import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The bridge as its operator meets it: a process with a configuration file, two ports, a log and an exit code. */

const PACKAGE = fileURLToPath(new URL('../..', import.meta.url));
const BUILT = join(PACKAGE, 'dist/app/main.js');
const FROM_SOURCE = ['--import', 'tsx', join(PACKAGE, 'src/app/main.ts')];

/** The build when it is of this source, else the source itself: slower to start, and never another program. */
function program(): string[] {
  const built = statSync(BUILT, { throwIfNoEntry: false })?.mtimeMs ?? 0;
  const source = join(PACKAGE, 'src');
  const stale = readdirSync(source, { recursive: true, encoding: 'utf8' }).some(
    (name) => statSync(join(source, name)).mtimeMs > built,
  );
  return stale ? FROM_SOURCE : [BUILT];
}

export interface LogLine {
  readonly level: string;
  readonly msg: string;
  readonly [field: string]: unknown;
}

export interface Exit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** A directory that goes when the test does. */
export function scratch(): { readonly path: string; remove(): void } {
  const path = mkdtempSync(join(tmpdir(), 'bridge-'));
  return { path, remove: () => rmSync(path, { recursive: true, force: true }) };
}

/** Settings of whoever runs the tests are none of the bridge's. */
function cleanEnvironment(): NodeJS.ProcessEnv {
  const others = /^(?:BRIDGE_|NODE_OPTIONS$|VITEST)/;
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !others.test(name)));
}

/** YAML is a superset of JSON. */
export function writeConfig(directory: string, config: object | string): string {
  const file = join(directory, 'bridge.yaml');
  writeFileSync(file, typeof config === 'string' ? config : JSON.stringify(config));
  return file;
}

/** Any command of the program: what it writes, and how it ends. */
export class Program {
  readonly #child: ChildProcess;
  readonly exited: Promise<Exit>;
  stdout = '';
  stderr = '';
  #wake = new Set<() => void>();
  #ended = false;

  constructor(args: readonly string[], env: NodeJS.ProcessEnv = {}) {
    this.#child = spawn(process.execPath, [...program(), ...args], {
      cwd: PACKAGE,
      env: { ...cleanEnvironment(), ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    // A test run that breaks off leaves nothing behind.
    const abandon = () => this.#child.kill('SIGKILL');
    process.once('exit', abandon);
    this.#child.once('exit', () => process.off('exit', abandon));
    this.#child.stdout?.setEncoding('utf8').on('data', (text: string) => {
      this.stdout += text;
      this.#look();
    });
    this.#child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      this.stderr += text;
    });
    this.exited = once(this.#child, 'close').then(([code, signal]) => {
      this.#ended = true;
      this.#look();
      return { code: code as number | null, signal: signal as NodeJS.Signals | null };
    });
  }

  get pid(): number {
    return this.#child.pid ?? 0;
  }

  kill(signal: NodeJS.Signals): void {
    this.#child.kill(signal);
  }

  /** As a log collector that has gone: nobody reads what it writes. */
  stopReading(): void {
    this.#child.stdout?.destroy();
    this.#child.stderr?.destroy();
  }

  /** Resident memory in MiB. */
  get memory(): number {
    const status = readFileSync(`/proc/${this.pid}/status`, 'utf8');
    return Number(/VmRSS:\s+(\d+) kB/.exec(status)?.[1]) / 1024;
  }

  /** All complete log lines. Throws when a line is not JSON. */
  get log(): LogLine[] {
    return this.stdout
      .split('\n')
      .slice(0, -1)
      .map((line) => JSON.parse(line) as LogLine);
  }

  /** The first log line that fits, as soon as it is written. */
  async line(fits: (line: LogLine) => boolean): Promise<LogLine> {
    for (;;) {
      const found = this.log.find(fits);
      if (found) return found;
      if (this.#ended) throw new Error(`the bridge ended without that line:\n${this.stdout}\n${this.stderr}`);
      await new Promise<void>((resolve) => this.#wake.add(resolve));
    }
  }

  #look(): void {
    const waiting = [...this.#wake];
    this.#wake.clear();
    for (const wake of waiting) wake();
  }
}

export class BridgeProcess extends Program {
  soapPort = 0;
  adminPort = 0;

  /** Resolves when both listeners are open; rejects with everything it wrote when it ends before. */
  static async start(file: string, env?: NodeJS.ProcessEnv): Promise<BridgeProcess> {
    const bridge = new BridgeProcess(['run', '--config', file], env);
    bridge.soapPort = await bridge.#port('soap');
    bridge.adminPort = await bridge.#port('admin');
    return bridge;
  }

  async #port(listener: string): Promise<number> {
    const { address } = await this.line((line) => line['listener'] === listener);
    return Number(String(address).split(':').at(-1));
  }

  async get(path: string): Promise<{ status: number; text: string }> {
    const answer = await fetch(`http://127.0.0.1:${this.adminPort}${path}`);
    return { status: answer.status, text: await answer.text() };
  }

  async ready(): Promise<boolean> {
    return (await this.get('/readyz')).status === 200;
  }

  async stop(): Promise<Exit> {
    this.kill('SIGTERM');
    return this.exited;
  }

  /** For the end of a test that may have failed half-way. */
  async end(): Promise<void> {
    this.kill('SIGKILL');
    await this.exited;
  }
}
