import { isoTime } from '../../../base/clock.ts';
import type { Json, JsonObject } from '../../../base/message.ts';

/** When something happened, as the charge point says; its clock may be unset, and 1.6 lets it say nothing. */

const EARLIEST = Date.UTC(2015, 0, 1);
const DAY = 24 * 3_600_000;

/** Milliseconds since 1970: the time of reception where none that can be true is given. */
export function happenedAt(timestamp: Json | undefined, now: number): number {
  const said = typeof timestamp === 'string' ? Date.parse(timestamp) : Number.NaN;
  return said >= EARLIEST && said <= now + DAY ? said : now;
}

/** The status with a time that can be true. */
export function dated(request: JsonObject, now: number): JsonObject {
  return { ...request, timestamp: isoTime(happenedAt(request['timestamp'], now)) };
}
