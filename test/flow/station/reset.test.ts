import { describe, expect, test } from 'vitest';
import type { JsonObject } from '../../../src/base/message.ts';
import type { ChargePointState } from '../../../src/flow/state.ts';
import { deferredReset, hardReset } from '../../../src/flow/station/maintenance/reset-later.ts';
import { stationOf } from '../../../src/flow/station/rules.ts';
import type { StationSettings } from '../../../src/flow/station/settings.ts';
import { NOW } from '../context.ts';
import { keys, transaction } from './command-states.ts';
import { type Asked, commanded, type Ended, type Reply, refusing, woken } from './commander.ts';
import { accepted, stationContext } from './context.ts';
import { lossesOf, valid } from './valid.ts';

const open = accepted({}, { transactions: { 110000000: transaction() } });
const over = (state: ChargePointState): ChargePointState => ({
  ...state,
  transactions: { 110000000: transaction({ stoppedAt: NOW }) },
});

function reset(
  state: ChargePointState,
  request: JsonObject,
  reply?: (asked: Asked) => Reply,
  settings: Partial<StationSettings> = {},
) {
  const ended = commanded(state, 'Reset', request, stationContext(settings), reply);
  const [said] = ended.said;
  return { ...ended, answer: said && 'answer' in said ? valid('Reset', 'answer', said.answer) : undefined };
}

/** Other things are due, too. */
const resets = ({ asked }: Ended): readonly Asked[] => asked.filter(({ action }) => action === 'Reset');
const at = (ms: number) => stationContext({}, { now: NOW + ms });

describe('Reset', () => {
  test.each([
    ['Hard', 'Hard'],
    ['Soft', 'Soft'],
    ['softThenHard', 'Soft'],
  ] as const)('Immediate, as the operator wants it: %s', (immediateReset, type) => {
    const { asked, answer, state } = reset(open, { type: 'Immediate' }, undefined, { immediateReset });
    expect(asked).toEqual([{ action: 'Reset', payload: { type } }]);
    expect(answer).toEqual({ status: 'Accepted' });
    expect(stationOf(state).lastReset).toEqual({ at: NOW });
    expect(state.commands).toMatchObject([{ action: 'Reset', type }]);
  });

  test('OnIdle of an idle charge point is done at once, gently', () => {
    expect(reset(accepted(), { type: 'OnIdle' }).asked).toEqual([{ action: 'Reset', payload: { type: 'Soft' } }]);
  });

  test.each([
    ['the only EVSE is the station', { NumberOfConnectors: '1' }, 1, 'Accepted', undefined],
    ['one of several', { NumberOfConnectors: '2' }, 1, 'Rejected', 'UnsupportedParam'],
    ['one that is not there', { NumberOfConnectors: '2' }, 3, 'Rejected', 'UnknownEvse'],
  ])('of an EVSE: %s', (_what, values, evseId, status, reasonCode) => {
    const { answer } = reset(accepted({}, { configuration: keys(values) }), { type: 'Immediate', evseId });
    expect(answer?.['status']).toBe(status);
    expect((answer?.['statusInfo'] as JsonObject | undefined)?.['reasonCode']).toBe(reasonCode);
  });

  test('would spoil an installation, for as long as one can go on', () => {
    const state = accepted({ firmwareJob: { requestId: 1, at: NOW, status: 'Installing' } });
    expect(reset(state, { type: 'Immediate' }).answer).toMatchObject({
      statusInfo: { reasonCode: 'FwUpdateInProgress' },
    });
    const old = accepted({ firmwareJob: { requestId: 1, at: NOW - 25 * 3_600_000, status: 'Installing' } });
    expect(reset(old, { type: 'Immediate' }).answer).toEqual({ status: 'Accepted' });
  });

  test('a refusal says why; a boot that may follow an unanswered one is explained', () => {
    const { answer, state } = reset(accepted(), { type: 'Immediate' }, refusing('DeviceUncertain'));
    expect(answer).toMatchObject({ status: 'Rejected', statusInfo: { reasonCode: 'InternalError' } });
    expect(stationOf(state).lastReset).toEqual({ at: NOW });
    expect(stationOf(reset(accepted(), { type: 'Immediate' }, refusing('NoCallback')).state).lastReset).toBeUndefined();
  });
});

describe('a reset that waits for the end of a transaction', () => {
  const waiting = reset(open, { type: 'OnIdle' });

  test('is Scheduled, and nothing is sent early: a soft reset of 1.6 would cut the transaction', () => {
    expect(waiting.answer).toEqual({ status: 'Scheduled' });
    expect(waiting.asked).toEqual([]);
    expect(deferredReset.at(waiting.state, at(3_600_000))).toBeUndefined();
  });

  test('is given when the last transaction is over', () => {
    const ended = woken(over(waiting.state), at(5000));
    const { state } = ended;
    expect(resets(ended)).toEqual([{ action: 'Reset', payload: { type: 'Soft' } }]);
    expect(stationOf(state)).toMatchObject({ lastReset: { at: NOW + 5000, deferred: true } });
    expect(stationOf(state).deferredReset).toBeUndefined();
  });

  test('waits for a download, too', () => {
    const state = over(waiting.state);
    const loading = { ...state, station: { ...stationOf(state), firmwareJob: { requestId: 1, at: NOW } } };
    expect(resets(woken(loading, at(5000)))).toEqual([]);
  });

  test('is tried again while the charge point surely did not get it, and not for ever', () => {
    let { state } = woken(over(waiting.state), at(0), refusing('DeviceUnreachable'));
    expect(deferredReset.at(state, at(0))).toBe(NOW + 60_000);
    let tries = 1;
    for (; tries < 100 && stationOf(state).deferredReset; tries += 1)
      state = woken(state, at(tries * 60_000), refusing('DeviceUnreachable')).state;
    expect(tries).toBe(60);
  });

  test('is never given twice when it may have arrived', () => {
    const { state } = woken(over(waiting.state), at(0), refusing('DeviceUncertain'));
    expect(resets(woken(state, at(3_600_000)))).toEqual([]);
  });

  test('that the charge point refuses is counted: 2.0.1 has no message for it', () => {
    const { effects } = woken(over(waiting.state), at(0), () => ({ answer: { status: 'Rejected' } }));
    expect(lossesOf(effects)).toContain('reset-undone');
  });

  test('is done when the charge point boots by itself', () => {
    const booted = { ...over(waiting.state), boot: { request: {}, at: NOW + 1 } };
    const ended = woken(booted, at(5000));
    const { state } = ended;
    expect(resets(ended)).toEqual([]);
    expect(stationOf(state).deferredReset).toBeUndefined();
  });

  test('is not needed after an immediate one', () => {
    const { state } = reset(waiting.state, { type: 'Immediate' });
    expect(stationOf(state).deferredReset).toBeUndefined();
  });
});

describe('a hard reset after a soft one', () => {
  const soft = reset(accepted(), { type: 'Immediate' }, undefined, { immediateReset: 'softThenHard' }).state;

  test('comes when the charge point has not booted within a minute', () => {
    expect(hardReset.at(soft, at(0))).toBe(NOW + 60_000);
    const ended = woken(soft, at(60_000));
    const { state } = ended;
    expect(resets(ended)).toEqual([{ action: 'Reset', payload: { type: 'Hard' } }]);
    expect(resets(woken(state, at(600_000)))).toEqual([]);
  });

  test('is not needed when it has', () => {
    expect(resets(woken({ ...soft, boot: { request: {}, at: NOW + 30_000 } }, at(60_000)))).toEqual([]);
  });
});
