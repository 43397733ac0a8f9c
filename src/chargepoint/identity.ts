import { BridgeError } from '../base/errors.ts';

export interface IdentitySettings {
  /** Where to look when the header chargeBoxIdentity is missing, in this order; default nowhere. */
  readonly fallback?: readonly ('path' | 'query')[];
  /** For `path`: the path with one step `{identity}`, such as `/ocpp/{identity}`; compared without regard to case. */
  readonly path?: string;
  /** For `query`: the name of the parameter, in any case; default `chargeBoxIdentity`. */
  readonly query?: string;
  /** Identities served: exact, or with `*` for any run of characters. Absent = all. */
  readonly allow?: readonly string[];
  /** Names under which the CSMS knows other charge points. */
  readonly taken?: (identity: string) => boolean;
}

const MAX_LENGTH = 255;

/** Control and invisible characters, line and paragraph separators, halves of surrogate pairs. */
const UNUSABLE = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u;
/** The last step of the URL at the CSMS: these would climb to another path. */
const DOTS = /^\.{1,2}$/;

function literal(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}

function decoded(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}

/** Who sends a request. Identities are kept as they are (MAC addresses, `*`, `/`, any case): only outer blanks go. */
export class Identities {
  readonly #settings: IdentitySettings;
  readonly #path: RegExp | undefined;
  readonly #exact: ReadonlySet<string> | undefined;
  readonly #patterns: readonly RegExp[];

  constructor(settings: IdentitySettings = {}) {
    this.#settings = settings;
    this.#path = settings.path === undefined ? undefined : pathPattern(settings.path);
    const allow = settings.allow;
    this.#exact = allow && new Set(allow.filter((row) => !row.includes('*')));
    this.#patterns = (allow ?? [])
      .filter((row) => row.includes('*'))
      .map((row) => new RegExp(`^${row.split('*').map(literal).join('.*')}$`, 'su'));
  }

  /**
   * The identity of a request with this header value and this request target.
   * Throws `IdentityMissing`, `IdentityInvalid`, `IdentityRefused`.
   */
  of(header: string | undefined, target: string): string {
    const identity = header?.trim() || this.#fromTarget(target);
    if (!identity) throw new BridgeError('IdentityMissing');
    if (identity.length > MAX_LENGTH) throw new BridgeError('IdentityInvalid', 'the chargeBoxIdentity is too long');
    if (UNUSABLE.test(identity)) {
      throw new BridgeError('IdentityInvalid', 'the chargeBoxIdentity holds control or invisible characters');
    }
    if (DOTS.test(identity)) throw new BridgeError('IdentityInvalid', 'the chargeBoxIdentity is only dots');
    if (this.#exact && !this.#exact.has(identity) && !this.#patterns.some((row) => row.test(identity))) {
      throw new BridgeError('IdentityRefused');
    }
    if (this.#settings.taken?.(identity)) {
      throw new BridgeError('IdentityRefused', 'another charge point has this identity as its name at the CSMS');
    }
    return identity;
  }

  #fromTarget(target: string): string | undefined {
    for (const source of this.#settings.fallback ?? []) {
      const found = source === 'path' ? this.#fromPath(target) : this.#fromQuery(target);
      if (found) return found;
    }
    return undefined;
  }

  #fromPath(target: string): string | undefined {
    const path = target.split('?', 1)[0] ?? '';
    const step = this.#path?.exec(path.replace(/^https?:\/\/[^/]*/i, '').replace(/\/{2,}/g, '/'))?.[1];
    return step === undefined ? undefined : decoded(step)?.trim();
  }

  /** Some stations cannot store `&` and have `%26` in its place. */
  #fromQuery(target: string): string | undefined {
    const at = target.indexOf('?');
    if (at < 0) return undefined;
    const name = (this.#settings.query ?? 'chargeBoxIdentity').toLowerCase();
    for (const pair of target
      .slice(at + 1)
      .replace(/%26/g, '&')
      .split('&')) {
      const [key = '', value] = pair.split('=', 2);
      if (value !== undefined && decoded(key)?.toLowerCase() === name) return decoded(value)?.trim();
    }
    return undefined;
  }
}

/** Throws TypeError when the pattern has no step, or more than one, that is `{identity}`. */
function pathPattern(pattern: string): RegExp {
  const parts = pattern.split('{identity}');
  if (parts.length !== 2) throw new TypeError(`the path ${pattern} needs one {identity}`);
  const [before = '', after = ''] = parts.map(literal);
  return new RegExp(`^${before.replace(/^\/?/, '/')}([^/]+)${after.replace(/\/$/, '')}/?$`, 'i');
}
