import { describe, expect, test } from 'vitest';
import { compileTables } from '../../src/mapping/compile.ts';
import { DEFAULT_OPTIONS, type MappingOptions } from '../../src/mapping/options.ts';
import { tagAlias } from '../../src/mapping/scalars/tag-alias.ts';
import type { Translator } from '../../src/mapping/translator.ts';
import { fakeMemory, RECEIVED_AT } from './fake-memory.ts';
import { codesOf, contracts, down, tables, up, valued } from './house.ts';

const AT = '2013-02-01T15:09:18Z';
const NOW = new Date(RECEIVED_AT).toISOString();
const LONG_TAG = 'DE-ABC-C00123456-7-000000001';
const start = { connectorId: '1', idTag: 'ABC', timestamp: AT, meterStart: '12' };

describe('tags', () => {
  test('a long tag goes up as its stand-in, which the caller is told to remember', () => {
    const got = up('1.2', 'StartTransaction').request({ ...start, idTag: ` ${LONG_TAG} ` }, fakeMemory());
    const alias = tagAlias(LONG_TAG, 'ZZ', 20);
    expect(valued(got)).toMatchObject({ idTag: alias });
    expect(got).toMatchObject({ aliases: [{ alias, original: LONG_TAG }] });
    expect(got.losses.find((loss) => loss.code === 'tag-alias')).toEqual({
      code: 'tag-alias',
      field: 'idTag',
      raw: LONG_TAG,
      secret: true,
    });
  });

  test('its spelling is otherwise the charge point’s own', () => {
    expect(valued(up('1.5', 'Authorize').request({ idTag: ' aBc ' }, fakeMemory()))).toEqual({ idTag: 'aBc' });
  });

  test('commands and answers carry the tag behind the stand-in', () => {
    const memory = fakeMemory({ tagOf: (alias) => (alias === 'ZZ1' ? LONG_TAG : undefined) });
    expect(valued(down('1.2', 'RemoteStartTransaction').request({ idTag: 'ZZ1' }, memory))).toEqual({
      idTag: LONG_TAG,
    });
    const answer = { idTagInfo: { status: 'Accepted', parentIdTag: 'ZZ1' } };
    expect(valued(up('1.2', 'Authorize').answer(answer, memory))).toEqual({
      idTagInfo: { status: 'Accepted', parentIdTag: LONG_TAG },
    });
    const list = { listVersion: 3, updateType: 'Full', localAuthorizationList: [{ idTag: 'ZZ1' }] };
    expect(valued(down('1.5', 'SendLocalList').request(list, memory))).toEqual({
      updateType: 'Full',
      listVersion: '3',
      localAuthorisationList: [{ idTag: LONG_TAG }],
    });
  });

  test('a tag never stands in a reason', () => {
    const got = up('1.5', 'StartTransaction').request(
      { connectorId: '1', idTag: '  ', timestamp: AT, meterStart: '1' },
      fakeMemory(),
    );
    expect(got).toMatchObject({ kind: 'refusal', refusal: { code: 'FieldValue', reason: 'idTag is empty' } });
  });
});

describe('options of the operator', () => {
  const compiled = (change: Partial<MappingOptions>): Translator => {
    const found = compileTables(tables, contracts, { ...DEFAULT_OPTIONS, ...change }).translators.get('1.5');
    if (!found) throw new Error('no translator');
    return found;
  };

  test('tagTooLong: reject answers Authorize with Invalid and still lets a start through', () => {
    const { up: calls } = compiled({ tagTooLong: 'reject', tagAliasPrefix: 'BR' });
    expect(calls.get('Authorize')?.request({ idTag: LONG_TAG }, fakeMemory())).toMatchObject({
      kind: 'answer',
      answer: { idTagInfo: { status: 'Invalid' } },
    });
    expect(calls.get('StartTransaction')?.request({ ...start, idTag: LONG_TAG }, fakeMemory())).toMatchObject({
      value: { idTag: tagAlias(LONG_TAG, 'BR', 20) },
    });
  });

  test('smartChargingAnswer: status gives a status instead of a CALLERROR', () => {
    const { down: commands } = compiled({ smartChargingAnswer: 'status' });
    expect(commands.get('SetChargingProfile')?.instead).toEqual({ answer: { status: 'NotSupported' } });
    expect(commands.get('ClearChargingProfile')?.instead).toEqual({ answer: { status: 'Unknown' } });
    expect(down('1.5', 'GetCompositeSchedule').instead).toEqual({ refuse: 'NotSupported' });
  });

  test('keepZero lets 0 be an id', () => {
    const { up: calls } = compiled({ keepZero: true });
    expect(calls.get('StartTransaction')?.request({ ...start, reservationId: '0' }, fakeMemory())).toMatchObject({
      value: { reservationId: 0 },
    });
    const got = up('1.5', 'StartTransaction').request({ ...start, reservationId: '0' }, fakeMemory());
    expect(valued(got)).not.toHaveProperty('reservationId');
    expect(codesOf(got)).toEqual(['resv-zero']);
  });
});

