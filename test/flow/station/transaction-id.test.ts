import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  givenBefore,
  nextTransaction,
  numberIn,
  transactionIdOf,
} from '../../../src/flow/station/transactions/transaction-id.ts';
import { NOW } from '../context.ts';
import { accepted, stationContext } from './context.ts';

const context = stationContext();

describe('the number of a transaction', () => {
  it('lies above every earlier one, also after all memory was lost', () => {
    const first = nextTransaction(accepted(), context);
    expect(first.id).toBe(Math.floor((NOW - Date.UTC(2020, 0, 1)) / 1000));
    expect(nextTransaction(first.state, context).id).toBe(first.id + 1);
    expect(nextTransaction(accepted(), { ...context, now: NOW + 10_000 }).id).toBe(first.id + 10);
  });

  it('lies above those of the back end before', () => {
    const floored = stationContext({ transactionIdFloor: 1_000_000_000 });
    expect(nextTransaction(accepted(), floored).id).toBe(1_000_000_001);
  });

  it('is not one that the charge point knows from someone else', () => {
    const { id } = nextTransaction(accepted(), context);
    const foreign = { device: id, csms: id, connectorId: 1, idTag: 'A', meterStart: 0, startedAt: 0 };
    const state = accepted({}, { transactions: { [id]: { ...foreign, authorization: 'Accepted' } } });
    expect(nextTransaction(state, context).id).toBe(id + 1);
  });

  it('stays a positive xs:int when the clock is far ahead', () => {
    const far = { ...context, now: Date.UTC(2200, 0, 1) };
    expect(nextTransaction(accepted(), far).id).toBe(1);
    expect(nextTransaction(accepted({ lastTransaction: 2_147_483_647 }), far).id).toBe(1);
  });

  it('is known as given before, and others are not', () => {
    const { state, id } = nextTransaction(accepted(), context);
    expect([id - 1, id, id + 1].map((one) => givenBefore(state, one))).toEqual([false, true, false]);
    expect(givenBefore(accepted(), 5)).toBe(false);
  });
});

describe('the transactionId', () => {
  it('is a UUID of version 8 with the number at its end', () => {
    const id = transactionIdOf('CP-1', 0x0a0b0c0d, false);
    expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{4}0a0b0c0d$/);
  });

  it('leads back to the number without any memory, for its own charge point only', () => {
    const number = fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 });
    fc.assert(
      fc.property(number, fc.boolean(), fc.string(), (id, foreign, identity) => {
        const made = transactionIdOf(identity, id, foreign);
        expect(numberIn(identity, made.toUpperCase())).toEqual({ id, foreign });
        expect(numberIn(`${identity}x`, made)).toBeUndefined();
        expect(transactionIdOf(identity, id, !foreign)).not.toBe(made);
      }),
    );
  });

  it('never leads anywhere when it is something else', () => {
    for (const text of ['', 'x', '550e8400-e29b-41d4-a716-446655440000'])
      expect(numberIn('CP-1', text)).toBeUndefined();
  });
});
