import { describe, expect, test } from 'vitest';
import type { JsonObject } from '../../../src/base/message.ts';
import type { Given } from '../../../src/mapping/station/station-tables.ts';
import { codesOf, contracts, converted, tables } from './house.ts';

const at = '2025-05-01T10:00:00Z';
const evse = { id: 1, connectorId: 1 };
const idToken = { idToken: 'CAFE0001', type: 'ISO14443' };
const event = { seqNo: 0, transactionId: 'b5d9c1a0-0000-8000-8000-000000000007' };

/** Converts a request of a charge point and holds it against the published schema of OCPP 2.0.1. */
function up(name: string, action: string, source: JsonObject, given: Given = {}): JsonObject {
  const value = converted(name, source, given);
  expect(contracts.station.check(action, 'request', value)).toBeUndefined();
  return value;
}

/** The same for an answer of the CSMS, which the charge point gets. */
function answered(name: string, action: string, source: JsonObject, given: Given = {}): JsonObject {
  expect(
    contracts.station.check(action === 'DataTransfer' ? action : stationOf(name), 'answer', source),
  ).toBeUndefined();
  const value = converted(`${name}.answer`, source, given);
  expect(contracts.pivot.check(action, 'answer', value)).toBeUndefined();
  return value;
}

const stationOf = (name: string): string =>
  ['StartTransaction', 'StopTransaction'].includes(name) ? 'TransactionEvent' : name;

describe('a transaction', () => {
  const start = { connectorId: 1, idTag: 'CAFE0001', meterStart: 1500, timestamp: at, reservationId: 4 };
  const given = { ...event, evse, idToken, triggerReason: 'Authorized', chargingState: 'EVConnected' };

  test('starts as an event with the meter at its start, every default said aloud (E02)', () => {
    expect(up('StartTransaction', 'TransactionEvent', start, given)).toEqual({
      eventType: 'Started',
      timestamp: at,
      triggerReason: 'Authorized',
      seqNo: 0,
      evse,
      idToken,
      reservationId: 4,
      meterValue: [
        {
          timestamp: at,
          sampledValue: [
            {
              value: 1500,
              context: 'Transaction.Begin',
              measurand: 'Energy.Active.Import.Register',
              location: 'Outlet',
              unitOfMeasure: { unit: 'Wh' },
            },
          ],
        },
      ],
      transactionInfo: { transactionId: event.transactionId, chargingState: 'EVConnected' },
    });
  });

  test('tells the time that the bridge gives in the event and in its reading', () => {
    const made = up('StartTransaction', 'TransactionEvent', start, { ...given, timestamp: '2025-05-01T11:00:00Z' });
    expect(made['timestamp']).toBe('2025-05-01T11:00:00Z');
    expect(made['meterValue']).toMatchObject([{ timestamp: '2025-05-01T11:00:00Z' }]);
  });

  test('cannot start without what only the state knows', () => {
    expect(() => tables.convert('StartTransaction', start, { ...given, seqNo: undefined })).toThrow(
      'seqNo is required',
    );
  });

  test('answers with the number of the charge point, and Accepted where the CSMS says nothing of the token', () => {
    expect(answered('StartTransaction', 'StartTransaction', {}, { transactionId: 7 })).toEqual({
      transactionId: 7,
      idTagInfo: { status: 'Accepted' },
    });
  });

  test('leaves the cost of a transaction to the flows, and counts its priority', () => {
    const made = tables.convert('StartTransaction.answer', { totalCost: 2, chargingPriority: 1 }, { transactionId: 7 });
    expect(codesOf(made)).toEqual(['cost']);
  });

  const stop = { transactionId: 7, meterStop: 2500, timestamp: at };

  test.each([
    [undefined, 'Local', 'StopAuthorized', 'EVConnected'],
    ['Local', 'Local', 'StopAuthorized', 'EVConnected'],
    ['DeAuthorized', 'DeAuthorized', 'Deauthorized', 'EVConnected'],
    ['EmergencyStop', 'EmergencyStop', 'AbnormalCondition', 'EVConnected'],
    ['EVDisconnected', 'EVDisconnected', 'EVCommunicationLost', 'Idle'],
    ['HardReset', 'ImmediateReset', 'ResetCommand', 'EVConnected'],
    ['SoftReset', 'ImmediateReset', 'ResetCommand', 'EVConnected'],
    ['Other', 'Other', 'AbnormalCondition', 'EVConnected'],
    ['PowerLoss', 'PowerLoss', 'AbnormalCondition', 'EVConnected'],
    ['Reboot', 'Reboot', 'AbnormalCondition', 'EVConnected'],
    ['Remote', 'Remote', 'RemoteStop', 'EVConnected'],
    ['UnlockCommand', 'Other', 'UnlockCommand', 'EVConnected'],
  ])('that stopped for %s is told as %s, %s', (reason, stoppedReason, triggerReason, chargingState) => {
    const source = reason === undefined ? stop : { ...stop, reason };
    const made = up('StopTransaction', 'TransactionEvent', source, { ...event, timeSpentCharging: 60 });
    expect(made).toMatchObject({ eventType: 'Ended', triggerReason });
    expect(made['transactionInfo']).toEqual({
      transactionId: event.transactionId,
      stoppedReason,
      chargingState,
      timeSpentCharging: 60,
    });
  });

  test('ends with the register of the stop, or with the readings that the flow merged', () => {
    expect(up('StopTransaction', 'TransactionEvent', stop, event)['meterValue']).toMatchObject([
      { timestamp: at, sampledValue: [{ value: 2500, context: 'Transaction.End' }] },
    ]);
    const merged = [{ timestamp: at, sampledValue: [{ value: 1 }] }];
    expect(up('StopTransaction', 'TransactionEvent', stop, { ...event, meterValue: merged })['meterValue']).toEqual(
      merged,
    );
  });

  test('of a token that may not charge now leaves the cache at once', () => {
    const cacheExpiryDateTime = '2030-01-01T00:00:00Z';
    const source = { idTokenInfo: { status: 'NoCredit', cacheExpiryDateTime } };
    expect(answered('StopTransaction', 'StopTransaction', source, { soon: at })).toEqual({
      idTagInfo: { status: 'Blocked', expiryDate: at },
    });
    expect(
      answered('StopTransaction', 'StopTransaction', { idTokenInfo: { status: 'Accepted', cacheExpiryDateTime } }),
    ).toEqual({
      idTagInfo: { status: 'Accepted', expiryDate: cacheExpiryDateTime },
    });
  });
});

