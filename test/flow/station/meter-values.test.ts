import { describe, expect, it } from 'vitest';
import type { JsonObject } from '../../../src/base/message.ts';
import { NOW } from '../context.ts';
import { accepted } from './context.ts';
import { Conversation } from './conversation.ts';

const at = (seconds: number): string => new Date(NOW + 61_000 + 1000 * seconds).toISOString();
const START = { connectorId: 1, idTag: '04A2B3C4', timestamp: at(0), meterStart: 1000 };
const one = (seconds: number, sample: JsonObject = {}): JsonObject => ({
  ...{ timestamp: at(seconds), sampledValue: [{ value: '1500', ...sample }] },
});

function charging(talk = new Conversation().connect()): { talk: Conversation; transactionId: number } {
  return { talk, transactionId: Number(talk.say('StartTransaction', START)['transactionId']) };
}

const told = (talk: Conversation) =>
  talk.heard
    .slice(1)
    .map(({ action, payload }) => [
      ...[action, payload['seqNo'] ?? payload['evseId'], payload['triggerReason']],
      ((payload['meterValue'] ?? []) as JsonObject[]).map(({ timestamp }) => timestamp),
    ]);

describe('MeterValues towards 2.0.1', () => {
  it('are one event for each moment, with what made it', () => {
    const { talk, transactionId } = charging();
    const meterValue = [one(5), one(6, { context: 'Sample.Clock' }), one(7, { context: 'Trigger' })];
    expect(talk.ask('MeterValues', { connectorId: 1, transactionId, meterValue })).toEqual({ answer: {} });
    talk.settle();
    expect(told(talk)).toEqual([
      ['TransactionEvent', 1, 'MeterValuePeriodic', [at(5)]],
      ['TransactionEvent', 2, 'MeterValueClock', [at(6)]],
      ['TransactionEvent', 3, 'Trigger', [at(7)]],
    ]);
    expect(talk.events[1]).toEqual({
      ...{ eventType: 'Updated', triggerReason: 'MeterValuePeriodic', seqNo: 1, timestamp: at(5) },
      transactionInfo: {
        chargingState: 'EVConnected',
        transactionId: (talk.events[0]?.['transactionInfo'] as JsonObject | undefined)?.['transactionId'],
      },
      meterValue: [
        {
          timestamp: at(5),
          sampledValue: [
            {
              ...{ value: 1500, context: 'Sample.Periodic', measurand: 'Energy.Active.Import.Register' },
              ...{ location: 'Outlet', unitOfMeasure: { unit: 'Wh' } },
            },
          ],
        },
      ],
    });
  });

  it.each([1, 2])(
    'hold one context each, the register first, also without a transaction: connector %i',
    (connectorId) => {
      const { talk } = charging();
      const soc = { value: '80', measurand: 'SoC' };
      const sampledValue = [soc, { value: '1500' }, { ...soc, context: 'Other' }, { value: '1400', context: 'Other' }];
      talk.say('MeterValues', { connectorId, meterValue: [{ timestamp: at(5), sampledValue }] });
      const readings = talk.heard[1]?.payload['meterValue'] as JsonObject[];
      const samples = (reading: JsonObject) =>
        (reading['sampledValue'] as JsonObject[]).map(({ context, value }) => [context, value]);
      expect(readings.map(({ timestamp }) => timestamp)).toEqual([at(5), at(5)]);
      expect(readings.map(samples)).toEqual([
        [
          ['Sample.Periodic', 1500],
          ['Sample.Periodic', 80],
        ],
        [
          ['Other', 1400],
          ['Other', 80],
        ],
      ]);
    },
  );

  it.each([{}, { transactionId: 0 }, { transactionId: -1 }])(
    'belong to the transaction on their connector: %j',
    (id) => {
      const { talk } = charging();
      talk.say('MeterValues', { connectorId: 1, ...id, meterValue: [one(5)] });
      talk.say('MeterValues', { connectorId: 2, ...id, meterValue: [one(6)] });
      talk.say('MeterValues', { connectorId: 0, ...id, meterValue: [one(7), one(8)] });
      expect(told(talk)).toEqual([
        ['TransactionEvent', 1, 'MeterValuePeriodic', [at(5)]],
        ['MeterValues', 2, undefined, [at(6)]],
        ['MeterValues', 0, undefined, [at(7), at(8)]],
      ]);
    },
  );

  it.each(['1970-01-01T00:05:00Z', at(3 * 86_400)])('were taken when they came if they say %s', (timestamp) => {
    const { talk, transactionId } = charging();
    const meterValue = [{ ...one(0), timestamp }];
    const now = new Date(talk.now).toISOString();
    for (const connectorId of [1, 2])
      talk.say('MeterValues', { connectorId, meterValue, ...(connectorId === 1 && { transactionId }) });
    expect(talk.events[1]).toMatchObject({ timestamp: now, meterValue: [{ timestamp: now }] });
    expect(talk.heard.at(-1)).toMatchObject({ action: 'MeterValues', payload: { meterValue: [{ timestamp: now }] } });
    expect(talk.shell.losses.filter((code) => code === 'tx-clock')).toHaveLength(2);
  });

  it('use up no number when nothing of them can be told', () => {
    const { talk, transactionId } = charging();
    const meterValue = [one(5, { value: 'NaN' }), one(6)];
    talk.say('MeterValues', { connectorId: 1, transactionId, meterValue });
    expect(told(talk)).toEqual([['TransactionEvent', 1, 'MeterValuePeriodic', [at(6)]]]);
  });

  it('are a moment with a signature at the start', () => {
    const configuration = { meterpublickey1: { spelling: 'MeterPublicKey1', value: '3059' } };
    const { talk, transactionId } = charging(new Conversation({}, accepted({}, { configuration })).connect());
    const signed = { value: 'OCMF|{}|{}', format: 'SignedData', context: 'Transaction.Begin' };
    talk.say('MeterValues', { connectorId: 1, transactionId, meterValue: [one(0, signed)] });
    const publicKey = Buffer.from('oca:base16:asn1:3059').toString('base64');
    expect(talk.events[1]).toMatchObject({
      triggerReason: 'SignedDataReceived',
      meterValue: [{ sampledValue: [{ value: 1000, signedMeterValue: { encodingMethod: 'OCMF', publicKey } }] }],
    });
  });

  it('answer a trigger of the CSMS, once', () => {
    const triggers = [{ message: 'MeterValues', connectorId: 1, expiresAt: NOW + 900_000 }];
    const { talk, transactionId } = charging(new Conversation({}, accepted({ triggers })).connect());
    for (const seconds of [5, 6]) {
      talk.say('MeterValues', { connectorId: 1, transactionId, meterValue: [one(seconds)] });
    }
    expect(told(talk).map(([, , reason]) => reason)).toEqual(['Trigger', 'MeterValuePeriodic']);
  });

  it('go as the settings say: clock-aligned ones apart, those of the station not at all, energy in Wh', () => {
    const settings = { clockAlignedAs: 'meterValues', evseZeroReadings: 'drop', energyInWh: true } as const;
    const { talk, transactionId } = charging(new Conversation({ settings }).connect());
    const meterValue = [one(5, { context: 'Sample.Clock' }), one(6, { value: '1.1', unit: 'kWh' })];
    talk.say('MeterValues', { connectorId: 1, transactionId, meterValue });
    talk.say('MeterValues', { connectorId: 0, meterValue: [one(7)] });
    expect(told(talk)).toEqual([
      ['TransactionEvent', 1, 'MeterValuePeriodic', [at(6)]],
      ['MeterValues', 1, undefined, [at(5)]],
    ]);
    expect(talk.events[1]).toMatchObject({
      meterValue: [{ sampledValue: [{ value: 1100, unitOfMeasure: { unit: 'Wh' } }] }],
    });
    expect(talk.shell.losses).toContain('evse-zero');
  });

  it('of a number that nobody gave go without it, or with a start where the operator wants that', () => {
    const reading = { connectorId: 1, transactionId: 4711, meterValue: [one(5)] };
    const apart = new Conversation().connect();
    apart.say('MeterValues', reading);
    expect(apart.heard.map(({ action }) => action)).toEqual(['MeterValues']);
    const adopting = new Conversation({ settings: { unknownTransactionReadings: 'adopt' } }).connect();
    adopting.say('MeterValues', reading);
    adopting.say('MeterValues', { ...reading, meterValue: [one(6)] });
    expect(adopting.events).toMatchObject([
      { eventType: 'Started', seqNo: 0, offline: true, evse: { id: 1 } },
      { eventType: 'Updated', seqNo: 1 },
      { eventType: 'Updated', seqNo: 2 },
    ]);
    adopting.say('StopTransaction', { transactionId: 4711, timestamp: at(7), meterStop: 1500 });
    expect(adopting.events.at(-1)).toMatchObject({ eventType: 'Ended', seqNo: 3 });
  });

  it('after the end go with it while it waits behind others, and are lost when it has left', () => {
    const { talk, transactionId } = charging();
    talk.disconnect();
    const late = { connectorId: 1, transactionId, meterValue: [one(50)] };
    talk.say('MeterValues', { ...late, meterValue: [one(5)] });
    talk.say('StopTransaction', { transactionId, timestamp: at(60), meterStop: 1800 });
    expect(talk.say('MeterValues', late)).toEqual({});
    talk.restart().connect();
    expect(talk.events).toHaveLength(3);
    expect(talk.events[2]).toMatchObject({
      ...{ eventType: 'Ended', seqNo: 2, offline: true },
      meterValue: [{ timestamp: at(50) }, { timestamp: at(60) }],
    });
    talk.say('MeterValues', { ...late, meterValue: [one(51)] });
    expect(talk.events).toHaveLength(3);
    expect(talk.shell.losses).toContain('tx-late');
  });

  it('of no transaction go in messages of bounded size, and none is lost', () => {
    const talk = new Conversation().connect();
    const meterValue = Array.from({ length: 1000 }, (_, i) => one(i));
    talk.say('MeterValues', { connectorId: 1, meterValue });
    const messages = talk.heard.map(({ payload }) => payload['meterValue'] as JsonObject[]);
    expect(messages.length).toBeGreaterThan(2);
    for (const message of messages) expect(JSON.stringify(message).length).toBeLessThan(66_000);
    expect(messages.flat().map(({ timestamp }) => timestamp)).toEqual(meterValue.map(({ timestamp }) => timestamp));
  });

  it('are remembered for triggers to older charge points', () => {
    const { talk, transactionId } = charging();
    talk.say('MeterValues', { connectorId: 1, transactionId, meterValue: [one(5)] });
    expect(talk.shell.state.connectors['1']?.meter).toMatchObject({ transactionId });
  });
});
