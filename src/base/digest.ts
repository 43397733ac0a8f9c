import { createHash } from 'node:crypto';

/** SHA-256 of a text, as 64 hexadecimal digits: for names that are the same at every start and on every machine. */
export function sha256Hex(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