describe('readings', () => {
  test('without any usable value are not told', () => {
    const source = { connectorId: 1, meterValue: [{ timestamp: at, sampledValue: [{ value: 'NaN' }] }] };
    const made = tables.convert('MeterValues.transaction', source, event);
    expect(made.kind).toBe('nothing');
    expect(codesOf(made)).toEqual(['mv-nan']);
  });

  test.each([
    ['Sample.Clock', 'MeterValueClock'],
    ['Trigger', 'Trigger'],
    [undefined, 'MeterValuePeriodic'],
  ])('of context %s are told because of %s', (context, triggerReason) => {
    const sample = context === undefined ? { value: '1' } : { value: '1', context };
    const source = { connectorId: 1, meterValue: [{ timestamp: at, sampledValue: [sample] }] };
    expect(up('MeterValues.transaction', 'TransactionEvent', source, event)).toMatchObject({
      eventType: 'Updated',
      timestamp: at,
      triggerReason,
    });
  });

  test('outside of a transaction name the EVSE', () => {
    const source = { connectorId: 2, meterValue: [{ timestamp: at, sampledValue: [{ value: '1,5', unit: 'kWh' }] }] };
    expect(up('MeterValues', 'MeterValues', source, { evseId: 2 })).toMatchObject({
      evseId: 2,
      meterValue: [{ sampledValue: [{ value: 1.5, unitOfMeasure: { unit: 'kWh' } }] }],
    });
  });
});

