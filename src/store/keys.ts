import { createHash } from 'node:crypto';

/**
 * Keys as bytes, for stores that sort bytes. Three parts (identity, kind, key), each closed by a zero byte, so that no
 * text can reach into its neighbour, and byte order is the order of the texts by code point.
 * Parts longer than their limit keep their beginning and end in a hash: LMDB takes at most 1978 bytes.
 */
const LIMITS = { identity: 800, kind: 200, key: 800 } as const;
const HASH_MARK = Buffer.from([1, 3]);

const STATE = 's'.charCodeAt(0);
const ROW = 'r'.charCodeAt(0);

/** UTF-8, where lone surrogates (which Buffer would fold into one replacement character) keep a code of their own. */
function bytesOf(text: string): Buffer {
  if (!/\p{Cs}/u.test(text)) return Buffer.from(text, 'utf8');
  const parts: Buffer[] = [];
  for (const char of text) {
    const code = char.codePointAt(0) ?? 0;
    const lone = code >= 0xd800 && code <= 0xdfff;
    parts.push(lone ? Buffer.from([0xed, 0x80 | ((code >> 6) & 0x3f), 0x80 | (code & 0x3f)]) : Buffer.from(char));
  }
  return Buffer.concat(parts);
}

/** 0 and 1 become two bytes each, so that a zero byte is always an end and order is kept. */
function escaped(bytes: Buffer): Buffer {
  if (!bytes.some((byte) => byte < 2)) return bytes;
  return Buffer.from([...bytes].flatMap((byte) => (byte < 2 ? [1, byte + 1] : [byte])));
}

/** Nearly every text: its bytes are its characters, and none is 0 or 1. */
const PLAIN = /^[ -~]*$/;

function part(text: string, limit: number): Buffer {
  const bytes = escaped(bytesOf(text));
  if (bytes.length <= limit) return bytes;
  const hash = createHash('sha256').update(bytes).digest('hex');
  return Buffer.concat([bytes.subarray(0, limit - hash.length - HASH_MARK.length), HASH_MARK, Buffer.from(hash)]);
}

function joined(table: number, parts: readonly Buffer[]): Buffer {
  const end = Buffer.from([0]);
  return Buffer.concat([Buffer.from([table]), ...parts.flatMap((bytes) => [bytes, end])]);
}

export function stateKey(identity: string): Buffer {
  if (identity.length <= LIMITS.identity && PLAIN.test(identity)) return Buffer.from(`s${identity}\0`, 'latin1');
  return joined(STATE, [part(identity, LIMITS.identity)]);
}

export function rowKey(identity: string, kind: string, key: string): Buffer {
  const short = identity.length <= LIMITS.identity && kind.length <= LIMITS.kind && key.length <= LIMITS.key;
  if (short && PLAIN.test(identity) && PLAIN.test(kind) && PLAIN.test(key))
    return Buffer.from(`r${identity}\0${kind}\0${key}\0`, 'latin1');
  return joined(ROW, [part(identity, LIMITS.identity), part(kind, LIMITS.kind), part(key, LIMITS.key)]);
}

export interface KeyRange {
  readonly start: Buffer;
  /** Not in the range. */
  readonly end: Buffer;
}

/** Every state record. */
export const ALL_STATES: KeyRange = { start: Buffer.from([STATE]), end: Buffer.from([STATE + 1]) };

/** Every row of one kind of one identity, or only those behind the key `after`. */
export function rowRange(identity: string, kind: string, after?: string): KeyRange {
  const start = joined(ROW, [part(identity, LIMITS.identity), part(kind, LIMITS.kind)]);
  const end = Buffer.from(start);
  end[end.length - 1] = 1;
  if (after === undefined) return { start, end };
  // Every key ends in a zero byte: the next possible one is longer by one byte.
  return { start: Buffer.concat([rowKey(identity, kind, after), Buffer.from([0])]), end };
}
