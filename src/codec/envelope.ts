import { BridgeError } from '../base/errors.ts';
import { ADDRESSING, isAddressing, SOAP_NAMESPACES, type SoapEnvelopeVersion } from './namespaces.ts';
import { parseXml, XML_LIMITS } from './xml.ts';
import type { XmlElement } from './xml-element.ts';
import type { XmlLimits } from './xml-guard.ts';

/** The SOAP envelope: what it carries, and what its headers say, however they are spelt. */

/** Header values, trimmed; an empty header is an absent one. */
export interface Headers {
  chargeBoxIdentity?: string;
  action?: string;
  messageId?: string;
  relatesTo?: string;
  to?: string;
  /** The Address inside, or the bare text. */
  from?: string;
  /** As `from`. */
  replyTo?: string;
}

export interface Envelope {
  readonly soap: SoapEnvelopeVersion;
  /** The WS-Addressing namespace of the message; undefined when it has no such header at all. */
  readonly addressing: string | undefined;
  readonly headers: Headers;
  /** The first element in the Body. */
  readonly body: XmlElement;
}

/** By local name: namespace and case vary in the field (OCPP-S 1.5 and 1.6 allow any case for the identity). */
const HEADERS: ReadonlyMap<string, keyof Headers> = new Map([
  ['chargeBoxIdentity', 'chargeBoxIdentity'],
  ['Action', 'action'],
  ['MessageID', 'messageId'],
  ['RelatesTo', 'relatesTo'],
  ['To', 'to'],
  ['From', 'from'],
  ['ReplyTo', 'replyTo'],
]);
const ANY_CASE_HEADERS: ReadonlyMap<string, keyof Headers> = new Map(
  [...HEADERS].map(([name, header]) => [name.toLowerCase(), header] as const),
);

const HTML = /^\s*(?:<\?xml[^>]{0,200}>\s*)?(?:<!--[^>]{0,200}-->\s*)?<(?:!doctype\s+html|html)\b/i;

const HTML_PAGE = 'this is an HTML page, not a SOAP Envelope';

function notSoap(reason: string): BridgeError {
  return new BridgeError('NotSoap', reason);
}

function soapVersion(root: XmlElement): SoapEnvelopeVersion {
  if (root.name === 'Envelope' && root.namespace === SOAP_NAMESPACES['1.2']) return '1.2';
  if (root.name.toLowerCase() === 'html') throw notSoap(HTML_PAGE);
  if (root.name.toLowerCase() !== 'envelope') {
    throw notSoap(`the root element is <${root.name.slice(0, 60)}>, not a SOAP Envelope`);
  }
  const namespace = root.namespace?.trim().replace(/\/$/, '').toLowerCase();
  // A prefix that nobody declared: SOAP 1.2 is what OCPP demands.
  if (namespace === undefined || namespace === SOAP_NAMESPACES['1.2']) return '1.2';
  if (`${namespace}/` === SOAP_NAMESPACES['1.1']) return '1.1';
  throw notSoap(`the Envelope has the unknown namespace ${root.namespace?.slice(0, 100)}`);
}

function partOf(root: XmlElement, name: string): XmlElement | undefined {
  for (const child of root.children) if (child.name === name) return child;
  return root.children.find((child) => child.name.toLowerCase() === name.toLowerCase());
}

function headerText(header: XmlElement, name: keyof Headers): string {
  if (name !== 'from' && name !== 'replyTo') return header.text.trim();
  for (const child of header.children) if (child.name.toLowerCase() === 'address') return child.text.trim();
  return header.text.trim();
}

function readHeaders(header: XmlElement | undefined): { headers: Headers; addressing: string | undefined } {
  const headers: Headers = {};
  let known: string | undefined;
  let addressed = false;
  for (const child of header?.children ?? []) {
    const name = HEADERS.get(child.name) ?? ANY_CASE_HEADERS.get(child.name.toLowerCase());
    if (name === undefined) continue;
    if (name !== 'chargeBoxIdentity') {
      addressed = true;
      if (known === undefined && isAddressing(child.namespace)) known = child.namespace;
    }
    const value = headerText(child, name);
    if (value !== '' && headers[name] === undefined) headers[name] = value;
  }
  // WS-Addressing without its namespace is met too, and is answered in the standard one.
  return { headers, addressing: known ?? (addressed ? ADDRESSING : undefined) };
}

function readRoot(text: string, limits: XmlLimits): XmlElement {
  try {
    return parseXml(text, limits);
  } catch (error) {
    // Such pages are seldom well-formed, and the reader should learn what answered.
    if (HTML.test(text)) throw notSoap(HTML_PAGE);
    throw error;
  }
}

/**
 * Reads a SOAP 1.2 or 1.1 message. Throws `NotSoap`, and what `parseXml` throws.
 */
export function readEnvelope(text: string, limits: XmlLimits = XML_LIMITS): Envelope {
  const root = readRoot(text, limits);
  const soap = soapVersion(root);
  const bodyPart = partOf(root, 'Body');
  if (!bodyPart) throw notSoap('the Envelope has no Body');
  const body = bodyPart.children[0];
  if (!body) throw notSoap('the Body is empty');
  const { headers, addressing } = readHeaders(partOf(root, 'Header'));
  return { soap, addressing, headers, body };
}
