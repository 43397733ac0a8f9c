import { describe, expect, it } from 'vitest';
import type { JsonObject } from '../../../src/base/message.ts';
import { heldReadings } from '../../../src/flow/station/transactions/held-readings.ts';
import { getTransactionStatus } from '../../../src/flow/station/transactions/transaction-status.ts';
import { NOW } from '../context.ts';
import { Conversation } from './conversation.ts';

const at = (seconds: number): string => new Date(NOW + 61_000 + 1000 * seconds).toISOString();
const START = { connectorId: 1, idTag: '04A2B3C4', timestamp: at(0), meterStart: 1000 };
const END = { context: 'Transaction.End' };
const one = (seconds: number, ...samples: JsonObject[]): JsonObject => ({
  ...{ timestamp: at(seconds), sampledValue: samples.map((sample) => ({ value: '1800', ...sample })) },
});

/** A transaction that is about to end. */
function charging(settings = {}): { talk: Conversation; transactionId: number } {
  const talk = new Conversation({ settings }).connect();
  return { talk, transactionId: Number(talk.say('StartTransaction', START)['transactionId']) };
}

function reads(talk: Conversation, transactionId: number, ...meterValue: JsonObject[]): void {
  expect(talk.ask('MeterValues', { connectorId: 1, transactionId, meterValue })).toEqual({ answer: {} });
  talk.settle();
}

function stops(talk: Conversation, transactionId: number, more: JsonObject = {}): void {
  talk.say('StopTransaction', { transactionId, timestamp: at(60), meterStop: 1800, reason: 'Local', ...more });
}

/** Events in short: type, seqNo, and each reading with its samples. */
const told = (talk: Conversation) =>
  talk.events.map(({ eventType, seqNo, meterValue }) => [
    ...[eventType, seqNo],
    ...((meterValue ?? []) as JsonObject[]).map(({ timestamp, sampledValue }) =>
      [
        (Date.parse(String(timestamp)) - Date.parse(at(0))) / 1000,
        ...(sampledValue as JsonObject[]).map(({ context, value }) => `${String(context)} ${String(value)}`),
      ].join(' '),
    ),
  ]);
const BEGAN = ['Started', 0, '0 Transaction.Begin 1000'];

