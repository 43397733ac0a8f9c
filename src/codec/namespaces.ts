import { ADDRESSING_NAMESPACES, ENVELOPE_NAMESPACES } from '../contract/versions.ts';

/** The namespaces around an OCPP message, by the names the codec uses. */

export const SOAP_NAMESPACES = { '1.1': ENVELOPE_NAMESPACES.soap11, '1.2': ENVELOPE_NAMESPACES.soap12 } as const;

export type SoapEnvelopeVersion = keyof typeof SOAP_NAMESPACES;

/** WS-Addressing 1.0, the one OCPP demands. */
export const ADDRESSING: string = ADDRESSING_NAMESPACES[0];
export const XSI = 'http://www.w3.org/2001/XMLSchema-instance';
export const XML = 'http://www.w3.org/XML/1998/namespace';

const KNOWN_ADDRESSING: ReadonlySet<string> = new Set(ADDRESSING_NAMESPACES);

export function isAddressing(namespace: string | undefined): namespace is string {
  return namespace !== undefined && KNOWN_ADDRESSING.has(namespace);
}

/** The address that means "the HTTP response"; the draft of 2004 spells it differently. */
export function anonymousAddress(addressing: string): string {
  return addressing === ADDRESSING ? `${addressing}/anonymous` : `${addressing}/role/anonymous`;
}
