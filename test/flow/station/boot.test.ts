import { describe, expect, test } from 'vitest';
import type { JsonObject } from '../../../src/base/message.ts';
import type { Decision } from '../../../src/flow/decision.ts';
import { type ChargePointState, EMPTY_STATE } from '../../../src/flow/state.ts';
import { accepts, mayDeliver, pending } from '../../../src/flow/station/registration/boot-gate.ts';
import { bootNotification } from '../../../src/flow/station/registration/boot-notification.ts';
import { bootPlan } from '../../../src/flow/station/registration/boot-told.ts';
import type { StationSettings } from '../../../src/flow/station/settings.ts';
import type { StationState } from '../../../src/flow/station/state.ts';
import { ocpp201Flows as flows } from '../../../src/flow/station/station-flows.ts';
import { exchange, NOW } from '../context.ts';
import { accepted, BOOT, LINK, stationContext } from './context.ts';
import { lossesOf, refusalOf, toCsms, toPoint } from './valid.ts';
import { World } from './world.ts';

const MINUTE = 60_000;
const TIME = '2024-03-09T10:00:00Z';
const says = (status: string, interval = 300): JsonObject => ({ status, interval, currentTime: TIME });
const booting = (state: ChargePointState, request: JsonObject = BOOT, context = stationContext()): Decision =>
  bootNotification.call(state, exchange('BootNotification', request), context);
const answered = (answer: JsonObject, settings: Partial<StationSettings> = {}, state = booting(accepted()).state) => {
  const decided = bootNotification.answered?.(
    state,
    exchange('BootNotification', BOOT),
    answer,
    stationContext(settings),
  );
  if (!decided) throw new Error('no rule');
  return { ...decided, told: toPoint('BootNotification', decided.effects) };
};
const actions = (world: World): string[] => world.frames.map(({ action }) => action);

