import { describe, expect, test } from 'vitest';
import type { JsonObject } from '../../../src/base/message.ts';
import { COMMANDS } from '../../../src/flow/station/all-rules.ts';
import { stationOf } from '../../../src/flow/station/rules.ts';
import { ocpp201Flows } from '../../../src/flow/station/station-flows.ts';
import { keys, transaction } from './command-states.ts';
import { type Asked, judged, type Reply, refusing } from './commander.ts';
import { accepted, stationContext, tables } from './context.ts';
import { toCsms } from './valid.ts';

const command = judged;

describe('DataTransfer of the CSMS', () => {
  const send = (request: JsonObject, reply?: (asked: Asked) => Reply, settings = {}) =>
    command('DataTransfer', accepted(), { vendorId: 'acme', ...request }, reply, settings);
  const says = (answer: JsonObject) => (): Reply => ({ answer });

  test.each([
    ['text', 'as it is', 'as it is'],
    ['an object', { a: [1, 2] }, '{"a":[1,2]}'],
  ])('%s goes down as text', (_what, data, text) => {
    expect(send({ messageId: 'm', data }).asked[0]?.payload).toEqual({ vendorId: 'acme', messageId: 'm', data: text });
  });

  test.each(['Accepted', 'Rejected', 'UnknownMessageId', 'UnknownVendorId'])('%s means the same', (status) => {
    expect(send({}, says({ status })).answer).toEqual({ status });
  });

  test('what comes back is text, or JSON where the operator says so', () => {
    const reply = says({ status: 'Accepted', data: '{"b":1}' });
    expect(send({}, reply).answer).toEqual({ status: 'Accepted', data: '{"b":1}' });
    expect(send({}, reply, { dataTransferData: 'parseJson' }).answer).toEqual({ status: 'Accepted', data: { b: 1 } });
    expect(send({}, says({ status: 'Accepted', data: 'no JSON' }), { dataTransferData: 'parseJson' }).answer).toEqual({
      status: 'Accepted',
      data: 'no JSON',
    });
  });

  test.each([
    ['DeviceNotSupported', 'UnknownVendorId'],
    ['DeviceUncertain', 'Rejected'],
    ['NoCallback', 'Rejected'],
  ] as const)('%s is %s', (code, status) => {
    expect(send({}, refusing(code)).answer).toMatchObject({ status });
  });
});

describe('CustomerInformation', () => {
  const TOKEN = { idToken: '04AABBCC', type: 'ISO14443' };
  const tokens = {
    '04aabbcc': { ...TOKEN, tag: '04AABBCC', known: true as const, info: { status: 'Accepted' }, at: 1 },
  };
  const authorized = { '04aabbcc': { status: 'Accepted', at: 1, available: [] } };
  const known = accepted({ tokens, authorized });
  const ask = (request: JsonObject, state = known) =>
    command('CustomerInformation', state, { requestId: 2, report: true, clear: false, ...request });
  const data = (ended: ReturnType<typeof ask>) => String(ended.told[0]?.payload['data']);

  test('tells what the bridge remembers of a token, after its answer', () => {
    const ended = ask({ idToken: TOKEN });
    expect(ended.effects.map((effect) => effect.do)).toEqual(['answer', 'call-csms']);
    expect(ended.answer).toEqual({ status: 'Accepted' });
    expect(data(ended)).toContain('last judged Accepted');
    expect(ended.told[0]?.payload).toMatchObject({ requestId: 2, seqNo: 0, tbc: false });
  });

  test.each([{ customerIdentifier: 'me' }, { idToken: { idToken: 'OTHER', type: 'Central' } }])(
    'of %j: no data',
    (subject) => {
      expect(data(ask(subject))).toBe('no data');
    },
  );

  test('clears it, all but what a transaction still needs', () => {
    const cleared = ask({ idToken: TOKEN, report: false, clear: true });
    expect(data(cleared)).toBe('no data');
    expect(stationOf(cleared.state)).toMatchObject({ tokens: {}, authorized: {} });
    const open = accepted({ tokens }, { transactions: { 110000000: transaction() } });
    const kept = stationOf(ask({ idToken: TOKEN, clear: true }, open).state).tokens['04aabbcc'];
    expect(kept).toMatchObject(TOKEN);
    expect(kept?.info).toBeUndefined();
  });

  test.each([
    ['bridge', { idToken: TOKEN }, []],
    ['clearCache', { idToken: TOKEN }, [{ action: 'ClearCache', payload: {} }]],
    ['clearCache', { customerIdentifier: 'me' }, []],
  ] as const)(
    'clears the cache of the charge point, too, where the operator wants it: %s, %j',
    (customerClear, subject, asked) => {
      const request = { requestId: 2, report: false, clear: true, ...subject };
      for (const said of [
        { answer: { status: 'Accepted' } },
        { refusal: { code: 'DeviceNotSupported', reason: '' } },
      ] as const) {
        const ended = command('CustomerInformation', known, request, () => said, { customerClear });
        expect(ended.answer).toEqual({ status: 'Accepted' });
        expect(ended.asked).toEqual(asked);
      }
    },
  );

  test.each([
    ['of nobody', {}, 'Invalid'],
    ['of two at once', { idToken: TOKEN, customerIdentifier: 'me' }, 'Invalid'],
    ['for nothing', { idToken: TOKEN, report: false }, 'Rejected'],
  ])('%s', (_what, request, status) => {
    const ended = ask(request);
    expect(ended.answer).toMatchObject({ status });
    expect(ended.told).toEqual([]);
  });
});

