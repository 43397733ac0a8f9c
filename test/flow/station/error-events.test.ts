import { describe, expect, test } from 'vitest';
import type { JsonObject } from '../../../src/base/message.ts';
import type { Context } from '../../../src/flow/decision.ts';
import type { ChargePointState } from '../../../src/flow/state.ts';
import { errorEvents } from '../../../src/flow/station/connectors/error-events.ts';
import { ocpp201Flows as flows } from '../../../src/flow/station/station-flows.ts';
import { NOW } from '../context.ts';
import { accepted, stationContext } from './context.ts';
import { toCsms } from './valid.ts';

const status = (errorCode: string, change: JsonObject = {}): JsonObject => ({
  ...{ connectorId: 1, status: 'Available', errorCode, timestamp: '2024-03-09T10:00:00Z' },
  ...change,
});

function told(request: JsonObject, state: ChargePointState = accepted(), context: Context = stationContext()) {
  const { state: after, effects } = errorEvents(state, request, NOW, context);
  const events = toCsms(effects).flatMap(({ action, payload }) => {
    expect(action).toBe('NotifyEvent');
    return payload['eventData'] as JsonObject[];
  });
  return { state: after, effects, events };
}

/** The states that follow, and all that was told on the way. */
function story(...requests: JsonObject[]): string[] {
  let state = accepted();
  const lines: string[] = [];
  for (const request of requests) {
    const { events, state: after } = told(request, state);
    state = after;
    for (const { component, techCode, actualValue, cleared } of events)
      lines.push(`${(component as JsonObject)['name']} ${techCode} ${actualValue}${cleared ? ' cleared' : ''}`);
  }
  return lines;
}

describe('an error of a status', () => {
  const evse = { id: 1 };
  const connector = { id: 1, connectorId: 1 };
  test.each<[string, string, string, JsonObject | undefined]>([
    ['ConnectorLockFailure', 'ConnectorPlugRetentionLock', 'Problem', connector],
    ['EVCommunicationError', 'CPPWMController', 'Problem', evse],
    ['GroundFailure', 'RCD', 'Tripped', evse],
    ['HighTemperature', 'TemperatureSensor', 'Problem', evse],
    ['InternalError', 'Controller', 'Problem', evse],
    ['LocalListConflict', 'LocalAuthListCtrlr', 'Problem', undefined],
    ['OtherError', 'Connector', 'Problem', connector],
    ['OverCurrentFailure', 'OverCurrentProtection', 'Tripped', evse],
    ['OverVoltage', 'ElectricalFeed', 'Problem', evse],
    ['UnderVoltage', 'ElectricalFeed', 'Problem', evse],
    ['PowerMeterFailure', 'FiscalMetering', 'Problem', evse],
    ['PowerSwitchFailure', 'PowerContactor', 'Problem', evse],
    ['ReaderFailure', 'TokenReader', 'Problem', evse],
    ['ResetFailure', 'Controller', 'Problem', undefined],
    ['WeakSignal', 'DataLink', 'Problem', undefined],
  ])('%s is %s.%s', (code, name, variable, place) => {
    expect(told(status(code)).events).toMatchObject([
      {
        ...{ eventId: 1, trigger: 'Alerting', actualValue: 'true', techCode: code },
        ...{ component: { name, ...(place && { evse: place }) }, variable: { name: variable } },
        eventNotificationType: 'HardWiredNotification',
      },
    ]);
    const component = told(status(code)).events[0]?.['component'] as JsonObject | undefined;
    expect(component?.['evse']).toEqual(place);
  });

  test('of connector 0 belongs to the station', () => {
    const of = (code: string) => told(status(code, { connectorId: 0 })).events[0]?.['component'];
    expect(of('InternalError')).toEqual({ name: 'Controller' });
    expect(of('OtherError')).toEqual({ name: 'ChargingStation' });
    expect(of('GroundFailure')).toEqual({ name: 'RCD' });
  });

  test('carries the words of the vendor', () => {
    const vendor = { vendorId: 'ABL', vendorErrorCode: 'F9', info: 'RCD-X' };
    expect(told(status('GroundFailure', vendor)).events).toMatchObject([{ techCode: 'F9', techInfo: 'ABL: RCD-X' }]);
  });

  test('names the transaction that it happens to, and no other', () => {
    const transaction = {
      ...{ device: 7, csms: 7, connectorId: 1, idTag: 'A', meterStart: 0, startedAt: NOW, authorization: 'Accepted' },
      events: { transactionId: 'T', nextSeqNo: 1, chargingState: 'Charging', startKey: 'k' },
    };
    const state = accepted({}, { transactions: { 7: transaction } });
    expect(told(status('GroundFailure'), state).events).toMatchObject([{ transactionId: 'T' }]);
    expect(told(status('GroundFailure', { connectorId: 2 }), state).events[0]).not.toHaveProperty('transactionId');
  });

  test('is told when it comes and when it is over, each once', () => {
    expect(
      story(status('GroundFailure'), status('GroundFailure'), status('NoError'), status('NoError'), status('NoError')),
    ).toEqual(['RCD GroundFailure true', 'RCD GroundFailure false cleared']);
  });

  test('is over when another one is named, and changes its name in its place', () => {
    expect(story(status('OverVoltage'), status('UnderVoltage'), status('GroundFailure'), status('NoError'))).toEqual([
      'ElectricalFeed OverVoltage true',
      'ElectricalFeed UnderVoltage true',
      'ElectricalFeed UnderVoltage false cleared',
      'RCD GroundFailure true',
      'RCD GroundFailure false cleared',
    ]);
  });

  test('of the whole charge point is over when no connector names it any more', () => {
    const two = { connectorId: 2 };
    expect(story(status('WeakSignal'), status('WeakSignal', two), status('NoError'), status('NoError', two))).toEqual([
      'DataLink WeakSignal true',
      'DataLink WeakSignal false cleared',
    ]);
  });

  test('without a name is a fault all the same', () => {
    expect(story(status('NoError', { status: 'Faulted' }), status('NoError'))).toEqual([
      'Connector Faulted true',
      'Connector Faulted false cleared',
    ]);
  });

  test('of a name that no table knows is an OtherError under its own name', () => {
    expect(story(status('FlatTyre'))).toEqual(['Connector FlatTyre true']);
  });

  test('is not told where the operator says so', () => {
    expect(told(status('GroundFailure'), accepted(), stationContext({ errorsAs: 'off' })).events).toEqual([]);
  });

  test('is not told to a CSMS that does not know events, nor is its end', () => {
    const { state, effects } = told(status('GroundFailure'));
    const entry = effects.flatMap((effect) => (effect.do === 'outbox-put' ? [effect.entry] : []))[0];
    if (entry === undefined) throw new Error('nothing waits');
    const refusal = { code: 'CsmsNotSupported', reason: '' } as const;
    const deaf = flows.outboxRefused(state, entry, refusal, stationContext()).state;
    expect(told(status('OtherError', { connectorId: 2 }), deaf).events).toEqual([]);
    const next = stationContext({}, { linkOpenedAt: NOW });
    const again = flows.linkOpened(deaf, next, 'untold').state;
    expect(told(status('NoError'), again, next).events).toEqual([]);
    expect(told(status('OtherError'), again, next).events).toMatchObject([{ actualValue: 'true' }]);
  });
});
