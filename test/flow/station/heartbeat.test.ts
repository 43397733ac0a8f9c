import { expect, test } from 'vitest';
import { heartbeat, heartbeatPlan } from '../../../src/flow/station/registration/heartbeat.ts';
import { exchange, NOW } from '../context.ts';
import { accepted, stationContext } from './context.ts';
import { lossesOf, refusalOf, toCsms, toPoint } from './valid.ts';

const BEAT = exchange('Heartbeat');
const HOUR = 3_600_000;

test('goes up, and brings the time of the CSMS', () => {
  expect(toCsms(heartbeat.call(accepted(), BEAT, stationContext()).effects)).toEqual([
    { action: 'Heartbeat', payload: {} },
  ]);
  expect(heartbeat.call(accepted(), BEAT, stationContext()).effects).toMatchObject([{ within: 5_000 }]);
  const currentTime = '2024-03-09T10:00:07Z';
  const answered = heartbeat.answered?.(accepted(), BEAT, { currentTime }, stationContext());
  expect(toPoint('Heartbeat', answered?.effects ?? [])).toEqual({ currentTime });
});

test('has the time of the bridge while the CSMS is away, for a day', () => {
  const away = { code: 'CsmsAway', reason: '' } as const;
  const at = (csmsAnsweredAt: number) =>
    heartbeat.refused(accepted(), BEAT, away, stationContext({}, { csmsAnsweredAt })).effects;
  expect(toPoint('Heartbeat', at(NOW - 24 * HOUR))).toEqual({ currentTime: '2024-03-09T10:00:00.000Z' });
  expect(lossesOf(at(NOW - 24 * HOUR))).toEqual(['offline-local']);
  expect(refusalOf(at(NOW - 24 * HOUR - 1))).toBe('CsmsAway');
});

test('is answered by the bridge when the CSMS refuses it', () => {
  const wrong = { code: 'CsmsInternalError', reason: '' } as const;
  const { effects } = heartbeat.refused(accepted(), BEAT, wrong, stationContext());
  expect(toPoint('Heartbeat', effects)).toEqual({ currentTime: '2024-03-09T10:00:00.000Z' });
});

test('of the bridge itself follows when nothing else went up for the interval', () => {
  const context = stationContext();
  expect(heartbeatPlan.at(accepted(), context)).toBe(NOW + 330_000);
  const due = heartbeatPlan.due(accepted(), { ...context, now: NOW + 330_000 });
  expect(toCsms(due.effects)).toEqual([{ action: 'Heartbeat', payload: {} }]);
  const later = { ...context, now: NOW + 330_000, heardAt: NOW + 330_000 };
  expect(heartbeatPlan.at(due.state, later)).toBe(NOW + 660_000);
});

test('of the bridge keeps the pace that the CSMS wrote into the variable', () => {
  const state = accepted({ own: { 'OCPPCommCtrlr.HeartbeatInterval': '60' } });
  expect(heartbeatPlan.at(state, stationContext())).toBe(NOW + 66_000);
});

test('of the bridge does not make a charge point look alive that is silent', () => {
  expect(heartbeatPlan.at(accepted(), stationContext({}, { heardAt: NOW - 600_000 }))).toBeUndefined();
});

test('of the bridge needs a link and a CSMS that has accepted the charge point', () => {
  expect(heartbeatPlan.at(accepted(), stationContext({}, { linkOpenedAt: undefined }))).toBeUndefined();
  expect(heartbeatPlan.at(accepted(), stationContext({}, { linkOpenedAt: NOW }))).toBeUndefined();
});
