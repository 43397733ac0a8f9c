import { addressOf, type Networks } from './networks.ts';

/** As much of a request as these need; `node:http` requests fit. */
export interface Arrival {
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly socket: { readonly remoteAddress?: string | undefined; readonly encrypted?: boolean };
}

function list(header: string | string[] | undefined): string[] {
  return (Array.isArray(header) ? header.join(',') : (header ?? ''))
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '');
}

/** Some proxies add the port: `10.0.0.1:4711`, `[2001:db8::1]:4711`. */
function withoutPort(text: string): string {
  return /^\[([^\]]+)\](?::\d+)?$/.exec(text)?.[1] ?? /^([\d.]+):\d+$/.exec(text)?.[1] ?? text;
}

/**
 * The sender's IP address: the TCP peer, or, when that is a trusted proxy, the last X-Forwarded-For entry that no
 * trusted proxy wrote. Entries further left are the sender's own words. Undefined once the socket is gone.
 */
export function peerOf(request: Arrival, trusted: Networks): string | undefined {
  const remote = request.socket.remoteAddress;
  let peer = remote?.startsWith('::ffff:') ? remote.slice(7) : remote;
  const forwarded = request.headers['x-forwarded-for'];
  if (peer === undefined || forwarded === undefined || !trusted.has(peer)) return peer;
  for (const entry of list(forwarded).reverse()) {
    const address = addressOf(withoutPort(entry))?.toString();
    if (address === undefined) return peer;
    peer = address;
    if (!trusted.has(address)) return peer;
  }
  return peer;
}

/** The scheme the sender used, as far as it can be trusted. */
export function schemeOf(request: Arrival, trusted: Networks): 'http' | 'https' {
  const forwarded = list(request.headers['x-forwarded-proto']).at(-1)?.toLowerCase();
  if ((forwarded === 'http' || forwarded === 'https') && trusted.has(request.socket.remoteAddress ?? '')) {
    return forwarded;
  }
  return request.socket.encrypted ? 'https' : 'http';
}
