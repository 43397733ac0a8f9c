import { describe, expect, test } from 'vitest';
import type { JsonObject } from '../../../src/base/message.ts';
import { NOW, SETTINGS } from '../context.ts';
import { accepted } from './context.ts';
import { attribute, characteristics, key, nameOf, PLAIN, Point, wanted } from './point.ts';

const FULL = { requestId: 0, reportBase: 'FullInventory' };

function values(rows: readonly JsonObject[]): Record<string, unknown> {
  return Object.fromEntries(rows.map((row) => [nameOf(row), attribute(row)['value']]));
}

/** Required by the list of standardized components and variables (OCPP 2.0.1 part 2, appendices). */
const REQUIRED = [
  ...['AlignedDataCtrlr.Interval', 'AlignedDataCtrlr.Measurands', 'AlignedDataCtrlr.TxEndedInterval'],
  ...['AlignedDataCtrlr.TxEndedMeasurands', 'AuthCtrlr.AuthorizeRemoteStart', 'AuthCtrlr.LocalAuthorizeOffline'],
  ...['AuthCtrlr.LocalPreAuthorize', 'ChargingStation.Available', 'ChargingStation.AvailabilityState'],
  ...['ChargingStation.SupplyPhases', 'ClockCtrlr.DateTime', 'ClockCtrlr.TimeSource'],
  ...['Connector[1/1].Available', 'Connector[1/1].AvailabilityState', 'Connector[1/1].ConnectorType'],
  ...['Connector[2/1].SupplyPhases', 'EVSE[1].Available', 'EVSE[1].AvailabilityState', 'EVSE[2].Power'],
  ...[
    'EVSE[2].SupplyPhases',
    'DeviceDataCtrlr.BytesPerMessage[GetReport]',
    'DeviceDataCtrlr.BytesPerMessage[GetVariables]',
  ],
  ...['DeviceDataCtrlr.BytesPerMessage[SetVariables]', 'DeviceDataCtrlr.ItemsPerMessage[GetReport]'],
  ...['DeviceDataCtrlr.ItemsPerMessage[GetVariables]', 'DeviceDataCtrlr.ItemsPerMessage[SetVariables]'],
  ...['OCPPCommCtrlr.FileTransferProtocols', 'OCPPCommCtrlr.MessageAttemptInterval[TransactionEvent]'],
  ...['OCPPCommCtrlr.MessageAttempts[TransactionEvent]', 'OCPPCommCtrlr.MessageTimeout[Default]'],
  ...['OCPPCommCtrlr.NetworkConfigurationPriority', 'OCPPCommCtrlr.NetworkProfileConnectionAttempts'],
  ...['OCPPCommCtrlr.ActiveNetworkProfile', 'OCPPCommCtrlr.OfflineThreshold', 'OCPPCommCtrlr.ResetRetries'],
  ...[
    'OCPPCommCtrlr.UnlockOnEVSideDisconnect',
    'SampledDataCtrlr.TxEndedInterval',
    'SampledDataCtrlr.TxEndedMeasurands',
  ],
  ...[
    'SampledDataCtrlr.TxStartedMeasurands',
    'SampledDataCtrlr.TxUpdatedInterval',
    'SampledDataCtrlr.TxUpdatedMeasurands',
  ],
  ...['SecurityCtrlr.CertificateEntries', 'SecurityCtrlr.OrganizationName', 'SecurityCtrlr.SecurityProfile'],
  ...['TxCtrlr.EVConnectionTimeOut', 'TxCtrlr.StopTxOnEVSideDisconnect', 'TxCtrlr.StopTxOnInvalidId'],
  ...['TxCtrlr.TxStartPoint', 'TxCtrlr.TxStopPoint'],
  ...['LocalAuthListCtrlr.BytesPerMessage', 'LocalAuthListCtrlr.Entries', 'LocalAuthListCtrlr.ItemsPerMessage'],
  ...['SmartChargingCtrlr.Entries[ChargingProfiles]', 'SmartChargingCtrlr.LimitChangeSignificance'],
  ...['SmartChargingCtrlr.PeriodsPerSchedule', 'SmartChargingCtrlr.ProfileStackLevel', 'SmartChargingCtrlr.RateUnit'],
];

