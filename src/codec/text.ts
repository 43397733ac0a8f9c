import { isAscii, isUtf8 } from 'node:buffer';

/** Bytes to text: whatever a charge point says its encoding is, and whatever it really is. */

/** U+0080 to U+009F in windows-1252; the five unassigned ones stay control characters. */
const WINDOWS_1252 = '€\x81‚ƒ„…†‡ˆ‰Š‹Œ\x8dŽ\x8f\x90‘’“”•–—˜™š›œ\x9džŸ';

/** Labels of one-byte encodings that differ from windows-1252 at most in control characters. */
const LATIN_1 = /^(?:iso[-_]?8859[-_]?1|latin-?1|l1|cp1252|windows-1252|x-cp1252|ibm819|cp819)$/;
/** ASCII is a part of UTF-8, so a sender of ASCII loses nothing. */
const UTF_8 = /^(?:utf-?8|unicode-1-1-utf-8|(?:us-)?ascii|ansi_x3\.4-1968)$/;
const UTF_16 = /^(?:utf-?16(?:le|be)?|ucs-?2|unicode|iso-10646-ucs-2)$/;

function windows1252(bytes: Buffer): string {
  return bytes.toString('latin1').replace(/[\x80-\x9f]/g, (c) => WINDOWS_1252.charAt(c.charCodeAt(0) - 0x80));
}

function utf8(bytes: Buffer): string {
  // What nearly every message is; of one byte each, and so the cheapest to read.
  if (isAscii(bytes)) return bytes.toString('latin1');
  return isUtf8(bytes) ? bytes.toString('utf8') : windows1252(bytes);
}

function utf16(bytes: Buffer, bigEndian: boolean): string {
  const even = bytes.subarray(0, bytes.length & ~1);
  return (bigEndian ? Buffer.from(even).swap16() : even).toString('utf16le');
}

/** UTF-16 shows in the zero beside the first `<`, also when nothing else tells. */
function utf16Order(bytes: Buffer): 'le' | 'be' | undefined {
  const first = bytes[0];
  const second = bytes[1];
  if (first === 0xff && second === 0xfe) return 'le';
  if (first === 0xfe && second === 0xff) return 'be';
  if (first === 0x3c && second === 0) return 'le';
  if (first === 0 && second === 0x3c) return 'be';
  return undefined;
}

function byLabel(bytes: Buffer, label: string): string | undefined {
  if (UTF_8.test(label)) return utf8(bytes);
  if (LATIN_1.test(label)) return windows1252(bytes);
  // Real UTF-16 was recognised by its zeros: here a string serialiser has left its own encoding in the declaration.
  if (UTF_16.test(label)) return utf8(bytes);
  try {
    return new TextDecoder(label, { ignoreBOM: true }).decode(bytes);
  } catch {
    return undefined;
  }
}

function declared(bytes: Buffer): string | undefined {
  const head = bytes.toString('latin1', 0, 256);
  return /^\s*<\?xml\s[^>]*?\sencoding\s*=\s*["']([\w.:-]{1,40})["']/.exec(head)?.[1];
}

function decode(bytes: Buffer, charset: string | undefined): string {
  const order = utf16Order(bytes);
  if (order) return utf16(bytes, order === 'be');
  if (bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf) return utf8(bytes);
  if (charset === 'utf-8' || charset === 'UTF-8') return utf8(bytes);
  const label = charset?.replace(/^[\s"']+|[\s"']+$/g, '').toLowerCase();
  const byHttp = label ? byLabel(bytes, label) : undefined;
  if (byHttp !== undefined) return byHttp;
  const byDeclaration = declared(bytes)?.toLowerCase();
  return (byDeclaration ? byLabel(bytes, byDeclaration) : undefined) ?? utf8(bytes);
}

/**
 * The text of a body, without byte order mark, leading white space and trailing NULs. Never throws.
 * What tells the encoding: byte order mark, then `charset` (of the HTTP Content-Type), then the XML declaration, then UTF-8.
 * Bytes that are said to be UTF-8 and are not, are read as windows-1252.
 */
export function decodeText(bytes: Uint8Array, charset?: string): string {
  const buffer = Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const text = decode(buffer, charset);
  let start = 0;
  for (; start < text.length; start++) {
    const code = text.charCodeAt(start);
    if (code !== 0x20 && code !== 0x0a && code !== 0x0d && code !== 0x09 && code !== 0xfeff) break;
  }
  let end = text.length;
  while (end > start && text.charCodeAt(end - 1) === 0) end--;
  return text.slice(start, end);
}
