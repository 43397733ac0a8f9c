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

/** By local name in lower case: namespace and case vary in the field (OCPP-S 1.5 and 1.6 allow any case for the identity). */
const HEADERS: ReadonlyMap<string, keyof Headers> = new Map([
  ['chargeboxidentity', 'chargeBoxIdentity'],
  ['action', 'action'],
  ['messageid', 'messageId'],
  ['relatesto', 'relatesTo'],
  ['to', 'to'],
  ['from', 'from'],
  ['replyto', 'replyTo'],
]);

const HTML = /^\s*(?:<\?xml[^>]{0,200}>\s*)?(?:<!--[^>]{0,200}-->\s*)?<(?:!doctype\s+html|html)\b/i;

function notSoap(reason: string): BridgeError {
  return new BridgeError('NotSoap', reason);
}

function soapVersion(root: XmlElement): SoapEnvelopeVersion {
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
  return (
    root.children.find((child) => child.name === name) ??
    root.children.find((child) => child.name.toLowerCase() === name.toLowerCase())
  );
}

function headerText(header: XmlElement, name: keyof Headers): string {
  if (name !== 'from' && name !== 'replyTo') return header.text.trim();
  const address = header.children.find((child) => child.name.toLowerCase() === 'address');
  return (address ?? header).text.trim();
}

function readHeaders(header: XmlElement | undefined): { headers: Headers; addressing: string | undefined } {
  const headers: Headers = {};
  let known: string | undefined;
  let addressed = false;
  for (const child of header?.children ?? []) {
    const name = HEADERS.get(child.name.toLowerCase());
    if (name === undefined) continue;
    if (name !== 'chargeBoxIdentity') {
      addressed = true;
      if (isAddressing(child.namespace)) known ??= child.namespace;
    }
    const value = headerText(child, name);
    if (value !== '' && headers[name] === undefined) headers[name] = value;
  }
  // WS-Addressing without its namespace is met too, and is answered in the standard one.
  return { headers, addressing: known ?? (addressed ? ADDRESSING : undefined) };
}

/**
 * Reads a SOAP 1.2 or 1.1 message. Throws `NotSoap`, and what `parseXml` throws.
 */
export function readEnvelope(text: string, limits: XmlLimits = XML_LIMITS): Envelope {
  // Before parsing: such pages are seldom well-formed, and the reader should learn what answered.
  if (HTML.test(text)) throw notSoap('this is an HTML page, not a SOAP Envelope');
  const root = parseXml(text, limits);
  const soap = soapVersion(root);
  const bodyPart = partOf(root, 'Body');
  if (!bodyPart) throw notSoap('the Envelope has no Body');
  const body = bodyPart.children[0];
  if (!body) throw notSoap('the Body is empty');
  return { soap, ...readHeaders(partOf(root, 'Header')), body };
}
