import { describe, expect, test } from 'vitest';
import type { JsonObject } from '../../../src/base/message.ts';
import type { Context, DownPolicy } from '../../../src/flow/decision.ts';
import type { ChargePointState } from '../../../src/flow/state.ts';
import { triggeredEvents } from '../../../src/flow/station/maintenance/triggers.ts';
import { stationOf } from '../../../src/flow/station/rules.ts';
import { STATION_DEFAULTS, type StationSettings } from '../../../src/flow/station/settings.ts';
import { ocpp201Flows } from '../../../src/flow/station/station-flows.ts';
import { NOW } from '../context.ts';
import { keys, transaction } from './command-states.ts';
import { type Asked, commanded, type Reply, refusing } from './commander.ts';
import { accepted, LINK, stationContext, tables } from './context.ts';
import { lossesOf, toCsms, valid } from './valid.ts';

const EMULATED: DownPolicy = { instead: { flow: 'trigger-from-memory' } };
const old = (change: Partial<Context> = {}) => stationContext({}, { policyOf: () => EMULATED, ...change }, '1.5');
const STATUS = { connectorId: 1, status: 'Available', errorCode: 'NoError', timestamp: '2024-03-09T09:00:00.000Z' };
const seen = { connectors: { 1: { status: STATUS, statusAt: NOW } } };
const open = { transactions: { 110000000: transaction() } };
const pending = { registered: { status: 'Pending' as const, linkOpenedAt: LINK } };

function trigger(
  state: ChargePointState,
  requestedMessage: string,
  evse?: JsonObject,
  reply?: (asked: Asked) => Reply,
  context = stationContext(),
) {
  const request = { requestedMessage, ...(evse && { evse }) };
  const ended = commanded(state, 'TriggerMessage', request, context, reply);
  const [said] = ended.said;
  const answer = said && 'answer' in said ? valid('TriggerMessage', 'answer', said.answer) : undefined;
  return { ...ended, answer, told: toCsms(ended.effects), triggers: stationOf(ended.state).triggers };
}

const says = (status: string) => (): Reply => ({ answer: { status } });

describe('TriggerMessage', () => {
  test('asks the charge point, and knows what comes then as what was asked for', () => {
    const { asked, answer, triggers } = trigger(accepted(), 'MeterValues', { id: 1 });
    expect(asked).toEqual([{ action: 'TriggerMessage', payload: { requestedMessage: 'MeterValues', connectorId: 1 } }]);
    expect(answer).toEqual({ status: 'Accepted' });
    expect(triggers).toEqual([{ message: 'MeterValues', connectorId: 1, expiresAt: NOW + 60_000 }]);
  });

  test('of all connectors, where no EVSE is named', () => {
    expect(trigger(accepted(), 'MeterValues').asked[0]?.payload).toEqual({ requestedMessage: 'MeterValues' });
  });

  test('that is refused is not waited for', () => {
    const { answer, triggers } = trigger(accepted(), 'MeterValues', { id: 1 }, says('Rejected'));
    expect(answer).toEqual({ status: 'Rejected' });
    expect(triggers).toEqual([]);
    expect(trigger(accepted(), 'MeterValues', { id: 1 }, refusing('DeviceUnreachable')).answer).toMatchObject({
      status: 'Rejected',
      statusInfo: { reasonCode: 'InternalError' },
    });
  });

  test.each([
    'SignV2GCertificate',
    'SignCombinedCertificate',
    'SignChargingStationCertificate',
    'PublishFirmwareStatusNotification',
  ])('%s does not exist in 1.6', (message) => {
    expect(trigger(accepted(), message).answer).toMatchObject({ status: 'NotImplemented' });
  });

  test.each([
    ['EVSE', { id: 7 }, 'UnknownEvse'],
    ['connector', { id: 1, connectorId: 2 }, 'UnknownConnectorId'],
  ])('of an %s that is not there', (_what, evse, reasonCode) => {
    expect(trigger(accepted(), 'StatusNotification', evse)).toMatchObject({
      asked: [],
      answer: { status: 'Rejected', statusInfo: { reasonCode } },
    });
  });
});

