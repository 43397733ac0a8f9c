import { describe, expect, test } from 'vitest';
import { csmsCalls, deviceAnswered } from '../../src/flow/flows.ts';
import { type ChargePointState, EMPTY_STATE } from '../../src/flow/state.ts';
import { context, exchange, SETTINGS, sent, withPolicy } from './context.ts';

const FORWARD = {};
const FROM_MEMORY = { instead: { flow: 'configuration-from-memory' } };

function answerOf(effects: readonly { do: string }[]): unknown {
  return (effects.find((effect) => effect.do === 'answer') as { payload?: unknown } | undefined)?.payload;
}

describe('GetConfiguration', () => {
  test('asks a 1.5 charge point only for the keys that it can know', () => {
    const asked = exchange('GetConfiguration', {
      key: ['WebSocketPingInterval', 'SupportedFeatureProfiles', 'BlinkRepeat'],
    });
    const { effects } = csmsCalls(EMPTY_STATE, asked, withPolicy(FORWARD, '1.5'));
    expect(effects).toEqual([{ do: 'call-device', action: 'GetConfiguration', payload: { key: ['BlinkRepeat'] } }]);
  });

  test('does not ask the charge point when every key is the bridge’s own: an empty list would mean all', () => {
    const asked = exchange('GetConfiguration', { key: ['WebSocketPingInterval', 'SupportedFeatureProfiles'] });
    const { effects } = csmsCalls(EMPTY_STATE, asked, withPolicy(FORWARD, '1.5'));
    expect(effects.some((effect) => effect.do === 'call-device')).toBe(false);
    expect(answerOf(effects)).toEqual({
      configurationKey: [
        { key: 'WebSocketPingInterval', readonly: false, value: '60' },
        {
          key: 'SupportedFeatureProfiles',
          readonly: true,
          value: 'Core,FirmwareManagement,LocalAuthListManagement,Reservation,RemoteTrigger',
        },
      ],
    });
  });

  test('asks again in the old spelling when the charge point does not know the new one, and answers in the CSMS’s', () => {
    const asked = exchange('GetConfiguration', { key: ['HeartbeatInterval', 'Nonsense'] });
    const sent = { action: 'GetConfiguration', payload: { key: ['HeartbeatInterval', 'Nonsense'] }, attempt: 1 };
    const unknown = { unknownKey: ['HeartbeatInterval', 'Nonsense'] };
    const first = deviceAnswered(EMPTY_STATE, asked, unknown, sent, context('1.5'));
    const question = { key: ['HeartBeatInterval'] };
    expect(first.effects).toContainEqual({ do: 'loss', code: 'case-keys', field: 'key' });
    expect(first.effects.at(-1)).toEqual({
      do: 'call-device',
      action: 'GetConfiguration',
      payload: question,
      attempt: 2,
    });
    const found = { configurationKey: [{ key: 'HeartBeatInterval', readonly: false, value: '300' }] };
    const second = deviceAnswered(
      first.state,
      asked,
      found,
      { action: 'GetConfiguration', payload: question, attempt: 2 },
      context('1.5'),
    );
    expect(answerOf(second.effects)).toEqual({
      configurationKey: [{ key: 'HeartbeatInterval', readonly: false, value: '300' }],
      unknownKey: ['Nonsense'],
    });
    // Learnt: the next question uses the charge point's spelling at once.
    const next = csmsCalls(
      second.state,
      exchange('GetConfiguration', { key: ['heartbeatinterval'] }),
      withPolicy(FORWARD, '1.5'),
    );
    expect(next.effects).toMatchObject([{ do: 'call-device', payload: { key: ['HeartBeatInterval'] } }]);
  });

  test('keeps one of two keys that differ only in case, the one in 1.6 spelling', () => {
    const both = {
      configurationKey: [
        { key: 'HeartbeatInterval', readonly: false, value: '1' },
        { key: 'HeartBeatInterval', readonly: false, value: '2' },
      ],
    };
    const sent = { action: 'GetConfiguration', payload: {}, attempt: 1 };
    const { effects } = deviceAnswered(EMPTY_STATE, exchange('GetConfiguration'), both, sent, context('1.5'));
    const keys = (answerOf(effects) as { configurationKey: { key: string; value: string }[] }).configurationKey;
    expect(keys.filter((entry) => entry.key.toLowerCase() === 'heartbeatinterval')).toEqual([
      { key: 'HeartbeatInterval', readonly: false, value: '1' },
    ]);
    expect(effects).toContainEqual({ do: 'loss', code: 'case-keys', field: 'configurationKey' });
  });

  test('answers for a 1.2 charge point from what is known', () => {
    const state = {
      ...EMPTY_STATE,
      registration: { status: 'Accepted', interval: 900, at: 0 } as const,
      connectors: { '0': {}, '1': {}, '2': {} },
      configuration: { blinkrepeat: { spelling: 'BlinkRepeat', value: '3', readonly: false } },
    };
    const settings = { ...SETTINGS, assumedKeys: { ResetRetries: '2' } };
    const { effects } = csmsCalls(state, exchange('GetConfiguration'), withPolicy(FROM_MEMORY, '1.2', { settings }));
    const answer = answerOf(effects) as { configurationKey: { key: string; value: string }[] };
    const values = Object.fromEntries(answer.configurationKey.map(({ key, value }) => [key, value]));
    expect(values).toMatchObject({
      ...{ HeartbeatInterval: '900', NumberOfConnectors: '2', BlinkRepeat: '3', ResetRetries: '2' },
      SupportedFeatureProfiles: 'Core,FirmwareManagement,RemoteTrigger',
    });
  });

  test('lists keys of a 1.2 charge point that nobody knows as unknown', () => {
    const asked = exchange('GetConfiguration', { key: ['Nonsense'] });
    const { effects } = csmsCalls(EMPTY_STATE, asked, withPolicy(FROM_MEMORY, '1.2'));
    expect(answerOf(effects)).toEqual({ unknownKey: ['Nonsense'] });
  });
});

