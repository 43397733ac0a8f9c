import { describe, expect, test } from 'vitest';
import { BridgeError } from '../../src/base/errors.ts';
import { MemoryStore } from '../../src/store/memory-store.ts';
import type { Commit, Health } from '../../src/store/store.ts';
import { bridge, deviceCall, IDENTITY, lost } from './harness.ts';

/** What becomes of messages while the store refuses to keep anything, and of answers that come meanwhile. */

class FullStore extends MemoryStore {
  failing = false;
  trouble: string | undefined;

  override async commit(identity: string, commit: Commit): Promise<void> {
    if (this.failing) throw new BridgeError('StoreFailed');
    await super.commit(identity, commit);
  }

  override health(): Health {
    return this.trouble === undefined ? {} : { trouble: this.trouble };
  }
}

const STOP = { transactionId: '42', meterStop: '900', timestamp: '2024-03-09T11:00:00Z' };
const READING = { connectorId: '1', meterValue: [{ timestamp: STOP.timestamp, sampledValue: [{ value: '7' }] }] };
const ELSEWHERE = { transactionId: '43', meterStop: '7', timestamp: '2024-03-09T12:00:00Z' };
const settled = () => new Promise((resolve) => setImmediate(resolve));

function open() {
  const store = new FullStore();
  const parts = bridge(store, { whenCsmsIsAway: 'buffer' });
  const say = (action: string, payload = {}) =>
    parts.sessions.receive(deviceCall(action, payload, { now: parts.clock.now() }).call);
  return { ...parts, store, say };
}

describe('A message of a transaction that the CSMS has answered while the store failed', () => {
  test('is not told again when the charge point repeats it', async () => {
    const { store, say, csms } = open();
    const first = say('StopTransaction', STOP);
    const question = await csms.question(1);
    store.failing = true;
    question.answer({});
    await expect(first).rejects.toMatchObject({ code: 'StoreFailed' });
    await expect(say('StopTransaction', STOP)).rejects.toMatchObject({ code: 'StoreFailed' });
    store.failing = false;
    expect(await say('StopTransaction', STOP)).toEqual({});
    expect(await say('StopTransaction', STOP)).toEqual({});
    expect(csms.asked).toHaveLength(1);
  });

  test('is written as soon as the store takes it, so that a process that comes after knows it too', async () => {
    const { store, say, csms, clock, sessions } = open();
    const first = say('StopTransaction', STOP);
    const question = await csms.question(1);
    store.failing = true;
    question.answer({});
    await expect(first).rejects.toMatchObject({ code: 'StoreFailed' });
    clock.advance(5_000);
    await settled();
    store.failing = false;
    clock.advance(5_000);
    await settled();
    expect(await store.rows(IDENTITY, 'repeat', 9)).toHaveLength(1);
    expect(await sessions.drain(0)).toBe(true);
    expect(csms.asked).toHaveLength(1);
  });

  test('is told again when the CSMS had refused it', async () => {
    const { store, say, csms } = open();
    const first = say('StopTransaction', STOP);
    const question = await csms.question(1);
    store.failing = true;
    question.refuse(lost());
    await expect(first).rejects.toMatchObject({ code: 'StoreFailed' });
    store.failing = false;
    const second = say('StopTransaction', STOP);
    (await csms.question(2)).answer({});
    expect(await second).toEqual({});
  });
});

describe('A store that takes nothing', () => {
  test.each([
    ['StopTransaction', STOP],
    ['MeterValues', READING],
  ])('lets no %s through to the CSMS, and lets it through afterwards', async (action, payload) => {
    const { store, say, csms } = open();
    store.trouble = 'the disk is nearly full';
    await expect(say(action, payload)).rejects.toMatchObject({ code: 'StoreFailed' });
    expect(csms.asked).toHaveLength(0);
    store.trouble = undefined;
    const again = say(action, payload);
    (await csms.question(1)).answer({});
    expect(await again).toEqual({});
  });

  test('gives the answer that is known to a repeat, and lets through what is not to be kept', async () => {
    const { store, say, csms } = open();
    const stop = say('StopTransaction', STOP);
    (await csms.question(1)).answer({});
    await stop;
    store.trouble = 'the disk is nearly full';
    expect(await say('StopTransaction', STOP)).toEqual({});
    const beat = say('Heartbeat');
    (await csms.question(2)).answer({ currentTime: '2024-03-09T12:00:00Z' });
    expect(await beat).toEqual({ currentTime: '2024-03-09T12:00:00Z' });
  });
});

describe('A late answer for a message that the bridge has taken over', () => {
  test('is written at once though the outbox rests', async () => {
    const { store, say, csms, clock, sessions } = open();
    const first = say('StopTransaction', STOP);
    const late = await csms.question(1);
    sessions.linkChanged(IDENTITY, 'open');
    clock.advance(18_000);
    const second = say('StopTransaction', ELSEWHERE);
    (await csms.question(2)).refuse(new BridgeError('CsmsInternalError'));
    expect(await second).toEqual({});
    (await csms.question(3)).refuse(new BridgeError('CsmsInternalError'));
    await settled();
    clock.advance(2_000);
    expect(await first).toEqual({});
    expect(sessions.outbox.depth).toBe(2);
    late.answer({});
    await settled();
    const left = await store.rows(IDENTITY, 'outbox', 9);
    expect(left.map(({ value }) => value)).toMatchObject([{ payload: { transactionId: 43 } }]);
    expect(csms.asked).toHaveLength(3);
  });
});

test('an answer that no rule can digest is not tried again and again', async () => {
  const { say, csms, clock, failures } = open();
  const reading = say('MeterValues', { connectorId: '1', meterValue: 'text' });
  (await csms.question(1)).answer({});
  await expect(reading).rejects.toMatchObject({ code: 'Internal' });
  const before = failures.length;
  clock.advance(60_000);
  await settled();
  expect(failures).toHaveLength(before);
});

describe('A wall clock that jumps back', () => {
  test('delays no answer', async () => {
    const { say, csms, clock } = open();
    const stop = say('StopTransaction', STOP);
    await csms.question(1);
    clock.jump(-3_600_000);
    const joined = say('StopTransaction', STOP);
    await settled();
    clock.advance(20_000);
    expect(await Promise.all([stop, joined])).toEqual([{}, {}]);
  });
});
