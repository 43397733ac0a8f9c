import type { ChargePointState } from './state.ts';

/** Whether a charge point is there: SOAP has no connection, so only what it said, and when, can tell. */

/** A sign of life is written this often, with a commit that is made anyway. */
const HEARD_STEP = 5 * 60_000;

/** Milliseconds, except the factor. */
export interface SilenceRule {
  readonly silenceFactor: number;
  readonly silenceAtLeast: number;
}

/** After so many ms without a word it counts as gone: several heartbeats, so that one that was lost changes nothing. */
export function longestSilence(state: ChargePointState, { silenceFactor, silenceAtLeast }: SilenceRule): number {
  const { interval = 0, beat = 0 } = state.registration ?? {};
  return Math.max(silenceAtLeast, silenceFactor * 1000 * Math.max(interval, beat));
}

/** With the sign of life, if the one written before is old. `precisely`: also if it is not, for the end of the process. */
export function withHeard(state: ChargePointState, heardAt: number, precisely = false): ChargePointState {
  const since = heardAt - (state.heardAt ?? Number.NEGATIVE_INFINITY);
  return since >= HEARD_STEP || (precisely && since > 0) ? { ...state, heardAt } : state;
}

/** The latest time at which the charge point may have been heard by a process that ended; undefined when nobody knows. */
export function lastHeard({ heardAt }: ChargePointState, now: number): number | undefined {
  return heardAt === undefined ? undefined : Math.min(now, heardAt + HEARD_STEP);
}

/** Whether a bridge that starts now may claim that this charge point is there. */
export function maybeThere(state: ChargePointState, now: number, rule: SilenceRule): boolean {
  const heard = lastHeard(state, now);
  return heard !== undefined && now - heard < longestSilence(state, rule);
}
