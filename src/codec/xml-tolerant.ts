import { XMLParser } from 'fast-xml-parser';
import { BridgeError } from '../base/errors.ts';
import { XML } from './namespaces.ts';
import { NONE, type XmlAttribute, type XmlElement } from './xml-element.ts';
import { guardXml, type XmlLimits } from './xml-guard.ts';
import { decodeAttribute, decodeReferences } from './xml-text.ts';

/**
 * The reader for all that the strict one declines: what stations send against the rules (raw `&`, prefixes that nobody declared, blanks
 * before the declaration) and what is seldom (comments, CDATA, text beside elements). The guard decides what may pass,
 * fast-xml-parser reads it, namespaces are resolved here. It reads plain messages just as well, and is what the strict reader is
 * measured against.
 */

type Attributes = Readonly<Record<string, string>>;
/** An ordered node of the parser: one key beside `:@`, which is `#text`, `#cdata` or the element's name. */
type Node = Readonly<Record<string, string | readonly Node[] | Attributes>>;

const parser = new XMLParser({
  preserveOrder: true,
  ignoreAttributes: false,
  attributeNamePrefix: '',
  cdataPropName: '#cdata',
  parseTagValue: false,
  parseAttributeValue: false,
  trimValues: false,
  // References are decoded below: the parser must know none.
  processEntities: false,
  // The guard has counted already.
  maxNestedTags: Number.POSITIVE_INFINITY,
  onDangerousProperty: (name) => name,
  jPath: false,
});

/** Prefixes in scope while a document is read. One table with undo, so that many declarations cost no copies. */
class Scope {
  readonly #bound = new Map<string, string | undefined>([['xml', XML]]);
  readonly #undo: [prefix: string, before: string | undefined][] = [];

  get depth(): number {
    return this.#undo.length;
  }

  /** Undefined for no namespace and for a prefix that nobody declared. */
  find(prefix: string): string | undefined {
    return this.#bound.get(prefix);
  }

  bind(prefix: string, namespace: string): void {
    this.#undo.push([prefix, this.#bound.get(prefix)]);
    this.#bound.set(prefix, namespace === '' ? undefined : namespace);
  }

  /** Forgets what was bound since `depth` was read. */
  back(depth: number): void {
    for (let left = this.#undo.length; left > depth; left--) {
      const last = this.#undo.pop();
      if (last) this.#bound.set(last[0], last[1]);
    }
  }
}

function bindAll(attributes: Attributes, scope: Scope): void {
  for (const name in attributes) {
    if (!name.startsWith('xmlns')) continue;
    const value = decodeAttribute(attributes[name] ?? '');
    if (name.length === 5) scope.bind('', value);
    else if (name.charCodeAt(5) === 0x3a && name !== 'xmlns:xml') scope.bind(name.slice(6), value);
  }
}

function attributesOf(raw: Attributes, scope: Scope): readonly XmlAttribute[] {
  let list: XmlAttribute[] | undefined;
  for (const name in raw) {
    if (name === 'xmlns' || name.startsWith('xmlns:')) continue;
    const colon = name.indexOf(':');
    const prefix = colon < 0 ? '' : name.slice(0, colon);
    list ??= [];
    list.push({
      name: colon < 0 ? name : name.slice(colon + 1),
      prefix,
      namespace: prefix === '' ? undefined : scope.find(prefix),
      value: decodeAttribute(raw[name] ?? ''),
    });
  }
  return list ?? NONE;
}

/** The text of a `#text` or `#cdata` node; undefined for an element. */
function textOf(node: Node): string | undefined {
  const text = node['#text'];
  if (typeof text === 'string') return decodeReferences(text);
  const cdata = node['#cdata'];
  if (cdata === undefined) return undefined;
  const inner = (cdata as readonly Node[])[0]?.['#text'];
  return typeof inner === 'string' ? inner : '';
}

function mixedOf(nodes: readonly Node[], children: readonly XmlElement[]): readonly (string | XmlElement)[] {
  let child = 0;
  return nodes.map((node) => textOf(node) ?? children[child++] ?? '');
}

function elementOf(qualified: string, node: Node, scope: Scope): XmlElement {
  const depth = scope.depth;
  const raw = node[':@'] as Attributes | undefined;
  if (raw) bindAll(raw, scope);
  const colon = qualified.indexOf(':');
  const prefix = colon < 0 ? '' : qualified.slice(0, colon);
  const namespace = scope.find(prefix);
  const attributes = raw ? attributesOf(raw, scope) : NONE;

  let text = '';
  let children: XmlElement[] | undefined;
  const nodes = node[qualified] as readonly Node[];
  for (const inner of nodes) {
    const piece = textOf(inner);
    if (piece !== undefined) {
      text += piece;
      continue;
    }
    let name = '';
    for (name in inner) break;
    children ??= [];
    children.push(elementOf(name, inner, scope));
  }
  scope.back(depth);
  return {
    name: colon < 0 ? qualified : qualified.slice(colon + 1),
    prefix,
    namespace,
    attributes,
    children: children ?? NONE,
    text,
    mixed: children && /\S/.test(text) ? mixedOf(nodes, children) : undefined,
  };
}

function read(xml: string): Node | undefined {
  try {
    return (parser.parse(xml) as readonly Node[])[0];
  } catch (cause) {
    // What the guard passes, the parser reads, save a few names such as `constructor`.
    throw new BridgeError('MalformedXml', 'the XML has a name that is not accepted', { cause });
  }
}

/**
 * Reads one document. Prefixes need not be declared, a raw `&` is text, white space may precede the declaration.
 * Throws `MalformedXml` (with line and column), `ForbiddenXml` (DOCTYPE, any other declaration, any entity that is not
 * predefined), `XmlTooComplex`, `NotXml`, `EmptyBody`.
 */
export function readTolerantly(text: string, limits: XmlLimits): XmlElement {
  const root = read(guardXml(text, limits));
  let name = '';
  for (name in root) break;
  if (!root || name === '') throw new BridgeError('MalformedXml', 'the XML has no root element');
  return elementOf(name, root, new Scope());
}
