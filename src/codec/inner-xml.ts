import type { XmlElement } from './xml-element.ts';
import { escapeAttribute, escapeText } from './xml-text.ts';

/** The content of an element as XML text, for the one field (DataTransfer `data`) where stations put XML in place of text. */

type Bound = ReadonlyMap<string, string>;

function qualified(prefix: string, name: string): string {
  return prefix === '' ? name : `${prefix}:${name}`;
}

function write(element: XmlElement, home: string | undefined, outer: Bound): string {
  const declared = new Map<string, string>();
  const bound = (prefix: string) => declared.get(prefix) ?? outer.get(prefix) ?? '';
  const bind = (prefix: string, namespace: string) => {
    if (bound(prefix) !== namespace) declared.set(prefix, namespace);
  };

  const atHome = element.namespace === home;
  const prefix = atHome ? '' : element.prefix;
  // A prefix without namespace is one that nobody declared: it stays as it came.
  if (atHome || prefix === '' || element.namespace !== undefined) bind(prefix, atHome ? '' : (element.namespace ?? ''));
  let attributes = '';
  for (const { name, prefix: own, namespace, value } of element.attributes) {
    if (namespace !== undefined && own !== 'xml') bind(own, namespace);
    attributes += ` ${qualified(own, name)}="${escapeAttribute(value)}"`;
  }
  for (const [own, namespace] of declared) {
    attributes += ` xmlns${own === '' ? '' : `:${own}`}="${escapeAttribute(namespace)}"`;
  }
  const tag = qualified(prefix, element.name);
  const content = contentOf(element, home, declared.size === 0 ? outer : new Map([...outer, ...declared]));
  return content === '' ? `<${tag}${attributes}/>` : `<${tag}${attributes}>${content}</${tag}>`;
}

function contentOf(element: XmlElement, home: string | undefined, bound: Bound): string {
  if (element.mixed)
    return element.mixed
      .map((part) => (typeof part === 'string' ? escapeText(part) : write(part, home, bound)))
      .join('');
  if (element.children.length > 0) return element.children.map((child) => write(child, home, bound)).join('');
  return escapeText(element.text);
}

/**
 * The children of `element` as well-formed XML that stands by itself. Children in the element's own namespace, the message's,
 * are written bare: to the reader of the field that namespace means nothing. White space between elements is left out.
 */
export function innerXml(element: XmlElement): string {
  return contentOf(element, element.namespace, new Map());
}
