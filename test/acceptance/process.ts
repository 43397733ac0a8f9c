import { join } from 'node:path';
import type { CsmsProtocol } from '../../src/base/message.ts';
import { BridgeProcess as Bridge, scratch, writeConfig } from '../process/bridge-process.ts';

const READY_WITHIN = 30_000;
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

/** The real bridge as its own process, for peers that know nothing but its addresses. */
export class BridgeProcess {
  readonly #bridge: Bridge;
  readonly #directory: ReturnType<typeof scratch>;
  /** `http://127.0.0.1:port/` where charge points call. */
  readonly soapUrl: string;
  readonly adminUrl: string;

  private constructor(bridge: Bridge, directory: ReturnType<typeof scratch>) {
    this.#bridge = bridge;
    this.#directory = directory;
    this.soapUrl = `http://127.0.0.1:${bridge.soapPort}/`;
    this.adminUrl = `http://127.0.0.1:${bridge.adminPort}/`;
  }

  /** Starts `run` with a configuration of its own, and waits until `/readyz` says ready. */
  static async start(
    { csmsUrl, protocol, haste, wsdlDir, storePath }: BridgeOptions,
    more: MoreConfig = {},
  ): Promise<BridgeProcess> {
    const directory = scratch();
    const file = writeConfig(directory.path, {
      soap: { listen: '127.0.0.1:0' },
      csms: { url: csmsUrl, protocol: protocol ?? 'ocpp1.6', ...(haste && { backoff: HASTE }) },
      store: { path: storePath ?? join(directory.path, 'data') },
      admin: { listen: '127.0.0.1:0' },
      callbacks: { allow: ['127.0.0.0/8'] },
      ...(wsdlDir !== undefined && { contracts: { wsdlDir } }),
      ...more,
    });
    try {
      const bridge = new BridgeProcess(await Bridge.start(file), directory);
      const signal = AbortSignal.timeout(READY_WITHIN);
      const answer = await fetch(new URL('readyz', bridge.adminUrl), { signal });
      if (answer.status === 200) return bridge;
      await bridge.crash();
      throw new Error(`the bridge is not ready: ${await answer.text()}`);
    } catch (error) {
      directory.remove();
      throw error;
    }
  }

  /** Log lines at warn or above, and what is no log line. */
  get troubles(): string[] {
    const harmless = /"level":"?(?:10|20|30|trace|debug|info)"?[,}]/;
    return `${this.#bridge.stdout}${this.#bridge.stderr}`
      .split('\n')
      .filter((line) => line !== '' && !harmless.test(line));
  }

  /** As a log collector that has gone: nobody reads what it writes. */
  stopReading(): void {
    this.#bridge.stopReading();
  }

  /** As a power cut ends it. */
  async crash(): Promise<void> {
    await this.#bridge.end();
    this.#directory.remove();
  }

  /** SIGTERM, and the exit code; null when it had to be killed. */
  async stop(): Promise<number | null> {
    const late = setTimeout(() => this.#bridge.kill('SIGKILL'), ENDS_WITHIN);
    const { code } = await this.#bridge.stop();
    clearTimeout(late);
    this.#directory.remove();
    return code;
  }
}
