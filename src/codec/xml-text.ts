/** Character data of XML 1.0: references in, escapes out. */

const PREDEFINED: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };

/** Whether XML 1.0 can carry the code point (production 2, Char). */
export function isCharacter(code: number): boolean {
  if (code < 0x20) return code === 0x9 || code === 0xa || code === 0xd;
  return code < 0xd800 || (code > 0xdfff && code < 0xfffe) || (code > 0xffff && code <= 0x10ffff);
}

/** Matches, in the `u` mode, whatever `isCharacter` refuses; lone surrogates too. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: finding these is its purpose
const ILLEGAL = /[\0-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]/u;
const ALL_ILLEGAL = new RegExp(ILLEGAL, 'gu');

/** Position of the first character that XML 1.0 cannot carry, or -1. */
export function illegalCharacter(text: string): number {
  return text.search(ILLEGAL);
}

/**
 * Replaces the five predefined and all numeric references. Everything else that begins with `&` is text: the guard has
 * already refused unknown entities and references to illegal characters.
 */
export function decodeReferences(text: string): string {
  if (!text.includes('&')) return text;
  return text.replace(/&(?:#(\d+)|#x([\da-fA-F]+)|(amp|lt|gt|quot|apos));/g, (all, decimal, hex, name) => {
    if (name !== undefined) return PREDEFINED[name] ?? all;
    const code = decimal === undefined ? Number.parseInt(hex, 16) : Number.parseInt(decimal, 10);
    return isCharacter(code) ? String.fromCodePoint(code) : all;
  });
}

const REFERENCE = /&(?:amp|lt|gt|quot|apos|#(?:(\d{1,7})|x([\da-fA-F]{1,6})));/y;

/** End of the reference that begins at `at`; -1 when it is none that `decodeReferences` replaces, or suspiciously long. */
export function referenceEnd(text: string, at: number): number {
  REFERENCE.lastIndex = at;
  const found = REFERENCE.exec(text);
  if (!found) return -1;
  const [, decimal, hex] = found;
  if (decimal !== undefined && !isCharacter(Number.parseInt(decimal, 10))) return -1;
  if (hex !== undefined && !isCharacter(Number.parseInt(hex, 16))) return -1;
  return at + found[0].length;
}

/** An attribute's value as a reader sees it (XML 1.0, section 3.3.3): literal white space is blanks. */
export function decodeAttribute(text: string): string {
  return decodeReferences(/[\t\n\r]/.test(text) ? text.replace(/\r\n?|[\t\n]/g, ' ') : text);
}

const ESCAPES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  '\t': '&#9;',
  '\n': '&#10;',
  '\r': '&#13;',
};

/** Nearly every text: nothing to escape or drop, in attributes or elsewhere. One look in place of several. */
const PLAIN = /^[\x20!#-%'-;=?-~]*$/;

function legal(text: string): string {
  return ILLEGAL.test(text) ? text.replace(ALL_ILLEGAL, '') : text;
}

/** Element content. Characters that XML 1.0 cannot carry are dropped: a reference to them is no better. */
export function escapeText(text: string): string {
  return PLAIN.test(text) ? text : legal(text).replace(/[&<>\r]/g, (c) => ESCAPES[c] ?? c);
}

/** An attribute's value, for double quotes. */
export function escapeAttribute(text: string): string {
  return PLAIN.test(text) ? text : legal(text).replace(/[&<>"\t\n\r]/g, (c) => ESCAPES[c] ?? c);
}
