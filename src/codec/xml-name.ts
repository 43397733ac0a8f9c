/** Names of XML 1.0 (productions 4 and 4a), without the colon. */

const START = 1;
const INSIDE = 2;

const ASCII = new Uint8Array(128);
for (let code = 0; code < 128; code++) {
  const char = String.fromCharCode(code);
  if (/[A-Za-z_]/.test(char)) ASCII[code] = START | INSIDE;
  else if (/[-.0-9]/.test(char)) ASCII[code] = INSIDE;
}

/**
 * First and last code unit of what a name may hold beyond ASCII. Surrogates stand for U+10000 to U+EFFFF: lone ones never
 * get here. U+1680 and U+FEFF are left out: white space to JavaScript, so the parser behind would split the name there.
 */
const RANGES: readonly (readonly [first: number, last: number, mask: number])[] = [
  [0xb7, 0xb7, INSIDE],
  [0xc0, 0xd6, START | INSIDE],
  [0xd8, 0xf6, START | INSIDE],
  [0xf8, 0x2ff, START | INSIDE],
  [0x300, 0x36f, INSIDE],
  [0x370, 0x37d, START | INSIDE],
  [0x37f, 0x167f, START | INSIDE],
  [0x1681, 0x1fff, START | INSIDE],
  [0x200c, 0x200d, START | INSIDE],
  [0x203f, 0x2040, INSIDE],
  [0x2070, 0x218f, START | INSIDE],
  [0x2c00, 0x2fef, START | INSIDE],
  [0x3001, 0xdfff, START | INSIDE],
  [0xf900, 0xfdcf, START | INSIDE],
  [0xfdf0, 0xfefe, START | INSIDE],
  [0xff00, 0xfffd, START | INSIDE],
];

function allows(code: number, mask: number): boolean {
  if (code < 128) return ((ASCII[code] ?? 0) & mask) !== 0;
  return RANGES.some(([first, last, allowed]) => code >= first && code <= last && (allowed & mask) !== 0);
}

/** End of the name without colon that begins at `at`; `at` itself when there is none. */
export function localNameEnd(text: string, at: number): number {
  if (!allows(text.charCodeAt(at), START)) return at;
  let end = at + 1;
  while (allows(text.charCodeAt(end), INSIDE)) end++;
  return end;
}

/** End of the name with at most one prefix (Namespaces in XML, production 7) that begins at `at`; -1 when there is none. */
export function qualifiedNameEnd(text: string, at: number): number {
  const end = localNameEnd(text, at);
  if (end === at) return -1;
  if (text.charCodeAt(end) !== 0x3a) return end;
  const whole = localNameEnd(text, end + 1);
  return whole === end + 1 ? -1 : whole;
}

/** `text` with everything replaced that an element's name may not hold. */
export function asName(text: string): string {
  const name = text.replace(/[^A-Za-z0-9_.-]/g, '_');
  return /^[A-Za-z_]/.test(name) ? name : `_${name}`;
}
