/** XML as plain trees, read by libxml2: no part of the bridge judges what the bridge wrote. */

import { XmlCData, XmlDocument, XmlElement, XmlText } from 'libxml2-wasm';

export interface XmlTree {
  readonly name: string;
  readonly namespace: string;
  /** Without declarations; `{namespace}name` where an attribute has a namespace. */
  readonly attributes: Readonly<Record<string, string>>;
  readonly children: readonly XmlTree[];
  /** Outer white space cut where there are no children; empty where there are. */
  readonly text: string;
}

const ENVELOPES: readonly string[] = [
  'http://www.w3.org/2003/05/soap-envelope',
  'http://schemas.xmlsoap.org/soap/envelope/',
];
/** Elements whose text is a qualified name: its prefix means nothing outside the document. */
const NAMES_IN_TEXT: ReadonlySet<string> = new Set(['Value', 'faultcode']);

/** Throws what libxml2 says about text that is not well-formed. */
export function xmlTree(text: string): XmlTree {
  const document = XmlDocument.fromString(text);
  try {
    return treeOf(document.root);
  } finally {
    document.dispose();
  }
}

function treeOf(element: XmlElement): XmlTree {
  const children: XmlTree[] = [];
  let text = '';
  for (let node = element.firstChild; node; node = node.next) {
    if (node instanceof XmlElement) children.push(treeOf(node));
    else if (node instanceof XmlText || node instanceof XmlCData) text += node.content;
  }
  const attributes = Object.fromEntries(
    element.attrs.map(({ name, namespaceUri, value }) => [namespaceUri ? `{${namespaceUri}}${name}` : name, value]),
  );
  const shown = children.length > 0 ? '' : text;
  return {
    name: element.name,
    namespace: element.namespaceUri,
    attributes,
    children,
    text: NAMES_IN_TEXT.has(element.name) ? expanded(shown.trim(), element.namespaces) : shown,
  };
}

function expanded(name: string, namespaces: Readonly<Record<string, string>>): string {
  const [prefix, local] = name.includes(':') ? name.split(':', 2) : ['', name];
  const namespace = namespaces[prefix ?? ''];
  return namespace === undefined ? name : `{${namespace}}${local}`;
}

export function isEnvelope(tree: XmlTree): boolean {
  return tree.name === 'Envelope' && ENVELOPES.includes(tree.namespace);
}

/** The first element in the Body; a tree that is no envelope stands for itself. */
export function bodyOf(tree: XmlTree): XmlTree | undefined {
  return isEnvelope(tree) ? tree.children.find((child) => child.name === 'Body')?.children[0] : tree;
}

/** Headers by local name: text, or the text of the Address inside. */
export function headersOf(tree: XmlTree): ReadonlyMap<string, { readonly namespace: string; readonly text: string }> {
  const header = isEnvelope(tree) ? tree.children.find((child) => child.name === 'Header') : undefined;
  return new Map(
    header?.children.map((child) => [
      child.name,
      { namespace: child.namespace, text: (child.children[0]?.text ?? child.text).trim() },
    ]),
  );
}