describe('BootNotification of a charge point', () => {
  test('says who it is, in the places of 2.0.1', () => {
    const request = { ...BOOT, chargeBoxSerialNumber: 'S1', iccid: '8931 08', imsi: '', meterType: 'M' };
    expect(toCsms(booting(EMPTY_STATE, request).effects)).toEqual([
      {
        action: 'BootNotification',
        payload: {
          reason: 'PowerUp',
          chargingStation: {
            ...{ vendorName: 'ABL', model: 'eMH1', serialNumber: 'S1', firmwareVersion: '1.4' },
            modem: { iccid: '893108' },
          },
        },
      },
    ]);
  });

  const before = (station: Partial<StationState>): ChargePointState => accepted(station);
  const firmware = { requestId: 1, at: NOW };
  test.each<[string, Partial<StationState>, JsonObject]>([
    ['PowerUp', {}, BOOT],
    ['RemoteReset', { lastReset: { at: NOW - 15 * MINUTE } }, BOOT],
    ['ScheduledReset', { lastReset: { at: NOW - MINUTE, deferred: true } }, BOOT],
    ['PowerUp', { lastReset: { at: NOW - 15 * MINUTE - 1 } }, BOOT],
    ['FirmwareUpdate', {}, { ...BOOT, firmwareVersion: '1.5' }],
    ['FirmwareUpdate', { firmwareInstalledAt: NOW - 60 * MINUTE }, BOOT],
    ['FirmwareUpdate', { firmwareJob: { ...firmware, status: 'Installing' } }, BOOT],
    ['PowerUp', { firmwareJob: { ...firmware, status: 'InstallationFailed', endedAt: NOW } }, BOOT],
    ['Watchdog', { rebootStopped: true }, BOOT],
    ['RemoteReset', { lastReset: { at: NOW }, rebootStopped: true }, { ...BOOT, firmwareVersion: '1.5' }],
    ['Triggered', { triggers: [{ message: 'BootNotification', expiresAt: NOW + 1 }], lastReset: { at: NOW } }, BOOT],
    ['PowerUp', { triggers: [{ message: 'BootNotification', expiresAt: NOW }] }, BOOT],
    ['PowerUp', { bootToTell: { reason: 'Unknown', forced: true } }, BOOT],
    ['RemoteReset', { bootToTell: { reason: 'RemoteReset' } }, BOOT],
  ])('has the reason %s after %j', (reason, station, request) => {
    expect(toCsms(booting(before(station), request).effects)[0]?.payload['reason']).toBe(reason);
  });

  test('uses up what explained it, and forgets what the charge point could not do before', () => {
    const state = accepted({
      lastReset: { at: NOW },
      rebootStopped: true,
      lacking: ['TriggerMessage'],
      snapshotAt: NOW,
    });
    const { station } = booting(state, { ...BOOT, firmwareVersion: '2' }).state;
    expect(station).toMatchObject({ lacking: [], bootToTell: { reason: 'RemoteReset' } });
    for (const gone of ['lastReset', 'rebootStopped', 'snapshotAt']) expect(station).not.toHaveProperty(gone);
  });

  test('is answered as the CSMS answers', () => {
    expect(answered({ ...says('Accepted'), statusInfo: { reasonCode: 'x' } }).told).toEqual(says('Accepted'));
    expect(answered(says('Rejected', 60)).told).toEqual(says('Rejected', 60));
  });

  test.each([
    [0, 300],
    [3, 10],
    [1e6, 86_400],
  ])('an interval of %d seconds becomes %d', (said, told) => {
    expect(answered(says('Accepted', said)).told).toMatchObject({ interval: told });
  });

  test('that is Pending is told Accepted, and the bridge asks again', () => {
    const { told, state, effects } = answered(says('Pending', 30));
    expect(told).toMatchObject({ status: 'Accepted', interval: 60 });
    expect(lossesOf(effects)).toContain('pending');
    expect(bootPlan.at(state, stationContext())).toBe(NOW + 30_000);
    const again = flows.woken(state, stationContext({}, { now: NOW + 30_000 }));
    expect(toCsms(again.effects)).toMatchObject([{ action: 'BootNotification', payload: { reason: 'PowerUp' } }]);
  });

  test('that is Pending sees it where the operator says so, and asks again itself', () => {
    const { told, state } = answered(says('Pending', 30), { pendingMode: 'pass' });
    expect(told).toEqual(says('Pending', 30));
    // Only should it not.
    expect(bootPlan.at(state, stationContext({ pendingMode: 'pass' }))).toBe(NOW + 60_000);
  });

  const refused = (
    state: ChargePointState,
    code: 'CsmsAway' | 'CsmsTimeout' | 'IdentityUnknown' | 'CsmsInternalError',
  ) => bootNotification.refused(state, exchange('BootNotification', BOOT), { code, reason: '' }, stationContext());

  test('that the CSMS knows goes on while it is away, and is told to it later with the same reason', () => {
    const { state, effects } = refused(booting(accepted()).state, 'CsmsAway');
    expect(toPoint('BootNotification', effects)).toMatchObject({ status: 'Accepted', interval: 300 });
    expect(lossesOf(effects)).toEqual(['offline-local']);
    const opened = flows.linkOpened(state, stationContext({}, { linkOpenedAt: NOW + 10 }), 'untold').state;
    const later = flows.woken(opened, stationContext({}, { linkOpenedAt: NOW + 10, now: NOW + 6_000 }));
    expect(toCsms(later.effects)).toMatchObject([{ payload: { reason: 'PowerUp' } }]);
  });

  test('that nobody knows stays offline while the CSMS is away, whatever it says', () => {
    expect(refusalOf(refused(booting(EMPTY_STATE).state, 'CsmsAway').effects)).toBe('CsmsAway');
    expect(refusalOf(refused(booting(EMPTY_STATE).state, 'CsmsInternalError').effects)).toBe('CsmsAway');
  });

  test('that the CSMS does not let in is Rejected', () => {
    const { effects } = refused(booting(EMPTY_STATE).state, 'IdentityUnknown');
    expect(toPoint('BootNotification', effects)).toMatchObject({ status: 'Rejected', interval: 300 });
  });

  test('whose answer is late is not asked for a second time meanwhile', () => {
    const { state } = refused(booting(accepted()).state, 'CsmsTimeout');
    expect(bootPlan.at(state, stationContext())).toBe(NOW + MINUTE);
    const late = bootNotification.answered?.(
      state,
      exchange('BootNotification', BOOT),
      says('Accepted'),
      stationContext(),
    );
    expect(late && accepts(late.state, stationContext())).toBe('yes');
  });

  test('is accepted though the CSMS forgot what else its answer must say', () => {
    expect(answered({ status: 'Accepted' }).told).toMatchObject({ status: 'Accepted', interval: 300 });
  });

  test('that the CSMS answers without sense counts as not told', () => {
    const { state, told } = answered({ status: 'Maybe', interval: 1, currentTime: TIME });
    expect(told).toMatchObject({ status: 'Accepted' });
    expect(accepts(state, stationContext({}, { linkOpenedAt: NOW }))).toBe('after-boot');
  });
});

