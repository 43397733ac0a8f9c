import { afterEach, describe, expect, test } from 'vitest';
import { type Admin, openAdmin } from '../../src/app/admin.ts';
import { decide, overview, page } from '../../src/app/commands/outbox.ts';
import { outboxView } from '../../src/app/outbox-view.ts';
import { BridgeError } from '../../src/base/errors.ts';
import { MemoryStore } from '../../src/store/memory-store.ts';
import { away, bridge, deviceCall, IDENTITY } from '../session/harness.ts';

const START = { connectorId: '1', idTag: 'TAG', meterStart: '0', timestamp: '2024-03-09T10:00:00Z' };

let admin: Admin | undefined;
afterEach(() => admin?.close());

/** A bridge whose CSMS has refused a start for good, and its admin port. */
async function house() {
  const parts = bridge(new MemoryStore(), { whenCsmsIsAway: 'buffer' });
  const answer = parts.sessions.receive(deviceCall('StartTransaction', START).call);
  (await parts.csms.question(1)).refuse(away());
  await answer;
  parts.sessions.linkChanged(IDENTITY, 'open');
  for (const n of [2, 3, 4]) {
    (await parts.csms.question(n)).refuse(new BridgeError('CsmsProtocolError', 'no such connector'));
    await expect.poll(async () => (await refusals(parts))[0] ?? n - 1).toBe(n - 1);
    await new Promise((resolve) => setImmediate(resolve));
    if (n < 4) parts.clock.advance(300_000);
  }
  await expect.poll(() => parts.deadLetters.length).toBe(1);
  admin = await openAdmin(
    { host: '127.0.0.1', port: 0 },
    {
      metrics: () => Promise.reject(new Error('not asked')),
      notReady: () => undefined,
      losses: () => ({ identity: '', total: 0, losses: [] }),
      outbox: outboxView(parts.store, parts.sessions),
    },
  );
  const url = `http://${admin.address}`;
  const get = async (path: string) => (await fetch(`${url}${path}`)).json() as Promise<unknown>;
  const post = (path: string, headers: Record<string, string> = {}) =>
    fetch(`${url}/api/dead-letters/${path}`, { method: 'POST', headers });
  return { ...parts, url, get, post };
}

async function refusals({ store }: ReturnType<typeof bridge>): Promise<unknown[]> {
  return (await store.rows(IDENTITY, 'outbox', 9)).map(({ value }) => value['refusals']);
}

describe('an operator', () => {
  test('sees what was put aside, and why', async () => {
    const { get } = await house();
    expect(await get('/api/outbox')).toEqual({ chargePoints: [] });
    expect(await get(`/api/dead-letters?identity=${IDENTITY}`)).toMatchObject({
      chargePoints: [
        {
          identity: IDENTITY,
          messages: [{ seq: 1, action: 'StartTransaction', refusals: 3, refusal: 'no such connector' }],
        },
      ],
    });
    expect(await get('/api/dead-letters?identity=CP-2')).toEqual({ chargePoints: [] });
  });

  test('lets it be tried again, and the CSMS gets it', async () => {
    const { post, get, csms, clock, store } = await house();
    expect((await post(`${IDENTITY}/1/retry`)).status).toBe(200);
    expect(await get('/api/dead-letters')).toEqual({ chargePoints: [] });
    expect(await get('/api/outbox')).toMatchObject({ chargePoints: [{ messages: [{ seq: 1, refusals: 0 }] }] });
    clock.advance(300_000);
    (await csms.question(5)).answer({ transactionId: 42, idTagInfo: { status: 'Accepted' } });
    await expect.poll(async () => (await store.load(IDENTITY))?.state['outbox']).toMatchObject({ waiting: 0 });
    const known = (await store.load(IDENTITY))?.state['transactions'];
    expect(known).toMatchObject({ 1900000000: { csms: 42 } });
    expect((await post(`${IDENTITY}/1/retry`)).status).toBe(404);
  });

  test('throws it away by the command line', async () => {
    const { url, get } = await house();
    await decide('discard', IDENTITY, 1, { admin: url });
    expect(await get('/api/dead-letters')).toEqual({ chargePoints: [] });
    await expect(decide('discard', IDENTITY, 1, { admin: url })).rejects.toThrow('there is no such dead letter');
  });

  test('is not played by another site that is open in his browser, nor by wrong names', async () => {
    const { url, post, get } = await house();
    expect((await post(`${IDENTITY}/1/discard`, { Origin: 'http://evil.example' })).status).toBe(403);
    expect((await post(`${IDENTITY}/1/discard`, { Origin: 'null' })).status).toBe(403);
    expect((await post('CP-2/1/discard', { Origin: url })).status).toBe(404);
    expect((await post(`${IDENTITY}/1e0/discard`)).status).toBe(404);
    expect((await fetch(`${url}/api/dead-letters/${IDENTITY}/1/discard`)).status).toBe(404);
    expect(await get('/api/dead-letters')).toMatchObject({ chargePoints: [{ identity: IDENTITY }] });
  });
});

test('the pages for people name the numbers, the reasons and the times', () => {
  const message = {
    ...{ seq: 7, action: 'StopTransaction', takenOver: '2024-03-09T10:00:00.000Z' },
    ...{ refusals: 2, refusal: 'not now', payload: { meterStop: 9 } },
  };
  expect(overview([], [])).toContain('Nothing waits');
  const all = overview([{ identity: 'CP-9', messages: [message] }], [{ identity: 'CP-8', messages: [message] }]);
  expect(all).toContain('     0       1  CP-8\n');
  expect(all).toContain(
    '     1       0  CP-9  since 2024-03-09T10:00:00.000Z, first StopTransaction, refused 2 × (not now)',
  );
  expect(page('CP-9', [], [message])).toContain('     7  2024-03-09T10:00:00.000Z  StopTransaction, refused 2 ×');
  expect(page('CP-9', [], [message])).toContain('{"meterStop":9}');
});
