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
