import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { JsonObject } from '../../src/base/message.ts';
import { loadJsonContract } from '../../src/contract/ocppj.ts';

const contract = loadJsonContract('ocpp1.6');

function repaired(action: string, payload: JsonObject) {
  return contract.repair(action, 'request', payload);
}

describe('reading what a CSMS meant', () => {
  test.each([
    ['a number in quotes', 'Reset', { type: 'Hard' }, { type: 'Hard' }],
    ['a number in quotes', 'UnlockConnector', { connectorId: ' 1 ' }, { connectorId: 1 }],
    ['a whole number with a point', 'UnlockConnector', { connectorId: '1.0' }, { connectorId: 1 }],
    ['a number that should be text', 'RemoteStartTransaction', { idTag: 12345678 }, { idTag: '12345678' }],
    [
      'a truth value that should be text',
      'ChangeConfiguration',
      { key: 'a', value: true },
      { key: 'a', value: 'true' },
    ],
    [
      'an object that should be text',
      'DataTransfer',
      { vendorId: 'v', data: { a: [1, null] } },
      { vendorId: 'v', data: '{"a":[1,null]}' },
    ],
    ['a list that should be text', 'DataTransfer', { vendorId: 'v', data: [] }, { vendorId: 'v', data: '[]' }],
    ['text in a list', 'GetConfiguration', { key: [1, 'b'] }, { key: ['1', 'b'] }],
    ['empty text', 'DataTransfer', { vendorId: 'v', data: '' }, { vendorId: 'v', data: '' }],
  ] satisfies [string, string, JsonObject, JsonObject][])('%s: %s %j', (_what, action, payload, want) => {
    expect(repaired(action, payload)).toEqual({ payload: want, dropped: [] });
  });

  test.each([
    ['words', { connectorId: 'one' }],
    ['nothing', { connectorId: '' }],
    ['another notation', { connectorId: '0x10' }],
    ['a fraction', { connectorId: 1.5 }],
    ['an object', { connectorId: {} }],
  ] satisfies [string, JsonObject][])('a number that is %s is left for the check to refuse', (_what, payload) => {
    const result = repaired('UnlockConnector', payload);
    expect(result).toEqual({ payload, dropped: [] });
    expect(contract.check('UnlockConnector', 'request', result.payload)?.code).toBe('FieldType');
  });

  test('truth values in quotes are read in answers too', () => {
    const answer = { configurationKey: [{ key: 'a', readonly: 'True', value: 5 }] };
    expect(contract.repair('GetConfiguration', 'answer', answer).payload).toEqual({
      configurationKey: [{ key: 'a', readonly: true, value: '5' }],
    });
  });

  test('nulls and unknown fields go, at every depth, and each is named once', () => {
    const payload = {
      listVersion: 1,
      updateType: 'Full',
      extra: {},
      localAuthorizationList: [
        { idTag: 'a', idTagInfo: { status: 'Accepted', expiryDate: null, x: 1 } },
        null,
        { idTag: 'b', idTagInfo: null },
      ],
    };
    expect(repaired('SendLocalList', payload)).toEqual({
      payload: {
        listVersion: 1,
        updateType: 'Full',
        localAuthorizationList: [{ idTag: 'a', idTagInfo: { status: 'Accepted' } }, { idTag: 'b' }],
      },
      dropped: [
        'extra',
        'localAuthorizationList[0].idTagInfo.expiryDate',
        'localAuthorizationList[0].idTagInfo.x',
        'localAuthorizationList[1]',
        'localAuthorizationList[2].idTagInfo',
      ],
    });
  });

  test('names that objects inherit are unknown fields like others', () => {
    const payload: JsonObject = JSON.parse('{"type":"Soft","__proto__":{"x":1},"constructor":1,"toString":2}');
    const result = repaired('Reset', payload);
    expect(result).toEqual({ payload: { type: 'Soft' }, dropped: ['__proto__', 'constructor', 'toString'] });
    expect(Object.getPrototypeOf(result.payload)).toBe(Object.prototype);
  });
});

describe('for any payload', () => {
  const names = fc.constantFrom(
    'connectorId',
    'idTag',
    'chargingProfile',
    'stackLevel',
    'chargingSchedule',
    'limit',
    'other',
  );
  const json = fc.letrec<{ value: JsonObject[string]; object: JsonObject }>((tie) => ({
    value: fc.oneof(
      { maxDepth: 4 },
      fc.constant(null),
      fc.boolean(),
      fc.integer(),
      fc.constantFrom('1', '-2.5', 'true', 'x', ''),
      fc.array(tie('value'), { maxLength: 3 }),
      tie('object'),
    ),
    object: fc.dictionary(names, tie('value'), { noNullPrototype: true }),
  })).object;

  test('a limit finer than a tenth is rounded half up', () => {
    const schedule = (limit: number) => ({
      chargingRateUnit: 'A',
      chargingSchedulePeriod: [{ startPeriod: 0, limit }],
    });
    const limit = (value: number) => {
      const profile = { chargingProfileId: 1, stackLevel: 0, chargingProfilePurpose: 'TxProfile' };
      const whole = { ...profile, chargingProfileKind: 'Absolute', chargingSchedule: schedule(value) };
      const { payload } = repaired('SetChargingProfile', { connectorId: 1, csChargingProfiles: whole });
      return JSON.stringify(payload).match(/"limit":([\d.]+)/)?.[1];
    };
    expect([10.25, 14.7, 6, 0.04].map(limit)).toEqual(['10.3', '14.7', '6', '0']);
  });

  test('a time without a zone is read as UTC, any other time stays as it is', () => {
    const reserve = (expiryDate: string) => repaired('ReserveNow', { expiryDate }).payload['expiryDate'];
    expect(reserve('2024-03-09T10:00:00')).toBe('2024-03-09T10:00:00Z');
    expect(reserve(' 2024-03-09T10:00:00.25 ')).toBe('2024-03-09T10:00:00.25Z');
    for (const as of ['2024-03-09T10:00:00+01:00', '2024-03-09', 'tomorrow']) expect(reserve(as)).toBe(as);
  });

  test('repairing changes nothing in its input, and a second time nothing at all', () => {
    fc.assert(
      fc.property(json, (payload) => {
        const before = JSON.stringify(payload);
        const once = repaired('RemoteStartTransaction', payload);
        expect(JSON.stringify(payload)).toBe(before);
        expect(repaired('RemoteStartTransaction', once.payload)).toEqual({ payload: once.payload, dropped: [] });
      }),
    );
  });

  test('what is valid already stays as it is', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 20 }), fc.integer(), (idTag, connectorId) => {
        const payload = { idTag, connectorId };
        expect(contract.check('RemoteStartTransaction', 'request', payload)).toBeUndefined();
        expect(repaired('RemoteStartTransaction', payload)).toEqual({ payload, dropped: [] });
      }),
    );
  });
});
