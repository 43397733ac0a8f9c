import type { FaultCode } from '../base/errors.ts';
import type { Json, JsonObject } from '../base/message.ts';
import { bodyPrefix } from './prefixes.ts';
import { type OutHeaders, type WriteStyle, writeEnvelope } from './write-envelope.ts';
import type { XmlElement } from './xml-element.ts';
import { asName } from './xml-name.ts';
import { escapeAttribute, escapeText } from './xml-text.ts';

/** SOAP Faults, in the forms of SOAP 1.2 and 1.1. */

/** A Fault as read: names cut to their local part, since the namespaces printed for the sub-codes contradict each other. */
export interface SoapFault {
  /** `Sender`, `Receiver`, `Client`, `Server`, `VersionMismatch`…; empty when the Fault has none. */
  readonly code: string;
  readonly subcode: string | undefined;
  readonly reason: string;
  readonly detail: string | undefined;
}

const RECEIVER_SUBCODES: ReadonlySet<string> = new Set(['InternalError', 'NotSupported']);
const SENDER_SUBCODES: ReadonlySet<string> = new Set(['SecurityError', 'IdentityMismatch', 'ProtocolError']);

/** By local name in any case; some senders leave the namespace out. */
function child(element: XmlElement | undefined, name: string): XmlElement | undefined {
  return element?.children.find((candidate) => candidate.name.toLowerCase() === name);
}

function textOf(element: XmlElement | undefined): string {
  return element?.text.trim() ?? '';
}

function localPart(qname: string): string {
  return qname.slice(qname.lastIndexOf(':') + 1).trim();
}

/** The value of a code, also where it stands without its Value element. */
function codeValue(element: XmlElement | undefined): string {
  return localPart(textOf(child(element, 'value') ?? element));
}

/** `name: text` for each innermost element, one a line. */
function readable(element: XmlElement): string {
  if (element.children.length === 0) return textOf(element);
  const lines = element.children.map((inner) => {
    const text = readable(inner);
    return inner.children.length > 0 || text === '' ? text : `${inner.name}: ${text}`;
  });
  return [textOf(element), ...lines].filter((line) => line !== '').join('\n');
}

function detailOf(element: XmlElement | undefined): string | undefined {
  const text = element ? readable(element) : '';
  return text === '' ? undefined : text;
}

/** SOAP 1.1 has no sub-code: it is a dotted part of the code, or stands in the code's place. */
function read11(fault: XmlElement): SoapFault {
  const [code = '', ...rest] = codeValue(child(fault, 'faultcode')).split('.');
  const reason = textOf(child(fault, 'faultstring'));
  const detail = detailOf(child(fault, 'detail'));
  const dotted = rest.join('.');
  if (SENDER_SUBCODES.has(code)) return { code: 'Client', subcode: code, reason, detail };
  if (RECEIVER_SUBCODES.has(code)) return { code: 'Server', subcode: code, reason, detail };
  return { code, subcode: dotted === '' ? undefined : dotted, reason, detail };
}

function read12(fault: XmlElement): SoapFault {
  const code = child(fault, 'code');
  const subcode = codeValue(child(code, 'subcode'));
  const reason = child(fault, 'reason');
  return {
    code: codeValue(code),
    subcode: subcode === '' ? undefined : subcode,
    reason: textOf(child(reason, 'text')) || textOf(reason),
    detail: detailOf(child(fault, 'detail')),
  };
}

/** The Fault in a Body, or undefined when `body` is something else. */
export function readFault(body: XmlElement): SoapFault | undefined {
  if (body.name.toLowerCase() !== 'fault') return undefined;
  return child(body, 'faultcode') || child(body, 'faultstring') ? read11(body) : read12(body);
}

function detailText(value: Json): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}

/**
 * Elements without a namespace: OCPP defines none for details. One holds the others, since gSOAP knows one in a Detail:
 * of more it reads the first, and where it is strict it cannot read the Fault at all.
 */
function detailElement(details: JsonObject | undefined): string {
  const inner = Object.entries(details ?? {}).map(([key, value]) => {
    const name = asName(key);
    return `<${name}>${escapeText(detailText(value))}</${name}>`;
  });
  return inner.length === 0 ? '' : `<details>${inner.join('')}</details>`;
}

/**
 * A message with a Fault. The sub-code is a name in `ocppNamespace`; SOAP 1.1 gets it as the dotted part of its faultcode.
 * `details` become one text element each, together in an element `details`.
 */
export function writeFault(
  fault: FaultCode,
  reason: string,
  details: JsonObject | undefined,
  ocppNamespace: string,
  headers: OutHeaders,
  style: WriteStyle,
): string {
  const [code = '', subcode = ''] = fault.split('/');
  const q = `${style.prefixes.envelope}:`;
  const inner = detailElement(details);
  let body: string;
  if (style.soap === '1.1') {
    const old = code === 'Sender' ? 'Client' : 'Server';
    const detail = inner === '' ? '' : `<detail>${inner}</detail>`;
    body = `<faultcode>${q}${old}.${subcode}</faultcode><faultstring>${escapeText(reason)}</faultstring>${detail}`;
  } else {
    // A name in text needs a prefix, also where elements have none.
    const own = bodyPrefix(style.prefixes, ocppNamespace);
    const declaration = own === '' ? ` xmlns:ns1="${escapeAttribute(ocppNamespace)}"` : '';
    const detail = inner === '' ? '' : `<${q}Detail>${inner}</${q}Detail>`;
    body =
      `<${q}Code><${q}Value>${q}${code}</${q}Value>` +
      `<${q}Subcode><${q}Value${declaration}>${own || 'ns1'}:${subcode}</${q}Value></${q}Subcode></${q}Code>` +
      `<${q}Reason><${q}Text xml:lang="en">${escapeText(reason)}</${q}Text></${q}Reason>${detail}`;
  }
  return writeEnvelope(`<${q}Fault>${body}</${q}Fault>`, ocppNamespace, headers, style);
}
