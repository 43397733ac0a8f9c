/** A WSDL as the soap package parsed it, before that package reshapes it for its own use. */

/** An element; its attributes are properties with `$` before the name. */
export interface WsdlNode {
  /** Local name of the element. */
  readonly name?: string;
  readonly children?: readonly WsdlNode[];
  /** Prefixes declared on the element itself, on its schema and on the root. */
  readonly xmlns?: Prefixes;
  readonly schemaXmlns?: Prefixes;
  readonly definitionsXmlns?: Prefixes;
  readonly [attribute: `$${string}`]: unknown;
}

interface WsdlSchema extends WsdlNode {
  readonly complexTypes: Readonly<Record<string, WsdlNode>>;
  readonly types: Readonly<Record<string, WsdlNode>>;
  readonly elements: Readonly<Record<string, WsdlNode>>;
}

export interface WsdlDefinitions extends WsdlNode {
  readonly messages: Readonly<Record<string, WsdlNode>>;
  readonly portTypes: Readonly<Record<string, WsdlNode>>;
  readonly bindings: Readonly<Record<string, WsdlNode>>;
  readonly services: Readonly<Record<string, WsdlNode>>;
  /** By target namespace. */
  readonly schemas: Readonly<Record<string, WsdlSchema>>;
}

type Prefixes = Readonly<Record<string, string>>;

export interface QName {
  /** Undefined when the name has no prefix: the parser does not keep default namespaces apart. */
  readonly namespace: string | undefined;
  readonly local: string;
}

export function attribute(node: WsdlNode, name: string): string | undefined {
  const value = node[`$${name}`];
  return typeof value === 'string' ? value : undefined;
}

/** An attribute that is named by one of several namespaces, whatever its prefix. */
export function attributeIn(
  node: WsdlNode,
  definitions: WsdlDefinitions,
  namespaces: readonly string[],
  name: string,
): string | undefined {
  for (const key of Object.keys(node)) {
    const match = /^\$([^:]+):(.+)$/.exec(key);
    if (match?.[1] === undefined || match[2] !== name) continue;
    const namespace = namespaceOfPrefix(node, definitions, match[1]);
    if (namespace !== undefined && namespaces.includes(namespace)) return attribute(node, key.slice(1));
  }
  return undefined;
}

/** The name that an attribute such as `type="tns:IdToken"` stands for. */
export function qname(node: WsdlNode, definitions: WsdlDefinitions, text: string): QName {
  const colon = text.indexOf(':');
  if (colon < 0) return { namespace: undefined, local: text };
  return { namespace: namespaceOfPrefix(node, definitions, text.slice(0, colon)), local: text.slice(colon + 1) };
}

export function localName(text: string): string {
  return text.slice(text.indexOf(':') + 1);
}

function namespaceOfPrefix(node: WsdlNode, definitions: WsdlDefinitions, prefix: string): string | undefined {
  for (const scope of [node.xmlns, node.schemaXmlns, node.definitionsXmlns, definitions.xmlns]) {
    if (scope !== undefined && Object.hasOwn(scope, prefix)) return scope[prefix];
  }
  return undefined;
}

/** Children that mean something, each under its local name. */
export function contentOf(node: WsdlNode): readonly WsdlNode[] {
  return (node.children ?? []).filter((child) => child.name !== 'annotation' && child.name !== 'documentation');
}