describe('triggered boots', () => {
  test('are refused once the CSMS has accepted one on this link (F06)', () => {
    expect(trigger(accepted(), 'BootNotification')).toMatchObject({ asked: [], answer: { status: 'Rejected' } });
  });

  test('are asked for while it is Pending', () => {
    const { asked, triggers } = trigger(accepted(pending), 'BootNotification');
    expect(asked).toEqual([{ action: 'TriggerMessage', payload: { requestedMessage: 'BootNotification' } }]);
    expect(triggers).toMatchObject([{ message: 'BootNotification' }]);
  });

  test('are told again by the bridge where the charge point does not tell one', () => {
    for (const reply of [says('Rejected'), says('NotImplemented'), refusing('DeviceNotSupported')]) {
      const { answer, told } = trigger(accepted(pending), 'BootNotification', undefined, reply);
      expect(answer).toEqual({ status: 'Accepted' });
      expect(told).toMatchObject([{ action: 'BootNotification', payload: { reason: 'Triggered' } }]);
    }
  });
});

describe('triggered statuses', () => {
  test('of a connector that nobody named, unless there is only one', () => {
    const two = accepted({}, { configuration: keys({ NumberOfConnectors: '2' }) });
    expect(trigger(two, 'StatusNotification').answer).toMatchObject({ status: 'Rejected' });
    expect(trigger(accepted(), 'StatusNotification').asked).toHaveLength(1);
  });

  test('are told from memory by charge points that know no triggers, with the time when they became so', () => {
    const { answer, told, effects } = trigger(
      accepted({}, seen),
      'StatusNotification',
      { id: 1, connectorId: 1 },
      undefined,
      old(),
    );
    expect(answer).toEqual({ status: 'Accepted' });
    expect(told).toMatchObject([{ action: 'StatusNotification', payload: { timestamp: STATUS.timestamp } }]);
    expect(lossesOf(effects)).toContain('trigger-emul');
  });

  test('that nobody has ever told', () => {
    expect(trigger(accepted(), 'StatusNotification', { id: 1, connectorId: 1 }, undefined, old())).toMatchObject({
      told: [],
      answer: { status: 'NotImplemented' },
    });
  });

  test('a charge point that has refused once is not asked again before it boots', () => {
    const first = trigger(accepted({}, seen), 'StatusNotification', { id: 1 }, refusing('DeviceNotSupported'));
    expect(first.answer).toEqual({ status: 'Accepted' });
    expect(trigger(first.state, 'StatusNotification', { id: 1 }).asked).toEqual([]);
  });
});

describe('triggered readings of charge points that know no triggers', () => {
  const read = (...sampledValue: JsonObject[]) => {
    const meter = { connectorId: 1, meterValue: [{ timestamp: STATUS.timestamp, sampledValue }] };
    return accepted({}, { connectors: { 1: { ...seen.connectors[1], meter, meterAt: NOW } } });
  };
  const warm = { value: '30', measurand: 'Temperature' };
  const context = (settings: Partial<StationSettings>) => ({
    ...old(),
    station: { tables, settings: { ...STATION_DEFAULTS, ...settings } },
  });

  test('are the last ones, as other readings go', () => {
    const state = read({ value: '80', measurand: 'SoC' }, { value: '1.5', unit: 'kWh' });
    const { told } = trigger(state, 'MeterValues', { id: 1 }, undefined, context({ energyInWh: true }));
    expect(told).toMatchObject([
      { payload: { evseId: 1, meterValue: [{ sampledValue: [{ value: 1500 }, { value: 80 }] }] } },
    ]);
  });

  test('do not hold what the CSMS was told as an event of a sensor', () => {
    const shown = context({ otherMeasurands: 'notifyEvent' });
    const { told, effects } = trigger(read({ value: '1' }, warm), 'MeterValues', { id: 1 }, undefined, shown);
    expect(told).toMatchObject([{ payload: { meterValue: [{ sampledValue: [{ value: 1 }] }] } }]);
    expect(lossesOf(effects)).not.toContain('mv-station');
    expect(trigger(read(warm), 'MeterValues', { id: 1 }, undefined, shown).told).toEqual([]);
  });
});

