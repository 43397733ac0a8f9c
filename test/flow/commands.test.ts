import { describe, expect, test } from 'vitest';
import type { JsonObject } from '../../src/base/message.ts';
import { csmsCalls, deviceAnswered, deviceCalls } from '../../src/flow/flows.ts';
import { type ChargePointState, EMPTY_STATE } from '../../src/flow/state.ts';
import { context, exchange, NOW, REFUSE, SETTINGS, withPolicy } from './context.ts';

const FORWARD = {};
const EMULATED = { instead: { flow: 'trigger-from-memory' } };
const STATUS = { connectorId: 1, status: 'Charging', errorCode: 'NoError', timestamp: '2024-03-09T09:00:00.000Z' };
const METER = {
  connectorId: 1,
  transactionId: 42,
  meterValue: [
    { timestamp: '2024-03-09T09:59:00.000Z', sampledValue: [{ value: '1234', context: 'Sample.Periodic' }] },
  ],
};

function registered(status: 'Accepted' | 'Pending' | 'Rejected'): ChargePointState {
  return { ...EMPTY_STATE, registration: { status, interval: 300, at: 0 } };
}

describe('before the CSMS accepted the charge point', () => {
  test.each([
    ['Rejected', 'Heartbeat', 'NotRegistered'],
    ['Rejected', 'StatusNotification', 'NotRegistered'],
    ['Rejected', 'StartTransaction', 'CsmsAway'],
    ['Pending', 'StopTransaction', 'CsmsAway'],
    ['Pending', 'MeterValues', 'CsmsAway'],
  ] as const)('%s: %s is refused as %s', (status, action, code) => {
    const { effects } = deviceCalls(registered(status), exchange(action), false, context('1.6'), REFUSE);
    expect(effects).toMatchObject([{ do: 'refuse', refusal: { code } }]);
  });

  test.each([
    ['Rejected', 'BootNotification'],
    ['Accepted', 'Heartbeat'],
  ] as const)('%s: %s passes', (status, action) => {
    const { effects } = deviceCalls(registered(status), exchange(action), false, context('1.6'), REFUSE);
    expect(effects).toMatchObject([{ do: 'call-csms', action }]);
  });

  test('a bridge that knows nothing lets everything pass', () => {
    const { effects } = deviceCalls(EMPTY_STATE, exchange('StartTransaction'), false, context('1.6'), REFUSE);
    expect(effects).toMatchObject([{ do: 'remember-asked' }, { do: 'call-csms' }]);
  });

  test.each(['RemoteStartTransaction', 'RemoteStopTransaction'])('%s is Rejected while Pending', (action) => {
    const { effects } = csmsCalls(registered('Pending'), exchange(action, { idTag: 'T' }), withPolicy(FORWARD, '1.6'));
    expect(effects).toEqual([{ do: 'answer', payload: { status: 'Rejected' } }]);
  });
});

describe('RemoteStartTransaction', () => {
  const start = (request: JsonObject, change: Partial<typeof SETTINGS> = {}, version: '1.5' | '1.6' = '1.5') => {
    const settings = { ...SETTINGS, ...change };
    return csmsCalls(
      EMPTY_STATE,
      exchange('RemoteStartTransaction', request),
      withPolicy(FORWARD, version, { settings }),
    ).effects;
  };

  test('leaves out connector 0, which does not exist there', () => {
    expect(start({ idTag: 'T', connectorId: 0 })).toEqual([
      { do: 'loss', code: 'start-conn', field: 'connectorId' },
      { do: 'call-device', action: 'RemoteStartTransaction', payload: { idTag: 'T' } },
    ]);
  });

  test('names the only connector when the operator asks for that', () => {
    expect(start({ idTag: 'T' }, { fillConnector: true, connectors: 1 }).at(-1)).toMatchObject({
      payload: { idTag: 'T', connectorId: 1 },
    });
    expect(start({ idTag: 'T' }, { fillConnector: true, connectors: 2 }).at(-1)).toMatchObject({
      payload: { idTag: 'T' },
    });
  });

  test('refuses a negative connector', () => {
    expect(start({ idTag: 'T', connectorId: -1 })).toMatchObject([{ do: 'refuse', refusal: { code: 'FieldValue' } }]);
  });

  test('is Rejected when it must obey a profile that the version cannot', () => {
    const request = { idTag: 'T', connectorId: 1, chargingProfile: {} };
    expect(start(request, { profileRequired: 'reject' }).at(-1)).toEqual({
      do: 'answer',
      payload: { status: 'Rejected' },
    });
    expect(start(request, { profileRequired: 'reject' }, '1.6').at(-1)).toMatchObject({ do: 'call-device' });
    expect(start(request).at(-1)).toMatchObject({ do: 'call-device' });
  });
});

test.each([0, -1])('SendLocalList refuses %i as a list version', (listVersion) => {
  const request = { listVersion, updateType: 'Full' };
  const { effects } = csmsCalls(EMPTY_STATE, exchange('SendLocalList', request), withPolicy(FORWARD, '1.5'));
  expect(effects).toMatchObject([{ do: 'refuse', refusal: { code: 'FieldValue' } }]);
});

test('an operation the version lacks is answered or refused as the table says', () => {
  const ask = (instead: object) =>
    csmsCalls(EMPTY_STATE, exchange('ReserveNow'), withPolicy({ instead } as typeof FORWARD, '1.2')).effects.at(-1);
  expect(ask({ answer: { status: 'Rejected' } })).toEqual({ do: 'answer', payload: { status: 'Rejected' } });
  expect(ask({ refuse: 'NotSupported' })).toMatchObject({ do: 'refuse', refusal: { code: 'NotSupported' } });
});

