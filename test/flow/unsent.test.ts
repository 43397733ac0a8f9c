import { describe, expect, test } from 'vitest';
import type { Refusal } from '../../src/base/errors.ts';
import { csmsAnswered, csmsRefused, deviceCalls, ownCallAnswered, ownCallRefused } from '../../src/flow/flows.ts';
import { picture } from '../../src/flow/picture.ts';
import { type ChargePointState, EMPTY_STATE } from '../../src/flow/state.ts';
import type { UpAction } from '../../src/mapping/translator.ts';
import { context, exchange, SETTINGS } from './context.ts';

const AWAY: Refusal = { code: 'CsmsAway', reason: 'the CSMS cannot be reached' };
const LATE: Refusal = { code: 'CsmsTimeout', reason: 'the CSMS did not answer in time' };
const POLICY = { refused: {}, away: { answer: {}, keep: 'last-per-connector' } } as unknown as UpAction;
const AVAILABLE = { connectorId: 1, status: 'Available', errorCode: 'NoError' };
const FAULTED = { connectorId: 1, status: 'Faulted', errorCode: 'OtherError' };

function refused(state: ChargePointState, status: typeof AVAILABLE, refusal: Refusal) {
  const decided = csmsRefused(state, exchange('StatusNotification', status), refusal, 1, POLICY, context('1.5'));
  return {
    state: decided.state,
    losses: decided.effects.flatMap((effect) => (effect.do === 'loss' ? effect.code : [])),
  };
}

describe('statuses while the CSMS is away', () => {
  test('a newer one takes the place of an older one, which is a loss', () => {
    const first = refused(EMPTY_STATE, AVAILABLE, AWAY);
    expect(first.losses).toEqual([]);
    const second = refused(first.state, FAULTED, AWAY);
    expect(second.losses).toEqual(['offline-last']);
    expect(Object.values(second.state.unsent).map(({ payload }) => payload)).toEqual([FAULTED]);
  });

  test('one that is refused twice, by its deadline and by the link, is no loss', () => {
    const first = refused(EMPTY_STATE, AVAILABLE, LATE);
    expect(refused(first.state, AVAILABLE, AWAY).losses).toEqual([]);
  });

  test('one that was told leaves the list, but not one that took its place meanwhile', () => {
    const { state } = refused(EMPTY_STATE, AVAILABLE, AWAY);
    expect(ownCallAnswered(state, exchange('StatusNotification', AVAILABLE), {}, context('1.5')).state.unsent).toEqual(
      {},
    );
    expect(ownCallAnswered(state, exchange('StatusNotification', FAULTED), {}, context('1.5')).state).toBe(state);
  });
});

describe('two statuses of a connector under way at once', () => {
  const known = context('1.5');
  const call = (state: ChargePointState, status: typeof AVAILABLE) =>
    deviceCalls(state, exchange('StatusNotification', status), false, known, POLICY).state;
  const waiting = ({ unsent }: ChargePointState) => Object.values(unsent).map(({ payload }) => payload);
  const both = call(call(EMPTY_STATE, AVAILABLE), FAULTED);

  test('the newer one waits, though the older one is answered after it expired', () => {
    const { state } = refused(both, FAULTED, AWAY);
    const after = csmsAnswered(state, exchange('StatusNotification', AVAILABLE), {}, known);
    expect(waiting(after.state)).toEqual([FAULTED]);
  });

  test('the newer one waits, though the older one expires last', () => {
    const { state } = refused(both, FAULTED, AWAY);
    const after = refused(state, AVAILABLE, LATE);
    expect(waiting(after.state)).toEqual([FAULTED]);
    expect(after.losses).toEqual(['offline-last']);
  });

  test('an older one does not wait when the newer one was told, nor does one of the bridge itself', () => {
    const told = csmsAnswered(both, exchange('StatusNotification', FAULTED), {}, known).state;
    expect(waiting(refused(told, AVAILABLE, LATE).state)).toEqual([]);
    expect(waiting(ownCallRefused(told, exchange('StatusNotification', AVAILABLE), LATE, known).state)).toEqual([]);
  });

  test('the older one is not told again behind the newer one when the CSMS has forgotten the charge point', () => {
    const booted = { ...both, boot: { request: { chargePointModel: 'M' }, at: 0 } };
    const after = refused(booted, AVAILABLE, { code: 'CsmsSecurityError', reason: 'who are you?' });
    expect(after).toEqual({ state: booted, losses: ['offline-last'] });
  });

  test('what waits when a newer one comes is not told behind it', () => {
    const { state } = refused(call(EMPTY_STATE, AVAILABLE), AVAILABLE, AWAY);
    const decided = deviceCalls(state, exchange('StatusNotification', FAULTED), false, known, POLICY);
    expect(waiting(decided.state)).toEqual([FAULTED]);
    expect(decided.effects).toContainEqual({ do: 'loss', code: 'offline-last', field: 'StatusNotification' });
  });
});

test('statuses with one connector number after another do not fill the document', () => {
  let state = EMPTY_STATE;
  for (let connectorId = 1; connectorId <= 300; connectorId++) {
    const status = { ...AVAILABLE, connectorId };
    state = deviceCalls(state, exchange('StatusNotification', status), false, context('1.5'), POLICY).state;
    state = refused(state, status, AWAY).state;
  }
  expect(Object.keys(state.unsent)).toHaveLength(100);
});

test('one that is told as the CSMS wants it leaves the list, too', () => {
  const warned = { ...FAULTED, errorCode: 'EVCommunicationError' };
  const strict = context('1.5', { settings: { ...SETTINGS, strictErrors: true } });
  const { state } = refused(EMPTY_STATE, warned, AWAY);
  const [told] = picture(state, strict, false);
  expect(told?.payload).toMatchObject({ errorCode: 'OtherError', vendorErrorCode: 'EVCommunicationError' });
  expect(ownCallAnswered(state, exchange('StatusNotification', told?.payload), {}, strict).state.unsent).toEqual({});
});