describe('GetBaseReport', () => {
  test('answers, reads the configuration once and tells every variable once, with all that 2.0.1 requires', () => {
    const point = new Point(PLAIN);
    const rows = point.report(FULL);
    expect(point.asked).toEqual([{ action: 'GetConfiguration', payload: {} }]);
    const names = rows.map(nameOf);
    expect(new Set(names.map((name) => name.toLowerCase())).size).toBe(names.length);
    expect(REQUIRED.filter((name) => !names.includes(name))).toEqual([]);
  });

  test.each(['1.2', '1.5', '1.6'] as const)(
    'tells of a charge point of %s that has no keys at all what 2.0.1 requires, and that it cannot be changed',
    (version) => {
      const change = { settings: { ...SETTINGS, connectors: 2 } };
      const rows = new Point([], { version, change }).report(FULL);
      const core = REQUIRED.filter((name) => !/^(LocalAuthList|SmartCharging)Ctrlr/.test(name));
      expect(core.filter((name) => !rows.some((row) => nameOf(row) === name))).toEqual([]);
      const told = new Map(rows.map((row) => [nameOf(row), attribute(row)]));
      expect(told.get('AuthCtrlr.AuthorizeRemoteStart')).toMatchObject({ value: 'false', mutability: 'ReadOnly' });
      expect(told.get('TxCtrlr.StopTxOnEVSideDisconnect')).toMatchObject({ value: 'true', mutability: 'ReadOnly' });
      expect(told.get('SampledDataCtrlr.TxUpdatedInterval')).toMatchObject({ value: '0', mutability: 'ReadOnly' });
    },
  );

  test('shows what the charge point says in the words of 2.0.1', () => {
    const found = values(new Point(PLAIN).report(FULL));
    expect(found).toMatchObject({
      'AuthCtrlr.AuthorizeRemoteStart': 'true',
      'TxCtrlr.StopTxOnEVSideDisconnect': 'true',
      'SampledDataCtrlr.TxUpdatedMeasurands': 'Energy.Active.Import.Register,Voltage',
      'SampledDataCtrlr.TxEndedInterval': '60',
      'SmartChargingCtrlr.RateUnit': 'A,W',
      'SmartChargingCtrlr.Enabled': 'true',
      'ChargingStation.PhaseRotation': 'RST',
      'EVSE[1].PhaseRotation': 'RTS',
      'EVSE[2].PhaseRotation': '',
      'ChargingStation.Model': 'eMH1',
      'OCPPCommCtrlr.MessageAttempts[TransactionEvent]': '3',
      'OCPPCommCtrlr.WebSocketPingInterval': '60',
      'OCPP16LegacyCtrlr.Acme.Mode': 'eco',
      'OCPP16LegacyCtrlr.Acme=20L=C3=A4ngs=2F42': 'ja = nein',
      'OCPP16LegacyCtrlr.NumberOfConnectors': '2',
      'Connector[1/1].Problem': 'false',
    });
    expect(found).not.toHaveProperty(['ReservationCtrlr.NonEvseSpecific']);
    expect(found).not.toHaveProperty(['OCPP16LegacyCtrlr.MeterValuesSampledDataMaxLength']);
  });

  test('takes limits from the keys that say them, a list as the text that it can be', () => {
    const rows = new Map(new Point(PLAIN).report(FULL).map((row) => [nameOf(row), row]));
    const limit = (name: string) => characteristics(rows.get(name) ?? {})['maxLimit'];
    expect(limit('LocalAuthListCtrlr.Entries')).toBe(100);
    expect(limit('SmartChargingCtrlr.Entries[ChargingProfiles]')).toBe(10);
    expect(limit('SampledDataCtrlr.TxUpdatedMeasurands')).toBe(127);
    expect(limit('EVSE[1].Power')).toBe(22_000);
  });

  test('says what there is to choose from, where it knows', () => {
    const rows = new Map(new Point(PLAIN).report(FULL).map((row) => [nameOf(row), row]));
    const choice = (name: string) => characteristics(rows.get(name) ?? {})['valuesList'];
    expect(choice('Connector[1/1].AvailabilityState')).toBe('Available,Occupied,Reserved,Unavailable,Faulted');
    expect(choice('TxCtrlr.TxStopPoint')).toBe('EVConnected,Authorized');
    expect(choice('TxCtrlr.StopTxOnInvalidId')).toBeUndefined();
  });

  test('says of each whether it can be written, and that what can be written lasts', () => {
    const rows = new Map(new Point(PLAIN).report(FULL).map((row) => [nameOf(row), attribute(row)]));
    expect(rows.get('AuthCtrlr.AuthorizeRemoteStart')).toMatchObject({ mutability: 'ReadOnly' });
    expect(rows.get('TxCtrlr.StopTxOnInvalidId')).toMatchObject({ mutability: 'ReadWrite', persistent: true });
    expect(rows.get('SampledDataCtrlr.TxEndedInterval')).toMatchObject({ mutability: 'ReadOnly' });
    expect(rows.get('SecurityCtrlr.BasicAuthPassword')).toEqual({
      type: 'Actual',
      mutability: 'WriteOnly',
      persistent: true,
    });
    expect(rows.get('ChargingStation.Model')).toMatchObject({ mutability: 'ReadOnly', constant: true });
  });

  test('keeps what can be written for ConfigurationInventory', () => {
    const point = new Point(PLAIN);
    const full = point.report(FULL);
    const some = point.report({ requestId: 1, reportBase: 'ConfigurationInventory' });
    const writable = full.filter((row) => attribute(row)['mutability'] !== 'ReadOnly').map(nameOf);
    expect(some.map(nameOf)).toEqual(writable);
    expect(point.asked).toHaveLength(1);
  });

  test('tells what can be used and what is wrong for SummaryInventory, without asking the charge point', () => {
    const state = accepted(
      { problems: { '2/Connector/Problem': { eventId: 1, at: 'connector' } } },
      { connectors: { 1: { status: { status: 'SuspendedEV' } }, 2: { status: { status: 'Faulted' } } } },
    );
    const point = new Point(PLAIN, {}, state);
    expect(values(point.report({ requestId: 1, reportBase: 'SummaryInventory' }))).toEqual({
      'ChargingStation.AvailabilityState': 'Available',
      'EVSE[1].AvailabilityState': 'Occupied',
      'EVSE[2].AvailabilityState': 'Faulted',
      'Connector[1/1].AvailabilityState': 'Occupied',
      'Connector[2/1].AvailabilityState': 'Faulted',
      'Connector[2/1].Problem': 'true',
    });
    expect(point.asked).toEqual([]);
  });

  test('refuses a second report while one is being sent, and takes it when the first is done', () => {
    const point = new Point(PLAIN);
    expect(point.ask('GetBaseReport', FULL)['status']).toBe('Accepted');
    expect(point.ask('GetBaseReport', FULL)).toMatchObject({
      status: 'Rejected',
      statusInfo: { reasonCode: 'DuplicateRequestId' },
    });
    expect(point.ask('GetBaseReport', { ...FULL, requestId: 7 })).toMatchObject({ status: 'Rejected' });
    expect(point.ask('GetReport', { requestId: 8 })).toMatchObject({ status: 'Rejected' });
    point.pages();
    expect(point.ask('GetBaseReport', FULL)['status']).toBe('Accepted');
  });

  test('reports again on a new link though the last page of the former one was never answered', () => {
    const point = new Point(PLAIN);
    point.ask('GetBaseReport', FULL);
    point.told.length = 0;
    const later = new Point(PLAIN, { change: { linkOpenedAt: NOW + 1000 } }, point.state);
    later.now = NOW + 2000;
    expect(later.ask('GetBaseReport', FULL)['status']).toBe('Accepted');
  });

  test('tells from what it knew when the charge point does not answer', () => {
    const point = new Point(PLAIN);
    const before = point.report(FULL);
    point.away = true;
    point.now += 3_600_000;
    const after = point.report(FULL);
    expect(after.map(nameOf)).toEqual(before.map(nameOf));
  });

  test('refuses when nothing is known and the charge point, asked already, has been silent since', () => {
    const point = new Point(PLAIN, { change: { heardAt: NOW - 1 } });
    point.away = true;
    expect(point.report(FULL).map(nameOf)).toContain('ClockCtrlr.DateTime');
    expect(point.ask('GetBaseReport', FULL)).toMatchObject({
      status: 'Rejected',
      statusInfo: { reasonCode: 'InternalError' },
    });
  });

  test('does not wait for ever for a charge point that takes its time', () => {
    const state = accepted({ snapshotAsked: { at: NOW - 1000, open: true } });
    const point = new Point(PLAIN, {}, state);
    expect(point.ask('GetBaseReport', FULL)['status']).toBe('Accepted');
    expect(point.asked).toEqual([]);
    point.now += 14_000;
    point.wake();
    expect(point.told).toEqual([]);
    point.now += 1_000;
    point.wake();
    expect(point.pages().at(-1)).toMatchObject({ requestId: 0, tbc: false });
  });

  test.each([
    [[1, 2], 'Occupied'],
    [[1], 'Unavailable'],
  ])('waits after a boot for the statuses of the connectors, of which %j tell one', (tells, second) => {
    const booted = { ...accepted(), boot: { request: {}, at: NOW - 1_000 } };
    const point = new Point(PLAIN, { settings: { bootWithin: 5_000 } }, booted);
    expect(point.report(FULL)).toEqual([]);
    for (const id of tells) {
      expect(point.pages()).toEqual([]);
      const status = { connectorId: id, status: 'Charging', errorCode: 'NoError' };
      point.state = { ...point.state, connectors: { ...point.state.connectors, [id]: { status } } };
      point.wake();
    }
    point.now += tells.length === 2 ? 0 : 4_000;
    point.wake();
    const rows = point.pages().flatMap(({ reportData }) => reportData as JsonObject[]);
    expect(values(rows)).toMatchObject({
      'Connector[1/1].AvailabilityState': 'Occupied',
      'Connector[2/1].AvailabilityState': second,
    });
  });

  test('shows a charge point of 1.2, which cannot be asked, by what the bridge knows and what was written', () => {
    const settings = { ...SETTINGS, assumedKeys: { MeterValueSampleInterval: '30' } };
    const point = new Point([key('ConnectionTimeOut', '60'), key('ProximityLockRetries', '2')], {
      version: '1.2',
      change: { settings },
    });
    expect(point.set({ ...wanted('TxCtrlr.EVConnectionTimeOut'), attributeValue: '90' })).toMatchObject([
      { attributeStatus: 'Accepted' },
    ]);
    const rows = point.report(FULL);
    expect(values(rows)).toMatchObject({
      'TxCtrlr.EVConnectionTimeOut': '90',
      'SampledDataCtrlr.TxUpdatedInterval': '30',
      'OCPPCommCtrlr.HeartbeatInterval': '300',
      'EVSE[1].AvailabilityState': 'Unavailable',
      'TxCtrlr.TxStartPoint': 'PowerPathClosed',
    });
    expect(rows.map(nameOf)).not.toContain('LocalAuthListCtrlr.Available');
    expect(point.asked.every(({ action }) => action === 'ChangeConfiguration')).toBe(true);
  });

  test('shows a charge point of 1.5 with the functions that its version has', () => {
    const keys = [key('HeartBeatInterval', '600'), key('MeterValueSampleInterval', '60'), key('BlinkRepeat', '3')];
    const names = new Point(keys, { version: '1.5' }).report(FULL).map(nameOf);
    expect(names).toEqual(expect.arrayContaining(['ReservationCtrlr.Enabled', 'LocalAuthListCtrlr.Entries']));
    expect(names).toContain('OCPPCommCtrlr.HeartbeatInterval');
    expect(names.filter((name) => /heartbeat/i.test(name))).toHaveLength(1);
    expect(names).not.toContain('SmartChargingCtrlr.Enabled');
  });
});
