import { describe, expect, test } from 'vitest';
import type { JsonObject, SoapObject, SoapVersion } from '../../src/base/message.ts';
import { fakeMemory } from './fake-memory.ts';
import { down, up, valued } from './house.ts';

/** Every word of every enumeration that a charge point may write, and what the CSMS reads; `=` where it is the same. */
const ERRORS_12 =
  'ConnectorLockFailure HighTemperature NoError PowerMeterFailure PowerSwitchFailure ReaderFailure ResetFailure';
const ERRORS_15 = `${ERRORS_12} GroundFailure OverCurrentFailure UnderVoltage WeakSignal OtherError`;
const ERRORS_16 = `${ERRORS_15} EVCommunicationError InternalError LocalListConflict OverVoltage`;
const MEASURANDS_15 =
  'Energy.Active.Export.Register Energy.Active.Import.Register Energy.Reactive.Export.Register Energy.Reactive.Import.Register ' +
  'Energy.Active.Export.Interval Energy.Active.Import.Interval Energy.Reactive.Export.Interval Energy.Reactive.Import.Interval ' +
  'Power.Active.Export Power.Active.Import Power.Reactive.Export Power.Reactive.Import Current.Export Current.Import Voltage Temperature';
const UNITS_15 = 'Wh kWh varh kvarh W kW var kvar Celsius';

const same = (words: string): Record<string, string> =>
  Object.fromEntries(words.split(' ').map((word) => [word, word]));

type Case = [SoapVersion, string, string, Record<string, string | undefined>];
const calls: Case[] = [
  ['1.2', 'StatusNotification', 'status', { ...same('Available Faulted Unavailable'), Occupied: 'Preparing' }],
  ['1.5', 'StatusNotification', 'status', { ...same('Available Faulted Unavailable Reserved'), Occupied: 'Preparing' }],
  [
    '1.6',
    'StatusNotification',
    'status',
    same('Available Preparing Charging SuspendedEVSE SuspendedEV Finishing Reserved Unavailable Faulted'),
  ],
  [
    '1.2',
    'StatusNotification',
    'errorCode',
    { ...same(ERRORS_12), Mode3Error: 'EVCommunicationError', Melted: 'OtherError', '': 'NoError' },
  ],
  [
    '1.5',
    'StatusNotification',
    'errorCode',
    { ...same(ERRORS_15), Mode3Error: 'EVCommunicationError', Melted: 'OtherError', '': 'NoError' },
  ],
  ['1.6', 'StatusNotification', 'errorCode', { ...same(ERRORS_16), Melted: 'OtherError', '': 'NoError' }],
  ['1.2', 'FirmwareStatusNotification', 'status', same('Downloaded DownloadFailed InstallationFailed Installed')],
  [
    '1.5',
    'FirmwareStatusNotification',
    'status',
    { ...same('Downloaded DownloadFailed InstallationFailed Installed'), Installing: 'Installing' },
  ],
  [
    '1.6',
    'FirmwareStatusNotification',
    'status',
    same('Downloaded DownloadFailed Downloading Idle InstallationFailed Installing Installed'),
  ],
  ['1.2', 'DiagnosticsStatusNotification', 'status', same('Uploaded UploadFailed')],
  ['1.5', 'DiagnosticsStatusNotification', 'status', same('Uploaded UploadFailed')],
  ['1.6', 'DiagnosticsStatusNotification', 'status', same('Idle Uploaded UploadFailed Uploading')],
  [
    '1.6',
    'StopTransaction',
    'reason',
    {
      ...same(
        'EmergencyStop EVDisconnected HardReset Local Other PowerLoss Reboot Remote SoftReset UnlockCommand DeAuthorized',
      ),
      Boredom: 'Other',
    },
  ],
];

const filler: Record<string, SoapObject> = {
  StatusNotification: { connectorId: '1', status: 'Available', errorCode: 'NoError' },
  StopTransaction: { transactionId: '1', timestamp: '2013-02-01T15:09:18Z', meterStop: '1' },
};

describe('words of charge points', () => {
  for (const [version, action, field, words] of calls) {
    test.each(Object.entries(words))(`${version} ${action} ${field}: %s is %s`, (word, want) => {
      const got = up(version, action).request({ ...filler[action], [field]: word }, fakeMemory());
      expect(valued(got)[field]).toBe(want);
    });
  }

  test.each(['status', 'Status'])('a word unknown to all versions is refused with its path and text: %s', () => {
    const got = up('1.5', 'StatusNotification').request(
      { connectorId: '1', status: 'Sleeping', errorCode: 'NoError' },
      fakeMemory(),
    );
    expect(got).toMatchObject({
      kind: 'refusal',
      refusal: { code: 'FieldValue', reason: expect.stringMatching(/^status .*"Sleeping"$/) },
    });
  });

  test('on connector 0 Occupied and Reserved mean that the charge point is available', () => {
    for (const status of ['Occupied', 'Reserved', 'Available']) {
      const got = up('1.5', 'StatusNotification').request(
        { connectorId: '0', status, errorCode: 'NoError' },
        fakeMemory(),
      );
      expect(valued(got)['status']).toBe('Available');
      expect(got.losses.map((loss) => loss.code)).toEqual(status === 'Available' ? [] : ['status-conn0']);
    }
  });
});

