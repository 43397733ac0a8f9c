/** Text: outer white space, lengths in code points, characters that XML 1.0 cannot carry. */

const FORBIDDEN = '[\\u0000-\\u0008\\u000B\\u000C\\u000E-\\u001F\\uFFFE\\uFFFF\\uD800-\\uDFFF]';
// With the flag `u` the surrogate range matches lone surrogates only: a pair is one code point outside of it.
const forbidden = new RegExp(FORBIDDEN, 'u');
const everyForbidden = new RegExp(FORBIDDEN, 'gu');

const isSpace = (code: number): boolean => code === 0x20 || code === 0x0a || code === 0x0d || code === 0x09;

/** Without XML white space (space, tab, CR, LF) at both ends. No-break spaces and the like stay. */
export function trimText(text: string): string {
  let start = 0;
  let end = text.length;
  while (start < end && isSpace(text.charCodeAt(start))) start += 1;
  while (end > start && isSpace(text.charCodeAt(end - 1))) end -= 1;
  return start === 0 && end === text.length ? text : text.slice(start, end);
}

/** Whether `text` has more than `most` Unicode code points. */
export function longerThan(text: string, most: number): boolean {
  if (text.length <= most) return false;
  if (text.length > most * 2) return true;
  let count = 0;
  for (const _ of text) {
    count += 1;
    if (count > most) return true;
  }
  return false;
}

/** The first `most` code points. */
export function cutText(text: string, most: number): string {
  return longerThan(text, most) ? Array.from(text).slice(0, most).join('') : text;
}

/** The last `most` code points: the unique part of a serial number sits at its end. */
export function keepEnd(text: string, most: number): string {
  return longerThan(text, most) ? Array.from(text).slice(-most).join('') : text;
}

/** Whether XML 1.0 has no way to carry one of the characters (control characters, U+FFFE, U+FFFF, lone surrogates). */
export function hasForbidden(text: string): boolean {
  return forbidden.test(text);
}

export function withoutForbidden(text: string): string {
  return text.replace(everyForbidden, '');
}

/** `xs:anyURI` may hold spaces, JSON's `format: uri` may not. Nothing else is escaped. */
export function escapeSpaces(uri: string): string {
  return uri.includes(' ') ? uri.replaceAll(' ', '%20') : uri;
}

/** For a refusal's reason: one line, never long. */
export function shorten(value: unknown): string {
  const text = typeof value === 'string' ? value : (JSON.stringify(value) ?? 'nothing');
  const line = withoutForbidden(text).replace(/\s+/gu, ' ');
  return longerThan(line, 40) ? `${cutText(line, 37)}...` : line;
}
