import { describe, expect, test } from 'vitest';
import type { JsonObject } from '../../../src/base/message.ts';
import type { Given } from '../../../src/mapping/station/station-tables.ts';
import { codesOf, contracts, converted, tables } from './house.ts';

const at = '2025-05-01T10:00:00Z';
const idToken = { idToken: 'CAFE0001', type: 'ISO14443' };

/** Converts a command of the CSMS; both messages are held against their published schemas. */
function down(heading: string, pivot: string, source: JsonObject, given: Given = {}): JsonObject {
  expect(contracts.station.check(heading.replace('.down', ''), 'request', source)).toBeUndefined();
  const value = converted(heading, source, given);
  expect(contracts.pivot.check(pivot, 'request', value)).toBeUndefined();
  return value;
}

/** The same for the charge point's answer. */
function answered(heading: string, pivot: string, source: JsonObject, given: Given = {}): JsonObject {
  expect(contracts.pivot.check(pivot, 'answer', source)).toBeUndefined();
  const value = converted(`${heading}.answer`, source, given);
  expect(contracts.station.check(heading.replace('.down', ''), 'answer', value)).toBeUndefined();
  return value;
}

const period = (limit: number): JsonObject => ({ startPeriod: 0, limit });
const schedule = (...limits: number[]): JsonObject => ({
  id: 1,
  chargingRateUnit: 'A',
  chargingSchedulePeriod: limits.map(period),
});
const profile = (more: JsonObject = {}): JsonObject => ({
  id: 7,
  stackLevel: 0,
  chargingProfilePurpose: 'TxDefaultProfile',
  chargingProfileKind: 'Absolute',
  chargingSchedule: [schedule(16)],
  ...more,
});

describe('charging profiles', () => {
  test('keep their limits or become stricter, in steps of a tenth (K01)', () => {
    const source = {
      evseId: 1,
      chargingProfile: profile({ chargingSchedule: [{ ...schedule(16.19, 0.3), minChargingRate: 6.01 }] }),
    };
    const made = tables.convert('SetChargingProfile', source, { connectorId: 1 });
    expect(made).toMatchObject({
      value: {
        connectorId: 1,
        csChargingProfiles: {
          chargingProfileId: 7,
          chargingSchedule: { minChargingRate: 6.1, chargingSchedulePeriod: [{ limit: 16.1 }, { limit: 0.3 }] },
        },
      },
    });
    expect(codesOf(made)).toEqual(['decimal', 'decimal']);
  });

  test('of the charging station are renamed', () => {
    const source = { evseId: 0, chargingProfile: profile({ chargingProfilePurpose: 'ChargingStationMaxProfile' }) };
    expect(down('SetChargingProfile', 'SetChargingProfile', source, { connectorId: 0 })).toMatchObject({
      csChargingProfiles: { chargingProfilePurpose: 'ChargePointMaxProfile' },
    });
  });

  test.each([
    ['several schedules', { chargingSchedule: [schedule(16), schedule(8)] }, 'InvalidSchedule'],
    ['external constraints', { chargingProfilePurpose: 'ChargingStationExternalConstraints' }, 'InvalidProfile'],
    [
      'a phase to use',
      { chargingSchedule: [{ ...schedule(), chargingSchedulePeriod: [{ ...period(16), phaseToUse: 1 }] }] },
      'UnsupportedParam',
    ],
  ])('with %s are rejected', (_what, more, reasonCode) => {
    const made = tables.convert(
      'SetChargingProfile',
      { evseId: 1, chargingProfile: profile(more) },
      { connectorId: 1 },
    );
    expect(made).toMatchObject({ kind: 'rejected', reasonCode });
  });

  test('that a charge point does not know are rejected with the reason', () => {
    expect(answered('SetChargingProfile', 'SetChargingProfile', { status: 'NotSupported' })).toEqual({
      status: 'Rejected',
      statusInfo: { reasonCode: 'UnsupportedRequest' },
    });
    expect(answered('SetChargingProfile', 'SetChargingProfile', { status: 'Accepted' })).toEqual({
      status: 'Accepted',
    });
  });

  test('are cleared by id or by what they are', () => {
    const source = { chargingProfileCriteria: { evseId: 1, chargingProfilePurpose: 'TxProfile', stackLevel: 2 } };
    expect(down('ClearChargingProfile', 'ClearChargingProfile', source, { connectorId: 1 })).toEqual({
      connectorId: 1,
      chargingProfilePurpose: 'TxProfile',
      stackLevel: 2,
    });
    expect(down('ClearChargingProfile', 'ClearChargingProfile', { chargingProfileId: 7 })).toEqual({ id: 7 });
  });

  test('together make a schedule that begins where it was asked for', () => {
    const source = {
      status: 'Accepted',
      scheduleStart: at,
      chargingSchedule: {
        startSchedule: '2025-05-01T09:59:00Z',
        chargingRateUnit: 'A',
        chargingSchedulePeriod: [
          { startPeriod: 0, limit: 16 },
          { startPeriod: 90, limit: 8.5 },
          { startPeriod: 4000, limit: 6 },
        ],
      },
    };
    expect(
      answered('GetCompositeSchedule', 'GetCompositeSchedule', source, { evseId: 1, scheduleStart: at, duration: 600 }),
    ).toEqual({
      status: 'Accepted',
      schedule: {
        evseId: 1,
        scheduleStart: at,
        duration: 600,
        chargingRateUnit: 'A',
        chargingSchedulePeriod: [
          { startPeriod: 0, limit: 16 },
          { startPeriod: 30, limit: 8.5 },
        ],
      },
    });
    expect(
      answered('GetCompositeSchedule', 'GetCompositeSchedule', { status: 'Rejected' }, { reasonCode: 'NotFound' }),
    ).toEqual({
      status: 'Rejected',
      statusInfo: { reasonCode: 'NotFound' },
    });
  });
});

