import { isoTime } from '../../base/clock.ts';
import type { Json, JsonObject } from '../../base/message.ts';
import type { Context, Effect } from '../decision.ts';
import type { ChargePointState } from '../state.ts';
import { offlineThreshold } from './offline-threshold.ts';

/** When something happened, by the clock of the charge point as long as that clock can be right. */

/** No charge point that is heard today was there before; what it tells of the future is wrong, too. */
const EARLIEST = Date.UTC(2015, 0, 1);
const AHEAD = 24 * 3_600_000;

export interface EventTime {
  /** ISO, as the charge point wrote it if it can be true. */
  readonly timestamp: string;
  readonly at: number;
  /** The charge point kept it for a while before it told it (E04, E11). */
  readonly offline: true | undefined;
  readonly losses: readonly Effect[];
}

/** `after`: time of the event before it in the same transaction, which a time of the bridge's own does not undercut. */
export function eventTime(
  said: Json | undefined,
  state: ChargePointState,
  context: Context,
  after?: string,
): EventTime {
  const at = typeof said === 'string' ? Date.parse(said) : Number.NaN;
  if (canBeTrue(at, context)) {
    const late = context.now - at > offlineThreshold(state, context);
    return { timestamp: String(said), at, offline: late || undefined, losses: [] };
  }
  const now = Math.max(context.now, after === undefined ? 0 : Date.parse(after));
  const losses: Effect[] = [{ do: 'loss', code: 'tx-clock', field: 'timestamp' }];
  return { timestamp: isoTime(now), at: now, offline: undefined, losses };
}

/** Readings of the charge point with times that can be true; `otherwise` has the time of one that has none such. */
export function readingsInTime(
  readings: readonly JsonObject[],
  otherwise: (reading: JsonObject) => string,
  context: Context,
): { readonly readings: readonly JsonObject[]; readonly losses: readonly Effect[] } {
  const isWrong = ({ timestamp }: JsonObject): boolean => !canBeTrue(Date.parse(String(timestamp)), context);
  const wrong = readings.filter(isWrong);
  if (wrong.length === 0) return { readings, losses: [] };
  return {
    readings: readings.map((one) => (isWrong(one) ? { ...one, timestamp: otherwise(one) } : one)),
    losses: wrong.map((): Effect => ({ do: 'loss', code: 'tx-clock', field: 'timestamp' })),
  };
}

function canBeTrue(at: number, { now }: Context): boolean {
  return at >= EARLIEST && at <= now + AHEAD;
}
