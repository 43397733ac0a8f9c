import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { PassThrough } from 'node:stream';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { FastClock } from '../../src/app/simulate/fast-clock.ts';
import { runSimulate, type SimulateOptions } from '../../src/app/simulate/fleet.ts';
import { compareLedgers, Ledger } from '../../src/app/simulate/ledger.ts';
import { EnergyMeter } from '../../src/app/simulate/meter.ts';
import { Pace } from '../../src/app/simulate/pace.ts';
import { Progress } from '../../src/app/simulate/progress.ts';
import { seededRandom } from '../../src/app/simulate/random.ts';
import { Statistics } from '../../src/app/simulate/statistics.ts';
import type { SoapContracts } from '../../src/contract/soap-contract.ts';
import { loadSoapContracts } from '../../src/contract/wsdl.ts';
import { FakeCentralSystem } from './fake-central-system.ts';
import { FakeClock } from './fake-clock.ts';

let contracts: SoapContracts;
beforeAll(async () => {
  contracts = await loadSoapContracts('wsdl');
});

const closing: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

async function central(): Promise<FakeCentralSystem> {
  const made = new FakeCentralSystem(contracts);
  await made.listen();
  closing.push(() => made.stop());
  return made;
}

function page(tty = false) {
  const out = new PassThrough();
  if (tty) Object.assign(out, { isTTY: true });
  const chunks: string[] = [];
  out.on('data', (chunk) => chunks.push(String(chunk)));
  return { out, text: () => chunks.join('') };
}

function fleet(csms: string, options: Partial<SimulateOptions> = {}) {
  const { out, text } = page();
  const run = runSimulate({
    csms,
    version: 'mix',
    count: 6,
    rate: Infinity,
    duration: 60,
    messages: 200,
    out,
    ...options,
  });
  return { run, text };
}

describe('a simulated fleet', () => {
  it('sends what it was asked for, from every charge point, in all three versions', async () => {
    const system = await central();
    const result = await fleet(system.url).run;
    expect(result.messages).toBeGreaterThanOrEqual(200);
    expect(result.messages).toBeLessThanOrEqual(212);
    expect(result.errors.size).toBe(0);
    expect(system.heard).toHaveLength(result.messages);
    expect(new Set(system.heard.map(({ identity }) => identity)).size).toBe(6);
    expect(new Set(system.heard.map(({ version }) => version))).toEqual(new Set(['1.2', '1.5', '1.6']));
  });

  it('ends its sessions, so that its ledger equals what the central system heard', async () => {
    const system = await central();
    const { ledger, sessions } = await fleet(system.url).run;
    const heard = new Ledger();
    for (const { action, identity, value } of system.heard) {
      if (action === 'StartTransaction')
        heard.start({
          identity,
          connectorId: Number(value['connectorId']),
          idTag: String(value['idTag']),
          meterStart: Number(value['meterStart']),
          startedAt: 0,
          transactionId: 101 + heard.sessions.length,
        });
      if (action === 'StopTransaction')
        heard.stop(identity, Number(value['transactionId']), { meterStop: Number(value['meterStop']), stoppedAt: 0 });
    }
    expect(sessions.started).toBeGreaterThan(6);
    expect(sessions.ended).toBe(sessions.started);
    const difference = compareLedgers(
      { name: 'fleet', sessions: ledger.sessions },
      { name: 'system', sessions: heard.sessions },
    );
    expect(difference).toEqual([]);
    expect(heard.oddities).toEqual([]);
  });

  it('says the same things in the same order when it has the same seed', async () => {
    const runs: string[][] = [];
    for (const _ of [1, 2]) {
      const system = await central();
      await fleet(system.url, { count: 1, version: '1.6', messages: 60, seed: 5 }).run;
      runs.push(system.heard.map(({ action, value }) => `${action} ${value['idTag'] ?? value['status'] ?? ''}`));
    }
    expect(runs[0]).toEqual(runs[1]);
  });

  it('prints a summary with counts and times by action', async () => {
    const system = await central();
    const { run, text } = fleet(system.url);
    const result = await run;
    const boots = result.figures.actions.find(({ action }) => action === 'BootNotification');
    expect(boots).toMatchObject({ count: 6, errors: 0 });
    expect(text()).toMatch(/^action +count +errors +p50 ms +p95 ms +p99 ms +max ms$/m);
    expect(text()).toMatch(/^BootNotification +6 +0 +\d/m);
    expect(text()).toMatch(new RegExp(`^all +${result.messages} +0 `, 'm'));
    expect(text()).toContain(`${result.sessions.energy} Wh`);
  });

  it('counts errors by kind', async () => {
    const system = await central();
    system.reply = ({ action }) =>
      action === 'StatusNotification' ? 503 : action === 'Heartbeat' ? 'fault' : undefined;
    const { run, text } = fleet(system.url);
    const { errors, figures } = await run;
    expect(errors.get('HTTP 503')).toBe(figures.actions.find(({ action }) => action === 'StatusNotification')?.errors);
    expect(errors.get('Fault InternalError')).toBeGreaterThan(0);
    expect(text()).toMatch(/^errors: .*HTTP 503 \d+/m);
  });

  it('counts a central system that is not there as refused', async () => {
    const gone = createServer().listen(0, '127.0.0.1');
    await once(gone, 'listening');
    const { port } = gone.address() as AddressInfo;
    gone.close();
    await once(gone, 'close');
    const { errors } = await fleet(`http://127.0.0.1:${port}/`, { count: 2, messages: 2 }).run;
    expect(errors).toEqual(new Map([['refused', 2]]));
  });

  it('ends cleanly when it is told to', async () => {
    const system = await central();
    const controller = new AbortController();
    const { run } = fleet(system.url, { messages: Infinity, duration: 3_600, signal: controller.signal });
    await system.until('StartTransaction', 3);
    controller.abort();
    const { sessions } = await run;
    expect(sessions.ended).toBe(sessions.started);
  });

  it('does not wait, when it is told to end, for those that were never let in', async () => {
    const system = await central();
    system.reply = () => 503;
    const clock = new FakeClock();
    const controller = new AbortController();
    const { run, text } = fleet(system.url, { count: 2, messages: Infinity, clock, signal: controller.signal });
    await system.until('BootNotification', 2);
    controller.abort();
    expect((await run).errors).toEqual(new Map([['HTTP 503', 2]]));
    expect(text()).toMatch(/^BootNotification +2 +2 +– /m);
  });

  it('announces the address it was given', async () => {
    const system = await central();
    await fleet(system.url, { callbackUrl: 'http://chargers.example:8443/', count: 1, version: '1.5', messages: 5 })
      .run;
    expect(system.heard[0]?.from).toBe('http://chargers.example:8443/ocpp/SIM-15-1');
  });
});

