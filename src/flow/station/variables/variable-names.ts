import { sha256Hex } from '../../../base/digest.ts';

/** Names of variables: OCPP 2.0.1 compares identifiers without case and allows few characters in them (Part 2, identifierString). */

/** Which EVSE or connector a component belongs to; a station's has none. */
export interface Place {
  readonly id: number;
  readonly connectorId?: number;
}

const LONGEST = 50;
const NOT_PLAIN = /[^a-zA-Z0-9*\-_:+|@.]/gu;
const ESCAPED = /^(?:[a-zA-Z0-9*\-_:+|@.]|=[0-9A-Fa-f]{2})+$/;

/** Equal for two names exactly when they mean the same variable. An empty instance is none. */
export function variableId(
  component: string,
  variable: string,
  instance = '',
  place?: Place,
  componentInstance = '',
): string {
  const { id = 0, connectorId = 0 } = place ?? {};
  return JSON.stringify([component, componentInstance, variable, instance, id, connectorId]).toLowerCase();
}

/** Under which the value of a variable is kept that belongs to the bridge. */
export function ownName(component: string, variable: string, instance?: string): string {
  return instance ? `${component}.${variable}.${instance}` : `${component}.${variable}`;
}

/**
 * A configuration key as the name of a variable: what an identifier may not hold becomes `=` and the hexadecimal bytes of UTF-8.
 * A name that gets too long ends in `==` and a hash: `=` is followed by `=` nowhere else.
 */
export function nameOfKey(key: string): string {
  const name = key.replace(NOT_PLAIN, (char) =>
    [...new TextEncoder().encode(char)].map((byte) => `=${byte.toString(16).toUpperCase().padStart(2, '0')}`).join(''),
  );
  if (name.length <= LONGEST) return name;
  const hash = sha256Hex(key.toLowerCase()).slice(0, 8);
  return `${name.slice(0, LONGEST - 10).replace(/=.?$/, '')}==${hash}`;
}

/** The key that a name stands for; undefined when the name alone does not say it. */
export function keyOfName(name: string): string | undefined {
  if (!ESCAPED.test(name)) return undefined;
  const bytes = [...name.matchAll(/=([0-9A-Fa-f]{2})|(.)/g)].map(([, hex, char = '']) =>
    hex === undefined ? char.charCodeAt(0) : Number.parseInt(hex, 16),
  );
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(Uint8Array.from(bytes));
  } catch {
    return undefined;
  }
}
