import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { WallClock } from '../chaos/clock.ts';
import { Disk } from '../chaos/disk.ts';
import { AnsweringCsms } from './answering-csms.ts';
import { BridgeProcess, Program, scratch, writeConfig } from './bridge-process.ts';
import { configFor } from './house.ts';
import { boot, envelope, heartbeat, meterValues, post, start, stop, textOf } from './soap-messages.ts';

/** What becomes of transactions when the disk, the file of the store or the clock fails the bridge. */

// Starting a process takes as long as the machine is busy.
vi.setConfig({ testTimeout: 120_000 });

const closing: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

const HOUR = 3_600_000;
const RESERVE = 64 << 20;
const PATIENCE = { timeout: 20_000, interval: 100 };

const trial = scratch();
const volumes = new Disk(trial.path, true);
const cannotMount = !volumes.volume;
volumes.close();
trial.remove();

interface Place {
  readonly csms: AnsweringCsms;
  readonly disk: Disk;
  readonly clock: WallClock;
  readonly config: string;
  start(): Promise<BridgeProcess>;
}

async function place(more: Readonly<Record<string, unknown>> = {}): Promise<Place> {
  const { path, remove } = scratch();
  closing.push(remove);
  const csms = await AnsweringCsms.start();
  closing.push(() => csms.stop());
  const disk = new Disk(path, true);
  closing.push(() => disk.close());
  const clock = new WallClock(path);
  const behaviour = { whenCsmsIsAway: 'buffer' };
  const soap = { listen: '127.0.0.1:0', answerWithin: '1s' };
  const config = writeConfig(path, {
    ...configFor(csms.url, path),
    soap,
    behaviour,
    store: { path: disk.path },
    ...more,
  });
  return {
    ...{ csms, disk, clock, config },
    async start() {
      const bridge = await BridgeProcess.start(config, clock.env);
      closing.push(() => bridge.end());
      return bridge;
    },
  };
}

/** A charge point with one connector; says the same session every time. */
class Customer {
  readonly #bridge: BridgeProcess;
  readonly #identity: string;

  constructor(bridge: BridgeProcess, identity = 'CP-1') {
    this.#bridge = bridge;
    this.#identity = identity;
  }

