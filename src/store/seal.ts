import { crc32 } from 'node:zlib';
import { BridgeError } from '../base/errors.ts';

/**
 * A bad disk does not say that it is one: every record on it ends in a sum over its text and the key it lies under. The sum is
 * one more member of the record, so whoever does not know it reads on. Records without it were written before there was one.
 */
const SUM = ',"crc":';
const LONGEST = SUM.length + '4294967295}'.length;

/** `text`: a JSON object with members. */
export function sealed(at: Buffer, text: string): string {
  const open = text.slice(0, -1);
  return `${open}${SUM}${sumOf(at, open)}}`;
}

/** Gives the text back; throws StoreFailed when it is not what was written under this key. */
export function unsealed(at: Buffer, text: string): string {
  const end = sumAt(text);
  const whole = end === -1 || text.slice(end + SUM.length) === `${sumOf(at, text.slice(0, end))}}`;
  if (!whole) throw new BridgeError('StoreFailed', 'a stored record is damaged');
  return text;
}

export function hasSum(text: string): boolean {
  return sumAt(text) !== -1;
}

function sumAt(text: string): number {
  return text.indexOf(SUM, Math.max(0, text.length - LONGEST));
}

function sumOf(at: Buffer, text: string): number {
  return crc32(text, crc32(at));
}