describe('times', () => {
  test('a start or stop is never lost for its date', () => {
    for (const timestamp of ['2022-02-29T10:00:00Z', '', 'soon']) {
      const got = up('1.5', 'StartTransaction').request({ ...start, timestamp }, fakeMemory());
      expect(valued(got)).toMatchObject({ timestamp: NOW });
      expect(codesOf(got)).toContain('ts-bad');
    }
    const { timestamp: _none, ...bare } = start;
    expect(valued(up('1.6', 'StartTransaction').request(bare, fakeMemory()))).toMatchObject({ timestamp: NOW });
    const stop = { transactionId: '1', timestamp: '2022-02-30T10:00:00Z', meterStop: '1' };
    expect(valued(up('1.2', 'StopTransaction').request(stop, fakeMemory()))).toMatchObject({ timestamp: NOW });
  });

  test('an unreadable time of a status is left out, one of a reading drops the reading', () => {
    const status = { connectorId: '1', status: 'Available', errorCode: 'NoError', timestamp: 'never' };
    const got = up('1.5', 'StatusNotification').request(status, fakeMemory());
    expect(valued(got)).not.toHaveProperty('timestamp');
    expect(codesOf(got)).toEqual(['ts-bad']);
    const values = [{ timestamp: '2022-02-29T10:00:00Z', value: '1' }, { value: '3' }, { timestamp: AT, value: '2' }];
    const readings = up('1.2', 'MeterValues').request({ connectorId: '1', values }, fakeMemory());
    expect(valued(readings)['meterValue']).toHaveLength(1);
    expect(codesOf(readings)).toEqual(['mv-time', 'mv-time']);
  });

  test('a time without a zone is in the zone of the charge point', () => {
    const got = up('1.5', 'StartTransaction').request(
      { ...start, timestamp: '2013-02-01T15:09:18' },
      fakeMemory({ timezone: 'Europe/Madrid' }),
    );
    expect(valued(got)).toMatchObject({ timestamp: '2013-02-01T14:09:18Z' });
    expect(codesOf(got)).toEqual(['ts-zone']);
  });

  test('1.6 charge points may get milliseconds, older ones do not', () => {
    const call = { connectorId: 1, idTag: 'A', reservationId: 1, expiryDate: '2013-02-01T15:09:18.250+01:00' };
    expect(valued(down('1.6', 'ReserveNow').request(call, fakeMemory()))).toMatchObject({
      expiryDate: '2013-02-01T14:09:18.250Z',
    });
    expect(valued(down('1.5', 'ReserveNow').request(call, fakeMemory()))).toMatchObject({
      expiryDate: '2013-02-01T14:09:18Z',
    });
  });

  test('a wrong time in a command is refused, by its kind', () => {
    const call = { connectorId: 1, idTag: 'A', reservationId: 1 };
    const request = down('1.5', 'ReserveNow').request;
    expect(request({ ...call, expiryDate: '2022-02-29T10:00:00Z' }, fakeMemory())).toMatchObject({
      refusal: { code: 'FieldValue' },
    });
    expect(request({ ...call, expiryDate: 5 }, fakeMemory())).toMatchObject({ refusal: { code: 'FieldType' } });
  });

  test('the clock of a charge point is set even when the CSMS tells no usable time', () => {
    for (const answer of [{}, { currentTime: 'x' }, { currentTime: null }]) {
      expect(valued(up('1.2', 'Heartbeat').answer(answer, fakeMemory()))).toEqual({
        currentTime: '2013-03-08T10:00:00Z',
      });
    }
  });

  test('an unreadable expiry of a tag is left out of the answer', () => {
    const got = up('1.5', 'Authorize').answer({ idTagInfo: { status: 'Accepted', expiryDate: 'x' } }, fakeMemory());
    expect(valued(got)).toEqual({ idTagInfo: { status: 'Accepted' } });
  });
});

