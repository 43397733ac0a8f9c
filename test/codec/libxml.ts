import { XmlElement as LibElement, ParseOption, XmlCData, XmlDocument, XmlText, XmlXPath } from 'libxml2-wasm';
import type { XmlElement } from '../../src/codec/xml-element.ts';

/** An element as any parser must see it: names with namespaces, attributes in no order, joined text. */
export interface Tree {
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly text: string;
  readonly children: readonly Tree[];
}

const expanded = (namespace: string | undefined, name: string) => `{${namespace ?? ''}}${name}`;

export function treeOf(element: XmlElement): Tree {
  return {
    name: expanded(element.namespace, element.name),
    attributes: Object.fromEntries(element.attributes.map((a) => [expanded(a.namespace, a.name), a.value])),
    text: element.text,
    children: element.children.map(treeOf),
  };
}

/** `next` of this library ends at a processing instruction. */
const CONTENT = XmlXPath.compile('*|text()');

function libTree(element: LibElement): Tree {
  const children: Tree[] = [];
  let text = '';
  for (const node of element.find(CONTENT)) {
    if (node instanceof LibElement) children.push(libTree(node));
    else if (node instanceof XmlText || node instanceof XmlCData) text += node.content;
  }
  return {
    name: expanded(element.namespaceUri, element.name),
    attributes: Object.fromEntries(element.attrs.map((a) => [expanded(a.namespaceUri, a.name), a.value])),
    text,
    children,
  };
}

/** The document as libxml2 reads it: strictly, without entities, network or recovery. Throws what libxml2 refuses. */
export function parseByLibxml(text: string): Tree {
  const document = XmlDocument.fromString(text, { option: ParseOption.XML_PARSE_NONET | ParseOption.XML_PARSE_NO_XXE });
  try {
    return libTree(document.root);
  } finally {
    document.dispose();
  }
}