describe('TriggerMessage for a charge point without it', () => {
  const trigger = (state: ChargePointState, request: JsonObject, change: Parameters<typeof context>[1] = {}) =>
    csmsCalls(state, exchange('TriggerMessage', request), withPolicy(EMULATED, '1.5', change)).effects;
  const own = (action: string, payload: JsonObject) => ({ do: 'call-csms', action, payload, own: true, delay: 100 });
  const answer = (status: string) => ({ do: 'answer', payload: { status } });
  const seen = { ...EMPTY_STATE, connectors: { '1': { status: STATUS, meter: METER, meterAt: NOW - 60_000 } } };

  test('tells the status it remembers, with its own time, after the answer', () => {
    expect(trigger(seen, { requestedMessage: 'StatusNotification', connectorId: 1 }).slice(1)).toEqual([
      answer('Accepted'),
      own('StatusNotification', STATUS),
    ]);
  });

  test('tells it as the CSMS takes it', () => {
    const status = { ...STATUS, status: 'Faulted', errorCode: 'EVCommunicationError' };
    const faulted = { ...EMPTY_STATE, connectors: { '1': { status } } };
    const settings = { ...SETTINGS, strictErrors: true };
    const told = trigger(faulted, { requestedMessage: 'StatusNotification', connectorId: 1 }, { settings });
    expect(told.at(-1)).toMatchObject({ payload: { errorCode: 'OtherError' } });
  });

  test.each([
    ['StatusNotification', { connectorId: 7 }],
    ['MeterValues', { connectorId: 7 }],
    ['BootNotification', {}],
  ])('%s %j is Rejected when there is nothing true to say', (requestedMessage, more) => {
    expect(trigger(seen, { requestedMessage, ...more })).toEqual([answer('Rejected')]);
  });

  test('sends a recent reading, marked as triggered, and no old one', () => {
    const effects = trigger(seen, { requestedMessage: 'MeterValues' });
    const sample = { value: '1234', context: 'Trigger' };
    expect(effects.at(-1)).toMatchObject({
      action: 'MeterValues',
      payload: { meterValue: [{ sampledValue: [sample] }] },
    });
    const later = { now: NOW + 3_600_000 };
    expect(trigger(seen, { requestedMessage: 'MeterValues' }, later)).toEqual([answer('Rejected')]);
  });

  test('beats for a charge point that was heard lately, not for a silent one', () => {
    const state = { ...EMPTY_STATE, registration: { status: 'Accepted', interval: 60, at: 0 } as const };
    const ask = (heardAt: number) => trigger(state, { requestedMessage: 'Heartbeat' }, { heardAt });
    expect(ask(NOW - 100_000).at(-1)).toEqual(own('Heartbeat', {}));
    expect(ask(NOW - 130_000)).toEqual([answer('Rejected')]);
  });

  test('says Uploading while diagnostics are under way, else Idle', () => {
    const open = { ...EMPTY_STATE, diagnostics: { open: true, at: NOW } };
    const ask = (state: ChargePointState) =>
      trigger(state, { requestedMessage: 'DiagnosticsStatusNotification' }).at(-1);
    expect(ask(open)).toEqual(own('DiagnosticsStatusNotification', { status: 'Uploading' }));
    expect(ask(EMPTY_STATE)).toEqual(own('DiagnosticsStatusNotification', { status: 'Idle' }));
  });
});

describe('what the operator knows of a charge point', () => {
  const answered = (action: string, request: JsonObject, answer: JsonObject, change: Partial<typeof SETTINGS>) => {
    const settings = { ...SETTINGS, ...change };
    const sent = { action, payload: request, attempt: 1 };
    return deviceAnswered(EMPTY_STATE, exchange(action, request), answer, sent, context('1.5', { settings })).effects;
  };

  test('without a lock, a refused unlock is NotSupported', () => {
    const ask = (hasLock: boolean) =>
      answered('UnlockConnector', { connectorId: 1 }, { status: 'UnlockFailed' }, { hasLock });
    expect(ask(false)).toEqual([{ do: 'answer', payload: { status: 'NotSupported' } }]);
    expect(ask(true)).toEqual([{ do: 'answer', payload: { status: 'UnlockFailed' } }]);
  });

  test('a key that needs a reboot says so', () => {
    const ask = (key: string) =>
      answered('ChangeConfiguration', { key, value: '1' }, { status: 'Accepted' }, { rebootKeys: ['ResetRetries'] });
    expect(ask('resetretries')).toEqual([{ do: 'answer', payload: { status: 'RebootRequired' } }]);
    expect(ask('BlinkRepeat')).toEqual([{ do: 'answer', payload: { status: 'Accepted' } }]);
  });

  test('a fault with a warning beside it is told as OtherError where the CSMS wants that', () => {
    const request = { connectorId: 1, status: 'Faulted', errorCode: 'EVCommunicationError' };
    const told = (strictErrors: boolean) => {
      const settings = { ...SETTINGS, strictErrors };
      return deviceCalls(
        EMPTY_STATE,
        exchange('StatusNotification', request),
        false,
        context('1.5', { settings }),
        REFUSE,
      ).effects;
    };
    expect(told(true)).toMatchObject([
      { payload: { errorCode: 'OtherError', vendorErrorCode: 'EVCommunicationError' } },
    ]);
    expect(told(false)).toMatchObject([{ payload: request }]);
  });
});
