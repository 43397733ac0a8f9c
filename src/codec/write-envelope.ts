import { ADDRESSING, SOAP_NAMESPACES, type SoapEnvelopeVersion } from './namespaces.ts';
import { bodyPrefix, PREFIX_PROFILES, type PrefixProfile } from './prefixes.ts';
import { escapeAttribute, escapeText } from './xml-text.ts';

/** What goes around a body element: declaration, envelope, headers. */

export interface WriteStyle {
  readonly soap: SoapEnvelopeVersion;
  /** Namespace of the WS-Addressing headers; undefined leaves them all out. */
  readonly addressing: string | undefined;
  /** Whether to begin with an XML declaration. */
  readonly declaration: boolean;
  readonly prefixes: PrefixProfile;
}

export const DEFAULT_STYLE: WriteStyle = {
  soap: '1.2',
  addressing: ADDRESSING,
  declaration: true,
  prefixes: PREFIX_PROFILES.default,
};

/** Headers to write; what is absent is left out. */
export interface OutHeaders {
  action?: string;
  messageId?: string;
  relatesTo?: string;
  to?: string;
  from?: string;
  replyTo?: string;
  /** chargeBoxIdentity, in the namespace of the service that is called. */
  identity?: { readonly namespace: string; readonly value: string };
}

/** An element under a prefix, or with the declaration that it needs itself when the prefix is empty. `content` is XML. */
function element(prefix: string, namespace: string, name: string, content: string): string {
  if (prefix === '') return `<${name} xmlns="${escapeAttribute(namespace)}">${content}</${name}>`;
  return `<${prefix}:${name}>${content}</${prefix}:${name}>`;
}

function textElement(prefix: string, namespace: string, name: string, text: string): string {
  return element(prefix, namespace, name, escapeText(text));
}

function endpoint(prefix: string, namespace: string, name: string, address: string): string {
  const inner = prefix === '' ? 'Address' : `${prefix}:Address`;
  return element(prefix, namespace, name, `<${inner}>${escapeText(address)}</${inner}>`);
}

function addressingHeaders(headers: OutHeaders, prefix: string, namespace: string): string {
  const { action, messageId, relatesTo, to, from, replyTo } = headers;
  let out = '';
  if (action !== undefined) out += textElement(prefix, namespace, 'Action', action);
  if (messageId !== undefined) out += textElement(prefix, namespace, 'MessageID', messageId);
  if (relatesTo !== undefined) out += textElement(prefix, namespace, 'RelatesTo', relatesTo);
  if (from !== undefined) out += endpoint(prefix, namespace, 'From', from);
  if (replyTo !== undefined) out += endpoint(prefix, namespace, 'ReplyTo', replyTo);
  if (to !== undefined) out += textElement(prefix, namespace, 'To', to);
  return out;
}

/**
 * The whole message. `body` is XML that uses `bodyPrefix(style.prefixes, namespace)`, or declares its namespaces itself. All prefixes
 * are declared on the Envelope; without headers there is no Header.
 */
export function writeEnvelope(body: string, namespace: string, headers: OutHeaders, style: WriteStyle): string {
  const { soap, addressing, declaration, prefixes } = style;
  const { envelope, addressing: wsa } = prefixes;
  const own = bodyPrefix(prefixes, namespace);
  const { identity } = headers;
  const addressed = addressing === undefined ? '' : addressingHeaders(headers, wsa, addressing);
  const identified =
    identity === undefined
      ? ''
      : textElement(
          identity.namespace === namespace ? own : '',
          identity.namespace,
          'chargeBoxIdentity',
          identity.value,
        );

  let out = declaration ? '<?xml version="1.0" encoding="UTF-8"?>\n' : '';
  out += `<${envelope}:Envelope xmlns:${envelope}="${SOAP_NAMESPACES[soap]}"`;
  if (addressed !== '' && wsa !== '') out += ` xmlns:${wsa}="${escapeAttribute(addressing ?? '')}"`;
  if (own !== '') out += ` xmlns:${own}="${escapeAttribute(namespace)}"`;
  out += '>';
  if (addressed !== '' || identified !== '')
    out += `<${envelope}:Header>${identified}${addressed}</${envelope}:Header>`;
  return `${out}<${envelope}:Body>${body}</${envelope}:Body></${envelope}:Envelope>`;
}
