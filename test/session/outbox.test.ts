import { describe, expect, test } from 'vitest';
import { BridgeError } from '../../src/base/errors.ts';
import type { SoapObject } from '../../src/base/message.ts';
import { MemoryStore } from '../../src/store/memory-store.ts';
import type { Commit } from '../../src/store/store.ts';
import { away, bridge, deviceCall, IDENTITY, lost } from './harness.ts';

const BUFFER = { whenCsmsIsAway: 'buffer' } as const;
const START = { connectorId: '1', idTag: 'TAG', meterStart: '0', timestamp: '2024-03-09T10:00:00Z' };
const STARTED = { transactionId: 42, idTagInfo: { status: 'Accepted' } };
const MINTED = 1_900_000_000;

type Bridge = ReturnType<typeof bridge>;

/** The charge point calls, and the CSMS cannot be reached. */
async function whileAway(parts: Bridge, action: string, payload: SoapObject): Promise<SoapObject> {
  const asked = parts.csms.asked.length;
  const answer = parts.sessions.receive(deviceCall(action, payload, { now: parts.clock.now() }).call);
  const first = await Promise.race([answer.then(() => undefined), parts.csms.question(asked + 1)]);
  first?.refuse(away());
  return answer;
}

async function session(parts: Bridge): Promise<void> {
  const { transactionId } = await whileAway(parts, 'StartTransaction', START);
  const id = String(transactionId);
  await whileAway(parts, 'MeterValues', { connectorId: '1', transactionId: id, values: 'text' });
  await whileAway(parts, 'StopTransaction', { transactionId: id, meterStop: '900', timestamp: '2024-03-09T11:00:00Z' });
}

