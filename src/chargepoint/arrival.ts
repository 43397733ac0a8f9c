import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Clock } from '../base/clock.ts';
import { type ErrorCode, errorRow } from '../base/errors.ts';
import type { SoapVersion } from '../base/message.ts';
import type { ChargePointObserver } from './observer.ts';

/** One HTTP request, from its headers until its response has left or its connection has died. */
export class Arrival {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  /** Milliseconds since 1970. */
  readonly receivedAt: number;
  /** The same moment by the monotonic clock. */
  readonly since: number;
  /** Settles when the response has left (true) or the connection died before (false). Never rejects. */
  readonly responded: Promise<boolean>;
  code: ErrorCode | undefined;
  version: SoapVersion | undefined;
  action: string | undefined;
  bytesIn = 0;
  bytesOut = 0;
  readMs: number | undefined;
  writeMs: number | undefined;

  constructor(
    request: IncomingMessage,
    response: ServerResponse,
    clock: Clock,
    observer: ChargePointObserver,
    ended: () => void,
  ) {
    this.request = request;
    this.response = response;
    this.receivedAt = clock.now();
    this.since = clock.monotonic();
    observer.opened();
    this.responded = new Promise((resolve) => {
      let settled = false;
      const settle = (sent: boolean): void => {
        if (settled) return;
        settled = true;
        observer.served({
          method: request.method ?? '',
          status: sent ? response.statusCode : 0,
          code: this.code,
          fault: this.code && errorRow(this.code).fault,
          version: this.version,
          action: this.action,
          bytesIn: this.bytesIn,
          bytesOut: this.bytesOut,
          readMs: this.readMs,
          writeMs: this.writeMs,
          totalMs: clock.monotonic() - this.since,
        });
        ended();
        resolve(sent);
      };
      response.once('finish', () => settle(true));
      response.once('close', () => settle(false));
    });
  }
}
