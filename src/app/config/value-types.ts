import { z } from 'zod';
import { Networks } from '../../chargepoint/networks.ts';

/** The kinds of values a configuration is made of, each with one readable complaint. Durations become milliseconds, sizes bytes. */

const UNITS = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;
/** Longer timers fire at once. */
const LONGEST_TIMER = 2 ** 31 - 1;

/** Text that `read` turns into something else; what `read` throws is the fault. `type` is its name in the documentation. */
export function textAs<T>(type: string, wanted: string, read: (text: string) => T) {
  return z
    .string({ error: ({ input }) => (input === undefined ? 'is missing' : `${wanted} is wanted`) })
    .transform((text, context) => {
      try {
        return read(text);
      } catch (error) {
        const why = error instanceof Error ? error.message : '';
        context.addIssue({ code: 'custom', message: why === '' ? `${wanted} is wanted, not ${quoted(text)}` : why });
        return z.NEVER;
      }
    })
    .meta({ 'x-type': type });
}

/** The complaint is made of what was wanted. */
class NotWanted extends Error {
  constructor() {
    super('');
  }
}

export function quoted(text: string): string {
  return JSON.stringify(text.length > 60 ? `${text.slice(0, 60)}…` : text);
}

/** Milliseconds of `20s`, `500ms`, `2m`, `12h`, `7d`. */
export function duration({ zero = false, timer = true } = {}) {
  return textAs('duration', 'a duration with its unit, such as 500ms, 20s, 2m or 7d,', (text) => {
    const [, number, unit] = /^(\d+(?:\.\d+)?)(ms|s|m|h|d)$/.exec(text.trim()) ?? [];
    if (number === undefined || unit === undefined) throw new NotWanted();
    const ms = Math.round(Number(number) * UNITS[unit as keyof typeof UNITS]);
    if (ms === 0 && !zero) throw new Error('a duration above 0 is wanted');
    if (timer && ms > LONGEST_TIMER) throw new Error('at most 24d are possible');
    return ms;
  });
}

const SIZES = { '': 1, KiB: 1024, MiB: 1024 ** 2, GiB: 1024 ** 3 } as const;

/** Bytes of `1048576`, `512KiB`, `4MiB`. */
export function byteSize() {
  return z
    .union([z.int().min(1), z.string().regex(/^\d+(KiB|MiB|GiB)?$/)], {
      error: 'a size is wanted, such as 1048576, 512KiB or 4MiB',
    })
    .transform((value) => {
      if (typeof value === 'number') return value;
      const number = Number.parseInt(value, 10);
      return number * SIZES[value.slice(String(number).length) as keyof typeof SIZES];
    })
    .meta({ 'x-type': 'size' });
}

export interface ListenAddress {
  readonly host: string;
  /** 0 = any free one. */
  readonly port: number;
}

/** `host:port`, IPv6 in brackets. */
export function listenAddress() {
  return textAs('host:port', 'an address such as 127.0.0.1:8080, 0.0.0.0:8080 or [::1]:8080', (text): ListenAddress => {
    const [, v6, host, port] = /^(?:\[([\da-fA-F:.]+)\]|([^\s:[\]/]+)):(\d{1,5})$/.exec(text) ?? [];
    const name = v6 ?? host;
    if (name === undefined || Number(port) > 65535) throw new NotWanted();
    return { host: name, port: Number(port) };
  });
}

/** A URL with one of these schemes and without user, password and fragment. */
export function url(...schemes: readonly string[]) {
  const wanted = `a URL that starts with ${schemes.map((scheme) => `${scheme}://`).join(' or ')}`;
  return textAs('URL', wanted, (text) => {
    if (!URL.canParse(text)) throw new NotWanted();
    const parsed = new URL(text);
    // First, so that no complaint repeats a password.
    if (parsed.username !== '' || parsed.password !== '') throw new Error('user and password do not belong in a URL');
    if (!schemes.includes(parsed.protocol.slice(0, -1)) || parsed.hostname === '') throw new NotWanted();
    if (parsed.hash !== '') throw new Error('a fragment (#…) does not belong in this URL');
    return text;
  });
}

/** `10.0.0.0/8`, `2001:db8::/32`, or one address. */
export function network() {
  return textAs('network', 'a network such as 10.0.0.0/8, 2001:db8::/32 or 192.0.2.7', (text) => {
    try {
      new Networks([text]);
    } catch {
      throw new NotWanted();
    }
    return text;
  });
}

export interface PortRange {
  readonly from: number;
  readonly to: number;
}

/** One port, or a range such as `8000-8100`. */
export function port() {
  const ranged = z.string().regex(/^\d{1,5}(-\d{1,5})?$/);
  return z
    .union([z.int(), ranged], { error: 'a port such as 8080 or a range such as "8000-8100" is wanted' })
    .transform((value, context): number | PortRange => {
      const [from = 0, to = from] = String(value).split('-').map(Number);
      if (from >= 1 && to <= 65535 && from <= to) return from === to ? from : { from, to };
      context.addIssue({ code: 'custom', message: 'ports go from 1 to 65535, the lower one first' });
      return z.NEVER;
    })
    .meta({ 'x-type': 'port or range' });
}

/** IANA name or offset. */
export function timezone() {
  return textAs('time zone', 'a time zone such as Europe/Berlin or an offset such as +02:00', (text) => {
    if (/^[+-](0\d|1[0-4]):[0-5]\d$/.test(text)) return text;
    try {
      new Intl.DateTimeFormat('en', { timeZone: text });
    } catch {
      throw new NotWanted();
    }
    return text;
  });
}

/** An identity, or a pattern of identities with `*` for any run of characters. */
export function identityPattern() {
  return z
    .string()
    .min(1)
    .max(255)
    .refine((text) => text === text.trim(), 'identities have no blanks around them')
    .meta({ 'x-type': 'identity or pattern' });
}