describe('while the CSMS is away and the bridge takes over', () => {
  test('a whole session is answered, and delivered in order under the id that the CSMS gives', async () => {
    const parts = bridge(new MemoryStore(), BUFFER);
    await session(parts);
    expect(parts.csms.asked).toHaveLength(1);
    parts.sessions.linkChanged(IDENTITY, 'open');
    (await parts.csms.question(2)).answer(STARTED);
    const meter = await parts.csms.question(3);
    expect(meter.request).toMatchObject({ action: 'MeterValues', payload: { transactionId: 42 } });
    meter.answer({});
    const stop = await parts.csms.question(4);
    expect(stop.request).toMatchObject({ action: 'StopTransaction', payload: { transactionId: 42, meterStop: 900 } });
    stop.answer({});
    await expect.poll(() => parts.sessions.outbox.depth).toBe(0);
    expect(parts.csms.asked).toHaveLength(4);
  });

  test('the start gets an id of the bridge’s own, and its repeat the same one', async () => {
    const parts = bridge(new MemoryStore(), BUFFER);
    const answer = await whileAway(parts, 'StartTransaction', START);
    expect(answer).toEqual({ transactionId: MINTED, idTagInfo: { status: 'Accepted' } });
    expect(await whileAway(parts, 'StartTransaction', START)).toEqual(answer);
    expect(parts.losses).toContain('tx-alias');
  });

  test('a restart loses nothing: the link is opened again and the messages follow in order', async () => {
    const store = new MemoryStore();
    await session(bridge(store, BUFFER));
    const after = bridge(store, BUFFER);
    await after.sessions.resume();
    expect(after.links).toEqual([`open ${IDENTITY}`]);
    after.sessions.linkChanged(IDENTITY, 'open');
    (await after.csms.question(1)).answer(STARTED);
    for (const n of [2, 3]) (await after.csms.question(n)).answer({});
    await expect.poll(() => after.sessions.outbox.depth).toBe(0);
    expect(after.csms.asked.map(({ request }) => request.action)).toEqual([
      'StartTransaction',
      'MeterValues',
      'StopTransaction',
    ]);
  });

  test('a message that comes while others wait goes behind them, though the link is open', async () => {
    const parts = bridge(new MemoryStore(), BUFFER);
    await whileAway(parts, 'StartTransaction', START);
    parts.sessions.linkChanged(IDENTITY, 'open');
    const start = await parts.csms.question(2);
    const stop = { transactionId: String(MINTED), meterStop: '5', timestamp: '2024-03-09T11:00:00Z' };
    expect(await parts.sessions.receive(deviceCall('StopTransaction', stop).call)).toEqual({});
    start.answer(STARTED);
    expect((await parts.csms.question(3)).request.payload).toMatchObject({ transactionId: 42 });
  });

  test('a start that the CSMS answers too late is not sent again; the two ids stand for each other', async () => {
    const parts = bridge(new MemoryStore(), BUFFER);
    const answer = parts.sessions.receive(deviceCall('StartTransaction', START).call);
    const asked = await parts.csms.question(1);
    parts.sessions.linkChanged(IDENTITY, 'open');
    parts.clock.advance(20_000);
    expect(await answer).toMatchObject({ transactionId: MINTED });
    asked.answer(STARTED);
    await expect.poll(async () => (await parts.store.load(IDENTITY))?.state['outbox']).toMatchObject({ waiting: 0 });
    const stop = { transactionId: String(MINTED), meterStop: '5', timestamp: '2024-03-09T11:00:00Z' };
    const stopped = parts.sessions.receive(deviceCall('StopTransaction', stop).call);
    const second = await parts.csms.question(2);
    expect(second.request).toMatchObject({ action: 'StopTransaction', payload: { transactionId: 42 } });
    second.answer({});
    await stopped;
  });

  test('a delivery whose connection breaks is sent again when the link is back', async () => {
    const parts = bridge(new MemoryStore(), BUFFER);
    await whileAway(parts, 'StartTransaction', START);
    parts.sessions.linkChanged(IDENTITY, 'open');
    (await parts.csms.question(2)).refuse(lost());
    parts.sessions.linkChanged(IDENTITY, 'closed');
    await expect.poll(() => parts.clock.pending).toBeGreaterThan(1);
    parts.sessions.linkChanged(IDENTITY, 'open');
    parts.clock.advance(5_000);
    (await parts.csms.question(3)).answer(STARTED);
    await expect.poll(() => parts.sessions.outbox.depth).toBe(0);
  });

  test('what the CSMS refuses three times is put aside and stops nothing behind it', async () => {
    const parts = bridge(new MemoryStore(), BUFFER);
    await session(parts);
    parts.sessions.linkChanged(IDENTITY, 'open');
    for (const n of [2, 3, 4]) {
      (await parts.csms.question(n)).refuse(new BridgeError('CsmsProtocolError', 'no'));
      if (n < 4) await expect.poll(async () => (await refusals(parts))[0]).toBe(n - 1);
      await new Promise((resolve) => setImmediate(resolve));
      parts.clock.advance(300_000);
    }
    expect((await parts.csms.question(5)).request).toMatchObject({ action: 'MeterValues' });
    expect(parts.deadLetters).toMatchObject([{ action: 'StartTransaction', refusals: 3 }]);
    parts.csms.asked[4]?.answer({});
    // The CSMS never took the start: OCPP 1.6 has -1 for that.
    expect((await parts.csms.question(6)).request.payload).toMatchObject({ transactionId: -1 });
    expect(await parts.store.rows(IDENTITY, 'dead-letter', 9)).toHaveLength(1);
  });

  test('a transaction that the CSMS would not have allowed is stopped, where the operator wants that', async () => {
    const parts = bridge(new MemoryStore(), { ...BUFFER, stopLateRefused: true });
    const { call, delivered } = deviceCall('StartTransaction', START);
    const answer = parts.sessions.receive(call);
    (await parts.csms.question(1)).refuse(away());
    await answer;
    delivered(true);
    parts.sessions.linkChanged(IDENTITY, 'open');
    (await parts.csms.question(2)).answer({ ...STARTED, idTagInfo: { status: 'Blocked' } });
    expect((await parts.device.question(1)).request).toMatchObject({ action: 'RemoteStopTransaction' });
  });
});

