import { describe, expect, test } from 'vitest';
import { BridgeError } from '../../src/base/errors.ts';
import type { SoapObject } from '../../src/base/message.ts';
import { MemoryStore } from '../../src/store/memory-store.ts';
import { away, bridge, deviceCall, IDENTITY, lost } from './harness.ts';

const BUFFER = { whenCsmsIsAway: 'buffer' } as const;
const START = { connectorId: '1', idTag: 'TAG', meterStart: '0', timestamp: '2024-03-09T10:00:00Z' };
const STOP = { transactionId: '42', meterStop: '900', timestamp: '2024-03-09T11:00:00Z' };
const STARTED = { transactionId: 42, idTagInfo: { status: 'Accepted' } };
const MINTED = 1_900_000_000;
const settled = () => new Promise((resolve) => setImmediate(resolve));

type Bridge = ReturnType<typeof bridge>;

/** The charge point calls, and the CSMS answers with an error. */
async function refused(parts: Bridge, action: string, payload: SoapObject, error: BridgeError): Promise<SoapObject> {
  const asked = parts.csms.asked.length;
  const answer = parts.sessions.receive(deviceCall(action, payload, { now: parts.clock.now() }).call);
  (await parts.csms.question(asked + 1)).refuse(error);
  return answer;
}

const failed = () => new BridgeError('CsmsInternalError', 'database is down');
const wrong = () => new BridgeError('CsmsProtocolError', 'meterStop: too small');
const entries = async ({ store }: Bridge) => (await store.rows(IDENTITY, 'outbox', 9)).map(({ value }) => value);

describe('a transaction message that the CSMS refuses, with buffer', () => {
  test.each([
    ['StartTransaction', START, { transactionId: MINTED, idTagInfo: { status: 'Accepted' } }],
    ['MeterValues', { connectorId: '1', values: 'text' }, {}],
    ['StopTransaction', STOP, {}],
  ])('%s: a fault of the CSMS is no Fault for the charge point', async (action, payload, answer) => {
    const parts = bridge(new MemoryStore(), BUFFER);
    expect(await refused(parts, action, payload, failed())).toEqual(answer);
    expect(await entries(parts)).toMatchObject([{ action, refusals: 1, refusal: 'database is down' }]);
    parts.sessions.linkChanged(IDENTITY, 'open');
    (await parts.csms.question(2)).answer(action === 'StartTransaction' ? STARTED : {});
    await expect.poll(() => parts.sessions.outbox.depth).toBe(0);
  });

  test('a stop that it calls wrong is answered, tried twice more, and put aside', async () => {
    const parts = bridge(new MemoryStore(), BUFFER);
    expect(await refused(parts, 'StopTransaction', STOP, wrong())).toEqual({});
    parts.sessions.linkChanged(IDENTITY, 'open');
    (await parts.csms.question(2)).refuse(wrong());
    await expect.poll(async () => (await entries(parts))[0]?.['refusals']).toBe(2);
    await settled();
    parts.clock.advance(300_000);
    (await parts.csms.question(3)).refuse(wrong());
    await expect.poll(() => parts.deadLetters.length).toBe(1);
    expect(parts.deadLetters).toMatchObject([{ action: 'StopTransaction', refusals: 3 }]);
    expect(parts.sessions.outbox.depth).toBe(0);
  });

  test('only errors of one kind in a row put it aside', async () => {
    const parts = bridge(new MemoryStore(), BUFFER);
    await refused(parts, 'StopTransaction', STOP, wrong());
    parts.sessions.linkChanged(IDENTITY, 'open');
    for (const [n, error] of [wrong(), failed(), wrong(), wrong()].entries()) {
      (await parts.csms.question(2 + n)).refuse(error);
      await expect.poll(async () => (await entries(parts))[0]?.['refusals']).toBe(2 + n);
      await settled();
      parts.clock.advance(300_000);
    }
    expect(parts.deadLetters).toEqual([]);
    (await parts.csms.question(6)).refuse(wrong());
    await expect.poll(() => parts.deadLetters.length).toBe(1);
  });

  test('a start that it calls wrong is a Fault: there is no honest id', async () => {
    const parts = bridge(new MemoryStore(), BUFFER);
    await expect(refused(parts, 'StartTransaction', START, wrong())).rejects.toMatchObject({
      code: 'CsmsProtocolError',
    });
    expect(await entries(parts)).toEqual([]);
  });

  test('one that forgot the charge point for good is taken over, too', async () => {
    const parts = bridge(new MemoryStore(), BUFFER);
    expect(await refused(parts, 'StopTransaction', STOP, new BridgeError('CsmsSecurityError'))).toEqual({});
    expect(await entries(parts)).toMatchObject([{ action: 'StopTransaction', refusals: 1 }]);
  });

  test('with refuse, each of these errors is a Fault', async () => {
    const parts = bridge();
    await expect(refused(parts, 'StopTransaction', STOP, failed())).rejects.toMatchObject({
      code: 'CsmsInternalError',
    });
  });
});

