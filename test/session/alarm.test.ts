import { describe, expect, test } from 'vitest';
import { Alarm } from '../../src/session/alarm.ts';
import { ManualClock } from '../base/manual-clock.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

function alarm() {
  const clock = new ManualClock(Date.UTC(2024, 0, 1));
  const rang: number[] = [];
  const made = new Alarm(clock, () => {
    const early = clock.now() < (made.at ?? 0);
    rang.push(clock.monotonic());
    if (!early) made.set(undefined);
  });
  return { clock, rang, made };
}

describe('an alarm', () => {
  test('rings at its time, however far that is', () => {
    const { clock, rang, made } = alarm();
    made.set(clock.now() + 40 * 24 * HOUR);
    clock.advance(40 * 24 * HOUR - 1);
    expect(rang).toEqual([]);
    clock.advance(1);
    expect(rang).toHaveLength(1);
  });

  test('rings within a minute when the clock is set forward beyond its time', () => {
    const { clock, rang, made } = alarm();
    made.set(clock.now() + 10 * HOUR);
    clock.jump(20 * HOUR);
    clock.advance(MINUTE);
    expect(rang).toHaveLength(1);
  });

  test('rings within a minute when the clock is set back, because its time may have changed, and at its time', () => {
    const { clock, rang, made } = alarm();
    made.set(clock.now() + HOUR);
    clock.jump(-HOUR);
    clock.advance(2 * HOUR - 1);
    expect(rang).toEqual([MINUTE]);
    clock.advance(1);
    expect(rang).toEqual([MINUTE, 2 * HOUR]);
  });

  test('that has just rung rings again soon after the clock was set back', () => {
    const { clock, rang, made } = alarm();
    made.set(clock.now());
    clock.advance(0);
    clock.jump(-30 * HOUR);
    made.set(clock.now());
    clock.advance(1_000);
    expect(rang).toEqual([0, 1_000]);
  });
});
