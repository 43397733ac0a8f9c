/** Local times to UTC. Only for times written without a zone, so luxon may cost what it costs. */

import { DateTime, IANAZone } from 'luxon';

const OFFSET = /^(?:UTC)?([+-])(\d{1,2})(?::?(\d\d))?$/;

/** `local`: milliseconds as if the wall clock were UTC. An unknown zone counts as UTC. */
export function zoneToUtc(local: number, timezone: string): number {
  if (timezone === 'UTC' || timezone === 'Z') return local;
  const match = OFFSET.exec(timezone);
  if (match) {
    const offset = (match[1] === '-' ? -1 : 1) * (Number(match[2]) * 60 + Number(match[3] ?? 0));
    return local - offset * 60_000;
  }
  const there = DateTime.fromMillis(local, { zone: 'utc' }).setZone(timezone, { keepLocalTime: true });
  return there.isValid ? there.toMillis() : local;
}

/** Whether times can be read in this zone. */
export function isZone(timezone: string): boolean {
  return /^[+-](0\d|1[0-4]):[0-5]\d$/.test(timezone) || IANAZone.isValidZone(timezone);
}