describe('numbers', () => {
  test('a whole number may be written as a decimal, another decimal is refused with its path', () => {
    const got = up('1.5', 'StartTransaction').request({ ...start, meterStart: '1234.0' }, fakeMemory());
    expect(valued(got)).toMatchObject({ meterStart: 1234 });
    expect(codesOf(got)).toEqual(['int-repair']);
    expect(up('1.5', 'StartTransaction').request({ ...start, meterStart: '1234.5' }, fakeMemory())).toMatchObject({
      refusal: { code: 'FieldType', reason: 'meterStart must be a whole number of 32 bits: "1234.5"' },
    });
  });

  test('a negative connector is refused in both directions', () => {
    expect(up('1.5', 'StartTransaction').request({ ...start, connectorId: '-1' }, fakeMemory())).toMatchObject({
      refusal: { code: 'FieldValue' },
    });
    expect(down('1.5', 'UnlockConnector').request({ connectorId: -1 }, fakeMemory())).toMatchObject({
      refusal: { code: 'FieldValue' },
    });
  });

  test('amounts beyond 32 bits become the largest, ids are refused', () => {
    const diagnostics = { location: 'ftp://h/', retries: 2 ** 40, retryInterval: 60 };
    const got = down('1.5', 'GetDiagnostics').request(diagnostics, fakeMemory());
    expect(valued(got)).toMatchObject({ retries: '2147483647', retryInterval: '60' });
    expect(codesOf(got)).toEqual(['int-clamp']);
    expect(down('1.5', 'CancelReservation').request({ reservationId: 2 ** 40 }, fakeMemory())).toMatchObject({
      refusal: { code: 'FieldValue' },
    });
  });

  test('a transaction id beyond 32 bits needs its stand-in', () => {
    const answer = { transactionId: 1_700_000_000_000, idTagInfo: { status: 'Accepted' } };
    const known = fakeMemory({ deviceTransaction: () => 12 });
    expect(valued(up('1.5', 'StartTransaction').answer(answer, known))).toMatchObject({ transactionId: '12' });
    expect(up('1.5', 'StartTransaction').answer(answer, fakeMemory())).toMatchObject({
      refusal: { code: 'CsmsAnswerInvalid' },
    });
  });

  test('list versions 0 and below are refused, in this command only', () => {
    for (const listVersion of [0, -1]) {
      expect(down('1.5', 'SendLocalList').request({ listVersion, updateType: 'Full' }, fakeMemory())).toMatchObject({
        refusal: { code: 'FieldValue' },
      });
    }
    expect(valued(down('1.5', 'GetLocalListVersion').answer({ listVersion: '-1' }, fakeMemory()))).toEqual({
      listVersion: -1,
    });
  });

  test('connector 0 of a remote start is left out', () => {
    const got = down('1.5', 'RemoteStartTransaction').request({ idTag: 'A', connectorId: 0 }, fakeMemory());
    expect(valued(got)).toEqual({ idTag: 'A' });
    expect(codesOf(got)).toEqual(['start-conn']);
  });

  test('charging limits keep their digits in both directions', () => {
    const schedule = {
      chargingRateUnit: 'A',
      chargingSchedulePeriod: [{ startPeriod: 0, limit: 14.7 }],
      minChargingRate: 0.25,
    };
    const profile = {
      chargingProfileId: 1,
      stackLevel: 0,
      chargingProfilePurpose: 'TxProfile',
      chargingProfileKind: 'Relative',
      chargingSchedule: schedule,
    };
    const got = down('1.6', 'SetChargingProfile').request(
      { connectorId: 1, csChargingProfiles: profile },
      fakeMemory(),
    );
    expect(valued(got)).toMatchObject({
      csChargingProfiles: {
        chargingSchedule: { chargingSchedulePeriod: [{ startPeriod: '0', limit: '14.7' }], minChargingRate: '0.3' },
      },
    });
    expect(codesOf(got)).toEqual(['decimal']);
    const answer = down('1.6', 'GetCompositeSchedule').answer(
      {
        status: 'Accepted',
        chargingSchedule: { chargingRateUnit: 'A', chargingSchedulePeriod: [{ startPeriod: '0', limit: '14.70' }] },
      },
      fakeMemory(),
    );
    expect(valued(answer)).toMatchObject({
      chargingSchedule: { chargingSchedulePeriod: [{ startPeriod: 0, limit: 14.7 }] },
    });
  });
});

