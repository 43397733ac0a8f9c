import { BridgeError } from '../base/errors.ts';

/** Who a link is for, as OCPP-J says it: the last segment of the URL (section 3.1.1) and the user of Basic authentication. */

/** What OCPP 2.0.1 can write of a station (part 4, section 3.1.1): identifierString without the colon, which Basic needs. */
export const STATION_IDENTITY = /^(?!\.{1,2}$)[a-zA-Z0-9*\-_=+|@.]{1,48}$/;

export interface Credentials {
  readonly user: string;
  /** Bytes where the CSMS gave the key in hexadecimal: they need not be text. */
  readonly password: string | Uint8Array;
}

/** The `csms.url` as configured. Throws TypeError on anything but a ws: or wss: URL without user, password and fragment. */
export function baseUrl(text: string): URL {
  const url = new URL(text);
  if (url.protocol !== 'ws:' && url.protocol !== 'wss:') throw new TypeError('the URL of the CSMS must be ws: or wss:');
  if (url.username !== '' || url.password !== '')
    throw new TypeError('credentials do not belong in the URL of the CSMS');
  if (url.hash !== '') throw new TypeError('the URL of the CSMS must not have a fragment');
  return url;
}

/** `<base>/<percent-encoded identity>`; a query of the base stays behind it. Throws IdentityInvalid. */
export function linkUrl(base: URL, identity: string): string {
  // A URL parser removes dot segments, even percent-encoded: such an identity would climb to another path.
  if (identity === '' || identity === '.' || identity === '..' || /\p{Surrogate}/u.test(identity)) {
    throw new BridgeError('IdentityInvalid', 'the chargeBoxIdentity cannot stand in a URL');
  }
  const path = base.pathname.replace(/\/+$/, '');
  return `${base.protocol}//${base.host}${path}/${encodeURIComponent(identity)}${base.search}`;
}

/** Value of the Authorization header (RFC 7617, UTF-8). */
export function basicAuthorization(credentials: Credentials): string {
  const bytes = Buffer.concat([Buffer.from(`${credentials.user}:`), bytesOf(credentials.password)]);
  return `Basic ${bytes.toString('base64')}`;
}

function bytesOf(password: string | Uint8Array): Uint8Array {
  return typeof password === 'string' ? Buffer.from(password, 'utf8') : password;
}
