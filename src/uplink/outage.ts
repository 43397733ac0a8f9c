import type { ErrorCode } from '../base/errors.ts';
import { plainLine } from './refusal.ts';

/** Why a link is not open, in words for the log and for those who wait. No host, URL or secret is in it. */
export interface Outage {
  readonly code: Extract<ErrorCode, 'CsmsAway' | 'IdentityUnknown'>;
  readonly reason: string;
  /** From a small set: lines of one topic are logged together. */
  readonly topic: string;
  /** The CSMS was reached and said no to this charge point: those who wait are told at once. */
  readonly final: boolean;
  /** Somebody has to act. */
  readonly alarm: boolean;
}

function away(topic: string, reason: string, alarm = false): Outage {
  return { code: 'CsmsAway', reason, topic, final: false, alarm };
}

export const NOT_OPEN_YET = away('not-open', 'the link to the CSMS is not open yet');
export const DIAL_TIMEOUT = away('dial-timeout', 'the CSMS did not take the connection in time');
export const NO_PONG = away('no-pong', 'the CSMS did not answer a ping in time');
export const NOT_READING = away('not-reading', 'the CSMS does not read what is sent to it');

export function wrongProtocol(wanted: string): Outage {
  return away('protocol', `the CSMS did not select the subprotocol ${wanted}`, true);
}

/** The HTTP status of an upgrade that was refused. Redirects are not followed: the charge point's credentials would go along. */
export function refusedUpgrade(status: number): Outage {
  const topic = `http-${status}`;
  if (status === 404) {
    return {
      code: 'IdentityUnknown',
      reason: 'the CSMS does not know this charge point (HTTP 404)',
      topic,
      final: true,
      alarm: false,
    };
  }
  if (status === 401 || status === 403) {
    const reason = `the CSMS refused the credentials of the bridge (HTTP ${status})`;
    return { ...away(topic, reason, true), final: true };
  }
  if (status >= 300 && status < 400) {
    return away(topic, `the CSMS redirects (HTTP ${status}), which is not followed`, true);
  }
  return away(topic, `the CSMS refused the WebSocket (HTTP ${status})`);
}

export function closedByCsms(code: number): Outage {
  return away('closed', `the CSMS closed the link (code ${code})`);
}

/** What the bridge itself did: closing or shutting down. */
export function closedByBridge(reason: string): Outage {
  return away('bridge', `the link was closed: ${reason}`);
}

const NETWORK: ReadonlyMap<string, string> = new Map([
  ['ECONNREFUSED', 'the CSMS refuses connections'],
  ['ECONNRESET', 'the CSMS cut the connection'],
  ['EPIPE', 'the CSMS cut the connection'],
  ['ETIMEDOUT', 'the CSMS does not answer'],
  ['EHOSTUNREACH', 'there is no route to the CSMS'],
  ['ENETUNREACH', 'there is no route to the CSMS'],
  ['ENOTFOUND', 'the host name of the CSMS is unknown'],
  ['EAI_AGAIN', 'the host name of the CSMS cannot be resolved at the moment'],
]);

/** OpenSSL and Node name what is wrong with a certificate or a handshake by such codes. */
const TLS = /^(CERT_|ERR_TLS|ERR_SSL|DEPTH_ZERO|SELF_SIGNED|UNABLE_TO|HOSTNAME_MISMATCH|INVALID_CA|EPROTO)/;

/** Anything that broke a connection or its making. */
export function brokenBy(error: unknown): Outage {
  const code = textOf(error, 'code');
  const known = NETWORK.get(code);
  if (known) return away(code, `${known} (${code})`);
  if (TLS.test(code)) return away(code, `TLS with the CSMS failed (${plainLine(code, 64)})`, true);
  if (code !== '') return away(plainLine(code, 64), `the connection to the CSMS failed (${plainLine(code, 64)})`);
  return away('broken', `the connection to the CSMS failed: ${plainLine(textOf(error, 'message'), 120) || 'unknown'}`);
}

/** `ws` reports a missing or foreign subprotocol as an error without a code. */
export function isProtocolRefusal(error: unknown): boolean {
  return /subprotocol/.test(textOf(error, 'message'));
}

function textOf(error: unknown, field: 'code' | 'message'): string {
  if (typeof error !== 'object' || error === null || !(field in error)) return '';
  const value: unknown = (error as Record<string, unknown>)[field];
  return typeof value === 'string' ? value : '';
}
