import { NONE, type XmlAttribute, type XmlElement } from './xml-element.ts';
import type { XmlLimits } from './xml-guard.ts';
import { copied, hashStep, nameAt, type QualifiedName, valueAt } from './xml-intern.ts';
import { isBlank, skipBlanks } from './xml-scan.ts';
import { Scope } from './xml-scope.ts';
import { decodeAttribute, decodeReferences, referenceEnd } from './xml-text.ts';

/**
 * The reader for XML as nearly every message has it: elements, attributes, text and predefined or numeric references, in
 * ASCII names with declared prefixes. One pass over the text builds the elements. Whatever else it meets it declines: it
 * never guesses and never refuses, for who reads on after it knows the reasons.
 */

const RETURN = 0x0d;
const QUOTE = 0x22;
const AMP = 0x26;
const APOSTROPHE = 0x27;
const SLASH = 0x2f;
const COLON = 0x3a;
const LESS = 0x3c;
const EQUALS = 0x3d;
const GREATER = 0x3e;
const BRACKET = 0x5d;
/** From here on: surrogates and what XML cannot carry, beside much that it can. */
const UNUSUAL = 0xd800;

const NAME_START = 1;
const NAME = 2;
const PLAIN_TEXT = 4;
const PLAIN_VALUE = 8;

