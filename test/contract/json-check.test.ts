import { describe, expect, test } from 'vitest';
import { BridgeError } from '../../src/base/errors.ts';
import type { JsonObject } from '../../src/base/message.ts';
import { loadJsonContract } from '../../src/contract/ocppj.ts';

const contract = loadJsonContract('ocpp1.6');

const start = { connectorId: 1, idTag: 'A', meterStart: 0, timestamp: '2020-01-01T00:00:00Z' };
const reading = (sample: JsonObject): JsonObject => ({
  connectorId: 1,
  meterValue: [{ timestamp: '2020-01-01T00:00:00Z', sampledValue: [{ value: '1', ...sample }] }],
});
const profile = (limit: number): JsonObject => ({
  connectorId: 1,
  csChargingProfiles: {
    chargingProfileId: 1,
    stackLevel: 0,
    chargingProfilePurpose: 'TxProfile',
    chargingProfileKind: 'Absolute',
    chargingSchedule: { chargingRateUnit: 'A', chargingSchedulePeriod: [{ startPeriod: 0, limit }] },
  },
});

describe('a valid message has no violation', () => {
  test.each([
    ['StartTransaction', start],
    ['MeterValues', reading({ unit: 'Celsius' })],
    ['SetChargingProfile', profile(14.7)],
    ['SetChargingProfile', profile(1234567.8)],
    ['Heartbeat', {}],
    ['GetDiagnostics', { location: 'ftp://user:pass@10.0.0.1/logs/', startTime: '2020-02-29T23:59:59.123+02:00' }],
    ['DataTransfer', { vendorId: 'x'.repeat(255), data: '' }],
    ['DataTransfer', { vendorId: '🚗'.repeat(255) }],
    ['StopTransaction', { transactionId: 1, meterStop: 2, timestamp: '2020-01-01T00:00:00Z', transactionData: [] }],
  ] satisfies [string, JsonObject][])('%s %j', (action, payload) => {
    expect(contract.check(action, 'request', payload)).toBeUndefined();
  });
});

describe('the first violation is told by kind, path and problem', () => {
  test.each([
    ['StartTransaction', { ...start, idTag: undefined }, 'FieldMissing', 'idTag is missing'],
    ['StartTransaction', { ...start, connectorId: '1' }, 'FieldType', 'connectorId is not of type integer'],
    ['StartTransaction', { ...start, meterStart: 1.5 }, 'FieldType', 'meterStart is not of type integer'],
    ['StartTransaction', { ...start, idTag: 'x'.repeat(21) }, 'FieldValue', 'idTag is longer than 20 characters'],
    [
      'StartTransaction',
      { ...start, timestamp: '2020-02-30T00:00:00Z' },
      'FieldValue',
      'timestamp is not a valid date-time',
    ],
    ['StartTransaction', { ...start, other: 1 }, 'FieldValue', 'other is not a field of the message'],
    ['Reset', { type: 'Warm' }, 'FieldValue', 'type is none of Hard, Soft'],
    ['GetDiagnostics', { location: 'not a location' }, 'FieldValue', 'location is not a valid uri'],
    ['MeterValues', { connectorId: 1, meterValue: [] }, 'FieldMissing', 'meterValue needs at least 1 in its list'],
    [
      'MeterValues',
      { connectorId: 1, meterValue: [{ timestamp: '2020-01-01T00:00:00Z', sampledValue: [] }] },
      'FieldMissing',
      'meterValue[0].sampledValue needs at least 1 in its list',
    ],
    ['MeterValues', reading({ value: 1 }), 'FieldType', 'meterValue[0].sampledValue[0].value is not of type string'],
    [
      'SetChargingProfile',
      profile(14.75),
      'FieldValue',
      'csChargingProfiles.chargingSchedule.chargingSchedulePeriod[0].limit is not a multiple of 0.1',
    ],
  ] as const)('%s %j', (action, payload, code, reason) => {
    const json: JsonObject = JSON.parse(JSON.stringify(payload));
    expect(contract.check(action, 'request', json)).toEqual({ code, reason });
  });

  test.each(['Celcius', 'Hertz'])('the disputed unit %s is not written', (unit) => {
    const stop = { transactionId: 1, meterStop: 2, timestamp: '2020-01-01T00:00:00Z' };
    const violation = contract.check('MeterValues', 'request', reading({ unit }));
    expect(violation).toMatchObject({ code: 'FieldValue' });
    expect(violation?.reason).toMatch(/^meterValue\[0\]\.sampledValue\[0\]\.unit is none of Wh, /);
    const data = reading({ unit })['meterValue'] ?? null;
    expect(contract.check('StopTransaction', 'request', { ...stop, transactionData: data })?.code).toBe('FieldValue');
  });

  test.each([[[]], ['text'], [1], [null]])('a payload that is %j has no shape', (payload) => {
    const violation = contract.check('Heartbeat', 'request', payload as unknown as JsonObject);
    expect(violation).toEqual({ code: 'PayloadShape', reason: 'the payload is not an object' });
  });

  test('a reason never repeats a value, which may be a tag', () => {
    const violation = contract.check('StartTransaction', 'request', { ...start, idTag: 'SECRET-TAG-0123456789' });
    expect(violation?.reason).not.toContain('SECRET');
  });
});

test('requests and answers are judged by their own schemas', () => {
  expect(contract.check('Heartbeat', 'answer', { currentTime: '2020-01-01T00:00:00Z' })).toBeUndefined();
  expect(contract.check('Heartbeat', 'answer', {})).toEqual({ code: 'FieldMissing', reason: 'currentTime is missing' });
});

test('an action that the version does not have is an error of the table', () => {
  expect(() => contract.check('Fly', 'request', {})).toThrow(BridgeError);
  expect(() => contract.repair('Fly', 'request', {})).toThrow('no such action: Fly');
});