describe('monitoring', () => {
  test('no monitor can be set: each is told why', () => {
    const state = accepted({}, { configuration: keys({ AcmeMode: 'x' }) });
    const item = (component: string, variable: string): JsonObject => ({
      ...{ value: 1, type: 'UpperThreshold', severity: 5 },
      ...{ component: { name: component }, variable: { name: variable } },
    });
    const { answer } = command('SetVariableMonitoring', state, {
      setMonitoringData: [
        item('sampleddatactrlr', 'TxUpdatedInterval'),
        item('SampledDataCtrlr', 'Nothing'),
        item('Nobody', 'Nothing'),
        item('OCPP16LegacyCtrlr', 'AcmeMode'),
      ],
    });
    const results = answer?.['setMonitoringResult'] as JsonObject[];
    expect(results.map(({ status }) => status)).toEqual([
      ...['UnsupportedMonitorType', 'UnknownVariable', 'UnknownComponent', 'UnsupportedMonitorType'],
    ]);
    expect(results[0]).toMatchObject({ type: 'UpperThreshold', severity: 5, component: { name: 'sampleddatactrlr' } });
  });

  const statuses = (
    wanted: readonly (readonly [string, string, JsonObject?])[],
    configuration: Readonly<Record<string, string>>,
    settings = {},
  ) => {
    const setMonitoringData = wanted.map(([name, variable, evse]): JsonObject => {
      const component = { name, ...(evse && { evse }) };
      return { value: 1, type: 'UpperThreshold', severity: 5, component, variable: { name: variable } };
    });
    const state = accepted({}, { configuration: keys(configuration) });
    const { answer } = command('SetVariableMonitoring', state, { setMonitoringData }, undefined, settings);
    const results = answer?.['setMonitoringResult'] as JsonObject[];
    return results.map(({ status }) => status);
  };

  test('means the variables that a report tells, at their places', () => {
    const wanted = [
      ['RCD', 'Tripped', { id: 1 }],
      ['EVSE', 'Power', { id: 1 }],
      ['EVSE', 'Power', { id: 9 }],
      ['EVSE', 'Power'],
      ['SmartChargingCtrlr', 'Enabled'],
      ['TxCtrlr', 'MaxEnergyOnInvalidId'],
    ] as const;
    expect(statuses(wanted, { NumberOfConnectors: '1', SupportedFeatureProfiles: 'Core' })).toEqual([
      ...['UnsupportedMonitorType', 'UnsupportedMonitorType', 'UnknownComponent', 'UnknownComponent'],
      ...['UnknownComponent', 'UnknownVariable'],
    ]);
  });

  test("means vendors' keys by the names that they have in a report", () => {
    const wanted = [
      ['AcmeKeys', 'Acme=20Mode'],
      ['AcmeKeys', 'Acme'],
    ] as const;
    expect(statuses(wanted, { 'Acme Mode': 'x' }, { legacyComponent: 'AcmeKeys' })).toEqual([
      ...['UnsupportedMonitorType', 'UnknownVariable'],
    ]);
  });

  test('none can be cleared', () => {
    const { answer } = command('ClearVariableMonitoring', accepted(), { id: [1, 2] });
    expect(answer?.['clearMonitoringResult']).toEqual([
      { status: 'NotFound', id: 1 },
      { status: 'NotFound', id: 2 },
    ]);
  });

  test.each([
    [0, 'Accepted', 0],
    [9, 'Accepted', 9],
    [10, 'Rejected', undefined],
    [-1, 'Rejected', undefined],
  ])('level %i is %s', (severity, status, level) => {
    const { answer, state } = command('SetMonitoringLevel', accepted(), { severity });
    expect(answer?.['status']).toBe(status);
    expect(stationOf(state).monitoringLevel).toBe(level);
  });
});

describe('events', () => {
  const raise = (status: string, level: number | undefined) => {
    const state = accepted(level === undefined ? {} : { monitoringLevel: level });
    const request = { connectorId: 1, status, errorCode: 'HighTemperature', timestamp: '2024-03-09T09:59:00.000Z' };
    const exchange = { id: 's', action: 'StatusNotification', request };
    const policy = { refused: {}, away: 'refuse' } as const;
    const { effects } = ocpp201Flows.deviceCalls(state, exchange, false, stationContext(), policy);
    return toCsms(effects).filter(({ action }) => action === 'NotifyEvent').length;
  };

  test.each([
    ['Faulted', undefined, 1],
    ['Faulted', 3, 1],
    ['Faulted', 2, 0],
    ['Charging', 6, 1],
    ['Charging', 5, 0],
  ])('%s at level %s', (status, level, events) => {
    expect(raise(status, level)).toBe(events);
  });
});

describe('all commands', () => {
  test('whose row names a flow have a rule, and no others', () => {
    const flows = [...tables.actions].filter(([, { kind }]) => kind === 'flow').map(([name]) => name);
    expect(Object.keys(COMMANDS).sort()).toEqual(flows.sort());
  });

  test.each([
    ['Authorize', 'NotSupported'],
    ['TransactionEvent', 'NotSupported'],
    ['Nonsense', 'UnknownAction'],
  ])('%s is no command', (action, code) => {
    expect(command(action, accepted(), {}).said).toMatchObject([{ refusal: { code } }]);
  });
});