describe('a link to a CSMS of 2.0.1', () => {
  const known = (): World => {
    const world = new World();
    world.says('BootNotification', BOOT);
    world.open();
    world.answers201(says('Accepted'));
    world.says('StatusNotification', { connectorId: 1, status: 'Available', errorCode: 'NoError' });
    world.answers201({});
    world.frames.length = 0;
    return world;
  };

  test('that is new hears the boot again after five seconds, for a reason that nobody knows, then all statuses', () => {
    const world = known();
    world.close();
    world.open();
    world.pass(4_999);
    expect(world.frames).toEqual([]);
    world.pass(1);
    expect(world.frames).toMatchObject([{ action: 'BootNotification', payload: { reason: 'Unknown' } }]);
    world.answers201(says('Accepted'));
    expect(actions(world)).toEqual(['BootNotification', 'StatusNotification']);
  });

  test('hears it at once when the charge point wants something', () => {
    const world = known();
    world.close();
    world.open();
    world.says('Heartbeat', {});
    expect(actions(world)).toEqual(['BootNotification']);
    world.answers201(says('Accepted'));
    expect(actions(world)).toEqual(['BootNotification', 'Heartbeat']);
    world.answers201({ currentTime: TIME });
    expect(world.answers.at(-1)).toEqual({ action: 'Heartbeat', payload: { currentTime: TIME } });
    world.answers201({});
    world.pass(10_000);
    expect(actions(world)).toEqual(['BootNotification', 'Heartbeat', 'StatusNotification']);
  });

  test('hears the charge point itself, if that boots in time', () => {
    const world = known();
    world.close();
    world.says('BootNotification', BOOT);
    world.open();
    world.answers201(says('Accepted'));
    world.pass(60_000);
    expect(actions(world).filter((action) => action === 'BootNotification')).toHaveLength(1);
  });

  test('that takes no boot is asked again, first soon and then ever later, and soon again on the next link', () => {
    const world = known();
    const refused = (code: 'CsmsInternalError' | 'CsmsTimeout'): number => {
      world.refuses({ code, reason: '' });
      const from = world.now;
      while (world.asked === undefined && world.now < from + 5 * MINUTE) world.pass(1_000);
      return (world.now - from) / 1_000;
    };
    world.close();
    world.open();
    world.pass(5_000);
    const codes = ['CsmsInternalError', 'CsmsTimeout'] as const;
    expect([...codes, ...codes, ...codes].map(refused)).toEqual([5, 10, 20, 40, 60, 60]);
    world.close();
    world.open();
    world.pass(5_000);
    expect(refused('CsmsInternalError')).toBe(5);
    world.answers201(says('Accepted'));
    expect(world.state.station?.bootFailures).toBeUndefined();
  });

  test('where a boot is not needed hears what changed', () => {
    const world = new World({ bootOnConnect: 'ifChanged' });
    world.says('BootNotification', BOOT);
    world.open();
    world.answers201(says('Accepted'));
    const status = { connectorId: 1, status: 'Available', errorCode: 'NoError' };
    world.says('StatusNotification', status);
    world.answers201({});
    world.close();
    world.open();
    world.pass(10_000);
    expect(actions(world)).toEqual(['BootNotification', 'StatusNotification']);
    world.close();
    world.says('StatusNotification', { ...status, status: 'Reserved' });
    world.open();
    expect(world.frames.at(-1)).toMatchObject({ payload: { connectorStatus: 'Reserved' } });
    expect(actions(world)).toHaveLength(3);
  });

  test.each([
    [60_000, 0],
    [60_001, 1],
  ])('where it is not needed hears all statuses after an outage that was long enough (%d ms)', (ms, statuses) => {
    const world = new World({ bootOnConnect: 'ifChanged' });
    world.says('BootNotification', BOOT);
    world.open();
    world.answers201(says('Accepted'));
    world.says('StatusNotification', { connectorId: 1, status: 'Available', errorCode: 'NoError' });
    world.answers201({});
    const before = world.frames.length;
    world.close();
    // The link opens a millisecond later.
    world.pass(ms - 1);
    world.open();
    expect(world.frames.slice(before).map(({ action }) => action)).toEqual(
      Array.from({ length: statuses }, () => 'StatusNotification'),
    );
  });

  test('where it is not needed hears it all the same of a charge point that booted in between', () => {
    const world = new World({ bootOnConnect: 'ifChanged' });
    world.says('BootNotification', BOOT);
    world.open();
    world.answers201(says('Accepted'));
    world.close();
    world.says('BootNotification', BOOT);
    world.expire();
    world.open();
    world.pass(5_000);
    expect(world.frames.at(-1)).toMatchObject({ action: 'BootNotification', payload: { reason: 'PowerUp' } });
  });

  test('whose CSMS has forgotten the charge point hears the boot again, whatever the policy, but not without end', () => {
    const world = new World({ bootOnConnect: 'never' });
    world.says('BootNotification', BOOT);
    world.open();
    world.answers201(says('Accepted'));
    world.pass(90_000);
    world.says('Heartbeat', {});
    world.refuses({ code: 'CsmsSecurityError', reason: '' });
    world.pass(1);
    expect(actions(world)).toEqual(['BootNotification', 'Heartbeat', 'BootNotification']);
    world.answers201(says('Accepted'));
    world.says('Heartbeat', {});
    world.refuses({ code: 'CsmsSecurityError', reason: '' });
    world.pass(59_000);
    expect(actions(world)).toHaveLength(4);
    world.pass(2_000);
    expect(actions(world)).toHaveLength(5);
  });

  test('that was Rejected stays silent for the interval, on the next link too', () => {
    const world = new World();
    world.says('BootNotification', BOOT);
    world.open();
    world.answers201(says('Rejected', 600));
    world.close();
    world.open();
    world.pass(500_000);
    expect(actions(world)).toEqual(['BootNotification']);
    world.pass(100_000);
    expect(actions(world)).toEqual(['BootNotification', 'BootNotification']);
  });

  test('of a charge point whose boot nobody heard hears that, and the charge point is asked', () => {
    const context = stationContext({}, { linkOpenedAt: NOW });
    const opened = flows.linkOpened({ ...EMPTY_STATE, version: '1.6' }, context, 'untold');
    expect(opened.effects).toEqual([
      { do: 'call-device', action: 'TriggerMessage', payload: { requestedMessage: 'BootNotification' } },
    ]);
    const told = flows.woken(opened.state, { ...context, now: NOW + 5_000 });
    expect(toCsms(told.effects)[0]?.payload).toEqual({
      reason: 'Unknown',
      chargingStation: { vendorName: 'Unknown', model: 'Unknown' },
    });
    expect(lossesOf(told.effects)).toContain('boot-unheard');
  });
});

