import { BridgeError } from '../base/errors.ts';
import { localNameEnd } from './xml-name.ts';
import { isCharacter } from './xml-text.ts';

/** What the guard looks at, character by character, and how it says what is wrong and where. */

const HASH = 0x23;
const SEMICOLON = 0x3b;
const LOWER_X = 0x78;

const PREDEFINED: ReadonlySet<string> = new Set(['amp', 'lt', 'gt', 'quot', 'apos']);

export function isBlank(code: number): boolean {
  return code === 0x20 || code === 0x0a || code === 0x0d || code === 0x09;
}

export function skipBlanks(text: string, from: number): number {
  let at = from;
  while (isBlank(text.charCodeAt(at))) at++;
  return at;
}

/** `line 3, column 7`, both from 1. */
function place(text: string, at: number): string {
  const before = text.slice(0, at).split(/\r\n?|\n/);
  return `line ${before.length}, column ${(before.at(-1)?.length ?? 0) + 1}`;
}

export function malformed(text: string, at: number, what: string): BridgeError {
  return new BridgeError('MalformedXml', `the XML is not well-formed: ${what} at ${place(text, at)}`);
}

export function forbidden(text: string, at: number, what: string): BridgeError {
  return new BridgeError('ForbiddenXml', `${what} at ${place(text, at)} is refused`);
}

/** Names in reasons are shortened: they go back to the sender and into logs. */
export function shown(name: string): string {
  return name.length > 60 ? `${name.slice(0, 60)}…` : name;
}

/** An `&` is a good reference, a forbidden one, or plain text that lacks its escape; the latter passes. */
export function checkReference(text: string, at: number): void {
  if (text.charCodeAt(at + 1) !== HASH) {
    const end = localNameEnd(text, at + 1);
    if (end === at + 1 || text.charCodeAt(end) !== SEMICOLON) return;
    const name = text.slice(at + 1, end);
    if (!PREDEFINED.has(name)) throw forbidden(text, at, `the entity &${shown(name)};`);
    return;
  }
  const base = text.charCodeAt(at + 2) === LOWER_X ? 16 : 10;
  const first = at + (base === 16 ? 3 : 2);
  let end = first;
  let code = 0;
  for (; ; end++) {
    const digit = Number.parseInt(text.charAt(end), base);
    if (Number.isNaN(digit)) break;
    // Past the last code point the exact value no longer matters.
    if (code <= 0x10ffff) code = code * base + digit;
  }
  if (end === first || text.charCodeAt(end) !== SEMICOLON) return;
  if (!isCharacter(code)) throw malformed(text, at, 'a reference to a character that XML cannot carry');
}