describe('triggered messages of the bridge', () => {
  test('a heartbeat while the charge point is alive, never for one that is silent', () => {
    expect(trigger(accepted(), 'Heartbeat')).toMatchObject({ asked: [], told: [{ action: 'Heartbeat' }] });
    const silent = stationContext({}, { heardAt: NOW - 3_600_000 });
    expect(trigger(accepted(), 'Heartbeat', undefined, undefined, silent)).toMatchObject({
      told: [],
      answer: { status: 'Rejected', statusInfo: { reasonCode: 'InternalError' } },
    });
  });

  test.each([
    [
      'FirmwareStatusNotification',
      { firmwareJob: { requestId: 5, at: NOW, status: 'Downloading' } },
      { status: 'Downloading', requestId: 5 },
    ],
    [
      'FirmwareStatusNotification',
      { firmwareJob: { requestId: 5, at: NOW, status: 'Installed', endedAt: NOW } },
      { status: 'Idle' },
    ],
    ['FirmwareStatusNotification', {}, { status: 'Idle' }],
    [
      'LogStatusNotification',
      { logJob: { requestId: 6, at: NOW, status: 'Uploading' } },
      { status: 'Uploading', requestId: 6 },
    ],
    [
      'LogStatusNotification',
      { logJob: { requestId: 6, at: NOW, status: 'Uploaded', endedAt: NOW } },
      { status: 'Idle' },
    ],
  ])('%s of %j', (message, station, payload) => {
    expect(trigger(accepted(station), message).told).toEqual([{ action: message, payload }]);
  });
});

describe('triggered events of transactions', () => {
  test('without a transaction', () => {
    expect(trigger(accepted(), 'TransactionEvent').answer).toMatchObject({
      status: 'Rejected',
      statusInfo: { reasonCode: 'TxNotFound' },
    });
  });

  test('are promised first; the reading that is asked for then belongs into them', () => {
    const { effects, asked, told } = trigger(accepted({}, open), 'TransactionEvent', { id: 1 });
    expect(effects.map((effect) => effect.do)).toEqual(['answer', 'call-device']);
    expect(asked).toEqual([{ action: 'TriggerMessage', payload: { requestedMessage: 'MeterValues', connectorId: 1 } }]);
    expect(told).toEqual([]);
  });

  const EVENT = {
    eventType: 'Updated',
    triggerReason: 'Trigger',
    seqNo: 3,
    transactionInfo: { chargingState: 'Charging' },
  };

  test('go without a reading when none has come in time', () => {
    const { state } = trigger(accepted({}, open), 'TransactionEvent');
    expect(triggeredEvents.at(state, stationContext())).toBe(NOW + 10_000);
    const { state: later, effects } = triggeredEvents.due(state, stationContext({}, { now: NOW + 10_000 }));
    expect(toCsms(effects)).toMatchObject([{ action: 'TransactionEvent', payload: EVENT }]);
    expect(triggeredEvents.at(later, stationContext())).toBeUndefined();
  });

  test('go once with the reading that came', () => {
    const { state } = trigger(accepted({}, open), 'TransactionEvent');
    const sampledValue = [{ value: '7', context: 'Trigger' }];
    const request = {
      ...{ connectorId: 1, transactionId: 110_000_000 },
      meterValue: [{ timestamp: '2024-03-09T10:00:01.000Z', sampledValue }],
    };
    const context = stationContext({}, { now: NOW + 1000 });
    const read = ocpp201Flows.deviceCalls(state, { id: 'm', action: 'MeterValues', request }, false, context, {
      refused: {},
      away: 'refuse',
    });
    expect(toCsms(read.effects)).toMatchObject([{ action: 'TransactionEvent', payload: { triggerReason: 'Trigger' } }]);
    expect(triggeredEvents.at(read.state, context)).toBeUndefined();
  });

  test.each([
    ['refuses', says('Rejected')],
    ['is away', refusing('DeviceUnreachable')],
  ])('go at once when the charge point %s', (_what, reply) => {
    const { said, told } = trigger(accepted({}, open), 'TransactionEvent', undefined, reply);
    expect(said).toEqual([{ answer: { status: 'Accepted' } }]);
    expect(told).toMatchObject([{ action: 'TransactionEvent', payload: EVENT }]);
  });

  test('go at once where the charge point knows no triggers', () => {
    const { asked, told } = trigger(accepted({}, open), 'TransactionEvent', undefined, undefined, old());
    expect(asked).toEqual([]);
    expect(told).toMatchObject([{ action: 'TransactionEvent', payload: EVENT }]);
  });
});
