import { isBlank } from './xml-scan.ts';

/** What the strict reader takes without a second look, as one table over all code units. */

export const NAME_START = 1;
export const NAME = 2;
export const PLAIN_TEXT = 4;
export const PLAIN_VALUE = 8;
export const BLANK = 16;

/** What a code unit may be without a second look. From U+D800 on nothing: surrogates, and what XML cannot carry. */
const KINDS = new Uint8Array(0x10000).fill(PLAIN_TEXT | PLAIN_VALUE, 0x80, 0xd800);
for (let code = 0; code < 0x80; code++) {
  const char = String.fromCharCode(code);
  let kind = 0;
  if (/[A-Za-z_]/.test(char)) kind |= NAME_START;
  if (/[-.\w]/.test(char)) kind |= NAME;
  if (/[\t\n\x20-\x7f]/.test(char) && !/[&<\]]/.test(char)) kind |= PLAIN_TEXT;
  if (/[\x20-\x7f]/.test(char) && !/[&<"']/.test(char)) kind |= PLAIN_VALUE;
  if (isBlank(code)) kind |= BLANK;
  KINDS[code] = kind;
}

export function kindOf(code: number): number {
  return KINDS[code] ?? 0;
}
