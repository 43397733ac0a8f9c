import { describe, expect, test } from 'vitest';
import type { ChargePointState } from '../../../src/flow/state.ts';
import { TRANSACTION, transaction } from './command-states.ts';
import { type Asked, commanded, type Reply, refusing } from './commander.ts';
import { accepted, LINK, stationContext } from './context.ts';
import { valid } from './valid.ts';

const open = accepted({}, { transactions: { 110000000: transaction() } });
const ended = accepted({}, { transactions: { 110000000: transaction({ stoppedAt: 1 }) } });

function stop(state: ChargePointState, reply?: (asked: Asked) => Reply, transactionId = TRANSACTION) {
  const done = commanded(state, 'RequestStopTransaction', { transactionId }, stationContext(), reply);
  const [said] = done.said;
  return {
    ...done,
    answer: said && 'answer' in said ? valid('RequestStopTransaction', 'answer', said.answer) : undefined,
  };
}

describe('RequestStopTransaction', () => {
  test('stops the transaction under the number that the charge point knows', () => {
    const { asked, answer, state } = stop(open);
    expect(asked).toEqual([{ action: 'RemoteStopTransaction', payload: { transactionId: 110_000_000 } }]);
    expect(answer).toEqual({ status: 'Accepted' });
    expect(state.transactions['110000000']?.events?.stopAsked).toBeDefined();
  });

  test('identifiers are compared without case', () => {
    expect(stop(open, undefined, TRANSACTION.toUpperCase()).answer).toEqual({ status: 'Accepted' });
  });

  test.each([
    ['unknown', accepted()],
    ['over', ended],
  ])('a transaction that is %s is not asked for', (_what, state) => {
    const { asked, answer } = stop(state);
    expect(asked).toEqual([]);
    expect(answer).toMatchObject({ status: 'Rejected', statusInfo: { reasonCode: 'TxNotFound' } });
  });

  test('a stop that may come explains the end; one that surely did not arrive does not', () => {
    const maybe = stop(open, refusing('DeviceUncertain'));
    expect(maybe.answer).toMatchObject({ status: 'Rejected' });
    expect(maybe.state.transactions['110000000']?.events?.stopAsked).toBeDefined();
    const never = stop(open, refusing('NoCallback'));
    expect(never.state.transactions['110000000']?.events?.stopAsked).toBeUndefined();
  });

  test('is refused while the CSMS has the charge point Pending (B02)', () => {
    const state = {
      ...open,
      station: { ...accepted().station, registered: { status: 'Pending', linkOpenedAt: LINK } },
    };
    expect(stop(state as ChargePointState).answer).toMatchObject({ statusInfo: { reasonCode: 'CSNotAccepted' } });
  });
});

describe('GetTransactionStatus', () => {
  const ask = (state: ChargePointState, transactionId?: string) => {
    const request = transactionId === undefined ? {} : { transactionId };
    return commanded(state, 'GetTransactionStatus', request, stationContext()).said;
  };

  test.each([
    ['open, all told', open, TRANSACTION, { ongoingIndicator: true, messagesInQueue: false }],
    [
      'over, its end waits',
      accepted({}, { transactions: { 1: transaction({ stoppedAt: 1, waiting: 1 }) } }),
      TRANSACTION,
      { ongoingIndicator: false, messagesInQueue: true },
    ],
    ['unknown', accepted(), TRANSACTION, { ongoingIndicator: false, messagesInQueue: false }],
    [
      'of any transaction',
      accepted({}, { transactions: { 1: transaction({ waiting: 2 }) } }),
      undefined,
      { messagesInQueue: true },
    ],
  ])('%s', (_what, state, id, answer) => {
    expect(ask(state, id)).toEqual([{ answer }]);
  });
});
