import { describe, expect, it } from 'vitest';
import type { JsonObject } from '../../../src/base/message.ts';
import type { StationSettings } from '../../../src/flow/station/settings.ts';
import type { StationState } from '../../../src/flow/station/state.ts';
import { variablesOf } from '../../../src/flow/station/variables/inventory.ts';
import { reportRow } from '../../../src/flow/station/variables/report-row.ts';
import { NOW } from '../context.ts';
import { accepted } from './context.ts';
import { Conversation, lost } from './conversation.ts';

const at = (seconds: number): string => new Date(NOW + 61_000 + 1000 * seconds).toISOString();
const START = { connectorId: 1, idTag: '04A2B3C4', timestamp: at(0), meterStart: 1000 };
const WARM = { measurand: 'Temperature', value: '31.5', unit: 'Celsius' };
const FAN = { measurand: 'RPM', value: '1200' };
const one = (seconds: number, ...sampledValue: JsonObject[]): JsonObject => ({ timestamp: at(seconds), sampledValue });

function talking(settings: Partial<StationSettings> = {}, station: Partial<StationState> = {}): Conversation {
  const shown = { otherMeasurands: 'notifyEvent' as const, ...settings };
  return new Conversation({ settings: shown }, accepted(station)).connect();
}

/** What the events of sensors say, in short. */
const shown = (talk: Conversation) =>
  talk.heard
    .flatMap(({ payload }) => (payload['eventData'] ?? []) as JsonObject[])
    .map(({ component, variable, actualValue }) => {
      const { name, evse } = component as JsonObject;
      const { name: word, instance } = variable as JsonObject;
      return [name, (evse as JsonObject | undefined)?.['id'], word, instance, actualValue];
    });
const actions = (talk: Conversation) => talk.heard.map(({ action }) => action);
const reported = (talk: Conversation) =>
  [...variablesOf(talk.shell.state, talk.shell.context).values()].filter(({ variable, there }) => {
    return there && (variable === 'Temperature' || variable === 'FanSpeed');
  });

