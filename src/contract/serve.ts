/** The WSDL as a charge point's engineer fetches it: with the address under which it was found. */

import type { SoapService } from './soap-contract.ts';

const COMMENT_OR_ADDRESS = /<!--[\s\S]*?-->|<(?:[\w.-]+:)?address\b(?:"[^"]*"|'[^']*'|[^>"'])*>/g;
const LOCATION = /(\blocation\s*=\s*)(?:"[^"]*"|'[^']*')/;
const DECLARED_ENCODING = /^(\uFEFF?<\?xml\b[^>]*?\bencoding\s*=\s*)(?:"[^"]*"|'[^']*')/;

/**
 * The text of the service's WSDL, to be sent as UTF-8, with `address` (an absolute URL) in place of every port's location.
 * Everything else stays as the file has it; schemas that it imports by relative location are not served along.
 */
export function wsdlWithAddress(service: SoapService, address: string): string {
  const location = `"${escapeAttribute(address)}"`;
  return service.wsdl
    .replace(DECLARED_ENCODING, (_all, before: string) => `${before}"UTF-8"`)
    .replace(COMMENT_OR_ADDRESS, (tag) =>
      tag.startsWith('<!--') ? tag : tag.replace(LOCATION, (_all, before: string) => before + location),
    );
}

function escapeAttribute(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;');
}