describe('transactions from afar', () => {
  test('start with a tag and a profile', () => {
    const source = {
      idToken,
      remoteStartId: 4,
      evseId: 1,
      chargingProfile: profile({ chargingProfilePurpose: 'TxProfile' }),
    };
    expect(
      down('RequestStartTransaction', 'RemoteStartTransaction', source, { connectorId: 1, idTag: 'CAFE0001' }),
    ).toMatchObject({ connectorId: 1, idTag: 'CAFE0001', chargingProfile: { chargingProfileId: 7 } });
    const given = { reasonCode: 'TxInProgress', additionalInfo: 'evse 1' };
    expect(answered('RequestStartTransaction', 'RemoteStartTransaction', { status: 'Rejected' }, given)).toEqual({
      status: 'Rejected',
      statusInfo: given,
    });
  });

  test('stop by the number that the charge point knows', () => {
    const source = { transactionId: 'b5d9' };
    expect(down('RequestStopTransaction', 'RemoteStopTransaction', source, { transactionId: 7 })).toEqual({
      transactionId: 7,
    });
    expect(() => tables.convert('RequestStopTransaction', source)).toThrow('transactionId is required');
  });
});

describe('commands', () => {
  test.each([
    ['Immediate', 'Hard'],
    ['OnIdle', 'Soft'],
  ])('Reset %s is %s', (type, pivot) => {
    expect(down('Reset', 'Reset', { type })).toEqual({ type: pivot });
    expect(down('Reset', 'Reset', { type }, { type: 'Soft' })).toEqual({ type: 'Soft' });
  });

  test.each([
    ['LogStatusNotification', 'DiagnosticsStatusNotification'],
    ['TransactionEvent', 'MeterValues'],
    ['Heartbeat', 'Heartbeat'],
  ])('TriggerMessage for %s asks for %s', (requestedMessage, pivot) => {
    expect(down('TriggerMessage', 'TriggerMessage', { requestedMessage })).toEqual({ requestedMessage: pivot });
  });

  test('what 1.6 cannot be asked to send is rejected', () => {
    const made = tables.convert('TriggerMessage', { requestedMessage: 'SignV2GCertificate' });
    expect(made).toMatchObject({ kind: 'rejected', reasonCode: 'UnsupportedRequest' });
  });

  test('a cable without a lock is told by its reason (F05)', () => {
    expect(answered('UnlockConnector', 'UnlockConnector', { status: 'NotSupported' })).toEqual({
      status: 'UnlockFailed',
      statusInfo: { reasonCode: 'FixedCable' },
    });
    expect(answered('UnlockConnector', 'UnlockConnector', { status: 'UnlockFailed' })).toEqual({
      status: 'UnlockFailed',
    });
    expect(down('UnlockConnector', 'UnlockConnector', { evseId: 2, connectorId: 1 }, { connectorId: 2 })).toEqual({
      connectorId: 2,
    });
  });

  test('ChangeAvailability and ReserveNow use the numbers and names of 1.6', () => {
    const available = { evse: { id: 1 }, operationalStatus: 'Inoperative' };
    expect(down('ChangeAvailability', 'ChangeAvailability', available, { connectorId: 1 })).toEqual({
      connectorId: 1,
      type: 'Inoperative',
    });
    const reserve = { id: 9, expiryDateTime: at, idToken, groupIdToken: idToken, evseId: 1 };
    expect(down('ReserveNow', 'ReserveNow', reserve, { connectorId: 1, idTag: 'A', parentIdTag: 'G' })).toEqual({
      connectorId: 1,
      expiryDate: at,
      idTag: 'A',
      parentIdTag: 'G',
      reservationId: 9,
    });
    expect(down('CancelReservation', 'CancelReservation', { reservationId: 9 })).toEqual({ reservationId: 9 });
  });

  test('a local list has tags where it had tokens (D01)', () => {
    const list = [{ idToken, idTokenInfo: { status: 'NoCredit', groupIdToken: idToken } }, { idToken }];
    const source = { versionNumber: 3, updateType: 'Differential', localAuthorizationList: list };
    expect(down('SendLocalList', 'SendLocalList', source, { idTags: ['A', 'B'], parentIdTags: ['G'] })).toEqual({
      listVersion: 3,
      updateType: 'Differential',
      localAuthorizationList: [{ idTag: 'A', idTagInfo: { status: 'Blocked', parentIdTag: 'G' } }, { idTag: 'B' }],
    });
    expect(down('SendLocalList', 'SendLocalList', { versionNumber: 4, updateType: 'Full' })).toEqual({
      listVersion: 4,
      updateType: 'Full',
    });
    expect(answered('SendLocalList', 'SendLocalList', { status: 'NotSupported' })).toEqual({
      status: 'Failed',
      statusInfo: { reasonCode: 'UnsupportedRequest' },
    });
  });

  test.each([
    [-1, 0],
    [0, 0],
    [12, 12],
  ])('version %i of the local list is %i', (listVersion, versionNumber) => {
    expect(answered('GetLocalListVersion', 'GetLocalListVersion', { listVersion })).toEqual({ versionNumber });
  });

  test('UpdateFirmware moves its fields, and is not made without looking at a signature', () => {
    const firmware = { location: 'ftp://a/b', retrieveDateTime: at };
    expect(down('UpdateFirmware', 'UpdateFirmware', { requestId: 1, retries: 2, firmware })).toEqual({
      location: 'ftp://a/b',
      retrieveDate: at,
      retries: 2,
    });
    const made = tables.convert('UpdateFirmware', { requestId: 1, firmware: { ...firmware, signature: 'x' } });
    expect(made).toMatchObject({ kind: 'rejected', reasonCode: 'UnsupportedParam' });
    expect(answered('UpdateFirmware', 'UpdateFirmware', {})).toEqual({ status: 'Accepted' });
  });

  test('GetLog is answered by the name of the file, or rejected without one', () => {
    const source = { requestId: 1, logType: 'DiagnosticsLog', log: { remoteLocation: 'ftp://a', oldestTimestamp: at } };
    expect(down('GetLog', 'GetDiagnostics', source)).toEqual({ location: 'ftp://a', startTime: at });
    expect(answered('GetLog', 'GetDiagnostics', { fileName: 'x.zip' })).toEqual({
      status: 'Accepted',
      filename: 'x.zip',
    });
    expect(answered('GetLog', 'GetDiagnostics', { fileName: 'x.zip' }, { status: 'AcceptedCanceled' })).toMatchObject({
      status: 'AcceptedCanceled',
    });
    expect(answered('GetLog', 'GetDiagnostics', {})).toEqual({
      status: 'Rejected',
      statusInfo: { reasonCode: 'NotFound' },
    });
  });

  test('a variable is set by its key', () => {
    const component = { name: 'OCPPCommCtrlr' };
    const variable = { name: 'HeartbeatInterval' };
    const source = { setVariableData: [{ attributeValue: '60', component, variable }] };
    expect(down('SetVariables', 'ChangeConfiguration', source, { key: 'HeartbeatInterval', value: '60' })).toEqual({
      key: 'HeartbeatInterval',
      value: '60',
    });
    const given = { component, variable };
    expect(answered('SetVariables', 'ChangeConfiguration', { status: 'NotSupported' }, given)).toEqual({
      setVariableResult: [{ attributeStatus: 'UnknownVariable', component, variable }],
    });
  });

  test('vendor data that is no text becomes its JSON text; customData of a CSMS has no place', () => {
    const source = { vendorId: 'V', data: { a: 1 }, customData: { vendorId: 'X' } };
    const made = tables.convert('DataTransfer.down', source);
    expect(made).toMatchObject({ value: { vendorId: 'V', data: '{"a":1}' } });
    expect(codesOf(made)).toEqual(['custom-data', 'data-json']);
    expect(answered('DataTransfer.down', 'DataTransfer', { status: 'Accepted', data: 'x' })).toEqual({
      status: 'Accepted',
      data: 'x',
    });
  });
});