describe('temperature and fans', () => {
  it('are lost where the operator says nothing', () => {
    const talk = talking({ otherMeasurands: 'drop' });
    talk.say('MeterValues', { connectorId: 1, meterValue: [one(5, { value: '1' }, WARM)] });
    expect(actions(talk)).toEqual(['MeterValues']);
    expect(talk.shell.losses).toContain('mv-station');
    expect(reported(talk)).toEqual([]);
  });

  it('are events of sensors beside the reading that held them, in the transaction', () => {
    const talk = talking();
    const { transactionId } = talk.say('StartTransaction', START);
    const meterValue = [one(5, { value: '1500' }, WARM, FAN), one(6, { ...WARM, location: 'Cable', phase: 'L1' })];
    talk.say('MeterValues', { connectorId: 1, transactionId: Number(transactionId), meterValue });
    expect(actions(talk)).toEqual(['TransactionEvent', 'TransactionEvent', 'NotifyEvent']);
    expect(talk.events[1]).toMatchObject({ seqNo: 1, meterValue: [{ sampledValue: [{ value: 1500 }] }] });
    expect(talk.heard[2]?.payload).toEqual({
      ...{ generatedAt: new Date(talk.now).toISOString(), seqNo: 0, tbc: false },
      eventData: [
        {
          ...{ eventId: 1, timestamp: at(5), trigger: 'Periodic', actualValue: '31.5' },
          transactionId: (talk.events[1]?.['transactionInfo'] as JsonObject | undefined)?.['transactionId'],
          component: { name: 'TemperatureSensor', evse: { id: 1 } },
          variable: { name: 'Temperature' },
          eventNotificationType: 'HardWiredNotification',
        },
        expect.objectContaining({ eventId: 2, actualValue: '1200', variable: { name: 'FanSpeed' } }),
        expect.objectContaining({ eventId: 3, variable: { name: 'Temperature', instance: 'Cable.L1' } }),
      ],
    });
    expect(talk.shell.losses).not.toContain('mv-station');
  });

  it('use up no number of the transaction when there is nothing else, and go with the stop too', () => {
    const talk = talking();
    const { transactionId } = talk.say('StartTransaction', START);
    talk.say('MeterValues', { connectorId: 1, transactionId: Number(transactionId), meterValue: [one(5, WARM)] });
    const stop = { transactionId: Number(transactionId), timestamp: at(60), meterStop: 1800 };
    talk.say('StopTransaction', {
      ...stop,
      transactionData: [one(60, FAN, { value: '1800', context: 'Transaction.End' })],
    });
    expect(talk.events.map(({ eventType, seqNo }) => [eventType, seqNo])).toEqual([
      ['Started', 0],
      ['Ended', 1],
    ]);
    expect(shown(talk)).toEqual([
      ['TemperatureSensor', 1, 'Temperature', undefined, '31.5'],
      ['AirCoolingSystem', 1, 'FanSpeed', undefined, '1200'],
    ]);
    expect(talk.heard.at(-1)).toMatchObject({
      action: 'NotifyEvent',
      payload: { eventData: [{ transactionId: expect.any(String) }] },
    });
  });

  it.each([
    ['88.7', 'Fahrenheit', '31.5'],
    ['304.65', 'K', '31.5'],
    [' 31,5 ', undefined, '31.5'],
    ['-1', 'Celcius', '-1'],
  ])('are in degrees Celsius: %s %s', (value, unit, told) => {
    const talk = talking();
    const sample = { measurand: 'Temperature', value, ...(unit !== undefined && { unit }) };
    talk.say('MeterValues', { connectorId: 0, meterValue: [one(5, sample)] });
    expect(shown(talk)).toEqual([['TemperatureSensor', undefined, 'Temperature', undefined, told]]);
  });

  it('are in the device model from the first value on, as it was last', () => {
    const talk = talking();
    expect(reported(talk)).toEqual([]);
    talk.say('MeterValues', { connectorId: 2, meterValue: [one(5, WARM), one(6, { ...WARM, value: '32' })] });
    talk.say('MeterValues', { connectorId: 0, meterValue: [one(7, FAN)] });
    expect(reported(talk).map(reportRow)).toEqual([
      {
        component: { name: 'TemperatureSensor', evse: { id: 2 } },
        variable: { name: 'Temperature' },
        variableAttribute: [{ type: 'Actual', value: '32', mutability: 'ReadOnly' }],
        variableCharacteristics: { dataType: 'decimal', supportsMonitoring: false, unit: 'Celsius' },
      },
      expect.objectContaining({ component: { name: 'AirCoolingSystem' }, variable: { name: 'FanSpeed' } }),
    ]);
  });

  it('are lost, and said to be, when they are no number or the CSMS takes no events', () => {
    const nothing = talking();
    nothing.say('MeterValues', { connectorId: 1, meterValue: [one(5, { ...WARM, value: 'NaN' })] });
    expect([actions(nothing), nothing.shell.losses]).toEqual([[], ['mv-nan']]);
    const unwanted = talking();
    unwanted.ask('MeterValues', { connectorId: 1, meterValue: [one(5, WARM)] });
    unwanted.next()?.end(lost('CsmsNotSupported'));
    unwanted.say('MeterValues', { connectorId: 1, meterValue: [one(6, WARM)] });
    expect([actions(unwanted), unwanted.shell.losses]).toEqual([['NotifyEvent'], ['not-wanted', 'mv-station']]);
  });

  it('are not told a CSMS that wants to hear of worse only', () => {
    const talk = talking({}, { monitoringLevel: 7 });
    talk.say('MeterValues', { connectorId: 1, meterValue: [one(5, { value: '1' }, WARM)] });
    expect(actions(talk)).toEqual(['MeterValues']);
  });

  it('go in messages of bounded size, and are remembered for so many sensors', () => {
    const talk = talking();
    const many = Array.from({ length: 120 }, (_, i) => one(5 + i, WARM));
    talk.say('MeterValues', { connectorId: 1, meterValue: many });
    const sizes = talk.heard.map(({ payload }) => (payload['eventData'] as JsonObject[]).length);
    expect(sizes).toEqual([50, 50, 20]);
    for (let id = 1; id <= 100; id += 1)
      talk.say('MeterValues', { connectorId: id, meterValue: [one(5, WARM, FAN, { ...WARM, phase: 'L1' })] });
    expect(Object.keys(talk.shell.state.station?.sensors ?? {})).toHaveLength(200);
  });
});
