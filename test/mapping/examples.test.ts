import { describe, expect, test } from 'vitest';
import { fakeMemory, RECEIVED_AT } from './fake-memory.ts';
import { codesOf, down, up, valued } from './house.ts';

describe('BootNotification of OCPP 1.5', () => {
  test('long and empty texts are cut, kept at their end, left out or replaced', () => {
    const got = up('1.5', 'BootNotification').request(
      {
        chargePointVendor: 'A very long vendor name Ltd',
        chargePointModel: '',
        chargePointSerialNumber: '0000000000SN-1234567890-ABCDEF-7',
        firmwareVersion: ' 1.2 ',
        iccid: '',
      },
      fakeMemory(),
    );
    expect(valued(got)).toEqual({
      chargePointVendor: 'A very long vendor n',
      chargePointModel: 'Unknown',
      chargePointSerialNumber: 'SN-1234567890-ABCDEF-7'.padStart(25, '0'),
      firmwareVersion: '1.2',
    });
    expect(codesOf(got).sort()).toEqual(['boot-unknown', 'str-cut', 'str-tail', 'str-trim', 'str-trim', 'str-trim']);
  });

  test('an accepted answer keeps its interval under its old name', () => {
    const got = up('1.5', 'BootNotification').answer(
      { status: 'Accepted', currentTime: '2013-02-01T15:09:18Z', interval: 900 },
      fakeMemory(),
    );
    expect(got).toEqual({
      kind: 'value',
      value: { status: 'Accepted', currentTime: '2013-02-01T15:09:18Z', heartbeatInterval: '900' },
      losses: [],
      aliases: [],
    });
  });

  test('Pending becomes Rejected with a pause of a minute, the time UTC without a fraction', () => {
    const got = up('1.5', 'BootNotification').answer(
      { status: 'Pending', currentTime: '2013-02-01T15:09:18.123+01:00', interval: 0 },
      fakeMemory(),
    );
    expect(valued(got)).toEqual({ status: 'Rejected', currentTime: '2013-02-01T14:09:18Z', heartbeatInterval: '60' });
    expect(Object.keys(valued(got))).toEqual(['status', 'currentTime', 'heartbeatInterval']);
    expect(codesOf(got)).toEqual(['pending', 'ts-offset', 'ts-frac', 'interval-floor']);
  });

  test('an answer without an interval gives 300 seconds, and that is told', () => {
    const got = up('1.5', 'BootNotification').answer(
      { status: 'Accepted', currentTime: '2013-02-01T15:09:18Z' },
      fakeMemory(),
    );
    expect(valued(got)).toMatchObject({ heartbeatInterval: '300' });
    expect(codesOf(got)).toEqual(['interval-floor']);
  });
});

describe('MeterValues of OCPP 1.5', () => {
  const request = up('1.5', 'MeterValues').request;

  test('samples that say nothing are dropped, the others live', () => {
    const got = request(
      {
        connectorId: '1',
        transactionId: '0',
        values: [
          {
            timestamp: '2013-03-07T16:52:16',
            value: [
              {
                '.': ' 1234 ',
                '@unit': 'Wh',
                '@location': 'Outlet',
                '@measurand': 'Energy.Active.Import.Register',
                '@format': 'Raw',
                '@context': 'Sample.Clock',
              },
              { '.': '231,5', '@unit': 'Volt', '@measurand': 'Voltage' },
              { '.': 'NaN', '@unit': 'Amp', '@measurand': 'Current.Import' },
              { '.': '20', '@unit': 'Celsius', '@measurand': 'Temprature' },
              { '.': '0' },
            ],
          },
          {
            timestamp: '2013-03-07T19:52:16.1239+02:00',
            value: [{ '.': '-', '@measurand': 'Current.Import', '@unit': 'Amp' }],
          },
        ],
      },
      fakeMemory(),
    );
    expect(valued(got)).toEqual({
      connectorId: 1,
      meterValue: [
        {
          timestamp: '2013-03-07T16:52:16Z',
          sampledValue: [
            {
              value: '1234',
              context: 'Sample.Clock',
              format: 'Raw',
              measurand: 'Energy.Active.Import.Register',
              location: 'Outlet',
              unit: 'Wh',
            },
            { value: '231.5', measurand: 'Voltage', unit: 'V' },
            { value: '0' },
          ],
        },
      ],
    });
    expect(got.losses.map((loss) => `${loss.code} ${loss.field}`)).toEqual([
      'tx-zero transactionId',
      'ts-zone meterValue[0].timestamp',
      'int-repair meterValue[0].sampledValue[0].value',
      'mv-comma meterValue[0].sampledValue[1].value',
      'mv-nan meterValue[0].sampledValue[2].value',
      'mv-measurand meterValue[0].sampledValue[2].measurand',
      'ts-offset meterValue[1].timestamp',
      'ts-frac meterValue[1].timestamp',
      'mv-nan meterValue[1].sampledValue[0].value',
      'mv-empty meterValue[1].sampledValue',
    ]);
  });

  test('a message without a reading is answered and not forwarded', () => {
    expect(request({ connectorId: '1' }, fakeMemory())).toMatchObject({ kind: 'answer', answer: {} });
  });
});

describe('StatusNotification of OCPP 1.2', () => {
  const charging = fakeMemory({ connectorUse: () => 'charging' });
  const cases = [
    ['1', 'Available', 'NoError', fakeMemory(), 'Available', 'NoError'],
    ['1', 'Occupied', 'NoError', fakeMemory(), 'Preparing', 'NoError'],
    ['1', 'Occupied', 'NoError', charging, 'Charging', 'NoError'],
    ['1', 'Occupied', 'NoError', fakeMemory({ connectorUse: () => 'finishing' }), 'Finishing', 'NoError'],
    ['1', 'Occupied', 'Mode3Error', charging, 'SuspendedEVSE', 'EVCommunicationError'],
    ['0', 'Occupied', 'NoError', charging, 'Available', 'NoError'],
    ['1', 'Faulted', 'Mode3Error', fakeMemory(), 'Faulted', 'EVCommunicationError'],
    ['1', 'available', 'Weird', fakeMemory(), 'Available', 'OtherError'],
  ] as const;
  test.each(cases)(
    'connector %s, %s, %s becomes what 1.6 would say',
    (connectorId, status, errorCode, memory, wantStatus, wantError) => {
      const got = up('1.2', 'StatusNotification').request({ connectorId, status, errorCode }, memory);
      expect(valued(got)).toEqual({
        connectorId: Number(connectorId),
        status: wantStatus,
        errorCode: wantError,
        timestamp: new Date(RECEIVED_AT).toISOString(),
      });
    },
  );
});

test('an operation that 1.2 lacks is answered, refused or done by a flow', () => {
  expect(down('1.2', 'ReserveNow').instead).toEqual({ answer: { status: 'Rejected' } });
  expect(down('1.2', 'SetChargingProfile').instead).toEqual({ refuse: 'NotSupported' });
  expect(down('1.2', 'GetLog').instead).toEqual({ refuse: 'UnknownAction' });
  expect(down('1.2', 'GetConfiguration').instead).toEqual({ flow: 'configuration-from-memory' });
});

test('a DataTransfer of a 1.2 charge point goes by the rules of 1.5', () => {
  const got = up('1.2', 'DataTransfer').request({ vendorId: 'acme', data: ' kept ' }, fakeMemory());
  expect(valued(got)).toEqual({ vendorId: 'acme', data: ' kept ' });
});