describe('the pace of a fleet', () => {
  /** Lets what is resolved go on. */
  const breathe = () => new Promise((resolve) => setImmediate(resolve));

  it('is the rate that was asked for, shared among all', async () => {
    const clock = new FakeClock();
    const turns = [0, 0];
    const speakers = turns.map((_, index) => ({
      next: async () => {
        turns[index] = (turns[index] ?? 0) + 1;
      },
    }));
    const run = new Pace(clock, 10).run(speakers, { until: clock.monotonic() + 2_000, enough: () => false });
    for (let step = 0; step < 200; step += 1) {
      clock.pass(10);
      await breathe();
    }
    expect(await run).toBe(0);
    expect(turns).toEqual([10, 10]);
  });

  it('counts what was due while everybody was waiting, and does not catch up', async () => {
    const clock = new FakeClock();
    let answer = () => {};
    let turns = 0;
    const speaker = {
      next: () => {
        turns += 1;
        return new Promise<void>((resolve) => {
          answer = resolve;
        });
      },
    };
    const run = new Pace(clock, 10).run([speaker], { until: clock.monotonic() + 1_000, enough: () => false });
    clock.pass(500);
    answer();
    await breathe();
    clock.pass(99);
    expect(turns).toBe(1);
    clock.pass(500);
    expect(await run).toBeGreaterThanOrEqual(7);
    expect(turns).toBe(2);
  });

  it('fails when a speaker fails', async () => {
    const clock = new FakeClock();
    const run = new Pace(clock, Infinity).run([{ next: () => Promise.reject(new Error('broken')) }], {
      until: Infinity,
      enough: () => false,
    });
    await expect(run).rejects.toThrow('broken');
  });
});

