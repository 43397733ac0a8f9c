/** The real bridge as its own process: nothing of it runs in the test. */

import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { stringify } from 'yaml';
import type { CsmsProtocol } from '../../src/base/message.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const STARTS_WITHIN = 30_000;
const ENDS_WITHIN = 30_000;
const HASTE = { first: '50ms', max: '200ms' };

export interface BridgeOptions {
  /** Where the CSMS listens. */
  readonly csmsUrl: string;
  readonly protocol?: CsmsProtocol;
  /** Dial again soon: for tests that wait for it. */
  readonly haste?: boolean;
  /** WSDL files in place of the bridge's own. */
  readonly wsdlDir?: string | undefined;
  /** Store that outlives the process; without it there is one of its own, which ends with it. */
  readonly storePath?: string;
}

/** Sections of a configuration that the options do not name. */
export type MoreConfig = Readonly<Record<string, unknown>>;

interface LogLine {
  readonly level?: string | number;
  readonly msg?: string;
  readonly address?: string;
}

export class BridgeProcess {
  readonly #child: ChildProcess;
  readonly #exited: Promise<number | null>;
  readonly #directory: string;
  readonly #lines: string[] = [];
  readonly #watchers = new Set<(line: string) => void>();
  #soapUrl = '';
  #adminUrl = '';

  private constructor(child: ChildProcess, directory: string) {
    this.#child = child;
    this.#directory = directory;
    // A test run that breaks off leaves nothing behind.
    const abandon = (): boolean => child.kill('SIGKILL');
    process.once('exit', abandon);
    child.once('exit', () => process.off('exit', abandon));
    this.#exited = new Promise((resolve) => {
      child.once('exit', (code) => resolve(code));
      child.once('error', () => resolve(null));
    });
    for (const stream of [child.stdout, child.stderr]) {
      if (!stream) continue;
      createInterface({ input: stream }).on('line', (line) => {
        this.#lines.push(line);
        for (const watch of this.#watchers) watch(line);
      });
    }
  }

  /** Starts `run` with a configuration and a store of its own, and waits until `/readyz` says ready. */
  static async start(
    { csmsUrl, protocol, haste, wsdlDir, storePath }: BridgeOptions,
    more: MoreConfig = {},
  ): Promise<BridgeProcess> {
    const directory = mkdtempSync(join(tmpdir(), 'ocpp-soap-bridge-'));
    const config = {
      soap: { listen: '127.0.0.1:0' },
      csms: { url: csmsUrl, protocol: protocol ?? 'ocpp1.6', ...(haste && { backoff: HASTE }) },
      store: { path: storePath ?? join(directory, 'data') },
      admin: { listen: '127.0.0.1:0' },
      callbacks: { allow: ['127.0.0.0/8'] },
      ...(wsdlDir !== undefined && { contracts: { wsdlDir } }),
      ...more,
    };
    const file = join(directory, 'bridge.yaml');
    writeFileSync(file, stringify(config));
    const program = builtIsFresh() ? ['dist/app/main.js'] : ['--import', 'tsx', 'src/app/main.ts'];
    const child = spawn(process.execPath, [...program, 'run', '--config', file], {
      cwd: ROOT,
      stdio: ['ignore', 'pipe', 'pipe'],
      env: cleanEnvironment(),
    });
    const bridge = new BridgeProcess(child, directory);
    try {
      await bridge.#ready();
      return bridge;
    } catch (error) {
      child.kill('SIGKILL');
      rmSync(directory, { recursive: true, force: true });
      throw error;
    }
  }

  /** `http://127.0.0.1:port/` where charge points call. */
  get soapUrl(): string {
    return this.#soapUrl;
  }

  get adminUrl(): string {
    return this.#adminUrl;
  }

  /** Log lines at warn or above. */
  get troubles(): string[] {
    return this.#lines.filter((line) => !/"level":"?(?:10|20|30|trace|debug|info)"?[,}]/.test(line));
  }

  get log(): string {
    return this.#lines.join('\n');
  }

  /** As a log collector that has gone: nobody reads what it writes. */
  stopReading(): void {
    this.#child.stdout?.destroy();
    this.#child.stderr?.destroy();
  }

  /** As a power cut ends it. */
  async crash(): Promise<void> {
    this.#child.kill('SIGKILL');
    await this.#exited;
    rmSync(this.#directory, { recursive: true, force: true });
  }

  /** SIGTERM, and the exit code; null when it had to be killed. */
  async stop(): Promise<number | null> {
    this.#child.kill('SIGTERM');
    const late = setTimeout(() => this.#child.kill('SIGKILL'), ENDS_WITHIN);
    const code = await this.#exited;
    clearTimeout(late);
    rmSync(this.#directory, { recursive: true, force: true });
    return code;
  }

  async #ready(): Promise<void> {
    const [soap, admin] = await Promise.all([this.#said('soap listening'), this.#said('admin listening')]);
    this.#soapUrl = `http://${soap}/`;
    this.#adminUrl = `http://${admin}/`;
    const answer = await fetch(new URL('readyz', this.#adminUrl), { signal: AbortSignal.timeout(STARTS_WITHIN) });
    if (answer.status !== 200) throw new Error(`the bridge is not ready: ${await answer.text()}`);
  }

  /** The address in the log line with this message. */
  #said(message: string): Promise<string> {
    return new Promise((resolve, reject) => {
      const look = (line: string): void => {
        const { msg, address } = parsed(line);
        if (msg === message && address !== undefined) settle(() => resolve(address));
      };
      const late = setTimeout(() => settle(() => reject(this.#failure('did not start in time'))), STARTS_WITHIN);
      const settle = (act: () => void): void => {
        clearTimeout(late);
        this.#watchers.delete(look);
        act();
      };
      this.#watchers.add(look);
      void this.#exited.then((code) => settle(() => reject(this.#failure(`ended with code ${code}`))));
    });
  }

  #failure(what: string): Error {
    return new Error(`the bridge ${what}:\n${this.log}`);
  }
}

function parsed(line: string): LogLine {
  try {
    return JSON.parse(line) as LogLine;
  } catch {
    return {};
  }
}

/** Whether the built program is newer than every source file. */
function builtIsFresh(): boolean {
  const built = statSync(join(ROOT, 'dist/app/main.js'), { throwIfNoEntry: false })?.mtimeMs ?? 0;
  const sources = readdirSync(join(ROOT, 'src'), { recursive: true, encoding: 'utf8' });
  return sources.every((name) => statSync(join(ROOT, 'src', name)).mtimeMs < built || !name.endsWith('.ts'));
}

function cleanEnvironment(): NodeJS.ProcessEnv {
  const overrides = /^(?:BRIDGE_|NODE_OPTIONS$|VITEST)/;
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !overrides.test(name)));
}
