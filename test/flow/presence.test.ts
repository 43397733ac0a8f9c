import { describe, expect, test } from 'vitest';
import { longestSilence, maybeThere, withHeard } from '../../src/flow/presence.ts';
import { type ChargePointState, EMPTY_STATE } from '../../src/flow/state.ts';
import { NOW } from './context.ts';

const MINUTE = 60_000;
const RULE = { silenceFactor: 2.5, silenceAtLeast: MINUTE };
const BEATS: ChargePointState = { ...EMPTY_STATE, registration: { status: 'Accepted', interval: 600, at: NOW } };

describe('a charge point', () => {
  test('may be silent for several of its heartbeats, and never less than the least', () => {
    expect(longestSilence(BEATS, RULE)).toBe(25 * MINUTE);
    expect(longestSilence(EMPTY_STATE, RULE)).toBe(MINUTE);
  });

  test('is remembered as heard only every few minutes, so that a commit more often says nothing new', () => {
    const heard = withHeard(BEATS, NOW);
    expect(heard.heardAt).toBe(NOW);
    expect(withHeard(heard, NOW + 4 * MINUTE)).toBe(heard);
    expect(withHeard(heard, NOW + 5 * MINUTE).heardAt).toBe(NOW + 5 * MINUTE);
  });

  test('is remembered precisely at the end of the process', () => {
    const heard = withHeard(BEATS, NOW);
    expect(withHeard(heard, NOW + 1, true).heardAt).toBe(NOW + 1);
    expect(withHeard(heard, NOW, true)).toBe(heard);
  });

  test('counts as there after a restart while its silence is no longer than usual', () => {
    const heard = withHeard(BEATS, NOW);
    // What was written may be five minutes older than the last word.
    expect(maybeThere(heard, NOW + 29 * MINUTE, RULE)).toBe(true);
    expect(maybeThere(heard, NOW + 30 * MINUTE, RULE)).toBe(false);
    expect(maybeThere(BEATS, NOW, RULE)).toBe(false);
  });
});