describe('a start that the CSMS may get twice', () => {
  const start = (parts: Bridge) => parts.sessions.receive(deviceCall('StartTransaction', START).call);

  test('is known as such after a crash between the answer of the CSMS and the commit', async () => {
    const store = new MemoryStore();
    const before = bridge(store);
    void start(before).catch(() => undefined);
    await before.csms.question(1);
    expect(before.duplicates).toEqual([]);
    const after = bridge(store);
    const answer = start(after);
    (await after.csms.question(1)).answer(STARTED);
    expect(await answer).toEqual(STARTED);
    expect(after.duplicates).toEqual(['StartTransaction']);
  });

  test('is known as such when its link broke', async () => {
    const parts = bridge();
    const first = start(parts);
    (await parts.csms.question(1)).refuse(lost());
    await expect(first).rejects.toThrow();
    void start(parts).catch(() => undefined);
    await parts.csms.question(2);
    expect(parts.duplicates).toEqual(['StartTransaction']);
  });

  test.each([away(), wrong()])('is none when the CSMS surely has not booked it (%s)', async (error) => {
    const parts = bridge();
    const first = start(parts);
    (await parts.csms.question(1)).refuse(error);
    await expect(first).rejects.toThrow();
    void start(parts).catch(() => undefined);
    await parts.csms.question(2);
    expect(parts.duplicates).toEqual([]);
  });

  test('is none when it is repeated and the answer is known', async () => {
    const parts = bridge();
    const first = start(parts);
    (await parts.csms.question(1)).answer(STARTED);
    await first;
    expect(await start(parts)).toEqual(STARTED);
    expect(parts.duplicates).toEqual([]);
  });

  test('is known as such in the outbox, after a crash too, and delivered all the same', async () => {
    const store = new MemoryStore();
    const before = bridge(store, BUFFER);
    await refused(before, 'StartTransaction', START, away());
    before.sessions.linkChanged(IDENTITY, 'open');
    await before.csms.question(2);
    expect(before.duplicates).toEqual([]);
    const after = bridge(store, BUFFER);
    await after.sessions.resume();
    after.sessions.linkChanged(IDENTITY, 'open');
    (await after.csms.question(1)).answer(STARTED);
    await expect.poll(() => after.sessions.outbox.depth).toBe(0);
    expect(after.duplicates).toEqual(['StartTransaction']);
  });

  test('is none in the outbox when it never left', async () => {
    const parts = bridge(new MemoryStore(), BUFFER);
    await refused(parts, 'StartTransaction', START, away());
    parts.sessions.linkChanged(IDENTITY, 'open');
    (await parts.csms.question(2)).refuse(away());
    await expect.poll(async () => (await entries(parts))[0]?.['asked']).toBeUndefined();
    await settled();
    parts.clock.advance(10_000);
    await parts.csms.question(3);
    expect(parts.duplicates).toEqual([]);
  });
});
