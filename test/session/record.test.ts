import { expect, test } from 'vitest';
import { BridgeError } from '../../src/base/errors.ts';
import type { JsonObject } from '../../src/base/message.ts';
import { type ChargePointState, EMPTY_STATE } from '../../src/flow/state.ts';
import { Record } from '../../src/session/record.ts';
import { MemoryStore } from '../../src/store/memory-store.ts';
import { ManualClock } from '../base/manual-clock.ts';

const DAY = 86_400_000;

test('answers kept for repeats leave the store in time, however many there are', async () => {
  const store = new MemoryStore();
  const put = Array.from({ length: 4_500 }, (_, n) => ({
    ...{ kind: 'repeat', key: `MeterValues/${String(n).padStart(5, '0')}` },
    value: { at: n % 2 === 0 ? 0 : 8 * DAY, answer: {} },
  }));
  await store.commit('CP-1', { revision: 1, state: { ...EMPTY_STATE } as unknown as JsonObject, put });
  const record = new Record('CP-1', store, new ManualClock(8 * DAY), 7 * DAY);
  let state = await record.load();
  for (let n = 0; n < 700; n++) {
    state = { ...state, callback: `http://10.0.0.7/${n}` };
    await record.commit(state, []);
  }
  const left = await store.rows('CP-1', 'repeat', 9_999);
  expect(left).toHaveLength(2_250);
  expect(left.every(({ value }) => value['at'] === 8 * DAY)).toBe(true);
});

const KEY = { spelling: 'Key', value: '1' };
const parts = async (store: MemoryStore) =>
  (await store.rows('CP-1', 'part', 99)).map(({ key, value }) => [key, value] as const);

/** A record, and which rows each of its commits wrote and took away. */
function watched() {
  const store = new MemoryStore();
  const wrote: string[][] = [];
  const commit = store.commit.bind(store);
  let fails = false;
  store.commit = async (identity, what) => {
    if (fails) throw new BridgeError('StoreFailed', 'no');
    wrote.push([...(what.put ?? []).map(({ key }) => `+${key}`), ...(what.remove ?? []).map(({ key }) => `-${key}`)]);
    await commit(identity, what);
  };
  const record = () => new Record('CP-1', store, new ManualClock(0), DAY);
  return { store, wrote, record, fail: (on: boolean) => (fails = on) };
}

test('a large part is written when it has changed, and only then', async () => {
  const { store, wrote, record } = watched();
  const first = record();
  const known: ChargePointState = { ...EMPTY_STATE, configuration: { key: KEY } };
  await first.commit(known, []);
  await first.commit({ ...known, callback: 'http://10.0.0.7/' }, []);
  await first.commit({ ...known, configuration: { key: { ...KEY, value: '2' } } }, []);
  const second = record();
  const read = await second.load();
  expect(read.configuration).toEqual({ key: { ...KEY, value: '2' } });
  await second.commit({ ...read, callback: 'http://10.0.0.8/' }, []);
  expect(wrote).toEqual([['+configuration'], [], ['+configuration'], []]);
  await second.commit({ ...read, configuration: {} }, []);
  expect(await parts(store)).toEqual([]);
  expect((await record().load()).configuration).toEqual({});
});

test('a large part that could not be written is written with the next commit', async () => {
  const { store, record, fail } = watched();
  const one = record();
  await one.commit({ ...EMPTY_STATE, callback: 'a' }, []);
  fail(true);
  const aliases = { short: 'long' };
  await expect(one.commit({ ...EMPTY_STATE, aliases }, [])).rejects.toThrow();
  fail(false);
  expect((await one.load()).aliases).toEqual({});
  await one.commit({ ...(await one.load()), aliases }, []);
  expect(await parts(store)).toEqual([['aliases', aliases]]);
});

test('parts that an earlier release wrote into the document lie apart from the first commit on', async () => {
  const { store, record } = watched();
  const old = { ...EMPTY_STATE, schema: 1, configuration: { key: KEY } } as unknown as JsonObject;
  await store.commit('CP-1', { revision: 1, state: old });
  const state = await record().load();
  expect(state.configuration).toEqual({ key: KEY });
  const one = record();
  await one.commit({ ...(await one.load()), callback: 'a' }, []);
  expect(await parts(store)).toEqual([['configuration', { key: KEY }]]);
  const stored = await store.load('CP-1');
  expect(stored?.state).toMatchObject({ schema: 2, callback: 'a' });
  expect(stored?.state).not.toHaveProperty('configuration');
});
