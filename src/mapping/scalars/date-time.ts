/** Times: what charge points write, made into UTC with `Z`; and what a CSMS writes, made readable for old parsers. */

import { zoneToUtc } from './zone.ts';

export interface ReadTime {
  /** Milliseconds since 1970, UTC. */
  readonly ms: number;
  /** UTC with `Z`; the fraction as sent, at most three digits. */
  readonly text: string;
  /** UTC with `Z`, without a fraction. */
  readonly seconds: string;
  /** The offset was not zero: the same instant is told another way. */
  readonly shifted: boolean;
  /** No zone was written; the charge point's own was assumed. */
  readonly zoneless: boolean;
  /** Digits below the millisecond (other than 0) were cut. */
  readonly cut: boolean;
  /** There is a fraction other than 0. */
  readonly fraction: boolean;
}

const FORM = /^(\d{4})-(\d\d)-(\d\d)[Tt ](\d\d):(\d\d):(\d\d)(?:\.(\d+))?(?:([Zz])|([+-])(\d\d)(?::?(\d\d))?)?$/;
const MONTHS = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

function daysIn(year: number, month: number): number {
  const leap = month === 2 && year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
  return leap ? 29 : (MONTHS[month - 1] ?? 0);
}

/** UTC milliseconds; unlike Date.UTC it takes the years 1 to 99 at their word. */
function utc(year: number, month: number, day: number, hour: number, minute: number, second: number): number {
  const ms = Date.UTC(2000, month - 1, day, hour, minute, second);
  return year >= 100
    ? Date.UTC(year, month - 1, day, hour, minute, second)
    : new Date(ms).setUTCFullYear(year, month - 1, day);
}

const digit = (text: string, at: number): number => {
  const code = text.charCodeAt(at) - 48;
  return code >= 0 && code <= 9 ? code : Number.NaN;
};
const pair = (text: string, at: number): number => digit(text, at) * 10 + digit(text, at + 1);

/** `2013-02-01T15:09:18Z` with at most three digits of fraction, the form nearly all use: true when it is that and a real time. */
export function isPlainUtc(text: string): boolean {
  const last = text.length - 1;
  if (last < 19 || last > 23 || last === 20 || text.charCodeAt(last) !== 0x5a) return false;
  if (text.charCodeAt(4) !== 0x2d || text.charCodeAt(7) !== 0x2d || text.charCodeAt(10) !== 0x54) return false;
  if (text.charCodeAt(13) !== 0x3a || text.charCodeAt(16) !== 0x3a) return false;
  if (last > 19 && text.charCodeAt(19) !== 0x2e) return false;
  for (let at = 20; at < last; at += 1) if (Number.isNaN(digit(text, at))) return false;
  const year = pair(text, 0) * 100 + pair(text, 2);
  const month = pair(text, 5);
  const day = pair(text, 8);
  if (!(year >= 1 && month >= 1 && month <= 12 && day >= 1 && day <= daysIn(year, month))) return false;
  return pair(text, 11) <= 23 && pair(text, 14) <= 59 && pair(text, 17) <= 59;
}

/**
 * Reads an `xs:dateTime` or RFC 3339 time tolerantly: fractions of any length, `Z`, `±hh:mm`, `±hhmm`, `±hh`, `24:00:00`,
 * leap seconds (60 becomes 59), no zone (then `timezone`, an IANA name or an offset). Undefined for days that do not exist.
 */
export function readTime(text: string, timezone: string): ReadTime | undefined {
  const match = FORM.exec(text);
  if (!match) return undefined;
  const [year, month, day, hour, minute] = [match[1], match[2], match[3], match[4], match[5]].map(Number) as [
    number,
    number,
    number,
    number,
    number,
  ];
  const second = Math.min(Number(match[6]), 60) === 60 && match[6] === '60' ? 59 : Number(match[6]);
  const digits = match[7] ?? '';
  if (year < 1 || month < 1 || month > 12 || day < 1 || day > daysIn(year, month)) return undefined;
  if (hour > 24 || minute > 59 || second > 59) return undefined;
  const nonzero = /[1-9]/.test(digits);
  if (hour === 24 && (minute !== 0 || second !== 0 || nonzero)) return undefined;

  const zoneless = match[8] === undefined && match[9] === undefined;
  const local = utc(year, month, day, hour, minute, second);
  let ms: number;
  let shifted = false;
  if (zoneless) {
    ms = zoneToUtc(local, timezone);
  } else {
    const [offsetHours, offsetMinutes] = [Number(match[10] ?? 0), Number(match[11] ?? 0)];
    if (offsetHours > 18 || offsetMinutes > 59) return undefined;
    const offset = (match[9] === '-' ? -1 : 1) * (offsetHours * 60 + offsetMinutes);
    shifted = offset !== 0;
    ms = local - offset * 60_000;
  }
  const iso = new Date(ms).toISOString();
  if (iso.length !== 24 || iso.startsWith('0000')) return undefined;
  const seconds = `${iso.slice(0, 19)}Z`;
  const kept = digits.slice(0, 3);
  return {
    ms: ms + Number(kept.padEnd(3, '0')),
    text: kept === '' ? seconds : `${iso.slice(0, 19)}.${kept}Z`,
    seconds,
    shifted,
    zoneless,
    cut: /[1-9]/.test(digits.slice(3)),
    fraction: nonzero,
  };
}
