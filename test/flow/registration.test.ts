import { describe, expect, test } from 'vitest';
import type { Refusal } from '../../src/base/errors.ts';
import { csmsRefused, deviceHasAnswer, ocpp16Flows } from '../../src/flow/flows.ts';
import { type ChargePointState, EMPTY_STATE } from '../../src/flow/state.ts';
import { context, exchange, NOW, SETTINGS } from './context.ts';

const START = { connectorId: 1, idTag: 'TAG', meterStart: 0, timestamp: '2024-03-09T10:00:00.000Z' };
const SECURITY: Refusal = { code: 'CsmsSecurityError', reason: 'who are you?' };
const FAULT = { refused: {}, away: 'refuse' } as const;
/** The CSMS has forgotten it, and wants it to wait: the bridge told the boot and was answered Pending. */
const PENDING: ChargePointState = {
  ...EMPTY_STATE,
  boot: { request: { chargePointModel: 'M' }, at: NOW },
  registration: { status: 'Pending', interval: 60, at: NOW },
};

describe('a charge point that is Pending while its call is under way', () => {
  const refused = (action: string, whenCsmsIsAway: 'buffer' | 'refuse') => {
    const settings = { ...SETTINGS, whenCsmsIsAway };
    return csmsRefused(PENDING, exchange(action, START), SECURITY, 2, FAULT, context('1.5', { settings })).effects;
  };

  test('is not told that its start is wrong', () => {
    expect(refused('StartTransaction', 'refuse')).toContainEqual({
      do: 'refuse',
      refusal: { code: 'CsmsAway', reason: expect.stringContaining('Pending') },
    });
    expect(refused('StartTransaction', 'buffer').map((effect) => effect.do)).toContain('outbox-put');
    expect(refused('Authorize', 'buffer')).toMatchObject([{ do: 'refuse', refusal: { code: 'NotRegistered' } }]);
  });

  test('is not called Charging before the CSMS wants to hear of it', () => {
    const status = { connectorId: 1, status: 'Available', errorCode: 'NoError' };
    const state = { ...PENDING, connectors: { 1: { status, statusAt: NOW } } };
    const answer = { transactionId: 42, idTagInfo: { status: 'Accepted' } };
    const decided = deviceHasAnswer(state, exchange('StartTransaction', START), answer, context('1.5'));
    expect(decided.effects).toMatchObject([{ do: 'loss', code: 'status-synth' }]);
    expect(decided.state.unsent['StatusNotification/1']?.payload).toMatchObject({ status: 'Charging' });
  });
});

test('a charge point that goes on because it does not know that it is Pending is registered by the bridge', () => {
  const at = (state: ChargePointState, heardAt: number) =>
    ocpp16Flows.wakeAt(state, context('1.6', { now: NOW + 5_000, heardAt }));
  expect(at(PENDING, NOW)).toBeUndefined();
  expect(at(PENDING, NOW + 1_000)).toBe(NOW + 60_000);
  const owing = { ...PENDING, outbox: { next: 2, waiting: 1, minted: 0 } };
  expect(at(owing, NOW)).toBe(NOW + 60_000);
});