/** A store that can be told to fail its commits, before or after they are made. */
class FailingStore extends MemoryStore {
  failing: 'before' | 'after' | undefined;

  override async commit(identity: string, commit: Commit): Promise<void> {
    const { failing } = this;
    if (failing === 'before') throw new BridgeError('StoreFailed');
    await super.commit(identity, commit);
    if (failing === 'after') throw new BridgeError('StoreFailed');
  }
}

const STOP = { transactionId: String(MINTED), meterStop: '5', timestamp: '2024-03-09T11:00:00Z' };
const settled = () => new Promise((resolve) => setImmediate(resolve));

describe('what the bridge took over goes to the CSMS once', () => {
  test('though the answer comes in the very moment of taking over', async () => {
    const parts = bridge(new MemoryStore(), BUFFER);
    const answer = parts.sessions.receive(deviceCall('StartTransaction', START).call);
    const asked = await parts.csms.question(1);
    parts.sessions.linkChanged(IDENTITY, 'open');
    await settled();
    parts.clock.advance(20_000);
    asked.answer(STARTED);
    expect(await answer).toMatchObject({ transactionId: MINTED });
    await expect.poll(async () => (await parts.store.load(IDENTITY))?.state['outbox']).toMatchObject({ waiting: 0 });
    const stopped = parts.sessions.receive(deviceCall('StopTransaction', STOP).call);
    const second = await parts.csms.question(2);
    expect(second.request).toMatchObject({ action: 'StopTransaction', payload: { transactionId: 42 } });
    second.answer({});
    await stopped;
  });

  test('though its call is lost in the very moment of taking over', async () => {
    const parts = bridge(new MemoryStore(), BUFFER);
    const answer = parts.sessions.receive(deviceCall('StartTransaction', START).call);
    const asked = await parts.csms.question(1);
    await settled();
    parts.clock.advance(20_000);
    asked.refuse(lost());
    await answer;
    await settled();
    await settled();
    expect(await parts.store.rows(IDENTITY, 'outbox', 9)).toHaveLength(1);
  });

  test('though the store cannot write for a while that the CSMS has it', async () => {
    const store = new FailingStore();
    const parts = bridge(store, BUFFER);
    await whileAway(parts, 'StartTransaction', START);
    parts.sessions.linkChanged(IDENTITY, 'open');
    const start = await parts.csms.question(2);
    store.failing = 'before';
    start.answer(STARTED);
    for (let n = 0; n < 4; n++) {
      await expect.poll(() => parts.failures.length).toBeGreaterThan(n);
      if (n === 3) store.failing = undefined;
      await settled();
      parts.clock.advance(5_000);
    }
    await expect.poll(() => parts.sessions.outbox.depth).toBe(0);
    expect(parts.csms.asked).toHaveLength(2);
    expect(parts.deadLetters).toEqual([]);
  });

  test('though the store fails while a late answer is written', async () => {
    const store = new FailingStore();
    const parts = bridge(store, BUFFER);
    const answer = parts.sessions.receive(deviceCall('StartTransaction', START).call);
    const asked = await parts.csms.question(1);
    parts.sessions.linkChanged(IDENTITY, 'open');
    await settled();
    parts.clock.advance(20_000);
    await answer;
    store.failing = 'after';
    asked.answer(STARTED);
    await expect.poll(() => parts.failures.length).toBe(1);
    store.failing = undefined;
    await settled();
    parts.clock.advance(5_000);
    await expect.poll(async () => (await parts.store.load(IDENTITY))?.state['outbox']).toMatchObject({ waiting: 0 });
    expect(parts.csms.asked).toHaveLength(1);
  });
});

