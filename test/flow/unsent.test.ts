import { describe, expect, test } from 'vitest';
import type { Refusal } from '../../src/base/errors.ts';
import { csmsRefused, ownCallAnswered } from '../../src/flow/flows.ts';
import { type ChargePointState, EMPTY_STATE } from '../../src/flow/state.ts';
import type { UpAction } from '../../src/mapping/translator.ts';
import { context, exchange } from './context.ts';

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