describe('texts', () => {
  test('free text is not trimmed, and empty stays empty', () => {
    for (const data of ['', '  x\n']) {
      expect(valued(up('1.5', 'DataTransfer').request({ vendorId: 'v', data }, fakeMemory()))).toEqual({
        vendorId: 'v',
        data,
      });
      expect(valued(down('1.5', 'DataTransfer').request({ vendorId: 'v', data }, fakeMemory()))).toEqual({
        vendorId: 'v',
        data,
      });
    }
    expect(valued(down('1.5', 'ChangeConfiguration').request({ key: 'k', value: '' }, fakeMemory()))).toEqual({
      key: 'k',
      value: '',
    });
  });

  test('characters that XML cannot carry are refused in free text and dropped elsewhere', () => {
    const bad = 'a\u0000b';
    expect(down('1.5', 'ChangeConfiguration').request({ key: 'k', value: bad }, fakeMemory())).toMatchObject({
      refusal: { code: 'FieldValue' },
    });
    expect(up('1.5', 'DataTransfer').answer({ status: 'Accepted', data: bad }, fakeMemory())).toMatchObject({
      refusal: { code: 'CsmsAnswerInvalid' },
    });
    const got = down('1.5', 'ChangeConfiguration').request({ key: bad, value: 'v' }, fakeMemory());
    expect(valued(got)).toEqual({ key: 'ab', value: 'v' });
    expect(codesOf(got)).toEqual(['xml-char']);
  });

  test('a payload that is no text is written as its JSON', () => {
    const got = up('1.5', 'DataTransfer').answer({ status: 'Accepted', data: { a: 1 } }, fakeMemory());
    expect(valued(got)).toEqual({ status: 'Accepted', data: '{"a":1}' });
    expect(codesOf(got)).toEqual(['data-json']);
  });

  test('ids of a DataTransfer that are too long are answered as unknown', () => {
    const request = up('1.5', 'DataTransfer').request;
    expect(request({ vendorId: 'v'.repeat(256) }, fakeMemory())).toMatchObject({
      kind: 'answer',
      answer: { status: 'UnknownVendorId' },
    });
    expect(request({ vendorId: 'v', messageId: 'm'.repeat(51) }, fakeMemory())).toMatchObject({
      answer: { status: 'UnknownMessageId' },
    });
  });

  test('a configuration item whose key is too long is dropped, a long value cut', () => {
    const got = down('1.5', 'GetConfiguration').answer(
      {
        configurationKey: [
          { key: 'k'.repeat(51), readonly: 'true' },
          { key: 'K', readonly: '0', value: 'v'.repeat(501) },
          { key: 'E', readonly: '1', value: '' },
        ],
        unknownKey: ['u'.repeat(51), 'U'],
      },
      fakeMemory(),
    );
    expect(valued(got)).toEqual({
      configurationKey: [
        { key: 'K', readonly: false, value: 'v'.repeat(500) },
        { key: 'E', readonly: true, value: '' },
      ],
      unknownKey: ['U'],
    });
    expect(got.losses.map(({ code, field }) => `${code} ${field}`)).toEqual([
      'key-long configurationKey[0].key',
      'val-long configurationKey[0].value',
      'key-long unknownKey[0]',
    ]);
  });

  test('an empty list of configuration keys is left out', () => {
    expect(valued(down('1.5', 'GetConfiguration').request({ key: [] }, fakeMemory()))).toEqual({});
  });

  test('spaces of a location are escaped', () => {
    expect(valued(down('1.2', 'GetDiagnostics').request({ location: 'ftp://h/a b' }, fakeMemory()))).toEqual({
      location: 'ftp://h/a%20b',
    });
  });
});