describe('ChangeConfiguration', () => {
  test('tries the old spelling once when the charge point calls the key not supported', () => {
    const asked = exchange('ChangeConfiguration', { key: 'HeartbeatInterval', value: '600' });
    const sent = { action: 'ChangeConfiguration', payload: { key: 'HeartbeatInterval', value: '600' }, attempt: 1 };
    const first = deviceAnswered(EMPTY_STATE, asked, { status: 'NotSupported' }, sent, context('1.5'));
    const payload = { key: 'HeartBeatInterval', value: '600' };
    expect(first.effects.at(-1)).toEqual({ do: 'call-device', action: 'ChangeConfiguration', payload, attempt: 2 });
    const again = deviceAnswered(
      EMPTY_STATE,
      asked,
      { status: 'NotSupported' },
      { action: 'ChangeConfiguration', payload, attempt: 2 },
      context('1.5'),
    );
    expect(answerOf(again.effects)).toEqual({ status: 'NotSupported' });
  });

  test('keeps the keys of the link from the charge point and sets the link', () => {
    const asked = exchange('ChangeConfiguration', { key: 'WebSocketPingInterval', value: '30' });
    const { effects } = csmsCalls(EMPTY_STATE, asked, withPolicy(FORWARD, '1.5'));
    expect(effects).toContainEqual({ do: 'link-setting', key: 'WebSocketPingInterval', value: '30' });
    expect(answerOf(effects)).toEqual({ status: 'Accepted' });
    expect(effects.some((effect) => effect.do === 'call-device')).toBe(false);
  });

  test('tells the interval of its own link, whatever the charge point calls by that name', () => {
    const asked = exchange('GetConfiguration', {});
    const answer = { configurationKey: [{ key: 'WebSocketPingInterval', readonly: false, value: '7' }] };
    const told = (state: ChargePointState) => {
      const learnt = deviceAnswered(state, asked, answer, sent('GetConfiguration', {}), context('1.6'));
      const { configurationKey } = answerOf(learnt.effects) as { configurationKey: { value: string }[] };
      return configurationKey.map(({ value }) => value);
    };
    expect(told(EMPTY_STATE)).toEqual(['60']);
    const { state } = csmsCalls(
      EMPTY_STATE,
      exchange('ChangeConfiguration', { key: 'WebSocketPingInterval', value: '30' }),
      withPolicy(FORWARD, '1.6'),
    );
    expect(told(state)).toEqual(['30']);
  });

  test.each([
    ['WebSocketPingInterval', '-1'],
    ['AuthorizationKey', 'short'],
    ['SecurityProfile', '2'],
    ['NumberOfConnectors', '7'],
    ['ChargePointId', 'other'],
  ])('rejects %s = %s without asking the charge point', (key, value) => {
    const { effects } = csmsCalls(
      EMPTY_STATE,
      exchange('ChangeConfiguration', { key, value }),
      withPolicy(FORWARD, '1.5'),
    );
    expect(answerOf(effects)).toEqual({ status: 'Rejected' });
    expect(effects.some((effect) => effect.do === 'call-device')).toBe(false);
  });

  test('remembers an accepted heartbeat interval as the pace to expect', () => {
    const state = { ...EMPTY_STATE, registration: { status: 'Accepted', interval: 900, at: 0 } as const };
    const asked = exchange('ChangeConfiguration', { key: 'HeartbeatInterval', value: '60' });
    const sent = { action: 'ChangeConfiguration', payload: asked.request, attempt: 1 };
    const after = deviceAnswered(state, asked, { status: 'Accepted' }, sent, context('1.6')).state;
    expect(after.registration?.interval).toBe(60);
  });
});
