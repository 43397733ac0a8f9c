import { describe, expect, test } from 'vitest';
import type { OutboxEntry } from '../../src/flow/outbox.ts';
import { EMPTY_STATE } from '../../src/flow/state.ts';
import { givenUp, type Head, headOf, surplus, thinTo } from '../../src/flow/thinning.ts';

/** `S1` start, `M1` reading, `E1` stop of transaction 1. */
function waiting(words: string): Head[] {
  const action = { S: 'StartTransaction', M: 'MeterValues', E: 'StopTransaction' };
  return words.split(' ').map((word, n) =>
    headOf({
      ...{ seq: n + 1, action: action[word[0] as 'S'], payload: {}, at: 0, refusals: 0 },
      transaction: Number(word.slice(1)),
    }),
  );
}

const left = (heads: readonly Head[], most: number) => {
  const gone = new Set(surplus(heads, most));
  return heads.filter((head) => !gone.has(head)).map(({ seq }) => seq);
};

describe('the bound of what waits', () => {
  test('takes every second reading of the oldest transaction first, but not its first and last', () => {
    const heads = waiting('S1 M1 M1 M1 M1 M1 E1 S2 M2 M2 M2 E2');
    expect(left(heads, 10)).toEqual([1, 2, 4, 6, 7, 8, 9, 10, 11, 12]);
    expect(left(heads, 9)).toEqual([1, 2, 4, 6, 7, 8, 9, 11, 12]);
  });

  test('takes ever more of them, the ends last of all, and never a start or a stop', () => {
    const heads = waiting('S1 M1 M1 M1 M1 M1 E1 S2 M2 M2 M2 E2');
    expect(left(heads, 8)).toEqual([1, 2, 6, 7, 8, 9, 11, 12]);
    expect(left(heads, 6)).toEqual([1, 7, 8, 9, 11, 12]);
    expect(left(heads, 1)).toEqual([1, 7, 8, 12]);
  });

  test('takes nothing while there is room', () => {
    const heads = waiting('S1 M1 M1 M1 E1');
    expect(surplus(heads, 5)).toEqual([]);
    expect(surplus(heads, 50)).toEqual([]);
  });

  test('is met with some room to spare, so that it is not met again at once', () => {
    expect(thinTo(10_000)).toBe(9_000);
    expect(thinTo(5)).toBe(4);
  });

  test('knows readings of one transaction by its id, and others by their connector', () => {
    const entry: OutboxEntry = { seq: 1, action: 'MeterValues', payload: { connectorId: 0 }, at: 0, refusals: 0 };
    const known = headOf({ ...entry, payload: { connectorId: 1, transactionId: 42 } });
    expect([headOf(entry).group, known.group, headOf({ ...entry, transaction: 7 }).group]).toEqual([
      'connector 0',
      '42',
      '7',
    ]);
  });
});

test('each message given up is counted, and no longer keeps its transaction in memory', () => {
  const transaction = { device: 1, csms: 1, connectorId: 1, idTag: 'T', meterStart: 0, startedAt: 0 };
  const state = {
    ...EMPTY_STATE,
    transactions: { 1: { ...transaction, authorization: 'Accepted', waiting: 3 } },
    outbox: { next: 9, waiting: 5, minted: 1 },
  };
  const { state: after, effects } = givenUp(state, waiting('M1 M1'));
  expect(after.outbox).toEqual({ next: 9, waiting: 3, minted: 1 });
  expect(after.transactions[1]?.waiting).toBe(1);
  expect(effects.filter((effect) => effect.do === 'outbox-remove')).toHaveLength(2);
  expect(effects.filter((effect) => effect.do === 'loss' && effect.code === 'offline-thin')).toHaveLength(2);
});