describe('transactions', () => {
  test('the readings of a 1.5 stop become one list', () => {
    const reading = (value: string) => ({ timestamp: AT, value: [{ '.': value }] });
    const got = up('1.5', 'StopTransaction').request(
      {
        transactionId: '5',
        timestamp: AT,
        meterStop: '9',
        transactionData: [{ values: [reading('1'), reading('NaN')] }, {}, { values: [reading('2')] }],
      },
      fakeMemory({ csmsTransaction: () => 500, stopReason: () => 'Remote' }),
    );
    expect(valued(got)).toEqual({
      transactionId: 500,
      timestamp: AT,
      meterStop: 9,
      reason: 'Remote',
      transactionData: [
        { timestamp: AT, sampledValue: [{ value: '1' }] },
        { timestamp: AT, sampledValue: [{ value: '2' }] },
      ],
    });
    expect(codesOf(got)).toEqual(['tx-alias', 'txdata-nest', 'mv-nan', 'mv-empty']);
  });

  test('a stop without readings or with unusable ones goes without them', () => {
    const stop = { transactionId: '5', timestamp: AT, meterStop: '9' };
    for (const transactionData of [[], [{}], [{ values: [{ timestamp: AT, value: [{ '.': '-' }] }] }]]) {
      expect(
        valued(up('1.5', 'StopTransaction').request({ ...stop, transactionData }, fakeMemory())),
      ).not.toHaveProperty('transactionData');
    }
  });

  test('a stop without an id is not lost', () => {
    const got = up('1.2', 'StopTransaction').request({ timestamp: AT, meterStop: '9' }, fakeMemory());
    expect(valued(got)).toMatchObject({ transactionId: -1 });
    expect(codesOf(got)).toContain('tx-none');
  });

  test('a stop is confirmed whatever the answer says about the tag', () => {
    const answer = up('1.5', 'StopTransaction').answer;
    expect(valued(answer({}, fakeMemory()))).toEqual({});
    const got = answer({ idTagInfo: {} }, fakeMemory());
    expect(valued(got)).toEqual({});
    expect(codesOf(got)).toEqual(['json-unknown']);
  });

  test('an authorization without a verdict is refused, never invented', () => {
    for (const answer of [{}, { idTagInfo: {} }, { idTagInfo: null }]) {
      expect(up('1.5', 'Authorize').answer(answer, fakeMemory())).toMatchObject({
        kind: 'refusal',
        refusal: { code: 'CsmsAnswerInvalid' },
      });
    }
  });

  test('a reading of 1.2 is text with its measurand, in the transaction of its time', () => {
    const got = up('1.2', 'MeterValues').request(
      { connectorId: '1', values: [{ timestamp: AT, value: '+0012' }] },
      fakeMemory({ transactionAt: (_connector, at) => (at === Date.parse(AT) ? 44 : undefined) }),
    );
    expect(valued(got)).toEqual({
      connectorId: 1,
      transactionId: 44,
      meterValue: [
        { timestamp: AT, sampledValue: [{ value: '12', measurand: 'Energy.Active.Import.Register', unit: 'Wh' }] },
      ],
    });
  });

  test('the charging profile of a remote start is dropped and counted where it cannot be used', () => {
    const chargingSchedule = { chargingRateUnit: 'A', chargingSchedulePeriod: [{ startPeriod: 0, limit: 16 }] };
    const chargingProfile = {
      chargingProfileId: 1,
      stackLevel: 0,
      chargingProfilePurpose: 'TxProfile',
      chargingProfileKind: 'Relative',
      chargingSchedule,
    };
    const got = down('1.5', 'RemoteStartTransaction').request({ idTag: 'A', chargingProfile }, fakeMemory());
    expect(valued(got)).toEqual({ idTag: 'A' });
    expect(codesOf(got)).toEqual(['profile-start']);
    expect(
      valued(down('1.6', 'RemoteStartTransaction').request({ idTag: 'A', chargingProfile }, fakeMemory())),
    ).toHaveProperty('chargingProfile.chargingSchedule');
  });
});

describe('policies for the banks', () => {
  test('what the charge point gets when the CSMS refuses or is away stands in the table', () => {
    expect(up('1.5', 'StatusNotification')).toMatchObject({
      refused: { other: { answer: {} } },
      away: { answer: {}, keep: 'last-per-connector' },
    });
    expect(up('1.5', 'StartTransaction')).toMatchObject({ refused: { other: 'fault' }, away: 'refuse' });
    expect(up('1.2', 'DataTransfer')).toMatchObject({
      refused: { NotSupported: { answer: { status: 'UnknownVendorId' } }, other: 'fault' },
    });
    expect(up('1.6', 'Heartbeat').away).toEqual({ answer: { currentTime: '$now' } });
  });
});
