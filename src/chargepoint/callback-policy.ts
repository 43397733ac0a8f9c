import { addressOf, Networks } from './networks.ts';

export interface CallbackPolicySettings {
  /** Networks in which charge points may be called; an empty list denies every call. */
  readonly allow: readonly string[];
  /** Ports that may be called; absent = every port. */
  readonly ports?: readonly (number | { readonly from: number; readonly to: number })[];
  /** Take only port and path from the message, and the host always from the TCP peer. */
  readonly pinToPeer?: boolean;
}

/** Ranges of ordinary hosts. Everything else (loopback, link-local, multicast, tunnels…) must be listed by its own network. */
const ORDINARY: ReadonlySet<string> = new Set(['unicast', 'private', 'carrierGradeNat', 'uniqueLocal']);

/** Metadata services of clouds: only an entry for the single address opens them. */
const METADATA: ReadonlySet<string> = new Set(['169.254.169.254', '100.100.100.200', '168.63.129.16', 'fd00:ec2::254']);

/** 0.0.0.0/0 and ::/0 do not list loopback; 127.0.0.0/8 does. */
const EXPLICIT_PREFIX = 4;

function isLocalName(host: string): boolean {
  const name = host.toLowerCase().replace(/\.$/, '');
  return name === 'localhost' || name.endsWith('.localhost');
}

/**
 * Which addresses the bridge may call. A charge point writes its own callback address, so without this anybody could
 * make the bridge call into the network it stands in. Every check answers undefined when the call may go on, else why not.
 */
export class CallbackPolicy {
  readonly pinToPeer: boolean;
  readonly #allow: Networks;
  readonly #ports: CallbackPolicySettings['ports'];

  constructor(settings: CallbackPolicySettings) {
    this.pinToPeer = settings.pinToPeer ?? false;
    this.#allow = new Networks(settings.allow);
    this.#ports = settings.ports;
  }

  /** The address of a resolved name, or of the peer after connecting. */
  checkAddress(ip: string): string | undefined {
    return this.#isSpecial(ip) ?? (this.#allow.has(ip) ? undefined : `${ip} is in none of the allowed networks`);
  }

  /** The host of a URL before it is resolved. Names pass, but for those that can only mean this machine. */
  checkLiteral(host: string): string | undefined {
    if (host === '') return 'the address has no host';
    if (addressOf(host)) return this.checkAddress(host);
    return this.checkSpecial(host);
  }

  /** Only the part of the check that no wide network can open: loopback, link-local, metadata… */
  checkSpecial(host: string): string | undefined {
    if (isLocalName(host)) {
      return this.#isSpecial('127.0.0.1') && this.#isSpecial('::1') ? `${host} is this machine` : undefined;
    }
    return addressOf(host) ? this.#isSpecial(host) : undefined;
  }

  checkPort(port: number): string | undefined {
    if (!Number.isInteger(port) || port < 1 || port > 65_535) return `${port} is not a port`;
    if (!this.#ports) return undefined;
    const allowed = this.#ports.some((row) =>
      typeof row === 'number' ? row === port : port >= row.from && port <= row.to,
    );
    return allowed ? undefined : `port ${port} is not allowed`;
  }

  #isSpecial(ip: string): string | undefined {
    const address = addressOf(ip);
    if (!address) return `${ip} is not an address`;
    const range = address.range();
    const matching = this.#allow.matching(address);
    if (METADATA.has(address.toString())) {
      const full = address.kind() === 'ipv4' ? 32 : 128;
      return matching.some(({ prefix }) => prefix === full) ? undefined : `${ip} is a metadata service`;
    }
    if (ORDINARY.has(range)) return undefined;
    const listed = matching.some(({ base, prefix }) => prefix >= EXPLICIT_PREFIX && base.range() === range);
    return listed ? undefined : `${ip} is a ${range} address`;
  }
}