describe('what waits', () => {
  test('is told the boot first when the CSMS has not seen it from this process', async () => {
    const store = new MemoryStore();
    const before = bridge(store, BUFFER);
    const booted = before.sessions.receive(deviceCall('BootNotification', { chargePointModel: 'M' }).call);
    (await before.csms.question(1)).answer({ status: 'Accepted', interval: 300, currentTime: 'now' });
    await booted;
    await whileAway(before, 'StartTransaction', START);
    const after = bridge(store, BUFFER);
    await after.sessions.resume();
    after.sessions.linkChanged(IDENTITY, 'open');
    expect((await after.csms.question(1)).request.action).toBe('BootNotification');
    const start = await after.csms.question(2);
    expect(start.request.action).toBe('StartTransaction');
    // It has forgotten the charge point: the boot is told again before the next try.
    start.refuse(new BridgeError('CsmsSecurityError'));
    await expect.poll(async () => (await refusals(after))[0]).toBe(1);
    after.clock.advance(5_000);
    expect((await after.csms.question(3)).request.action).toBe('BootNotification');
    expect((await after.csms.question(4)).request.action).toBe('StartTransaction');
  });

  test('is not put aside because the CSMS has a fault of its own for some minutes', async () => {
    const parts = bridge(new MemoryStore(), BUFFER);
    await whileAway(parts, 'StartTransaction', START);
    parts.sessions.linkChanged(IDENTITY, 'open');
    for (let n = 1; n <= 10; n++) {
      (await parts.csms.question(1 + n)).refuse(new BridgeError('CsmsInternalError', 'database is down'));
      await expect.poll(async () => (await refusals(parts))[0]).toBe(n);
      await settled();
      parts.clock.advance(300_000);
    }
    expect(parts.deadLetters).toEqual([]);
  });

  test('keeps the link of a charge point that has gone silent', async () => {
    const parts = bridge(new MemoryStore(), BUFFER);
    await whileAway(parts, 'StartTransaction', START);
    for (let n = 0; n < 20; n++) {
      parts.clock.advance(10_000);
      await settled();
    }
    expect(parts.links.filter((line) => line.startsWith('close'))).toEqual([]);
    parts.sessions.linkChanged(IDENTITY, 'open');
    (await parts.csms.question(2)).answer(STARTED);
    await expect.poll(() => parts.sessions.outbox.depth).toBe(0);
    parts.clock.advance(10_000);
    await expect.poll(() => parts.links.at(-1)).toContain('close');
  });

  test('is counted from the first message on, and after a restart, though the CSMS was never reached', async () => {
    const store = new MemoryStore();
    const before = bridge(store, BUFFER);
    await whileAway(before, 'StartTransaction', START);
    await expect.poll(() => before.sessions.outbox).toEqual({ depth: 1, oldest: 0 });
    await whileAway(before, 'StopTransaction', STOP);
    const after = bridge(store, BUFFER);
    await after.sessions.resume();
    await expect.poll(() => after.sessions.outbox).toEqual({ depth: 2, oldest: 0 });
  });

  test('holds the end of the bridge up as long as the first call of it is open', async () => {
    const parts = bridge(new MemoryStore(), BUFFER);
    const answer = parts.sessions.receive(deviceCall('StartTransaction', START).call);
    const asked = await parts.csms.question(1);
    await settled();
    parts.clock.advance(20_000);
    await answer;
    const drained = parts.sessions.drain(10_000);
    parts.clock.advance(1_000);
    asked.answer(STARTED);
    await expect.poll(async () => (await parts.store.load(IDENTITY))?.state['outbox']).toMatchObject({ waiting: 0 });
    await settled();
    parts.clock.advance(20);
    expect(await drained).toBe(true);
  });

  test('stays when the bridge stops: what is under way is concluded, and nothing new is begun', async () => {
    const parts = bridge(new MemoryStore(), BUFFER);
    await session(parts);
    parts.sessions.linkChanged(IDENTITY, 'open');
    const start = await parts.csms.question(2);
    const drained = parts.sessions.drain(10_000);
    start.answer(STARTED);
    await expect.poll(() => parts.sessions.outbox.depth).toBe(2);
    await settled();
    parts.clock.advance(20);
    expect(await drained).toBe(true);
    expect(parts.csms.asked).toHaveLength(2);
  });
});

async function refusals({ store }: Bridge): Promise<unknown[]> {
  return (await store.rows(IDENTITY, 'outbox', 9)).map(({ value }) => value['refusals']);
}
