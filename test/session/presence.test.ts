import { describe, expect, test } from 'vitest';
import { MemoryStore } from '../../src/store/memory-store.ts';
import { ManualClock } from '../base/manual-clock.ts';
import { bridge, deviceCall, IDENTITY, lost } from './harness.ts';

const MINUTE = 60_000;
const settled = () => new Promise((resolve) => setImmediate(resolve));

type Bridge = ReturnType<typeof bridge>;

async function booted(parts: Bridge): Promise<void> {
  const call = deviceCall('BootNotification', { chargePointVendor: 'V' }, { now: parts.clock.now() });
  const asked = parts.csms.asked.length;
  const answer = parts.sessions.receive(call.call);
  (await parts.csms.question(asked + 1)).answer({ status: 'Accepted', interval: 600, currentTime: 'now' });
  await answer;
  call.delivered(true);
}

async function beats(parts: Bridge): Promise<void> {
  const call = deviceCall('Heartbeat', {}, { now: parts.clock.now() });
  const asked = parts.csms.asked.length;
  const answer = parts.sessions.receive(call.call);
  (await parts.csms.question(asked + 1)).answer({ currentTime: 'now' });
  await answer;
  call.delivered(true);
}

async function drained(parts: Bridge): Promise<void> {
  const done = parts.sessions.drain(10_000);
  await settled();
  parts.clock.advance(20);
  expect(await done).toBe(true);
}

const restarted = (store: MemoryStore, at: number) => bridge(store, {}, {}, new ManualClock(at));
const heardAt = async (store: MemoryStore) => (await store.load(IDENTITY))?.state['heardAt'];

describe('a bridge that starts', () => {
  test('opens the link of a charge point that was heard so lately that it is there, and closes it when it is not', async () => {
    const store = new MemoryStore();
    await booted(bridge(store));
    // 2.5 × 600 s, and five minutes because signs of life are written late.
    const parts = restarted(store, 29 * MINUTE);
    await parts.sessions.resume();
    expect(parts.links).toEqual([`open ${IDENTITY}`]);
    await settled();
    parts.clock.advance(2 * MINUTE);
    await expect.poll(() => parts.links.at(-1)).toContain('silent for');
    parts.clock.advance(30 * MINUTE);
    await settled();
    expect(parts.links).toHaveLength(2);
  });

  test('does not forget a word that came before it had looked', async () => {
    const store = new MemoryStore();
    const before = bridge(store);
    const status = { connectorId: '1', status: 'Available', errorCode: 'NoError' };
    const told = before.sessions.receive(deviceCall('StatusNotification', status).call);
    (await before.csms.question(1)).answer({});
    await told;
    const parts = restarted(store, 5.5 * MINUTE);
    await beats(parts);
    await parts.sessions.resume();
    await settled();
    parts.clock.advance(45_000);
    await settled();
    expect(parts.links.filter((line) => line.startsWith('close'))).toEqual([]);
  });

  test('leaves the link closed of one that has been silent too long', async () => {
    const store = new MemoryStore();
    await booted(bridge(store));
    const parts = restarted(store, 31 * MINUTE);
    await parts.sessions.resume();
    expect(parts.links).toEqual([]);
  });

  test('tells a CSMS the last boot as soon as such a link is open', async () => {
    const store = new MemoryStore();
    await booted(bridge(store));
    const parts = restarted(store, MINUTE);
    await parts.sessions.resume();
    parts.sessions.linkChanged(IDENTITY, 'open');
    const boot = await parts.csms.question(1);
    expect(boot.request.action).toBe('BootNotification');
    boot.refuse(lost());
    parts.sessions.linkChanged(IDENTITY, 'closed');
    await settled();
    parts.sessions.linkChanged(IDENTITY, 'open');
    expect((await parts.csms.question(2)).request.action).toBe('BootNotification');
  });
});

describe('a sign of life', () => {
  test('alone costs no commit, and is written when the bridge ends', async () => {
    const store = new MemoryStore();
    const parts = bridge(store);
    await booted(parts);
    const before = await store.load(IDENTITY);
    parts.clock.advance(8 * MINUTE);
    await beats(parts);
    expect(await store.load(IDENTITY)).toEqual(before);
    await drained(parts);
    expect(await heardAt(store)).toBe(8 * MINUTE);
  });

  test('goes with what is written anyway', async () => {
    const store = new MemoryStore();
    const parts = bridge(store);
    await booted(parts);
    expect(await heardAt(store)).toBe(0);
    parts.clock.advance(8 * MINUTE);
    await booted(parts);
    expect(await heardAt(store)).toBe(8 * MINUTE);
  });

  test('of a process that heard nothing is not made up', async () => {
    const store = new MemoryStore();
    await booted(bridge(store));
    const parts = restarted(store, 10 * MINUTE);
    await parts.sessions.resume();
    await drained(parts);
    expect(await heardAt(store)).toBe(0);
  });
});
