import { describe, expect, test } from 'vitest';
import type { SoapObject } from '../../src/base/message.ts';
import { MemoryStore } from '../../src/store/memory-store.ts';
import type { Row } from '../../src/store/store.ts';
import { away, bridge, deviceCall, IDENTITY } from './harness.ts';

const BUFFER = { whenCsmsIsAway: 'buffer' } as const;
const START = { connectorId: '1', idTag: 'TAG', meterStart: '0', timestamp: '2024-03-09T10:00:00Z' };
const MINTED = '1900000000';

type Bridge = ReturnType<typeof bridge>;

/** Says how many rows were ever read at once. */
class CountingStore extends MemoryStore {
  most = 0;

  override async rows(identity: string, kind: string, limit: number, after?: string): Promise<Row[]> {
    const rows = await super.rows(identity, kind, limit, after);
    if (kind === 'outbox') this.most = Math.max(this.most, rows.length);
    return rows;
  }
}

function small(mostKept: number, store = new MemoryStore()): Bridge {
  const settings = {
    ...{ answerWithin: 20_000, callTimeout: 120_000, bufferAfter: 5_000, commandWithin: 30_000, mostWaiting: 4 },
    ...{ repeatsKeptFor: 7 * 86_400_000, silenceFactor: 2.5, silenceAtLeast: 60_000, mostKept },
  };
  return bridge(store, BUFFER, { settings });
}

async function whileAway(parts: Bridge, action: string, payload: SoapObject): Promise<void> {
  const asked = parts.csms.asked.length;
  const answer = parts.sessions.receive(deviceCall(action, payload, { now: parts.clock.now() }).call);
  const first = await Promise.race([answer.then(() => undefined), parts.csms.question(asked + 1)]);
  first?.refuse(away());
  await answer;
}

async function session(parts: Bridge, readings: number): Promise<void> {
  await whileAway(parts, 'StartTransaction', START);
  for (let n = 1; n <= readings; n++)
    await whileAway(parts, 'MeterValues', { connectorId: '1', transactionId: MINTED, n: String(n) });
}

const waiting = async ({ store }: Bridge) =>
  (await store.rows(IDENTITY, 'outbox', 9_999)).map(({ value }) => value['action']);

describe('an outage longer than the bound allows', () => {
  test('costs meter values, which is counted, and no start and no stop', async () => {
    const parts = small(10);
    await session(parts, 30);
    const timestamp = '2024-03-09T11:00:00Z';
    await whileAway(parts, 'StopTransaction', { transactionId: MINTED, meterStop: '9', timestamp });
    await expect.poll(async () => (await waiting(parts)).length).toBeLessThanOrEqual(10);
    const left = await waiting(parts);
    expect(left[0]).toBe('StartTransaction');
    expect(left.at(-1)).toBe('StopTransaction');
    const gone = 32 - left.length;
    expect(parts.losses.filter((code) => code === 'offline-thin')).toHaveLength(gone);
    expect(parts.thinned.reduce((sum, n) => sum + n, 0)).toBe(gone);
    expect(parts.sessions.outbox.depth).toBe(left.length);
    expect((await parts.store.load(IDENTITY))?.state['outbox']).toMatchObject({ waiting: left.length });
  });

  test('keeps the first reading and the last', async () => {
    const parts = small(10);
    await session(parts, 30);
    await expect.poll(async () => (await waiting(parts)).length).toBeLessThanOrEqual(10);
    const rows = await parts.store.rows(IDENTITY, 'outbox', 99);
    const kept = rows.map(({ value }) => (value['payload'] as SoapObject)['n']).filter((n) => n !== undefined);
    expect([kept[0], kept.at(-1)]).toEqual([1, 30]);
  });

  test('takes starts and stops beyond the bound', async () => {
    const parts = small(10);
    for (let n = 0; n < 15; n++)
      await whileAway(parts, 'StartTransaction', { ...START, timestamp: new Date(n * 60_000).toISOString() });
    expect(await waiting(parts)).toHaveLength(15);
    expect(parts.thinned).toEqual([]);
  });
});

test('what the CSMS is being asked about is not given up', async () => {
  const parts = small(10);
  const reading = (n: number) => whileAway(parts, 'MeterValues', { connectorId: String(n), n: String(n) });
  await reading(1);
  parts.sessions.linkChanged(IDENTITY, 'open');
  const asked = await parts.csms.question(2);
  // Each of a connector of its own: none lies between a first and a last, so the oldest go first.
  for (let n = 2; n <= 30; n++) await reading(n);
  await expect.poll(async () => (await waiting(parts)).length).toBeLessThanOrEqual(10);
  expect(await parts.store.row(IDENTITY, 'outbox', '000000000001')).toBeDefined();
  asked.answer({});
  await expect.poll(() => parts.store.row(IDENTITY, 'outbox', '000000000001')).toBeUndefined();
});

describe('what waits in great number', () => {
  test('is never in memory as a whole, and delivered in order all the same', async () => {
    const store = new CountingStore();
    const before = small(10_000, store);
    await session(before, 99);
    const after = small(10_000, store);
    await after.sessions.resume();
    await expect.poll(() => after.sessions.outbox).toEqual({ depth: 100, oldest: 0 });
    after.sessions.linkChanged(IDENTITY, 'open');
    for (let n = 1; n <= 100; n++)
      (await after.csms.question(n)).answer({ transactionId: 1, idTagInfo: { status: 'Accepted' } });
    await expect.poll(() => after.sessions.outbox).toEqual({ depth: 0, oldest: undefined });
    const numbers = after.csms.asked.slice(1).map(({ request }) => request.payload['n']);
    expect(numbers).toEqual(Array.from({ length: 99 }, (_, n) => n + 1));
    expect(store.most).toBeLessThan(50);
  });

  test('takes the late answer of a message that waits far behind', async () => {
    const parts = small(10_000);
    const put = Array.from({ length: 40 }, (_, n) => ({
      ...{ kind: 'dead-letter', key: String(n + 1).padStart(12, '0') },
      value: { seq: n + 1, action: 'MeterValues', payload: {}, at: 0, refusals: 3 },
    }));
    const state = { schema: 1, outbox: { next: 41, waiting: 0, minted: 0 } };
    await parts.store.commit(IDENTITY, { revision: 1, state, put });
    const late = parts.sessions.receive(deviceCall('MeterValues', { connectorId: '1', n: 'late' }).call);
    const asked = await parts.csms.question(1);
    await new Promise((resolve) => setImmediate(resolve));
    parts.clock.advance(20_000);
    await late;
    for (let seq = 1; seq <= 40; seq++) await parts.sessions.deadLetter(IDENTITY, seq, 'retry');
    expect(await waiting(parts)).toHaveLength(41);
    asked.answer({});
    await expect.poll(async () => (await waiting(parts)).length).toBe(40);
    expect(await parts.store.row(IDENTITY, 'outbox', '000000000041')).toBeUndefined();
  });
});
