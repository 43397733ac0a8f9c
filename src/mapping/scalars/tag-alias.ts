/** The stand-in for an idTag that is longer than OCPP 1.6 allows: cutting could make two cards one, refusing would lose a start. */

import { createHash } from 'node:crypto';

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';

/** RFC 4648 base32 without padding. */
function base32(bytes: Uint8Array): string {
  let out = '';
  let bits = 0;
  let value = 0;
  for (const byte of bytes) {
    value = (value << 8) | byte;
    bits += 8;
    while (bits >= 5) {
      bits -= 5;
      out += ALPHABET.charAt((value >>> bits) & 31);
      value &= (1 << bits) - 1;
    }
  }
  return out;
}

/** `length` characters: the prefix and the start of base32(SHA-256(upper-case tag)), as tags compare without case. */
export function tagAlias(tag: string, prefix: string, length: number): string {
  const hash = base32(createHash('sha256').update(tag.toUpperCase(), 'utf8').digest());
  return prefix + hash.slice(0, length - prefix.length);
}
