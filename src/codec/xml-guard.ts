import { BridgeError } from '../base/errors.ts';
import { qualifiedNameEnd } from './xml-name.ts';
import { checkReference, forbidden, isBlank, malformed, shown, skipBlanks } from './xml-scan.ts';
import { illegalCharacter } from './xml-text.ts';

/** What stands before the parser: one pass that lets only well-formed, DTD-free, bounded XML through. */

export interface XmlLimits {
  readonly maxDepth: number;
  /** Elements, comments, CDATA sections and processing instructions together. */
  readonly maxElements: number;
  /** Per element. */
  readonly maxAttributes: number;
}

const BANG = 0x21;
const QUOTE = 0x22;
const AMP = 0x26;
const APOSTROPHE = 0x27;
const SLASH = 0x2f;
const LESS = 0x3c;
const EQUALS = 0x3d;
const GREATER = 0x3e;
const QUESTION = 0x3f;
const BOM = 0xfeff;

const CDATA = '<![CDATA[';
const EMPTY_CDATA = `${CDATA}]]>`;
class Guard {
  readonly #text: string;
  readonly #limits: XmlLimits;
  /** Names of the open elements, outermost first. */
  readonly #open: string[] = [];
  /** Attributes of the element being read. */
  readonly #seen: string[] = [];
  #items = 0;
  /** Next `&` at or after where it was last looked for. */
  #amp = -1;
  #rootStart = -1;
  #rootEnd = -1;
  /** What is handed on, up to `#keptTo`. */
  #kept = '';
  #keptTo = 0;

  constructor(text: string, limits: XmlLimits) {
    this.#text = text;
    this.#limits = limits;
  }

  run(): string {
    const text = this.#text;
    for (let at = this.#prolog(); ; ) {
      const tag = text.indexOf('<', at);
      this.#characters(at, tag);
      if (tag < 0) break;
      const kind = text.charCodeAt(tag + 1);
      if (kind === SLASH) at = this.#endTag(tag);
      else if (kind === BANG) at = this.#commentOrCdata(tag);
      else if (kind === QUESTION) at = this.#instruction(tag);
      else at = this.#startTag(tag);
    }
    if (this.#rootStart < 0) throw malformed(text, text.length, 'no root element');
    return this.#kept + text.slice(this.#keptTo, this.#rootEnd);
  }

  #prolog(): number {
    const text = this.#text;
    const at = skipBlanks(text, text.charCodeAt(0) === BOM ? 1 : 0);
    if (at >= text.length) throw new BridgeError('EmptyBody');
    if (text.charCodeAt(at) !== LESS) throw new BridgeError('NotXml');
    const illegal = illegalCharacter(text);
    if (illegal >= 0) throw malformed(text, illegal, 'a character that XML cannot carry');
    if (!text.startsWith('<?xml', at) || !isBlank(text.charCodeAt(at + 5))) return at;
    const end = text.indexOf('?>', at);
    if (end < 0) throw malformed(text, at, 'an XML declaration without end');
    return end + 2;
  }

  /** Text between two tags; `to` is -1 at the end of the document. */
  #characters(from: number, to: number): void {
    const text = this.#text;
    const end = to < 0 ? text.length : to;
    if (this.#open.length === 0) {
      const stray = skipBlanks(text, from);
      if (stray >= end) return;
      throw malformed(text, stray, `text ${this.#rootStart < 0 ? 'before' : 'after'} the root element`);
    }
    if (to < 0) throw malformed(text, end, `<${shown(this.#open.at(-1) ?? '')}> is not closed`);
    if (this.#amp < from) this.#amp = this.#nextAmp(from);
    for (; this.#amp < end; this.#amp = this.#nextAmp(this.#amp + 1)) checkReference(text, this.#amp);
  }

  #nextAmp(from: number): number {
    const at = this.#text.indexOf('&', from);
    return at < 0 ? Number.POSITIVE_INFINITY : at;
  }

