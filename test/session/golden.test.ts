import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { SoapObject } from '../../src/base/message.ts';
import { STATE_SHAPE, schemaOf } from '../../src/flow/migrations.ts';
import { MemoryStore } from '../../src/store/memory-store.ts';
import { readRow, readState } from '../../src/store/record.ts';
import { ManualClock } from '../base/manual-clock.ts';
import { bridge, deviceCall, IDENTITY } from './harness.ts';

/**
 * What each release left in its store, as texts of that release: one boot, two statuses, a transaction that the CSMS knows,
 * and then an outage with a start, a reading, a stop and a status. A new release adds a file and changes none.
 */
const GOLDEN = join(import.meta.dirname, 'golden');
const NOW = 1_709_979_000_000;
const BUFFER = { whenCsmsIsAway: 'buffer' } as const;

interface Golden {
  readonly state: object;
  readonly rows: readonly object[];
}

async function opened(file: string, change: (state: SoapObject) => SoapObject = (state) => state) {
  const golden = JSON.parse(readFileSync(join(GOLDEN, file), 'utf8')) as Golden;
  const { state } = readState(JSON.stringify(golden.state));
  const store = new MemoryStore();
  const put = golden.rows.map((row) => readRow(JSON.stringify(row)));
  await store.commit(IDENTITY, { revision: 1, state: change(state as SoapObject), put });
  return bridge(store, BUFFER, {}, new ManualClock(NOW));
}

describe.each(readdirSync(GOLDEN))('a store that a release left behind (%s)', (file) => {
  test('delivers what waited, under the ids that the CSMS gives', async () => {
    const parts = await opened(file);
    await parts.sessions.resume();
    expect(parts.links).toEqual([`open ${IDENTITY}`]);
    parts.sessions.linkChanged(IDENTITY, 'open');
    const boot = await parts.csms.question(1);
    expect(boot.request).toMatchObject({ action: 'BootNotification', payload: { chargePointModel: 'Model' } });
    boot.answer({ status: 'Accepted', currentTime: 'now', interval: 300 });
    for (let n = 2; n <= 6; n++) {
      const { request, answer } = await parts.csms.question(n);
      answer(request.action === 'StartTransaction' ? { transactionId: 77, idTagInfo: { status: 'Accepted' } } : {});
    }
    await expect.poll(() => parts.sessions.outbox.depth).toBe(0);
    const said = parts.csms.asked.map(({ request }) => request);
    expect(said.filter(({ action }) => action.endsWith('Transaction') || action === 'MeterValues')).toMatchObject([
      { action: 'StartTransaction', payload: { idTag: 'TAG-B' } },
      { action: 'MeterValues', payload: { transactionId: 77 } },
      { action: 'StopTransaction', payload: { transactionId: 42, meterStop: 900 } },
    ]);
    expect(parts.failures).toEqual([]);
  });

  test('knows its repeats and goes on with its open transaction', async () => {
    const parts = await opened(file);
    const start = { connectorId: '2', idTag: 'TAG-B', meterStart: '0', timestamp: '2024-03-09T10:10:00Z' };
    const again = deviceCall('StartTransaction', start, { now: NOW });
    expect(await parts.sessions.receive(again.call)).toEqual({
      transactionId: 1_900_000_000,
      idTagInfo: { status: 'Accepted' },
    });
    const stop = { transactionId: '1900000000', meterStop: '5', timestamp: '2024-03-09T12:00:00Z' };
    expect(await parts.sessions.receive(deviceCall('StopTransaction', stop, { now: NOW }).call)).toEqual({});
    expect(parts.csms.asked).toEqual([]);
    expect(await parts.store.rows(IDENTITY, 'outbox', 9)).toHaveLength(4);
    expect((await parts.store.load(IDENTITY))?.state['schema']).toBe(schemaOf(STATE_SHAPE));
  });

  test('keeps a waiting message that a later release has written, and says so', async () => {
    const parts = await opened(file);
    const [first] = await parts.store.rows(IDENTITY, 'outbox', 1);
    if (first === undefined) throw new Error('nothing waits');
    const stored = await parts.store.load(IDENTITY);
    const put = [{ ...first, value: { ...first.value, schema: 99 } }];
    await parts.store.commit(IDENTITY, { revision: 2, state: stored?.state ?? {}, put });
    await parts.sessions.resume();
    await expect.poll(() => parts.failures.join()).toContain('a stored waiting message has schema 99');
    expect(await parts.store.rows(IDENTITY, 'outbox', 9)).toHaveLength(3);
    expect(parts.csms.asked).toEqual([]);
  });

  test('is refused, and stays as it is, when a later release has written it since', async () => {
    const parts = await opened(file, (state) => ({ ...state, schema: 99 as unknown as string }));
    const before = await parts.store.load(IDENTITY);
    const call = deviceCall('Heartbeat', {}, { now: NOW }).call;
    await expect(parts.sessions.receive(call)).rejects.toMatchObject({
      code: 'StoreFailed',
      message: `a stored state has schema 99, this program knows up to ${schemaOf(STATE_SHAPE)}: it was written by a newer one`,
    });
    await parts.sessions.resume();
    expect(parts.failures.join()).toContain('schema 99');
    expect(await parts.store.load(IDENTITY)).toEqual(before);
  });
});