describe('everything else that a charge point says', () => {
  test('BootNotification makes a modem only of what is there (B01)', () => {
    const source = { chargePointVendor: 'V', chargePointModel: 'M', chargeBoxSerialNumber: 'S', iccid: ' ' };
    expect(up('BootNotification', 'BootNotification', source, { reason: 'PowerUp' })).toEqual({
      chargingStation: { vendorName: 'V', model: 'M', serialNumber: 'S' },
      reason: 'PowerUp',
    });
    expect(up('BootNotification', 'BootNotification', { ...source, imsi: '1 2' }, { reason: 'PowerUp' })).toMatchObject(
      {
        chargingStation: { modem: { imsi: '12' } },
      },
    );
  });

  test('the number of a SIM card keeps what 2.0.1 allows in identifiers', () => {
    const source = { chargePointVendor: 'V', chargePointModel: 'M', iccid: ' 8931/0é8', imsi: '<é>' };
    const made = tables.convert('BootNotification', source, { reason: 'PowerUp' });
    expect(made).toMatchObject({ value: { chargingStation: { modem: { iccid: '893108' } } } });
    expect(codesOf(made)).toEqual(['id-char', 'id-char']);
  });

  test('a status is one of five words', () => {
    const source = { connectorId: 1, errorCode: 'NoError', status: 'SuspendedEV' };
    expect(
      up('StatusNotification', 'StatusNotification', source, { timestamp: at, evseId: 1, connectorId: 1 }),
    ).toEqual({
      connectorStatus: 'Occupied',
      timestamp: at,
      evseId: 1,
      connectorId: 1,
    });
  });

  test('a status of a transaction tells its charging state', () => {
    const source = { connectorId: 1, errorCode: 'NoError', status: 'SuspendedEV', timestamp: at };
    expect(up('StatusNotification.transaction', 'TransactionEvent', source, event)).toMatchObject({
      triggerReason: 'ChargingStateChanged',
      transactionInfo: { chargingState: 'SuspendedEV' },
    });
  });

  test('an error is an event of the device model (N07)', () => {
    const source = {
      connectorId: 1,
      errorCode: 'GroundFailure',
      status: 'Faulted',
      timestamp: at,
      vendorId: 'ACME',
      info: 'leak',
    };
    const given = {
      eventId: 5,
      generatedAt: at,
      component: 'RCD',
      variable: 'Tripped',
      actualValue: 'true',
      evse: { id: 1 },
    };
    expect(up('StatusNotification.event', 'NotifyEvent', source, given)).toEqual({
      generatedAt: at,
      seqNo: 0,
      tbc: false,
      eventData: [
        {
          eventId: 5,
          timestamp: at,
          trigger: 'Alerting',
          actualValue: 'true',
          techCode: 'GroundFailure',
          techInfo: 'ACME: leak',
          component: { name: 'RCD', evse: { id: 1 } },
          variable: { name: 'Tripped' },
          eventNotificationType: 'HardWiredNotification',
        },
      ],
    });
  });

  test('a token is what the bridge says it is, and its answer has five words', () => {
    expect(up('Authorize', 'Authorize', { idTag: 'CAFE0001' }, { idToken })).toEqual({ idToken });
    const source = { idTokenInfo: { status: 'Unknown', groupIdToken: idToken } };
    expect(answered('Authorize', 'Authorize', source, { parentIdTag: 'G' })).toEqual({
      idTagInfo: { status: 'Invalid', parentIdTag: 'G' },
    });
  });

  test('Heartbeat, progress and vendor data pass', () => {
    expect(up('Heartbeat', 'Heartbeat', {})).toEqual({});
    expect(answered('Heartbeat', 'Heartbeat', { currentTime: at })).toEqual({ currentTime: at });
    const failed = up(
      'DiagnosticsStatusNotification',
      'LogStatusNotification',
      { status: 'UploadFailed' },
      { requestId: 3 },
    );
    expect(failed).toEqual({ status: 'UploadFailure', requestId: 3 });
    expect(up('FirmwareStatusNotification', 'FirmwareStatusNotification', { status: 'Idle' })).toEqual({
      status: 'Idle',
    });
    expect(up('DataTransfer', 'DataTransfer', { vendorId: 'V', data: '{"a":1}' })).toEqual({
      vendorId: 'V',
      data: '{"a":1}',
    });
    expect(answered('DataTransfer', 'DataTransfer', { status: 'Accepted', data: { a: 1 } })).toEqual({
      status: 'Accepted',
      data: '{"a":1}',
    });
  });
});
