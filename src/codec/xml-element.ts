/** What both readers make of XML: plain elements, that hold on to nothing of the document. */

export interface XmlAttribute {
  /** Local name. */
  readonly name: string;
  readonly prefix: string;
  readonly namespace: string | undefined;
  readonly value: string;
}

export interface XmlElement {
  /** Local name. */
  readonly name: string;
  readonly prefix: string;
  /** Undefined for no namespace and for a prefix that nobody declared. */
  readonly namespace: string | undefined;
  /** Without the declarations of namespaces. */
  readonly attributes: readonly XmlAttribute[];
  readonly children: readonly XmlElement[];
  /** Own character data, references decoded, CDATA included. */
  readonly text: string;
  /** Text and children in their order; only where text other than white space stands beside children. */
  readonly mixed: readonly (string | XmlElement)[] | undefined;
}

export const NONE: readonly never[] = Object.freeze([]);
