import { describe, expect, test } from 'vitest';
import type { JsonObject } from '../../src/base/message.ts';
import { csmsCalls, deviceAnswered, deviceCalls, ocpp16Flows } from '../../src/flow/flows.ts';
import { type ChargePointState, EMPTY_STATE } from '../../src/flow/state.ts';
import { context, exchange, NOW, sent, withPolicy } from './context.ts';

/** OCPP 1.6 section 4.2: while it has a charge point Pending, the CSMS may ask it for messages. */

const FAULT = { refused: {}, away: 'refuse' } as const;
const PENDING: ChargePointState = {
  ...EMPTY_STATE,
  boot: { request: { chargePointModel: 'M' }, at: NOW },
  registration: { status: 'Pending', interval: 60, at: NOW },
};
const statusOf = (connectorId: number): JsonObject => ({ connectorId, status: 'Available', errorCode: 'NoError' });

function asked(request: JsonObject, status = 'Accepted'): ChargePointState {
  const given = exchange('TriggerMessage', request);
  const { state, effects } = csmsCalls(PENDING, given, withPolicy({}, '1.6'));
  expect(effects).toEqual([{ do: 'call-device', action: 'TriggerMessage', payload: request }]);
  return deviceAnswered(state, given, { status }, sent('TriggerMessage', request), context('1.6')).state;
}

/** Whether the CSMS hears this message; and what is left. */
function says(state: ChargePointState, action: string, request: JsonObject, now = NOW + 1_000) {
  const decided = deviceCalls(state, exchange(action, request), false, context('1.6', { now }), FAULT);
  return { passes: decided.effects.some((effect) => effect.do === 'call-csms'), state: decided.state };
}

describe('a Pending charge point of OCPP 1.6', () => {
  test('says to the CSMS what that has asked for, once, and nothing else', () => {
    const state = asked({ requestedMessage: 'StatusNotification', connectorId: 1 });
    expect(says(state, 'StatusNotification', statusOf(2)).passes).toBe(false);
    expect(says(state, 'Heartbeat', {}).passes).toBe(false);
    const first = says(state, 'StatusNotification', statusOf(1));
    expect(first.passes).toBe(true);
    expect(first.state).not.toHaveProperty('triggered');
    expect(says(first.state, 'StatusNotification', statusOf(1)).passes).toBe(false);
  });

  test('says it of each connector when the CSMS named none', () => {
    let state = asked({ requestedMessage: 'StatusNotification' });
    for (const connectorId of [0, 1, 2]) {
      const said = says(state, 'StatusNotification', statusOf(connectorId));
      expect(said.passes).toBe(true);
      ({ state } = said);
    }
    expect(says(state, 'StatusNotification', statusOf(1), NOW + 60_000).passes).toBe(false);
  });

  test.each([
    ['MeterValues', { connectorId: 1, meterValue: [] }],
    ['Heartbeat', {}],
    ['DiagnosticsStatusNotification', { status: 'Idle' }],
    ['FirmwareStatusNotification', { status: 'Idle' }],
  ])('may be asked for %s', (requestedMessage, request) => {
    expect(says(asked({ requestedMessage }), requestedMessage, request).passes).toBe(true);
  });

  test.each(['Rejected', 'NotImplemented'])('that answers %s has nothing to say', (status) => {
    const state = asked({ requestedMessage: 'Heartbeat' }, status);
    expect(state).not.toHaveProperty('triggered');
    expect(says(state, 'Heartbeat', {}).passes).toBe(false);
  });

  test('that could not be asked has nothing to say', () => {
    const given = exchange('TriggerMessage', { requestedMessage: 'Heartbeat' });
    const { state } = csmsCalls(PENDING, given, withPolicy({}, '1.6'));
    const refusal = { code: 'DeviceUnreachable', reason: 'nobody answers' } as const;
    const how = sent('TriggerMessage', given.request);
    const refused = ocpp16Flows.deviceRefused(state, given, refusal, how, context('1.6'));
    expect(refused.effects).toEqual([{ do: 'refuse', refusal }]);
    expect(says(refused.state, 'Heartbeat', {}).passes).toBe(false);
  });

  test('remembers no more than it can be asked within a minute, and nothing once it is accepted', () => {
    let state: ChargePointState = PENDING;
    const request = { requestedMessage: 'Heartbeat' };
    for (let n = 0; n < 50; n++)
      ({ state } = csmsCalls(state, exchange('TriggerMessage', request), withPolicy({}, '1.6')));
    expect(state.triggered).toHaveLength(20);
    const accepted: ChargePointState = { ...PENDING, registration: { status: 'Accepted', interval: 60, at: NOW } };
    const after = csmsCalls(accepted, exchange('TriggerMessage', request), withPolicy({}, '1.6'));
    expect(after.state).toBe(accepted);
  });

  test('is not heard while the CSMS has rejected it, whatever it asked for before', () => {
    const state = asked({ requestedMessage: 'Heartbeat' });
    const rejected: ChargePointState = { ...state, registration: { status: 'Rejected', interval: 60, at: NOW } };
    expect(says(rejected, 'Heartbeat', {}).passes).toBe(false);
  });
});