  #count(): void {
    if (++this.#items > this.#limits.maxElements) {
      throw new BridgeError('XmlTooComplex', `the XML has more than ${this.#limits.maxElements} elements`);
    }
  }

  /** End of a section that begins at `tag` and whose `close` may stand from `from` on. */
  #sectionEnd(tag: number, from: number, close: string): number {
    this.#count();
    const end = this.#text.indexOf(close, from);
    if (end < 0) throw malformed(this.#text, tag, `a section without its ${close}`);
    return end + close.length;
  }

  /** The parser behind reads comments and instructions by rules of its own; an empty CDATA keeps the texts around them apart. */
  #blank(from: number, to: number): number {
    if (this.#open.length > 0) {
      this.#kept += this.#text.slice(this.#keptTo, from) + EMPTY_CDATA;
      this.#keptTo = to;
    }
    return to;
  }

  #commentOrCdata(tag: number): number {
    const text = this.#text;
    if (text.startsWith('<!--', tag)) return this.#blank(tag, this.#sectionEnd(tag, tag + 4, '-->'));
    if (text.startsWith(CDATA, tag)) {
      if (this.#open.length === 0) throw malformed(text, tag, 'CDATA outside the root element');
      return this.#sectionEnd(tag, tag + CDATA.length, ']]>');
    }
    const word = /^[A-Za-z]*/.exec(text.slice(tag + 2, tag + 22))?.[0];
    throw forbidden(text, tag, `the markup declaration <!${word}`);
  }

  #instruction(tag: number): number {
    const text = this.#text;
    const end = this.#sectionEnd(tag, tag + 2, '?>');
    const nameEnd = qualifiedNameEnd(text, tag + 2);
    if (nameEnd < 0 || (nameEnd !== end - 2 && !isBlank(text.charCodeAt(nameEnd)))) {
      throw malformed(text, tag, 'a processing instruction without a name');
    }
    if (text.slice(tag + 2, nameEnd).toLowerCase() === 'xml') {
      throw malformed(text, tag, 'an XML declaration that is not at the start');
    }
    return this.#blank(tag, end);
  }

  #endTag(tag: number): number {
    const text = this.#text;
    const name = this.#open.pop();
    if (name === undefined) throw malformed(text, tag, 'an end tag without a start tag');
    const end = text.startsWith(name, tag + 2) ? skipBlanks(text, tag + 2 + name.length) : tag;
    if (text.charCodeAt(end) !== GREATER) throw malformed(text, tag, `the end tag does not match <${shown(name)}>`);
    if (this.#open.length === 0) this.#rootEnd = end + 1;
    return end + 1;
  }

  #startTag(tag: number): number {
    const text = this.#text;
    const nameEnd = qualifiedNameEnd(text, tag + 1);
    if (nameEnd < 0) throw malformed(text, tag, 'a < that begins no tag');
    if (this.#open.length === 0) {
      if (this.#rootStart >= 0) throw malformed(text, tag, 'a second root element');
      this.#rootStart = tag;
      this.#keptTo = tag;
    }
    this.#count();
    if (this.#open.length >= this.#limits.maxDepth) {
      throw new BridgeError('XmlTooComplex', `the XML is nested deeper than ${this.#limits.maxDepth} elements`);
    }
    this.#seen.length = 0;
    for (let at = nameEnd; ; ) {
      const next = skipBlanks(text, at);
      const code = text.charCodeAt(next);
      if (code === GREATER) {
        this.#open.push(text.slice(tag + 1, nameEnd));
        return next + 1;
      }
      if (code === SLASH && text.charCodeAt(next + 1) === GREATER) {
        if (this.#open.length === 0) this.#rootEnd = next + 2;
        return next + 2;
      }
      const end = next === at ? -1 : qualifiedNameEnd(text, next);
      if (end < 0) throw malformed(text, next, `the unfinished start tag <${shown(text.slice(tag + 1, nameEnd))}>`);
      at = this.#attribute(next, end);
    }
  }

  #attribute(start: number, nameEnd: number): number {
    const text = this.#text;
    const name = text.slice(start, nameEnd);
    const seen = this.#seen;
    if (seen.length >= this.#limits.maxAttributes) {
      throw new BridgeError('XmlTooComplex', `an element has more than ${this.#limits.maxAttributes} attributes`);
    }
    if (seen.includes(name)) throw malformed(text, start, `the second attribute ${shown(name)}`);
    seen.push(name);
    const equals = skipBlanks(text, nameEnd);
    const open = skipBlanks(text, equals + 1);
    const quote = text.charCodeAt(open);
    if (text.charCodeAt(equals) !== EQUALS || (quote !== QUOTE && quote !== APOSTROPHE)) {
      throw malformed(text, start, `the attribute ${shown(name)} without a quoted value`);
    }
    for (let at = open + 1; at < text.length; at++) {
      const code = text.charCodeAt(at);
      if (code === quote) return at + 1;
      if (code === LESS) throw malformed(text, at, `a < in the attribute ${shown(name)}`);
      if (code === AMP) checkReference(text, at);
    }
    throw malformed(text, start, `the attribute ${shown(name)} without its closing quote`);
  }
}

/**
 * Checks a whole document and returns its root element, with comments and processing instructions blanked out. One pass, so
 * that a hostile document costs no more than its length. A raw `&` is let through as text, and so is `]]>`.
 * Throws `EmptyBody`, `NotXml`, `MalformedXml`, `ForbiddenXml`, `XmlTooComplex`.
 */
export function guardXml(text: string, limits: XmlLimits): string {
  return new Guard(text, limits).run();
}