describe('words about samples', () => {
  const sample = (version: '1.5' | '1.6', attributes: Record<string, string>): JsonObject | undefined => {
    const value = { value: '1', '.': '1', ...attributes };
    const { value: text, '.': dot, ...rest } = value;
    const request: SoapObject =
      version === '1.5'
        ? {
            connectorId: '1',
            values: [{ timestamp: '2013-02-01T15:09:18Z', value: [{ '.': dot, ...prefixed(rest) }] }],
          }
        : {
            connectorId: '1',
            meterValue: [{ timestamp: '2013-02-01T15:09:18Z', sampledValue: [{ value: text, ...rest }] }],
          };
    const got = up(version, 'MeterValues').request(request, fakeMemory());
    if (got.kind === 'answer') return undefined;
    const [meterValue] = valued(got)['meterValue'] as { sampledValue: JsonObject[] }[];
    return meterValue?.sampledValue[0];
  };
  const prefixed = (fields: Record<string, string>): Record<string, string> =>
    Object.fromEntries(Object.entries(fields).map(([name, text]) => [`@${name}`, text]));

  const units15 = { ...same(UNITS_15), Amp: 'A', Volt: 'V' };
  test.each(
    Object.entries({
      ...units15,
      VA: 'VA',
      Percent: 'Percent',
      K: 'K',
      volt: 'V',
      Celcius: 'Celsius',
      Hertz: undefined,
    }),
  )('1.5 unit %s is %s', (word, want) =>
    expect(sample('1.5', { unit: word })).toEqual({ value: '1', ...(want && { unit: want }) }),
  );
  test.each(
    Object.entries({ ...same(`${UNITS_15} VA kVA A V K Fahrenheit Percent`), Celcius: 'Celsius', Hertz: undefined }),
  )('1.6 unit %s is %s', (word, want) =>
    expect(sample('1.6', { unit: word })).toEqual({ value: '1', ...(want && { unit: want }) }),
  );
  test.each(Object.entries(same(`${MEASURANDS_15} SoC Current.Offered Power.Offered`)))(
    '1.5 measurand %s is %s',
    (word, want) => expect(sample('1.5', { measurand: word })).toEqual({ value: '1', measurand: want }),
  );
  test.each(['1.5', '1.6'] as const)('%s: a sample with an unknown measurand or unit is dropped', (version) => {
    expect(sample(version, { measurand: 'Current.Import.L1' })).toBeUndefined();
    expect(sample(version, { unit: 'furlong' })).toBeUndefined();
  });
  test('1.6: a sample with an unknown phase is dropped', () => {
    expect(sample('1.6', { phase: 'L4' })).toBeUndefined();
    expect(sample('1.6', { phase: 'L1-N' })).toEqual({ value: '1', phase: 'L1-N' });
  });
  test.each(['context', 'format', 'location'])('an unknown %s is left out and the sample kept', (attribute) => {
    expect(sample('1.5', { [attribute]: 'Nowhere' })).toEqual({ value: '1' });
    expect(sample('1.6', { [attribute]: 'Nowhere' })).toEqual({ value: '1' });
  });
});

describe('words in answers', () => {
  test.each([
    ['1.2', 'Pending', 'Rejected'],
    ['1.5', 'Pending', 'Rejected'],
    ['1.6', 'Pending', 'Pending'],
    ['1.2', 'Accepted', 'Accepted'],
    ['1.5', 'Rejected', 'Rejected'],
  ] as const)('%s reads the registration %s as %s', (version, status, want) => {
    const got = up(version, 'BootNotification').answer(
      { status, currentTime: '2013-02-01T15:09:18Z', interval: 300 },
      fakeMemory(),
    );
    expect(valued(got)['status']).toBe(want);
  });

  test.each([
    ['1.2', 'Accepted', undefined, 'Unlocked'],
    ['1.5', 'Rejected', true, 'UnlockFailed'],
    ['1.5', 'Rejected', undefined, 'UnlockFailed'],
    ['1.2', 'rejected', false, 'NotSupported'],
    ['1.5', 'Unlocked', undefined, 'Unlocked'],
    ['1.6', 'UnlockFailed', undefined, 'UnlockFailed'],
    ['1.6', 'NotSupported', undefined, 'NotSupported'],
  ] as const)('%s answers %s to an unlock (connector exists: %s): %s', (version, status, exists, want) => {
    const asked: number[] = [];
    const memory = fakeMemory({
      connectorExists: (id) => {
        asked.push(id);
        return exists;
      },
    });
    const got = down(version, 'UnlockConnector').answer({ status }, memory, { connectorId: 3 });
    expect(valued(got)).toEqual({ status: want });
    expect(asked.every((id) => id === 3)).toBe(true);
  });

  test('a HashError of 1.5 makes the CSMS send the whole list', () => {
    const got = down('1.5', 'SendLocalList').answer({ status: 'HashError', hash: 'x' }, fakeMemory());
    expect(valued(got)).toEqual({ status: 'Failed' });
    expect(got.losses.map((loss) => loss.code)).toEqual(['hash-error', 'hash']);
  });

  test('an answer with an unknown word is unusable, not guessed', () => {
    expect(down('1.5', 'Reset').answer({ status: 'Maybe' }, fakeMemory())).toMatchObject({
      refusal: { code: 'DeviceAnswerInvalid' },
    });
    expect(up('1.5', 'Authorize').answer({ idTagInfo: { status: 'Maybe' } }, fakeMemory())).toMatchObject({
      refusal: { code: 'CsmsAnswerInvalid' },
    });
  });
});
