import type { ErrorCode } from '../../../base/errors.ts';
import { AWAY } from '../../relay.ts';
import type { ChargePointState } from '../../state.ts';
import { stationOf, withoutStation, withStation } from '../rules.ts';

/** Statuses that the CSMS did not take though the link is open: told again with growing pauses, and not for ever. */

const PAUSE = { first: 30_000, longest: 15 * 60_000 };
/** A CSMS that fails on a status so often fails on that status. */
const MOST = 20;

/** The state in which the connector's newest status is due again; undefined when there is no sense in that. */
export function toldAgain(
  state: ChargePointState,
  id: string,
  code: ErrorCode,
  now: number,
): ChargePointState | undefined {
  const { statusRetries = {} } = stationOf(state);
  const tries = 1 + (statusRetries[id]?.tries ?? 0);
  // Who says nothing has not refused it.
  if (!AWAY.has(code) && (code !== 'CsmsInternalError' || tries >= MOST)) return undefined;
  const at = now + Math.min(PAUSE.longest, PAUSE.first * 2 ** Math.min(tries - 1, 10));
  return withStation(state, { statusRetries: { ...statusRetries, [id]: { tries, at } } });
}

/** This connector's status has got through, or is given up. */
export function notAgain(state: ChargePointState, id: string): ChargePointState {
  const { [id]: found, ...others } = stationOf(state).statusRetries ?? {};
  if (found === undefined) return state;
  if (Object.keys(others).length === 0) return withoutStation(state, 'statusRetries');
  return withStation(state, { statusRetries: others });
}

/** When the next one is due. */
export function nextRetryAt(state: ChargePointState): number | undefined {
  const times = Object.values(stationOf(state).statusRetries ?? {}).flatMap(({ at }) => at ?? []);
  return times.length === 0 ? undefined : Math.min(...times);
}

/** The connectors whose status is due; it is, once. */
export function takeRetries(state: ChargePointState, now: number): { state: ChargePointState; ids: number[] } {
  const all = Object.entries(stationOf(state).statusRetries ?? {});
  const due = all.filter(([, { at = Infinity }]) => at <= now).map(([id]) => id);
  if (due.length === 0) return { state, ids: [] };
  const statusRetries = Object.fromEntries(
    all.map(([id, retry]) => [id, due.includes(id) ? { tries: retry.tries } : retry]),
  );
  return { state: withStation(state, { statusRetries }), ids: due.map(Number) };
}
