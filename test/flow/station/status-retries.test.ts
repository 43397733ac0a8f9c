import { describe, expect, test } from 'vitest';
import type { ErrorCode } from '../../../src/base/errors.ts';
import { BOOT } from './context.ts';
import { World } from './world.ts';

/** A status that the CSMS does not take, though the link is open (OCPP 2.0.1 G01). */

const MINUTE = 60_000;
const ACCEPTED = { status: 'Accepted', interval: 300, currentTime: '2024-03-09T10:00:00Z' };
const reason = '';

function connected(): World {
  const world = new World();
  world.says('BootNotification', BOOT);
  world.open();
  world.answers201(ACCEPTED);
  world.pass(5_000);
  world.frames.length = 0;
  return world;
}

function says(world: World, status: string, connectorId = 1): void {
  world.says('StatusNotification', { connectorId, status, errorCode: 'NoError' });
}

const told = (world: World): string[] =>
  world.frames
    .filter(({ action }) => action === 'StatusNotification')
    .map(({ payload }) => `${payload['evseId']} ${payload['connectorStatus']}`);

/** The status is told and refused, and what else is asked is answered: so many minutes later (rounded) it is told again. */
function pauses(world: World, code: ErrorCode, times: number): number[] {
  const found: number[] = [];
  for (let n = 0; n < times; n += 1) {
    world.refuses({ code, reason });
    const from = world.now;
    for (let ticks = 0; ticks < 200 && world.asked?.action !== 'StatusNotification'; ticks += 1) {
      if (world.asked) world.answers201({ currentTime: '2024-03-09T10:00:00Z' });
      world.heardAt = world.now;
      world.pass(MINUTE / 6);
    }
    if (world.asked === undefined) break;
    found.push(Math.floor((2 * (world.now - from)) / MINUTE) / 2);
  }
  return found;
}

describe('a status on which the CSMS fails', () => {
  test('is told again with growing pauses, and after twenty times it is given up and counted', () => {
    const world = connected();
    says(world, 'Available');
    expect(pauses(world, 'CsmsInternalError', 30)).toEqual([0.5, 1, 2, 4, 8, ...Array.from({ length: 14 }, () => 15)]);
    expect(told(world)).toHaveLength(20);
    expect(world.losses.filter((code) => code === 'status-refused')).toHaveLength(1);
    says(world, 'Preparing');
    expect(told(world).at(-1)).toBe('1 Occupied');
  });

  test('is told as it is then', () => {
    const world = connected();
    says(world, 'Available');
    world.refuses({ code: 'CsmsInternalError', reason });
    says(world, 'Preparing');
    world.refuses({ code: 'CsmsInternalError', reason });
    world.pass(MINUTE);
    expect(told(world)).toEqual(['1 Available', '1 Occupied', '1 Occupied']);
    world.answers201({});
    expect(world.state.station).toMatchObject({ told: { '1': 'Occupied' } });
    expect(world.state.station?.statusRetries).toBeUndefined();
  });

  test('does not bring another connector’s with it', () => {
    const world = connected();
    says(world, 'Available', 1);
    world.refuses({ code: 'CsmsInternalError', reason });
    world.pass(20_000);
    says(world, 'Available', 2);
    world.refuses({ code: 'CsmsInternalError', reason });
    world.pass(10_000);
    expect(told(world)).toEqual(['1 Available', '2 Available', '1 Available']);
  });

  test('is no longer due when a new link brings all of them', () => {
    const world = connected();
    says(world, 'Available');
    world.refuses({ code: 'CsmsInternalError', reason });
    world.close();
    world.open();
    world.pass(5_000);
    world.answers201(ACCEPTED);
    world.answers201({});
    world.pass(5 * MINUTE);
    expect(told(world)).toEqual(['1 Available', '1 Available']);
  });
});

describe('a status', () => {
  test('to which the CSMS says nothing is told again as long as the link is there', () => {
    const world = connected();
    says(world, 'Available');
    expect(pauses(world, 'CsmsTimeout', 25).slice(-2)).toEqual([15, 15]);
    expect(world.losses).not.toContain('status-refused');
  });

  test('that the CSMS calls wrong is told once, and counted', () => {
    const world = connected();
    says(world, 'Available');
    expect(pauses(world, 'CsmsProtocolError', 1)).toEqual([]);
    expect(world.losses).toContain('status-refused');
  });

  test('to which the CSMS says yes in words that nobody can read has arrived', () => {
    const world = connected();
    says(world, 'Available');
    expect(pauses(world, 'CsmsAnswerInvalid', 1)).toEqual([]);
    expect(world.losses).not.toContain('status-refused');
  });

  test('of a CSMS that knows no statuses is not told on this link, and all are on the next', () => {
    const world = connected();
    says(world, 'Available');
    world.refuses({ code: 'CsmsNotSupported', reason });
    says(world, 'Preparing');
    says(world, 'Available', 2);
    world.pass(MINUTE);
    expect(told(world)).toEqual(['1 Available']);
    expect(world.losses).toContain('not-wanted');
    world.close();
    world.open();
    world.pass(5_000);
    world.answers201(ACCEPTED);
    world.answers201({});
    expect(told(world)).toEqual(['1 Available', '1 Occupied', '2 Available']);
  });

  test('that the CSMS refuses for want of a boot follows that boot', () => {
    const world = connected();
    world.pass(MINUTE);
    says(world, 'Available');
    world.refuses({ code: 'CsmsSecurityError', reason });
    world.pass(1_000);
    world.answers201(ACCEPTED);
    expect(world.frames.map(({ action }) => action)).toEqual([
      'StatusNotification',
      'BootNotification',
      'StatusNotification',
    ]);
  });
});
