import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type { SoapVersion } from '../../src/base/message.ts';
import { BridgeProcess, type Exit, Program, scratch, writeConfig } from '../process/bridge-process.ts';
import { audit, type Disturbance, type Findings } from './audit.ts';
import { Reader } from './book.ts';
import { WallClock } from './clock.ts';
import { CsmsProcess } from './csms-process.ts';
import { Operator } from './dead-letters.ts';
import { Device } from './device.ts';
import { Disk } from './disk.ts';
import { Chance } from './random.ts';
import type { Protocol } from './tongues.ts';

/** Charge points: version and connectors. */
const FLEET: readonly (readonly [SoapVersion, number])[] = [
  ['1.2', 1],
  ['1.5', 1],
  ['1.5', 2],
  ['1.6', 1],
  ['1.6', 2],
  ['1.2', 2],
];
/** Starting again is refused this long while a fault is being put right. */
const PATIENCE = 20_000;

/** A bridge, its disk and its clock, a CSMS, some charge points, and somebody who starts what has ended. */
export class Scene {
  readonly chance: Chance;
  readonly csms: CsmsProcess;
  readonly disk: Disk;
  readonly clock: WallClock;
  readonly operator = new Operator();
  readonly devices: readonly Device[];
  /** What must not be, whatever the books say. */
  readonly complaints: string[] = [];
  /** What is worth telling of this round. */
  notes: string[] = [];
  readonly #book: Reader;
  readonly #config: string;
  readonly #directory: string;
  readonly #remove: () => void;
  readonly #disturbances: Disturbance[] = [];
  readonly #mayEnd = new WeakSet<BridgeProcess>();
  #bridge: Promise<BridgeProcess>;

  private constructor(seed: number, csms: CsmsProcess, directory: string, remove: () => void) {
    this.chance = new Chance(seed);
    this.csms = csms;
    this.disk = new Disk(directory, seed % 2 === 0);
    this.clock = new WallClock(directory);
    this.#book = new Reader(csms.book);
    this.#directory = directory;
    this.#remove = remove;
    this.#config = writeConfig(directory, {
      soap: { listen: '127.0.0.1:0', answerWithin: '1s', retryAfter: '1s' },
      csms: {
        ...{
          url: csms.url,
          protocol: csms.protocol,
          answerTimeout: '3s',
          bufferAfter: '500ms',
          connectTimeout: '1s',
          replayRate: 1000,
        },
        ...{ pingInterval: '1s', pongTimeout: '2s', backoff: { first: '50ms', max: '300ms' } },
      },
      store: { path: this.disk.path },
      admin: { listen: '127.0.0.1:0' },
      behaviour: { whenCsmsIsAway: 'buffer' },
      station: { shortestInterval: '1s' },
    });
    this.#bridge = this.#launch();
    const endpoint = { port: async () => (await this.#bridge).soapPort };
    this.devices = FLEET.map(
      ([version, connectors], n) => new Device(`CP-${n}`, version, connectors, endpoint, new Chance(seed * 100 + n)),
    );
  }

  static async open(seed: number, protocol: Protocol): Promise<Scene> {
    const { path, remove } = scratch();
    const csms = new CsmsProcess(join(path, 'book.jsonl'), seed, protocol);
    await csms.start();
    const scene = new Scene(seed, csms, path, remove);
    await Promise.all(scene.devices.map((device) => device.boot()));
    return scene;
  }

  /** `keep`: leaves the book and the log of the last bridge, and says where. */
  async close(keep = false): Promise<void> {
    const bridge = await this.#bridge;
    this.#mayEnd.add(bridge);
    await bridge.end();
    await this.csms.kill();
    this.disk.close();
    if (!keep) return this.#remove();
    writeFileSync(join(this.#directory, 'bridge.log'), bridge.stdout);
    writeFileSync(join(this.#directory, 'put-aside.json'), JSON.stringify([...this.operator.ever]));
    console.error(`the evidence is in ${this.#directory}`);
  }

  get bridge(): Promise<BridgeProcess> {
    return this.#bridge;
  }

  get repeats(): number {
    return this.devices.reduce((sum, device) => sum + device.repeats, 0);
  }

  /** Ends the bridge so, does something while there is none, and starts it again. Charge points wait meanwhile. */
  async restart<T>(end: (bridge: BridgeProcess) => Promise<T>, between?: () => Promise<void>): Promise<T> {
    const before = await this.#bridge;
    this.#mayEnd.add(before);
    const ended = end(before);
    this.#bridge = ended.then(between).then(() => this.#launch());
    await this.#bridge;
    return ended;
  }

  /** Lets the bridge end by itself from now on; it is started again whenever it does. */
  async mayEnd(): Promise<BridgeProcess> {
    const bridge = await this.#bridge;
    this.#mayEnd.add(bridge);
    return bridge;
  }

  /** Another process on the same store: how it ended, or undefined when it came up, which ends it. */
  async attempt(): Promise<(Exit & { readonly lines: readonly string[] }) | undefined> {
    const program = new Program(['run', '--config', this.#config], this.clock.env);
    const up = program.line(({ listener }) => listener === 'soap').catch(() => undefined);
    if ((await Promise.race([up, program.exited.then(() => undefined)])) !== undefined) {
      program.kill('SIGKILL');
      await program.exited;
      return undefined;
    }
    return { ...(await program.exited), lines: program.stderr.trimEnd().split('\n') };
  }

  /** A process that is killed while it starts. */
  async stillborn(after: number): Promise<void> {
    const young = new Program(['run', '--config', this.#config], this.clock.env);
    await pause(after);
    young.kill('SIGKILL');
    await young.exited;
  }

  /** As an orchestrator does: starts it until it runs. */
  async #launch(): Promise<BridgeProcess> {
    const until = Date.now() + PATIENCE;
    for (;;) {
      try {
        return this.#watched(await BridgeProcess.start(this.#config, this.clock.env));
      } catch (error) {
        if (Date.now() > until) throw error;
        await pause(500);
      }
    }
  }

  #watched(bridge: BridgeProcess): BridgeProcess {
    void bridge.exited.then(({ code, signal }) => {
      if (this.#mayEnd.has(bridge)) return;
      this.complaints.push(
        `the bridge ended by itself (${signal ?? code}): ${bridge.stderr} ${bridge.stdout.slice(-2000)}`,
      );
      this.#bridge = this.#launch();
    });
    return bridge;
  }

  /** This place does not let it happen. */
  cannot(kind: string): void {
    this.notes.push(`${kind} is not possible here`);
  }

  /** While this runs, nobody may know what became of a call. */
  async uncertain(event: () => Promise<void>): Promise<void> {
    const disturbance: Disturbance = { from: Date.now(), to: Number.POSITIVE_INFINITY };
    this.#disturbances.push(disturbance);
    await event();
    disturbance.to = Date.now() + 500;
  }

  /** Compares the books as they are. */
  async audit(): Promise<Findings> {
    const asked = await this.operator.look(await this.#bridge);
    this.#book.readOn();
    const { devices, operator } = this;
    const findings = audit({ devices, book: this.#book, disturbances: this.#disturbances, dead: operator });
    const open = [
      ...(asked ? [] : ['the bridge does not say what waits']),
      ...(operator.waiting > 0 ? [`${operator.waiting} messages wait`] : []),
    ];
    return { ...findings, faults: [...findings.faults, ...this.complaints, ...open] };
  }
}