/** What each ASCII character may be without a second look. */
const ASCII = new Uint8Array(128);
for (let code = 0; code < 128; code++) {
  const char = String.fromCharCode(code);
  let kind = 0;
  if (/[A-Za-z_]/.test(char)) kind |= NAME_START;
  if (/[-.\w]/.test(char)) kind |= NAME;
  if (/[\t\n\x20-\x7f]/.test(char) && !/[&<\]]/.test(char)) kind |= PLAIN_TEXT;
  if (/[\x20-\x7f]/.test(char) && !/[&<"']/.test(char)) kind |= PLAIN_VALUE;
  ASCII[code] = kind;
}

const DECLARATION = /<\?xml[ \t\r\n][\w .="'\t\r\n-]{0,100}\?>/y;

/** Thrown to end a reading; never leaves this file. */
const DECLINED = new Error('declined');

interface Attribute extends XmlAttribute {
  namespace: string | undefined;
}

class StrictReader {
  readonly #text: string;
  readonly #limits: XmlLimits;
  readonly #scope = new Scope();
  /** Names of the attributes of the element being read. */
  readonly #seen: string[] = [];
  #elements = 0;
  #at = 0;

  constructor(text: string, limits: XmlLimits) {
    this.#text = text;
    this.#limits = limits;
  }

  document(): XmlElement {
    const text = this.#text;
    DECLARATION.lastIndex = 0;
    if (DECLARATION.test(text)) this.#at = skipBlanks(text, DECLARATION.lastIndex);
    const root = this.#element(1);
    if (skipBlanks(text, this.#at) < text.length) throw DECLINED;
    return root;
  }

  /** The element whose `<` stands here. */
  #element(depth: number): XmlElement {
    const { maxDepth, maxElements } = this.#limits;
    if (depth > maxDepth || ++this.#elements > maxElements) throw DECLINED;
    this.#skip(LESS);
    const text = this.#text;
    const outer = this.#scope.depth;
    const name = this.#name();
    const attributes = text.charCodeAt(this.#at) === GREATER ? NONE : this.#attributes();
    const namespace = this.#namespace(name.prefix);

    let characters = '';
    let children: XmlElement[] | undefined;
    if (text.charCodeAt(this.#at) === SLASH) {
      this.#at++;
      this.#skip(GREATER);
    } else {
      this.#at++;
      for (;;) {
        if (text.charCodeAt(this.#at) !== LESS) characters += this.#characters();
        if (text.charCodeAt(this.#at + 1) === SLASH) break;
        const child = this.#element(depth + 1);
        if (children) children.push(child);
        else children = [child];
      }
      this.#endTag(name.whole);
    }
    // Order matters in mixed content: rare, and the tolerant reader's task.
    if (children && characters !== '' && /\S/.test(characters)) throw DECLINED;
    if (this.#scope.depth !== outer) this.#scope.back(outer);
    return {
      name: name.local,
      prefix: name.prefix,
      namespace,
      attributes,
      children: children ?? NONE,
      text: characters,
      mixed: undefined,
    };
  }

  #endTag(name: string): void {
    const text = this.#text;
    const after = this.#at + 2 + name.length;
    if (!text.startsWith(name, this.#at + 2)) throw DECLINED;
    this.#at = text.charCodeAt(after) === GREATER ? after : skipBlanks(text, after);
    this.#skip(GREATER);
  }

  #skip(code: number): void {
    if (this.#text.charCodeAt(this.#at) !== code) throw DECLINED;
    this.#at++;
  }

  /** A name with at most one prefix. */
  #name(): QualifiedName {
    const text = this.#text;
    const from = this.#at;
    let hash = 0;
    let at = from;
    let part = from;
    for (; ; at++) {
      const code = text.charCodeAt(at);
      const kind = code < 128 ? (ASCII[code] ?? 0) : 0;
      if ((kind & (at === part ? NAME_START : NAME)) === 0) {
        if (code !== COLON || part !== from || at === from) break;
        part = at + 1;
      }
      hash = hashStep(hash, code);
    }
    if (at === part) throw DECLINED;
    this.#at = at;
    const name = nameAt(text, from, at, hash);
    if (name.reserved) throw DECLINED;
    return name;
  }

  /** What a prefix stands for; the default namespace may be none. */
  #namespace(prefix: string): string | undefined {
    const namespace = this.#scope.find(prefix);
    if (namespace === undefined && prefix !== '') throw DECLINED;
    return namespace;
  }

  /** All up to the `>` or `/` of the start tag. Declarations of namespaces go into the scope. */
  #attributes(): readonly XmlAttribute[] {
    const text = this.#text;
    const seen = this.#seen;
    seen.length = 0;
    let list: Attribute[] | undefined;
    for (;;) {
      const next = skipBlanks(text, this.#at);
      const code = text.charCodeAt(next);
      if (code === GREATER || code === SLASH) {
        this.#at = next;
        break;
      }
      if (next === this.#at || seen.length >= this.#limits.maxAttributes) throw DECLINED;
      this.#at = next;
      const name = this.#name();
      if (seen.includes(name.whole)) throw DECLINED;
      seen.push(name.whole);
      const value = this.#value();
      if (name.whole === 'xmlns') this.#scope.bind('', value);
      else if (name.prefix === 'xmlns') this.#declare(name.local, value);
      else {
        const attribute = { name: name.local, prefix: name.prefix, namespace: undefined, value };
        if (list) list.push(attribute);
        else list = [attribute];
      }
    }
    if (list === undefined) return NONE;
    // Only now: a declaration may stand after its use.
    for (const attribute of list) if (attribute.prefix !== '') attribute.namespace = this.#namespace(attribute.prefix);
    return list;
  }

  /** Namespaces in XML, sections 3 and 5: `xml` and `xmlns` are given, and a prefix cannot be taken back. */
  #declare(prefix: string, namespace: string): void {
    if (prefix === 'xml' || prefix === 'xmlns' || namespace === '') throw DECLINED;
    this.#scope.bind(prefix, namespace);
  }

  /** From before the `=` to behind the closing quote. */
  #value(): string {
    const text = this.#text;
    this.#at = skipBlanks(text, this.#at);
    this.#skip(EQUALS);
    const from = skipBlanks(text, this.#at) + 1;
    const quote = text.charCodeAt(from - 1);
    if (quote !== QUOTE && quote !== APOSTROPHE) throw DECLINED;
    let plain = true;
    let hash = 0;
    let at = from;
    for (; ; at++) {
      const code = text.charCodeAt(at);
      if (code < 128 ? ((ASCII[code] ?? 0) & PLAIN_VALUE) === 0 : !(code < UNUSUAL)) {
        if (code === quote) break;
        if (code === AMP) at = this.#referenceEnd(at) - 1;
        else if (code !== QUOTE && code !== APOSTROPHE && !isBlank(code)) throw DECLINED;
        plain = plain && code !== AMP && !isBlank(code);
      }
      hash = hashStep(hash, code);
    }
    this.#at = at + 1;
    return plain ? valueAt(text, from, at, hash) : decodeAttribute(copied(text, from, at));
  }

  /** Text up to the next `<`. */
  #characters(): string {
    const text = this.#text;
    const from = this.#at;
    let references = false;
    let returns = false;
    let at = from;
    for (; ; at++) {
      const code = text.charCodeAt(at);
      if (code < 128 ? ((ASCII[code] ?? 0) & PLAIN_TEXT) !== 0 : code < UNUSUAL) continue;
      if (code === LESS) break;
      if (code === AMP) {
        at = this.#referenceEnd(at) - 1;
        references = true;
      } else if (code === RETURN) returns = true;
      // The end of a CDATA section that never began.
      else if (code !== BRACKET || text.startsWith(']]>', at)) throw DECLINED;
    }
    this.#at = at;
    const piece = copied(text, from, at);
    if (!references && !returns) return piece;
    return decodeReferences(returns ? piece.replace(/\r\n?/g, '\n') : piece);
  }

  #referenceEnd(at: number): number {
    const end = referenceEnd(this.#text, at);
    if (end < 0) throw DECLINED;
    return end;
  }
}

/** Reads a whole document, or declines it with undefined. */
export function readStrictly(text: string, limits: XmlLimits): XmlElement | undefined {
  try {
    return new StrictReader(text, limits).document();
  } catch (error) {
    if (error === DECLINED) return undefined;
    throw error;
  }
}
