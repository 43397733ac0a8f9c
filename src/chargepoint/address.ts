import type { CallbackPolicy } from './callback-policy.ts';
import { addressOf } from './networks.ts';

/** What one request says about where its sender listens. */
export interface CallbackClaim {
  /** wsa:From, text of its Address. */
  readonly from: string | undefined;
  /** wsa:ReplyTo, text of its Address. */
  readonly replyTo: string | undefined;
  /** IP address of the sender: the TCP peer, or what a trusted proxy forwarded. */
  readonly peer: string | undefined;
  readonly policy: CallbackPolicy;
}

export interface Callback {
  readonly url: string;
  readonly source: 'from' | 'replyTo' | 'peer';
}

/** Longer ones are no addresses of charge points, and would stay in the state. */
const MAX_LENGTH = 1024;

/** Schneider stations send `http://:8082/`: scheme, port and path, but no host. */
const WITHOUT_HOST = /^(https?):\/\/(?::(\d{1,5}))?(\/\S*)?$/i;

type Claimed = { readonly kind: 'whole' | 'rest'; readonly text: string; readonly url: URL };

function parse(text: string): URL | undefined {
  try {
    return new URL(text);
  } catch {
    return undefined;
  }
}

function claimed(raw: string | undefined, policy: CallbackPolicy): Claimed | undefined {
  const text = raw?.trim() ?? '';
  if (text === '' || text.length > MAX_LENGTH) return undefined;
  const url = parse(text);
  // `http:///path` parses, but takes the first step of the path for the host.
  if (!url || WITHOUT_HOST.test(text)) {
    const [, scheme, port, path] = WITHOUT_HOST.exec(text) ?? [];
    const rest = scheme && parse(`${scheme}://host.invalid${port ? `:${port}` : ''}${path ?? '/'}`);
    return rest ? { kind: 'rest', text, url: rest } : undefined;
  }
  if ((url.protocol !== 'http:' && url.protocol !== 'https:') || url.port === '0') return undefined;
  // wsa anonymous and none are http addresses of the W3C.
  if (url.hostname === 'www.w3.org') return undefined;
  const usable = !policy.pinToPeer && policy.checkSpecial(url.hostname) === undefined;
  return { kind: usable ? 'whole' : 'rest', text, url };
}

/** The URL as the charge point wrote it where possible: some refuse calls whose To is not their own spelling. */
function spelling({ text, url }: Claimed): string {
  if (url.username === '' && url.password === '' && url.hash === '' && /^https?:\/\/[^\s\\#@]+$/i.test(text)) {
    return text;
  }
  url.username = '';
  url.password = '';
  url.hash = '';
  return url.href;
}

/**
 * Where the sender of a request can be called: From, else ReplyTo, else the peer's address with the port and path of From
 * (or of ReplyTo). Undefined when the request says nothing usable: the last known address stays. Never throws.
 * Only what can never be a charge point is left out here; the networks allowed are checked when the call is made, so
 * that an operator reads "not allowed" and not "not known".
 */
export function callbackOf({ from, replyTo, peer, policy }: CallbackClaim): Callback | undefined {
  const first = claimed(from, policy);
  if (first?.kind === 'whole') return { url: spelling(first), source: 'from' };
  const second = claimed(replyTo, policy);
  if (second?.kind === 'whole') return { url: spelling(second), source: 'replyTo' };
  const rest = first ?? second;
  const address = peer === undefined ? undefined : addressOf(peer);
  if (!rest || !address || policy.checkSpecial(address.toString())) return undefined;
  rest.url.hostname = address.kind() === 'ipv6' ? `[${address.toString()}]` : address.toString();
  rest.url.username = '';
  rest.url.password = '';
  rest.url.hash = '';
  return { url: rest.url.href, source: 'peer' };
}
