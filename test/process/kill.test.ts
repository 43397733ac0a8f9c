import { join } from 'node:path';
import { afterEach, expect, it, vi } from 'vitest';
import { AnsweringCsms } from './answering-csms.ts';
import { BridgeProcess, scratch, writeConfig } from './bridge-process.ts';
import { ChargingDevice, type Session } from './charging-device.ts';

/** Power cuts. `KILL_ROUNDS` and `KILL_SEED` change how many there are and when they come. */
const ROUNDS = Number(process.env['KILL_ROUNDS'] ?? 12);
const SEED = Number(process.env['KILL_SEED'] ?? 1);
const DEVICES = 6;
const MOST_MESSAGES = 40;
const MOST_TURNS = 30;

// Starting a process takes as long as the machine is busy.
vi.setConfig({ testTimeout: 120_000 });

const closing: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

/** The bridge under one configuration, as often as it is started. */
class House {
  readonly csms: AnsweringCsms;
  readonly #file: string;
  #bridge: Promise<BridgeProcess>;

  private constructor(csms: AnsweringCsms, file: string) {
    this.csms = csms;
    this.#file = file;
    this.#bridge = BridgeProcess.start(file);
  }

  static async open(): Promise<House> {
    const { path, remove } = scratch();
    closing.push(remove);
    const csms = await AnsweringCsms.start();
    closing.push(() => csms.stop());
    const file = writeConfig(path, {
      soap: { listen: '127.0.0.1:0' },
      csms: { url: csms.url },
      store: { path: join(path, 'data') },
      admin: { listen: '127.0.0.1:0' },
      callbacks: { allow: ['127.0.0.0/8'] },
    });
    const house = new House(csms, file);
    closing.push(async () => (await house.#bridge).end());
    return house;
  }

  async port(): Promise<number> {
    return (await this.#bridge).soapPort;
  }

  async kill(): Promise<void> {
    const bridge = await this.#bridge;
    this.#bridge = bridge.end().then(() => BridgeProcess.start(this.#file));
    await this.#bridge;
  }

  async device(identity: string): Promise<ChargingDevice> {
    const device = await ChargingDevice.open(identity, this);
    closing.push(() => device.close());
    await device.boot();
    return device;
  }
}

function random(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

/** What is wrong in the books of the CSMS about one session; an empty list is right. */
function faults({ started, stopped }: AnsweringCsms, identity: string, session: Session): string[] {
  const bookings = started.filter((one) => one.identity === identity && one.timestamp === session.timestamp);
  const ids = new Set(bookings.map((one) => one.transactionId));
  const ends = stopped.filter((one) => one.identity === identity && ids.has(one.transactionId));
  const about = `${identity} ${session.timestamp}`;
  return [
    ...(bookings.some((one) => one.meterStart !== session.meterStart)
      ? [`${about}: started with another reading`]
      : []),
    ...(ids.has(session.transactionId) ? [] : [`${about}: the id ${session.transactionId} is not the CSMS's`]),
    ...(ends.length === 0 ? [`${about}: never stopped`] : []),
    ...(ends.some((one) => one.transactionId !== session.transactionId) ? [`${about}: another one was stopped`] : []),
    ...(ends.some((one) => one.meterStop !== session.meterStop) ? [`${about}: stopped with another reading`] : []),
  ];
}

it(`no confirmed session is lost, and none changes its id, when the bridge is killed ${ROUNDS} times`, async () => {
  const house = await House.open();
  const { csms } = house;
  const below = random(SEED);
  const devices = await Promise.all(Array.from({ length: DEVICES }, (_, number) => house.device(`CP-${number}`)));
  let over = false;
  const charging = devices.map(async (device) => {
    while (!over) await device.charge();
  });
  for (let round = 0; round < ROUNDS; round++) {
    const until = csms.calls.length + 1 + below(MOST_MESSAGES);
    await csms.until(() => csms.calls.length >= until);
    // The call is with the CSMS now; a little later its answer is with the bridge, then in the store, then told.
    for (let turns = below(MOST_TURNS); turns > 0; turns--) await new Promise((resolve) => setImmediate(resolve));
    await house.kill();
  }
  over = true;
  await Promise.all(charging);

  const sessions = devices.flatMap(({ identity, sessions }) => sessions.map((session) => ({ identity, session })));
  expect(sessions.flatMap(({ identity, session }) => faults(csms, identity, session))).toEqual([]);
  // A start that the CSMS booked and the killed bridge could not pass on is booked once more: at most one per
  // charge point and kill.
  const doubled = csms.started.length - sessions.length;
  const repeats = devices.reduce((sum, device) => sum + device.repeats, 0);
  expect(repeats).toBeGreaterThan(0);
  expect(doubled).toBeGreaterThanOrEqual(0);
  expect(doubled).toBeLessThanOrEqual(DEVICES * ROUNDS);
  console.info(
    `seed ${SEED}: ${ROUNDS} kills, ${sessions.length} sessions, ${repeats} repeats, ${doubled} booked again`,
  );
}, 600_000);

it('a transaction started before a power cut can be stopped by the CSMS after it', async () => {
  const house = await House.open();
  const device = await house.device('CP-1');
  const { transactionId } = await device.start();
  await house.kill();
  await device.heartbeat();
  const answer = await house.csms.call('CP-1', 'RemoteStopTransaction', { transactionId });
  expect(answer.slice(2)).toEqual([{ status: 'Accepted' }]);
  expect(device.toldToStop).toEqual([transactionId]);
});

it('a start and a stop that were confirmed before a power cut are recognised after it', async () => {
  const house = await House.open();
  const device = await house.device('CP-1');
  const session = await device.start();
  await house.kill();
  expect(await device.startAgain(session)).toBe(session.transactionId);
  await device.stop(session, session.timestamp);
  await house.kill();
  await device.stop(session, session.timestamp);
  expect(house.csms.started).toHaveLength(1);
  expect(house.csms.stopped).toHaveLength(1);
});
