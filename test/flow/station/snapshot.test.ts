import { describe, expect, test } from 'vitest';
import { snapshotPlan } from '../../../src/flow/station/variables/snapshot.ts';
import { NOW } from '../context.ts';
import { accepted, BOOT, LINK, stationContext } from './context.ts';
import { attribute, key, nameOf, PLAIN, Point, wanted } from './point.ts';

const BOOTED = accepted({}, { boot: { request: BOOT, at: NOW } });
/** When a charge point that has booted is asked. */
function turnOf(identity: string, bootedAt = NOW): number {
  const booted = accepted({}, { boot: { request: BOOT, at: bootedAt } });
  return snapshotPlan.at(booted, stationContext({ snapshotSpread: 60_000 }, { identity, now: bootedAt })) ?? 0;
}

const ALL = { action: 'GetConfiguration', payload: {} };

describe('the snapshot of the configuration', () => {
  test('is read when the charge point has booted, so that a report does not wait for it', () => {
    const point = new Point(PLAIN, {}, BOOTED);
    expect(point.wake()).toBe(true);
    expect(point.asked).toEqual([ALL]);
    expect(point.state.configuration['connectiontimeout']).toMatchObject({ value: '60', readonly: false });
    expect(point.wake()).toBe(false);
    point.report();
    expect(point.asked).toEqual([ALL]);
  });

  test('is read on a new link when it is old, and not when it is young', () => {
    const old = new Point(
      PLAIN,
      {},
      accepted({ snapshotAt: LINK - 86_400_000, snapshotAsked: { at: LINK - 86_400_000 } }),
    );
    old.wake();
    expect(old.asked).toEqual([ALL]);
    const hourAgo = LINK - 3_600_000;
    const read = { snapshotAt: hourAgo, snapshotAsked: { at: hourAgo } };
    const young = new Point(PLAIN, {}, accepted(read, { boot: { request: BOOT, at: hourAgo - 1 } }));
    young.wake();
    expect(young.asked).toEqual([]);
  });

  test('is not read again with each boot of a charge point that is told to wait', () => {
    const point = new Point(PLAIN, {}, BOOTED);
    point.wake();
    point.state = { ...point.state, boot: { request: BOOT, at: NOW + 30_000 } };
    point.now = NOW + 30_000;
    expect(point.wake()).toBe(false);
    point.state = { ...point.state, boot: { request: BOOT, at: NOW + 60_000 } };
    point.now = NOW + 60_000;
    expect(point.wake()).toBe(true);
  });

  test('is tried again, not too soon, and only with a charge point that has been heard since', () => {
    const point = new Point(PLAIN, { change: { heardAt: NOW + 300_000 } }, BOOTED);
    point.away = true;
    point.wake();
    point.asked.length = 0;
    point.now = NOW + 599_999;
    point.wake();
    expect(point.asked).toEqual([]);
    point.now = NOW + 600_000;
    point.wake();
    expect(point.asked[0]).toEqual(ALL);
    const silent = new Point(PLAIN, { change: { heardAt: NOW } }, point.state);
    silent.now = NOW + 24 * 3_600_000;
    silent.wake();
    expect(silent.asked).toEqual([]);
  });

  test('is read of each charge point in its own turn, so that a fleet which boots at once is not asked at once', () => {
    const turns = Array.from({ length: 600 }, (_, i) => turnOf(`CP-${i}`));
    expect(Math.min(...turns)).toBeGreaterThanOrEqual(NOW);
    expect(Math.max(...turns)).toBeLessThan(NOW + 60_000);
    const within = Array.from(
      { length: 60 },
      (_, i) => turns.filter((at) => Math.floor((at - NOW) / 1000) === i).length,
    );
    expect(Math.max(...within)).toBeLessThan(30);
  });

  test('is read in its turn though the charge point boots over and over until then', () => {
    const turn = turnOf('CP-1');
    expect(turn).toBeGreaterThan(NOW);
    expect(turnOf('CP-1', turn - 1)).toBe(turn);
    expect(turnOf('CP-1', turn)).toBe(turn);
    expect(turnOf('CP-1', turn + 1)).toBe(turn + 60_000);
  });

  test('is never read of a version that cannot be asked', () => {
    const point = new Point(PLAIN, { version: '1.2' }, BOOTED);
    expect(point.wake()).toBe(false);
  });

  test('forgets keys that the charge point does not name any more', () => {
    const point = new Point(PLAIN, {}, BOOTED);
    point.wake();
    point.keys.splice(0, point.keys.length, key('HeartbeatInterval', '60'), key('New', '1'));
    point.now += 3_600_000;
    const names = point.report().map(nameOf);
    expect(names).toContain('OCPP16LegacyCtrlr.New');
    expect(names).not.toContain('OCPP16LegacyCtrlr.Acme.Mode');
  });

  test('asks by name for what a charge point leaves out that tells only as much as one answer holds', () => {
    const point = new Point(
      PLAIN.map((one) => (one.key === 'GetConfigurationMaxKeys' ? { ...one, value: '5' } : one)),
      {},
      BOOTED,
    );
    point.most = 5;
    point.wake();
    const whole = new Point(PLAIN).report().map(nameOf);
    const found = point.report().map(nameOf);
    // A vendor key nobody knows of cannot be asked for.
    expect(whole.filter((name) => !found.includes(name) && !name.includes('Acme'))).toEqual([]);
    const sizes = point.asked.slice(1).map(({ payload }) => (payload['key'] as string[]).length);
    expect(Math.max(...sizes)).toBe(5);
  });

  test('asks by name a charge point that fails when it is asked for all, also for vendor keys it once told', () => {
    const point = new Point(PLAIN, {}, BOOTED);
    point.wake();
    const before = point.report().map(nameOf);
    point.onlyByName = true;
    point.now += 3_600_000;
    for (const one of point.keys) if (one.key === 'Acme.Mode') one.value = 'boost';
    const rows = point.report();
    expect(rows.map(nameOf)).toEqual(before);
    const mode = rows.find((row) => nameOf(row) === 'OCPP16LegacyCtrlr.Acme.Mode') ?? {};
    expect(attribute(mode)['value']).toBe('boost');
  });

  test('serves a report that was asked for while it was being read', () => {
    const point = new Point(PLAIN, {}, accepted({ snapshotAsked: { at: NOW, open: true } }));
    expect(point.ask('GetBaseReport', { requestId: 3, reportBase: 'FullInventory' })['status']).toBe('Accepted');
    expect(point.told).toEqual([]);
    expect(point.asked).toEqual([]);
    // The answer to the question that was under way: the same as that to a new one.
    point.state = { ...point.state, boot: { request: BOOT, at: NOW + 90_000 } };
    point.now = NOW + 90_000;
    point.wake();
    expect(point.pages().flatMap((page) => page['reportData'] as never[]).length).toBeGreaterThan(50);
  });

  test('takes the list of 1.6 in its spelling though the charge point of 1.5 spells it otherwise', () => {
    const point = new Point([key('HeartBeatInterval', '600')], { version: '1.5' }, BOOTED);
    point.wake();
    expect(point.get(wanted('OCPPCommCtrlr.HeartbeatInterval'))).toMatchObject([{ attributeValue: '600' }]);
    expect(point.set({ ...wanted('OCPPCommCtrlr.HeartbeatInterval'), attributeValue: '60' })).toMatchObject([
      { attributeStatus: 'Accepted' },
    ]);
    expect(point.keys).toEqual([key('HeartBeatInterval', '60')]);
  });
});
