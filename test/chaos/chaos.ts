import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type { SoapVersion } from '../../src/base/message.ts';
import { BridgeProcess, Program, scratch, writeConfig } from '../process/bridge-process.ts';
import { audit, type Disturbance, type Findings } from './audit.ts';
import { Reader } from './book.ts';
import { CsmsProcess } from './csms-process.ts';
import { Device } from './device.ts';
import { Chance } from './random.ts';

/**
 * A bridge, a CSMS and some charge points, each after its own fashion: killed, frozen, slow, impatient. After every round
 * all is quiet for a while, and the books of the two ends must agree.
 */

export interface Round extends Findings {
  readonly number: number;
  readonly events: readonly string[];
  readonly repeats: number;
  /** How long it took until the books agreed, ms. */
  readonly settled: number;
}

export interface Options {
  readonly rounds: number;
  readonly seed: number;
  readonly told?: (round: Round) => void;
}

/** Charge points: version and connectors. */
const FLEET: readonly (readonly [SoapVersion, number])[] = [
  ['1.2', 1],
  ['1.5', 1],
  ['1.5', 2],
  ['1.6', 1],
  ['1.6', 2],
  ['1.2', 2],
];
/** The books must agree so soon after everybody has come to rest. */
const SETTLE_WITHIN = 40_000;
const LOOK_EVERY = 250;

/** Plays so many rounds; ends with the first whose books do not agree. */
export async function chaos({ rounds, seed, told }: Options): Promise<Round[]> {
  const house = await House.open(seed);
  const done: Round[] = [];
  try {
    for (let number = 1; number <= rounds; number++) {
      const round = await house.round(number);
      done.push(round);
      told?.(round);
      if (round.faults.length > 0) break;
    }
    return done;
  } finally {
    await house.close();
  }
}

class House {
  readonly #chance: Chance;
  readonly #csms: CsmsProcess;
  readonly #book: Reader;
  readonly #config: string;
  readonly #remove: () => void;
  readonly #disturbances: Disturbance[] = [];
  readonly #devices: Device[];
  #bridge: Promise<BridgeProcess>;

  private constructor(seed: number, csms: CsmsProcess, directory: string, remove: () => void) {
    this.#chance = new Chance(seed);
    this.#csms = csms;
    this.#book = new Reader(csms.book);
    this.#remove = remove;
    this.#config = writeConfig(directory, {
      soap: { listen: '127.0.0.1:0', answerWithin: '1s', retryAfter: '1s' },
      csms: {
        ...{ url: csms.url, answerTimeout: '3s', bufferAfter: '500ms', connectTimeout: '1s', replayRate: 1000 },
        ...{ pingInterval: '1s', pongTimeout: '1s', backoff: { first: '50ms', max: '300ms' } },
      },
      store: { path: join(directory, 'data') },
      admin: { listen: '127.0.0.1:0' },
      behaviour: { whenCsmsIsAway: 'buffer' },
    });
    this.#bridge = BridgeProcess.start(this.#config);
    const endpoint = { port: async () => (await this.#bridge).soapPort };
    this.#devices = FLEET.map(
      ([version, connectors], n) => new Device(`CP-${n}`, version, connectors, endpoint, new Chance(seed * 100 + n)),
    );
  }

  static async open(seed: number): Promise<House> {
    const { path, remove } = scratch();
    const csms = new CsmsProcess(join(path, 'book.jsonl'), seed);
    await csms.start();
    const house = new House(seed, csms, path, remove);
    await Promise.all(house.#devices.map((device) => device.boot()));
    return house;
  }

  async close(): Promise<void> {
    await (await this.#bridge).end();
    await this.#csms.kill();
    this.#remove();
  }

  async round(number: number): Promise<Round> {
    const chance = this.#chance;
    let over = false;
    const charging = Promise.all(this.#devices.map((device) => device.charge(() => over)));
    const events: string[] = [];
    this.#csms.behave('wild');
    for (let n = chance.between(1, 3); n > 0; n--) {
      await pause(chance.between(50, 900));
      const event = chance.pick(EVENTS);
      events.push(event);
      if (event === 'nothing') await this.nothing();
      else await this.#during(() => this[event]());
    }
    await pause(chance.between(50, 900));
    over = true;
    this.#csms.behave('calm');
    await charging;
    const quiet = Date.now();
    let findings = this.#audit();
    while (findings.faults.length > 0 && Date.now() - quiet < SETTLE_WITHIN) {
      await pause(LOOK_EVERY);
      findings = this.#audit();
    }
    const repeats = this.#devices.reduce((sum, device) => sum + device.repeats, 0);
    return { ...findings, number, events, repeats, settled: Date.now() - quiet };
  }

  #audit(): Findings {
    this.#book.readOn();
    return audit(this.#devices, this.#book, this.#disturbances);
  }

  async #during(event: () => Promise<void>): Promise<void> {
    const disturbance: Disturbance = { from: Date.now(), to: Number.POSITIVE_INFINITY };
    this.#disturbances.push(disturbance);
    await event();
    disturbance.to = Date.now() + 500;
  }

  async bridgeKilled(): Promise<void> {
    const before = await this.#bridge;
    this.#bridge = before.end().then(() => BridgeProcess.start(this.#config));
    await this.#bridge;
  }

  /** Once while it runs, and then in the middle of its start. */
  async bridgeKilledTwice(): Promise<void> {
    const before = await this.#bridge;
    const again = async () => {
      await before.end();
      const young = new Program(['run', '--config', this.#config]);
      await pause(this.#chance.between(200, 2500));
      young.kill('SIGKILL');
      await young.exited;
      return BridgeProcess.start(this.#config);
    };
    this.#bridge = again();
    await this.#bridge;
  }

  async bridgeStopped(): Promise<void> {
    const before = await this.#bridge;
    this.#bridge = before.stop().then(() => BridgeProcess.start(this.#config));
    await this.#bridge;
  }

  async csmsKilled(): Promise<void> {
    await this.#csms.kill();
    await pause(this.#chance.between(0, 2500));
    await this.#csms.start();
  }

  /** The links stay open and nothing comes back. */
  async csmsFrozen(): Promise<void> {
    this.#csms.freeze();
    await pause(this.#chance.between(300, 5000));
    this.#csms.thaw();
  }

  async bridgeKilledWhileCsmsIsAway(): Promise<void> {
    await this.#csms.kill();
    await pause(this.#chance.between(0, 1500));
    await this.bridgeKilled();
    await pause(this.#chance.between(0, 500));
    await this.#csms.start();
  }

  async bridgeKilledWhileCsmsIsFrozen(): Promise<void> {
    this.#csms.freeze();
    await pause(this.#chance.between(300, 2000));
    await this.bridgeKilled();
    this.#csms.thaw();
  }

  async nothing(): Promise<void> {
    await pause(this.#chance.between(300, 2000));
  }
}

const EVENTS = [
  'bridgeKilled',
  'bridgeKilledTwice',
  'bridgeStopped',
  'csmsKilled',
  'csmsFrozen',
  'bridgeKilledWhileCsmsIsAway',
  'bridgeKilledWhileCsmsIsFrozen',
  'nothing',
] as const;
