import ipaddr from 'ipaddr.js';

type Address = ReturnType<typeof ipaddr.process>;

/** Reads an IP address in any spelling, with or without brackets; mapped IPv6 becomes IPv4. Undefined when it is none. */
export function addressOf(text: string): Address | undefined {
  const bare = text.startsWith('[') && text.endsWith(']') ? text.slice(1, -1) : text;
  try {
    return ipaddr.process(bare);
  } catch {
    return undefined;
  }
}

interface Network {
  readonly base: Address;
  readonly prefix: number;
}

function networkOf(text: string): Network {
  const [address = '', prefix, ...more] = text.trim().split('/');
  // Short and octal spellings of IPv4 mean other things to other readers: none in a configuration.
  const plain = ipaddr.IPv4.isValidFourPartDecimal(address) || ipaddr.IPv6.isValid(address);
  const parsed = plain ? ipaddr.parse(address) : undefined;
  if (!parsed || more.length > 0) throw new TypeError(`not a network: ${text}`);
  const full = parsed.kind() === 'ipv4' ? 32 : 128;
  const length = prefix === undefined ? full : /^\d{1,3}$/.test(prefix) ? Number(prefix) : Number.NaN;
  if (!(length >= 0 && length <= full)) throw new TypeError(`not a network: ${text}`);
  // ::ffff:10.0.0.0/104 means 10.0.0.0/8: addresses are unwrapped before they are compared.
  if (parsed instanceof ipaddr.IPv6 && parsed.isIPv4MappedAddress() && length >= 96) {
    return { base: parsed.toIPv4Address(), prefix: length - 96 };
  }
  return { base: parsed, prefix: length };
}

/** A list of networks: `10.0.0.0/8`, `2001:db8::/32`, single addresses. Throws TypeError on anything else. */
export class Networks {
  readonly #networks: readonly Network[];

  constructor(list: readonly string[]) {
    this.#networks = list.map(networkOf);
  }

  /** The prefix lengths and bases of the networks that hold this address. */
  matching(address: Address): readonly Network[] {
    return this.#networks.filter(({ base, prefix }) => base.kind() === address.kind() && address.match(base, prefix));
  }

  has(text: string): boolean {
    const address = addressOf(text);
    return address !== undefined && this.matching(address).length > 0;
  }
}
