import { expect, test } from 'vitest';
import type { JsonObject } from '../../src/base/message.ts';
import { EMPTY_STATE } from '../../src/flow/state.ts';
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
