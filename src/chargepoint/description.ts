import type { IncomingMessage } from 'node:http';
import { SOAP_VERSIONS } from '../base/message.ts';
import { wsdlWithAddress } from '../contract/serve.ts';
import type { SoapContracts } from '../contract/soap-contract.ts';
import type { Networks } from './networks.ts';
import { schemeOf } from './peer.ts';
import type { Reply } from './reply.ts';
import { pathOf, wsdlAsked } from './route.ts';

/** A name or address with an optional port: nothing that could end an attribute or a line. */
const HOST = /^(?:[a-z0-9](?:[a-z0-9._-]*[a-z0-9.])?|\[[0-9a-f:.]+\])(?::\d{1,5})?$/i;

export interface DescriptionSettings {
  /** Where charge points reach the bridge, when it cannot be told from the request. */
  readonly publicUrl: string | undefined;
  readonly trustedProxies: Networks;
}

function escaped(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}

/** The address of the endpoint as this sender sees it. */
function endpointOf(request: IncomingMessage, { publicUrl, trustedProxies }: DescriptionSettings): string {
  if (publicUrl !== undefined) return publicUrl;
  const { localAddress = 'localhost', localPort } = request.socket;
  const named = request.headers.host?.trim() ?? '';
  const local = `${localAddress.includes(':') ? `[${localAddress}]` : localAddress}:${localPort ?? 80}`;
  const origin = `${schemeOf(request, trustedProxies)}://${HOST.test(named) ? named : local}`;
  try {
    return new URL(origin + pathOf(request.url ?? '/')).href;
  } catch {
    return origin;
  }
}

/** What a GET shows: a WSDL with the address at which it was asked for, or a page that says what this is. */
export function describe(request: IncomingMessage, contracts: SoapContracts, settings: DescriptionSettings): Reply {
  const address = endpointOf(request, settings);
  const asked = wsdlAsked(request.url ?? '/');
  if (asked) {
    const service = contracts.service(asked.version, asked.role);
    return { status: 200, contentType: 'text/xml; charset=utf-8', body: wsdlWithAddress(service, address) };
  }
  return { status: 200, contentType: 'text/html; charset=utf-8', body: page(address) };
}

function page(address: string): string {
  const rows = SOAP_VERSIONS.map(
    (version) =>
      `<li>OCPP ${version}: <a href="?wsdl=${version}">CentralSystem</a>, ` +
      `<a href="?wsdl=${version}-ChargePoint">ChargePoint</a></li>`,
  );
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<title>OCPP SOAP endpoint</title>
<h1>OCPP SOAP endpoint</h1>
<p>Charge points that speak OCPP over SOAP send their messages (HTTP POST) to <code>${escaped(address)}</code>.
Every path serves every version: a message's namespace tells which one it is.</p>
<p>WSDL files:</p>
<ul>
${rows.join('\n')}
</ul>
<p>Charge points that speak OCPP over JSON (WebSocket) connect to their central system, not to this address.</p>
</html>
`;
}