describe('readings at the end, sent before the stop', () => {
  it('are told with the end, and not a second time where the stop has them too', () => {
    const { talk, transactionId } = charging();
    reads(talk, transactionId, one(30, {}));
    reads(talk, transactionId, one(60, END, { ...END, value: '80', measurand: 'SoC' }));
    const again = one(60, END, { ...END, value: '8', measurand: 'Current.Import' });
    stops(talk, transactionId, { transactionData: [again] });
    expect(told(talk)).toEqual([
      ...[BEGAN, ['Updated', 1, '30 Sample.Periodic 1800']],
      ['Ended', 2, '60 Transaction.End 80', '60 Transaction.End 1800 Transaction.End 8'],
    ]);
  });

  it('get their number from the stop when they are signed', () => {
    const { talk, transactionId } = charging();
    reads(talk, transactionId, one(60, { ...END, value: 'AAAA', format: 'SignedData' }));
    stops(talk, transactionId);
    expect(told(talk)).toEqual([BEGAN, ['Ended', 1, '60 Transaction.End 1800']]);
    expect(talk.events[1]).toMatchObject({ meterValue: [{ sampledValue: [{ signedMeterValue: {} }] }] });
  });

  it('go before the end when the stop says another register', () => {
    const { talk, transactionId } = charging();
    reads(talk, transactionId, one(58, { ...END, value: '1700' }), one(59, { ...END, value: '1.8', unit: 'kWh' }));
    reads(talk, transactionId, one(60, { ...END, value: '80', measurand: 'SoC' }));
    stops(talk, transactionId);
    expect(told(talk).slice(1)).toEqual([
      ['Updated', 1, '58 Transaction.End 1700'],
      ['Ended', 2, '59 Transaction.End 1.8', '60 Transaction.End 80'],
    ]);
  });

  it('are events of their own when no stop comes in time, also for a process that has died', () => {
    const { talk, transactionId } = charging();
    reads(talk, transactionId, one(60, END));
    talk.pass(4_999);
    talk.settle();
    expect(told(talk)).toEqual([BEGAN]);
    talk.restart().connect().pass(1);
    talk.settle();
    expect(told(talk)).toEqual([BEGAN, ['Updated', 1, '60 Transaction.End 1800']]);
    stops(talk, transactionId);
    expect(told(talk)[2]).toEqual(['Ended', 2, '60 Transaction.End 1800']);
  });

  it('go before whatever else the transaction tells', () => {
    const { talk, transactionId } = charging();
    const status = { connectorId: 1, errorCode: 'NoError', timestamp: at(61) };
    reads(talk, transactionId, one(57, END));
    talk.say('StatusNotification', { ...status, status: 'SuspendedEVSE' });
    reads(talk, transactionId, one(58, END), one(59, {}));
    reads(talk, transactionId, one(60, END));
    talk.say('StatusNotification', { ...status, status: 'Finishing' });
    stops(talk, transactionId);
    expect(told(talk).slice(1)).toEqual([
      ...[
        ['Updated', 1, '57 Transaction.End 1800'],
        ['Updated', 2],
      ],
      ...[
        ['Updated', 3, '58 Transaction.End 1800'],
        ['Updated', 4, '59 Sample.Periodic 1800'],
      ],
      ['Ended', 5, '60 Transaction.End 1800'],
    ]);
  });

  it('go before the end that the next start shows', () => {
    const { talk, transactionId } = charging();
    reads(talk, transactionId, one(60, { ...END, value: '1790' }));
    talk.say('StartTransaction', { ...START, timestamp: at(62), meterStart: 1800 });
    expect(told(talk).slice(1)).toEqual([
      ['Updated', 1, '60 Transaction.End 1790'],
      ['Ended', 2, '62 Transaction.End 1790'],
      ['Started', 0, '62 Transaction.Begin 1800'],
    ]);
  });

  it('are messages in the queue for GetTransactionStatus', () => {
    const { talk, transactionId } = charging();
    const { transactionInfo } = talk.events[0] ?? {};
    const request = { transactionId: (transactionInfo as JsonObject)['transactionId'] ?? '' };
    const exchange = { id: 'x', action: 'GetTransactionStatus', request };
    const inQueue = (): unknown => getTransactionStatus.call(talk.shell.state, exchange, talk.shell.context).effects;
    reads(talk, transactionId, one(60, END));
    expect(inQueue()).toMatchObject([{ payload: { ongoingIndicator: true, messagesInQueue: true } }]);
    stops(talk, transactionId);
    expect(inQueue()).toMatchObject([{ payload: { ongoingIndicator: false, messagesInQueue: false } }]);
  });

  it('are given up when the transaction has ended behind their back', () => {
    const { talk, transactionId } = charging();
    reads(talk, transactionId, one(60, END));
    const { state } = talk.shell;
    const ended = Object.entries(state.transactions).map(([id, each]) => [id, { ...each, stoppedAt: talk.now }]);
    const later = { ...talk.shell.context, now: talk.now + 5_000 };
    const after = heldReadings.due({ ...state, transactions: Object.fromEntries(ended) }, later);
    expect(after.effects).toEqual([{ do: 'loss', code: 'tx-late', field: 'meterValue' }]);
    expect(heldReadings.at(after.state, later)).toBeUndefined();
  });

  it('do not wait for a clock that was set back, beyond their bound, or where the operator does not want it', () => {
    const back = charging();
    reads(back.talk, back.transactionId, one(60, END));
    back.talk.pass(-3_600_000);
    back.talk.settle();
    expect(told(back.talk)).toHaveLength(2);

    const many = charging();
    const meterValue = Array.from({ length: 21 }, (_, i) => one(30 + i, END));
    reads(many.talk, many.transactionId, ...meterValue);
    expect(told(many.talk).map(([, seqNo]) => seqNo)).toEqual(Array.from({ length: 22 }, (_, i) => i));

    const long = charging();
    reads(long.talk, long.transactionId, one(60, { ...END, value: 'A'.repeat(70_000), format: 'SignedData' }, END));
    expect(told(long.talk)).toHaveLength(2);

    const off = charging({ endReadingsWait: 0 });
    reads(off.talk, off.transactionId, one(60, END));
    expect(told(off.talk)).toHaveLength(2);
  });
});