  say(body: string) {
    return post(this.#bridge.soapPort, envelope(body, { identity: this.#identity }));
  }

  async start(): Promise<number> {
    const answer = await this.say(START);
    expect(answer?.status).toBe(200);
    return Number(textOf(answer?.text ?? '', 'transactionId'));
  }
}

const START = start(1, 'TAG1', 100, '2026-01-01T00:00:00Z');
const END = '2026-01-01T01:00:00Z';

async function metric(bridge: BridgeProcess, name: string): Promise<number> {
  const { text } = await bridge.get('/metrics');
  return Number(new RegExp(`^${name} (\\S+)`, 'm').exec(text)?.[1]);
}

describe('A disk that is nearly full', () => {
  // It takes a volume of a few megabytes, and mounting one takes rights.
  it.skipIf(cannotMount)('lets nobody start or stop, says so, and goes on when there is room again', async () => {
    const { csms, disk, start: up } = await place();
    const bridge = await up();
    const customer = new Customer(bridge);
    expect((await customer.say(boot()))?.status).toBe(200);
    const id = await customer.start();
    disk.fill(RESERVE / 2);
    const full = { status: 503, text: 'the disk of the store is nearly full\n' };
    await expect.poll(() => bridge.get('/readyz'), PATIENCE).toEqual(full);
    for (const body of [start(2, 'TAG2', 5, END), meterValues(1, id, ['7'], END), stop(id, 900, END)]) {
      const answer = await customer.say(body);
      expect(answer?.status).toBe(503);
      expect(answer?.text).not.toContain('Envelope');
    }
    // What needs no store is answered as ever.
    expect((await customer.say(heartbeat))?.status).toBe(200);
    expect(await metric(bridge, 'ocpp_bridge_store_failures_total')).toBeGreaterThan(0);
    expect(await metric(bridge, 'ocpp_bridge_store_free_bytes')).toBeLessThan(RESERVE);
    disk.empty();
    await expect.poll(() => bridge.ready(), PATIENCE).toBe(true);
    expect((await customer.say(stop(id, 900, END)))?.status).toBe(200);
    expect(csms.started).toHaveLength(1);
    // Nothing of what was refused had reached the CSMS.
    expect(csms.stopped).toEqual([{ identity: 'CP-1', transactionId: id, meterStop: 900 }]);
    expect(csms.calls.filter(({ action }) => action === 'MeterValues')).toEqual([]);
  });
});

it('a write that fails ends the bridge with a code and a line, and what was confirmed before is there afterwards', async (test) => {
  const { csms, disk, start: up } = await place();
  const first = await up();
  const customer = new Customer(first);
  expect((await customer.say(boot()))?.status).toBe(200);
  const id = await customer.start();
  if (!disk.limit(first.pid)) return test.skip('prlimit is not here');
  const confirmed: string[] = [];
  let ended = false;
  const end = first.exited.finally(() => {
    ended = true;
  });
  // Free pages of the file are used up first.
  for (let minute = 0; !ended && minute < 500; minute += 1) {
    const at = new Date(Date.parse(END) + minute * 60_000).toISOString();
    const answer = await customer.say(meterValues(1, id, ['1'.repeat(15)], at)).catch(() => undefined);
    if (answer?.status === 200) confirmed.push(at);
    else expect([undefined, 503]).toContain(answer?.status);
  }
  expect((await end).code).toBe(1);
  expect(first.log.map(({ msg }) => msg)).toContain('the store cannot be written any more; the bridge ends');
  const second = await up();
  expect((await new Customer(second).say(stop(id, 900, END)))?.status).toBe(200);
  expect(csms.started).toHaveLength(1);
  const told = JSON.stringify(csms.calls);
  expect(confirmed.filter((at) => !told.includes(at))).toEqual([]);
});

describe('A start', () => {
  it('on a store that cannot be written is refused in one line, and works when it can', async (test) => {
    const { csms, disk, config, clock, start: up } = await place();
    const first = await up();
    const id = await new Customer(first).start();
    await first.stop();
    const release = disk.freeze();
    if (release === undefined)
      return test.skip('root may write anywhere, and nothing can be mounted or made immutable');
    try {
      expect(await refused(config, clock)).toContain(disk.path);
    } finally {
      release();
    }
    const second = await up();
    expect((await new Customer(second).say(stop(id, 900, END)))?.status).toBe(200);
    expect(csms.stopped).toHaveLength(1);
  });

  it.each(['damaged', 'emptied'])('on a store that was %s is refused in one line', async (how) => {
    const { disk, config, clock, start: up } = await place();
    const first = await up();
    const id = await new Customer(first).start();
    await first.stop();
    const file = join(disk.path, 'data.mdb');
    const bytes = readFileSync(file);
    const at = bytes.lastIndexOf(`"csms":${id}`);
    expect(at).toBeGreaterThan(0);
    if (how === 'damaged') bytes.write('9', at + '"csms":'.length);
    writeFileSync(file, how === 'damaged' ? bytes : '');
    expect(await refused(config, clock)).toContain(disk.path);
  });
});

async function refused(config: string, clock: WallClock): Promise<string> {
  const program = new Program(['run', '--config', config], clock.env);
  closing.push(() => program.kill('SIGKILL'));
  expect(await program.exited).toEqual({ code: 1, signal: null });
  const lines = program.stderr.trimEnd().split('\n');
  expect(lines).toHaveLength(1);
  return lines[0] ?? '';
}

describe('A wall clock that jumps', () => {
  it.each([-30, -1, 1, 30])('by %d hours delays no answer and makes no repeat a new message', async (hours) => {
    const { csms, clock, start: up } = await place();
    const bridge = await up();
    const customer = new Customer(bridge);
    expect((await customer.say(boot()))?.status).toBe(200);
    const id = await customer.start();
    const late = hold(csms);
    const waiting = customer.say(stop(id, 900, END));
    await csms.until(() => csms.calls.at(-1)?.action === 'StopTransaction');
    clock.shift(hours * HOUR);
    // The CSMS is silent, so the bridge takes the stop over.
    expect((await waiting)?.status).toBe(200);
    late();
    expect((await customer.say(stop(id, 900, END)))?.status).toBe(200);
    expect(await customer.start()).toBe(id);
    expect((await customer.say(heartbeat))?.status).toBe(200);
    expect(csms.started).toHaveLength(1);
    expect(csms.stopped).toHaveLength(1);
  });
});

/** The CSMS answers nothing until the returned function is called. */
function hold(csms: AnsweringCsms): () => void {
  let release = (): void => undefined;
  csms.hold = new Promise((resolve) => {
    release = resolve;
  });
  return release;
}
