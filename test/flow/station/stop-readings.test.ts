import { describe, expect, it } from 'vitest';
import type { JsonObject } from '../../../src/base/message.ts';
import { samplesOf } from '../../../src/flow/station/transactions/readings.ts';
import { beginIn, stopReadings } from '../../../src/flow/station/transactions/stop-readings.ts';
import type { StationTransaction } from '../../../src/flow/station/transactions/transaction-event.ts';
import { NOW } from '../context.ts';
import { accepted, stationContext } from './context.ts';
import { lossesOf } from './valid.ts';

const at = (seconds: number): string => new Date(NOW + 1000 * seconds).toISOString();
const transaction: StationTransaction = {
  ...{ device: 1, csms: 1, connectorId: 1, idTag: 'A', meterStart: 1000, startedAt: NOW, authorization: 'Accepted' },
  events: { transactionId: 'x', nextSeqNo: 1, chargingState: 'Charging', startKey: 'k' },
};
const one = (seconds: number, ...sampledValue: JsonObject[]): JsonObject => ({ timestamp: at(seconds), sampledValue });

function merged(transactionData: JsonObject[], change: Partial<StationTransaction['events']> = {}, settings = {}) {
  const state = accepted();
  const of = { ...transaction, events: { ...transaction.events, ...change } };
  const told = stopReadings(state, of, { meterStop: 1800, transactionData }, at(60), stationContext(settings));
  const short = told.readings.map((reading) => [
    (Date.parse(String(reading['timestamp'])) - NOW) / 1000,
    ...samplesOf(reading).map(({ value, context }) => `${String(context)} ${String(value)}`),
  ]);
  return { ...told, short };
}

describe('the readings of a whole transaction', () => {
  it('end with meterStop when the charge point sent none', () => {
    expect(merged([]).short).toEqual([[60, 'Transaction.End 1800']]);
  });

  it('end with the charge point its own sample of the register, as it was measured', () => {
    const { short, losses } = merged([one(60, { value: '1.8', unit: 'kWh', context: 'Transaction.End' })]);
    expect(short).toEqual([[60, 'Transaction.End 1.8']]);
    expect(lossesOf(losses)).toEqual([]);
    const apart = merged([one(60, { value: '1900', context: 'Transaction.End' })]);
    expect(apart.short).toEqual([[60, 'Transaction.End 1900']]);
    expect(lossesOf(apart.losses)).toEqual(['tx-register']);
  });

  it.each([
    ['of one phase', { phase: 'L1' }],
    ['of another measurand', { measurand: 'SoC', unit: 'Percent' }],
    ['at the inlet', { location: 'Inlet' }],
  ])('take no sample %s for the register', (_what, sample) => {
    const { short } = merged([one(60, { value: '5', context: 'Transaction.End', ...sample })]);
    expect(short).toEqual([[60, 'Transaction.End 1800', 'Transaction.End 5']]);
  });

  it('stand in the order of time, one context in each, the register first', () => {
    const { short } = merged([
      one(60, { value: '80', measurand: 'SoC', context: 'Transaction.End' }, { value: '1790' }),
      one(30, { value: '7', measurand: 'Current.Import', unit: 'A' }, { value: '1400' }),
    ]);
    expect(short).toEqual([
      [30, 'Sample.Periodic 1400', 'Sample.Periodic 7'],
      [60, 'Transaction.End 1800', 'Transaction.End 80'],
      [60, 'Sample.Periodic 1790'],
    ]);
  });

  it('do not tell the register at the start again, unless it is signed or says something else', () => {
    const begin = (value: string, rest = {}) => one(0, { value, context: 'Transaction.Begin', ...rest });
    expect(merged([begin('1000')]).short).toEqual([[60, 'Transaction.End 1800']]);
    expect(merged([begin('1001')]).short[0]).toEqual([0, 'Transaction.Begin 1001']);
    expect(merged([begin('1000')], { foreign: true }).short[0]).toEqual([0, 'Transaction.Begin 1000']);
    expect(merged([begin('AAAA', { format: 'SignedData' })]).short[0]).toEqual([0, 'Transaction.Begin 1000']);
  });

  it('give a signed register the number of the stop', () => {
    const { readings } = merged([one(60, { value: 'AAAA', format: 'SignedData', context: 'Transaction.End' })]);
    expect(readings.flatMap(samplesOf)).toMatchObject([{ value: 1800, signedMeterValue: { encodingMethod: 'Other' } }]);
  });

  it('leave out what cannot be told', () => {
    const { short, losses } = merged([one(30, { value: 'none' }), one(40, { value: '9', measurand: 'RPM' })]);
    expect(short).toEqual([[60, 'Transaction.End 1800']]);
    expect(lossesOf(losses)).toEqual(expect.arrayContaining(['mv-nan', 'mv-station']));
  });

  it('are thinned beyond 64 KiB, never the first or the last', () => {
    const many = Array.from({ length: 1500 }, (_, i) => one(i / 100, { value: String(1000 + i) }));
    const { short, losses, readings } = merged(many);
    expect(JSON.stringify(readings).length).toBeLessThanOrEqual(64 * 1024);
    expect(readings.length).toBeGreaterThan(150);
    expect([short[0], short.at(-1)]).toEqual([
      [0, 'Sample.Periodic 1000'],
      [60, 'Transaction.End 1800'],
    ]);
    expect(lossesOf(losses)).toContain('stop-thin');
  });

  it('are in Wh for a CSMS that reads them so', () => {
    const { readings } = merged([one(30, { value: '1.1234567', unit: 'kWh' })], {}, { energyInWh: true });
    expect(samplesOf(readings[0] ?? {})).toMatchObject([{ value: 1123.4567, unitOfMeasure: { unit: 'Wh' } }]);
  });

  it('show where it began', () => {
    const { readings } = merged([one(0, { value: '5', context: 'Transaction.Begin' }, { value: '6' })], {
      foreign: true,
    });
    expect(beginIn(readings)).toMatchObject([{ timestamp: at(0), sampledValue: [{ value: 5 }] }]);
  });
});