describe('the gate', () => {
  const on = (status: 'Accepted' | 'Pending' | 'Rejected'): ChargePointState =>
    accepted({ registered: { status, linkOpenedAt: LINK } });

  test('knows what the CSMS said on this link only', () => {
    expect(accepts(on('Accepted'), stationContext())).toBe('yes');
    expect(accepts(on('Pending'), stationContext())).toBe('no');
    expect(accepts(on('Accepted'), stationContext({}, { linkOpenedAt: LINK + 1 }))).toBe('after-boot');
    expect(accepts(on('Accepted'), stationContext({}, { linkOpenedAt: undefined }))).toBe('after-boot');
    expect([pending(on('Pending'), stationContext()), pending(on('Accepted'), stationContext())]).toEqual([
      true,
      false,
    ]);
  });

  test('keeps the outbox until the charge point had time to tell its statuses', () => {
    const { state } = answered(says('Accepted'));
    expect(accepts(state, stationContext())).toBe('yes');
    expect(mayDeliver(state, stationContext())).toBe(false);
    expect(mayDeliver(state, stationContext({}, { now: NOW + 5_000 }))).toBe(true);
  });

  test('lets a CSMS command nothing that has rejected the charge point', () => {
    const command = exchange('GetVariables', {});
    expect(refusalOf(flows.csmsCalls(on('Rejected'), command, stationContext()).effects)).toBe('NotRegistered');
  });

  test('answers the charge point from the bridge while it is Pending', () => {
    const beat = flows.deviceCalls(on('Pending'), exchange('Heartbeat'), false, stationContext(), {
      ...{ refused: {}, away: 'refuse' },
    });
    expect(toCsms(beat.effects)).toEqual([]);
    expect(toPoint('Heartbeat', beat.effects)).toEqual({ currentTime: '2024-03-09T10:00:00.000Z' });
  });
});
