import { XML } from './namespaces.ts';
import { codesOf } from './xml-codes.ts';
import { NONE, type XmlAttribute, type XmlElement } from './xml-element.ts';
import type { XmlLimits } from './xml-guard.ts';
import { BLANK, kindOf, NAME, NAME_START, PLAIN_TEXT, PLAIN_VALUE } from './xml-kinds.ts';
import { copied, nameAt, type QualifiedName, sameCodes, valueAt } from './xml-repeated.ts';
import { isBlank } from './xml-scan.ts';
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

const DECLARATION = /<\?xml[ \t\r\n][\w .="'\t\r\n-]{0,100}\?>/y;

/** Thrown to end a reading; never leaves this file. */
const DECLINED = new Error('declined');

/** Declarations in scope at once; each costs a step of every search. */
const MOST_DECLARATIONS = 64;

/** A declaration of a namespace, innermost first. */
interface Declaration {
  readonly prefix: string;
  /** Undefined where the default namespace is taken back. */
  readonly namespace: string | undefined;
  readonly outer: Declaration | undefined;
  /** How many there are, this one included. */
  readonly count: number;
}

const GIVEN: Declaration = { prefix: 'xml', namespace: XML, outer: undefined, count: 0 };

interface Attribute extends XmlAttribute {
  namespace: string | undefined;
}

class StrictReader {
  readonly #text: string;
  readonly #codes: Uint16Array;
  readonly #limits: XmlLimits;
  /** Children of all open elements, so that each list is cut out once, in its size. Entries from `#top` on are of no use. */
  readonly #children: XmlElement[] = [];
  #top = 0;
  #scope: Declaration = GIVEN;
  #elements = 0;
  #at = 0;

  constructor(text: string, limits: XmlLimits) {
    this.#text = text;
    this.#codes = codesOf(text);
    this.#limits = limits;
  }

  document(): XmlElement {
    DECLARATION.lastIndex = 0;
    if (DECLARATION.test(this.#text)) this.#at = this.#blanksEnd(DECLARATION.lastIndex);
    const root = this.#element(1);
    if (this.#blanksEnd(this.#at) < this.#text.length) throw DECLINED;
    return root;
  }

  /** Zero behind the end of the text. */
  #code(at: number): number {
    return this.#codes[at] ?? 0;
  }

  #blanksEnd(from: number): number {
    let at = from;
    while ((kindOf(this.#code(at)) & BLANK) !== 0) at++;
    return at;
  }

  #skip(code: number): void {
    if (this.#code(this.#at) !== code) throw DECLINED;
    this.#at++;
  }

  /** The element whose `<` stands here. */
  #element(depth: number): XmlElement {
    const { maxDepth, maxElements } = this.#limits;
    if (depth > maxDepth || ++this.#elements > maxElements) throw DECLINED;
    this.#skip(LESS);
    const outer = this.#scope;
    const qualified = this.#name();
    const { prefix, local: name } = qualified;
    const attributes = this.#code(this.#at) === GREATER ? NONE : this.#attributes();
    const namespace = this.#namespace(prefix);
    const first = this.#top;
    const text = this.#content(qualified, depth);
    const children = this.#top === first ? NONE : this.#children.slice(first, this.#top);
    // Order matters in mixed content: rare, and the tolerant reader's task.
    if (text !== '' && children !== NONE && /\S/.test(text)) throw DECLINED;
    this.#top = first;
    this.#scope = outer;
    return { name, prefix, namespace, attributes, children, text, mixed: undefined };
  }

  /** From the end of the start tag to behind the end tag. The text; the children go on top of the others. */
  #content(name: QualifiedName, depth: number): string {
    if (this.#code(this.#at) === SLASH) {
      this.#at++;
      this.#skip(GREATER);
      return '';
    }
    this.#at++;
    let characters = '';
    for (;;) {
      if (this.#code(this.#at) !== LESS) characters += this.#characters();
      if (this.#code(this.#at + 1) === SLASH) break;
      const child = this.#element(depth + 1);
      this.#children[this.#top++] = child;
    }
    this.#endTag(name.codes);
    return characters;
  }

  #endTag(name: Uint16Array): void {
    const from = this.#at + 2;
    if (!sameCodes(name, this.#codes, from)) throw DECLINED;
    this.#at = this.#blanksEnd(from + name.length);
    this.#skip(GREATER);
  }

  /** A name with at most one prefix. */
  #name(): QualifiedName {
    const codes = this.#codes;
    const from = this.#at;
    let at = from;
    if ((kindOf(codes[at] ?? 0) & NAME_START) === 0) throw DECLINED;
    while ((kindOf(codes[at] ?? 0) & NAME) !== 0) at++;
    if (codes[at] === COLON) {
      at++;
      if ((kindOf(codes[at] ?? 0) & NAME_START) === 0) throw DECLINED;
      while ((kindOf(codes[at] ?? 0) & NAME) !== 0) at++;
    }
    this.#at = at;
    const name = nameAt(this.#text, codes, from, at);
    if (name.reserved) throw DECLINED;
    return name;
  }

  /** What a prefix stands for; only the default namespace may be none. */
  #namespace(prefix: string): string | undefined {
    for (let known: Declaration | undefined = this.#scope; known; known = known.outer) {
      if (known.prefix === prefix) return known.namespace;
    }
    if (prefix !== '') throw DECLINED;
    return undefined;
  }

  /** All up to the `>` or `/` of the start tag. Declarations of namespaces go into the scope. */
  #attributes(): readonly XmlAttribute[] {
    const outer = this.#scope;
    const list: Attribute[] = [];
    for (;;) {
      const next = this.#blanksEnd(this.#at);
      const code = this.#code(next);
      const blank = next > this.#at;
      this.#at = next;
      if (code === GREATER || code === SLASH) break;
      if (!blank) throw DECLINED;
      const { whole, prefix, local: name } = this.#name();
      const value = this.#value();
      if (whole === 'xmlns') this.#declare('', value, outer);
      else if (prefix === 'xmlns') this.#declare(name, value, outer);
      else {
        for (const other of list) if (other.name === name && other.prefix === prefix) throw DECLINED;
        list.push({ name, prefix, namespace: undefined, value });
      }
      if (list.length + this.#scope.count - outer.count > this.#limits.maxAttributes) throw DECLINED;
    }
    if (list.length === 0) return NONE;
    // Only now: a declaration may stand after its use.
    for (const attribute of list) if (attribute.prefix !== '') attribute.namespace = this.#namespace(attribute.prefix);
    return list;
  }

  /** Namespaces in XML, sections 3 and 5: `xml` and `xmlns` are given, and only the default namespace can be taken back. */
  #declare(prefix: string, value: string, outer: Declaration): void {
    if (prefix === 'xml' || prefix === 'xmlns' || (prefix !== '' && value === '')) throw DECLINED;
    if (this.#scope.count === MOST_DECLARATIONS) throw DECLINED;
    for (let other = this.#scope; other !== outer; other = other.outer ?? outer) {
      if (other.prefix === prefix) throw DECLINED;
    }
    const namespace = value === '' ? undefined : value;
    this.#scope = { prefix, namespace, outer: this.#scope, count: this.#scope.count + 1 };
  }

  /** From before the `=` to behind the closing quote. */
  #value(): string {
    const codes = this.#codes;
    this.#at = this.#blanksEnd(this.#at);
    this.#skip(EQUALS);
    const from = this.#blanksEnd(this.#at) + 1;
    const quote = codes[from - 1] ?? 0;
    if (quote !== QUOTE && quote !== APOSTROPHE) throw DECLINED;
    let plain = true;
    let at = from;
    for (; ; at++) {
      const code = codes[at] ?? 0;
      if ((kindOf(code) & PLAIN_VALUE) !== 0) continue;
      if (code === quote) break;
      if (code === AMP) at = this.#referenceEnd(at) - 1;
      else if (code !== QUOTE && code !== APOSTROPHE && !isBlank(code)) throw DECLINED;
      plain = false;
    }
    this.#at = at + 1;
    return plain ? valueAt(this.#text, codes, from, at) : decodeAttribute(copied(this.#text, from, at));
  }

  /** Text up to the next `<`. */
  #characters(): string {
    const codes = this.#codes;
    const from = this.#at;
    let references = false;
    let returns = false;
    let at = from;
    for (; ; at++) {
      const code = codes[at] ?? 0;
      if ((kindOf(code) & PLAIN_TEXT) !== 0) continue;
      if (code === LESS) break;
      if (code === AMP) {
        at = this.#referenceEnd(at) - 1;
        references = true;
      } else if (code === RETURN) returns = true;
      // The end of a CDATA section that never began.
      else if (code !== BRACKET || this.#text.startsWith(']]>', at)) throw DECLINED;
    }
    this.#at = at;
    const piece = copied(this.#text, from, at);
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
