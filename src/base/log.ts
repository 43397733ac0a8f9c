import { createHash } from 'node:crypto';
import { type Bindings, type DestinationStream, type Logger, pino } from 'pino';
import type { LogLevel } from './errors.ts';

/** The part of a pino logger that the rooms use. Log ids, not payloads. */
export interface Log {
  debug(about: object, message: string): void;
  info(about: object, message: string): void;
  warn(about: object, message: string): void;
  error(about: object, message: string): void;
  child?(bindings: object): Log;
}

/** For callers that do not care, and for tests. */
export const silentLog: Log = {
  debug() {},
  info() {},
  warn() {},
  error() {},
};

export interface LogSettings {
  /** `silent` writes nothing. */
  readonly level: LogLevel | 'silent';
  /** Lines for people instead of JSON. */
  readonly pretty?: boolean;
  /** Shorten tags of drivers beyond recognition. */
  readonly redactTags: boolean;
  /** Default: standard output. */
  readonly stream?: DestinationStream;
}

/** Fields that may hold a tag. `raw` is what stood in a field where information was lost. */
const TAGS: ReadonlySet<string> = new Set(['idTag', 'parentIdTag', 'raw']);
/** Fields that are never written, whatever they hold. */
const SECRETS: ReadonlySet<string> = new Set([
  'authorization',
  'Authorization',
  'password',
  'AuthorizationKey',
  'secret',
]);
const DEEPEST = 6;

/**
 * A tag as logs may show it: two characters and a short hash, so that lines of one tag can be told, and found again by
 * somebody who has the tag; too short to count back. Tags compare without regard to case.
 */
export function tagForLog(tag: string): string {
  const hash = createHash('sha256').update(tag.toUpperCase()).digest('hex').slice(0, 4);
  return `${tag.length > 4 ? tag.slice(0, 2) : ''}…${hash}`;
}

/** A log that ends with the process. */
export interface ProcessLog extends Log {
  /**
   * Resolves when everything is written, or nobody is left to read it; what is logged after that is dropped. To be called
   * before `process.exit`: with a line still on its way to a reader that has gone, pino would try it there for ever.
   */
  close(): Promise<void>;
}

/** The bridge's own log: one line a message, JSON with ISO times, or readable when `pretty`. */
export function createLog(settings: LogSettings): ProcessLog {
  const clean = (about: Record<string, unknown>) => cleaned(about, settings.redactTags, 0);
  const { stream, close } = settings.stream ? { stream: settings.stream, close: async () => {} } : standardOutput();
  const log = pino(
    {
      level: settings.level,
      base: null,
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (level) => ({ level }), log: clean },
    },
    settings.pretty ? { write: (line: string) => stream.write(`${readable(line)}\n`) } : stream,
  );

  // Fields of a child bypass the formatters.
  const child = log.child;
  Object.defineProperty(log, 'child', {
    value(this: Logger, bindings: Bindings) {
      return child.call(this, clean(bindings));
    },
  });
  return Object.assign(log, { close });
}

function standardOutput(): { stream: DestinationStream; close(): Promise<void> } {
  const stream = pino.destination(1);
  const gone = new Promise<void>((resolve) => {
    stream.once('close', resolve);
    stream.once('error', resolve);
  });
  let open = true;
  return {
    stream: {
      write(line) {
        if (open) stream.write(line);
      },
    },
    close() {
      open = false;
      stream.end();
      return gone;
    },
  };
}

/** The same object where there is nothing to hide: most lines are not copied. */
function cleaned<T extends object>(about: T, redactTags: boolean, depth: number): T {
  let copy: Record<string, unknown> | undefined;
  for (const [name, value] of Object.entries(about)) {
    const shown = shownAs(name, value, redactTags, depth);
    if (shown === value) continue;
    copy ??= (Array.isArray(about) ? [...about] : { ...about }) as Record<string, unknown>;
    copy[name] = shown;
  }
  return (copy as T | undefined) ?? about;
}

function shownAs(name: string, value: unknown, redactTags: boolean, depth: number): unknown {
  if (SECRETS.has(name)) return '[redacted]';
  if (redactTags && TAGS.has(name)) return typeof value === 'string' ? tagForLog(value) : '[redacted]';
  if (typeof value !== 'object' || value === null || depth >= DEEPEST) return value;
  // Errors, dates, secrets… say themselves how they are written.
  const plain = Array.isArray(value) || Object.getPrototypeOf(value) === Object.prototype;
  return plain ? cleaned(value, redactTags, depth + 1) : value;
}

/** `12:00:00.123 warn  message  name=value …` */
function readable(line: string): string {
  const { level, time, msg, ...rest } = JSON.parse(line) as Record<string, unknown>;
  const about = Object.entries(rest).map(([name, value]) => {
    const text = typeof value === 'string' ? value : JSON.stringify(value);
    return `${name}=${/\s/.test(text) ? JSON.stringify(text) : text}`;
  });
  return [`${String(time).slice(11, 23)} ${String(level).padEnd(5)} ${String(msg)}`, ...about].join('  ');
}