describe('the progress of a run', () => {
  const progress = (tty: boolean) => {
    const clock = new FakeClock();
    const { out, text } = page(tty);
    const statistics = new Statistics();
    const made = new Progress({ out, clock, statistics, state: () => ({ registered: 3, charging: 1 }) });
    made.start();
    return { clock, statistics, text, made };
  };

  it('is a line every few seconds in a log', () => {
    const { clock, statistics, text } = progress(false);
    statistics.said('Heartbeat', 'ok', 3);
    statistics.said('Heartbeat', 'timeout', 3);
    clock.pass(10_000);
    expect(text()).toBe(
      '5 s  2 messages (0.4/s)  1 errors  3 registered  1 charging\n10 s  2 messages (0.2/s)  1 errors  3 registered  1 charging\n',
    );
  });

  it('rewrites its line on a terminal and leaves nothing behind', () => {
    const { clock, text, made } = progress(true);
    clock.pass(500);
    made.stop();
    clock.pass(5_000);
    expect(text().split('\r')).toHaveLength(4);
    expect(text()).not.toContain('\n');
    expect(text().endsWith('\r\u001b[K')).toBe(true);
  });
});

describe('the parts of a charge point', () => {
  it('percentiles are times that really occurred', () => {
    const statistics = new Statistics();
    for (let time = 1; time <= 100; time += 1) statistics.said('Heartbeat', 'ok', time);
    expect(statistics.figures().all).toMatchObject({ count: 100, p50: 50, p95: 95, p99: 99, max: 100 });
  });

  it('a meter adds up power over time and never runs backwards', () => {
    const clock = new FakeClock();
    const meter = new EnergyMeter(clock, 100.9);
    expect(meter.read()).toBe(100);
    meter.power = 12_000;
    clock.pass(300_000);
    meter.power = 6_000;
    clock.pass(600_000);
    meter.power = 0;
    clock.pass(3_600_000);
    expect(meter.read()).toBe(2_100);
  });

  it('a fast clock runs faster, keeps its time when its speed changes, and shortens its timers', () => {
    const base = new FakeClock();
    const fast = new FastClock(base, 60);
    const start = fast.now();
    let rang = false;
    fast.after(60_000, () => {
      rang = true;
    });
    base.pass(999);
    expect(rang).toBe(false);
    base.pass(1);
    expect(rang).toBe(true);
    fast.speed = 1;
    base.pass(500);
    expect(fast.now() - start).toBe(60_500);
    fast.speed = 0;
    fast.after(1, () => expect.fail('a clock that stands still has no alarms'));
    base.pass(500);
    expect(fast.now() - start).toBe(60_500);
  });

  it('the same seed gives the same numbers, evenly spread', () => {
    const [one, same, other] = [seededRandom(1), seededRandom(1), seededRandom(2)];
    const numbers = Array.from({ length: 1_000 }, () => one());
    expect(Array.from({ length: 1_000 }, () => same())).toEqual(numbers);
    expect(other()).not.toBe(numbers[0]);
    expect(numbers.every((number) => number >= 0 && number < 1)).toBe(true);
    expect(numbers.reduce((sum, number) => sum + number, 0) / 1_000).toBeCloseTo(0.5, 1);
  });
});

describe('two ledgers', () => {
  const session = (meterStop?: number) => ({
    identity: 'CP',
    connectorId: 1,
    idTag: 'TAG',
    meterStart: 10,
    startedAt: 0,
    readings: 0,
    ...(meterStop !== undefined && { meterStop }),
  });
  const compare = (left: ReturnType<typeof session>[], right: ReturnType<typeof session>[]) =>
    compareLedgers({ name: 'A', sessions: left }, { name: 'B', sessions: right });

  it('agree whatever the transaction ids are', () => {
    expect(
      compare([{ ...session(20), transactionId: 1 } as never], [{ ...session(20), transactionId: 9 } as never]),
    ).toEqual([]);
  });

  it('disagree about another reading, a missing session and one that came twice', () => {
    expect(compare([session(20)], [session(21)])).toEqual([
      'only at A: CP connector 1 tag TAG from 10 Wh to 20 Wh',
      'only at B: CP connector 1 tag TAG from 10 Wh to 21 Wh',
    ]);
    expect(compare([session()], [])).toEqual(['only at A: CP connector 1 tag TAG from 10 Wh still running']);
    expect(compare([session(20)], [session(20), session(20)])).toHaveLength(1);
  });
});
