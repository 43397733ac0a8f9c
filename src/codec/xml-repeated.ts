/** Names and attributes' values, which every message repeats: each is cut out, parted and checked once. */

export interface QualifiedName {
  /** As written, `prefix:local`. */
  readonly whole: string;
  readonly codes: Uint16Array;
  readonly prefix: string;
  readonly local: string;
  /** Whether every JavaScript object has something of its own under this name: the tolerant reader refuses such. */
  readonly reserved: boolean;
}

const RESERVED: ReadonlySet<string> = new Set(['__proto__', 'constructor', 'prototype']);

/** V8 copies what is shorter; a longer slice keeps the text alive that it was cut from. */
const SHORTEST_SLICE = 13;

/** That part of `text` as a string of its own: what outlives a message must not keep the rest of it in memory. */
export function copied(text: string, from: number, to: number): string {
  if (to - from < SHORTEST_SLICE) return text.slice(from, to);
  // Joining two strings copies them. Of one alone it would return the slice itself.
  const middle = (from + to) >> 1;
  return [text.slice(from, middle), text.slice(middle, to)].join('');
}

export function sameCodes(known: Uint16Array, codes: Uint16Array, from: number): boolean {
  for (let at = 0; at < known.length; at++) if (known[at] !== codes[from + at]) return false;
  return true;
}

/** What was made of the strings met before, found by their code units. */
class Repeated<T extends { readonly codes: Uint16Array }> {
  /** A power of two. What falls on a taken slot takes it over, so strangers cannot make the table grow. */
  static readonly #SLOTS = 4096;
  /** Longer strings are not kept. */
  static readonly #LONGEST = 64;

  readonly #slots = new Array<T | undefined>(Repeated.#SLOTS).fill(undefined);
  readonly #make: (whole: string, codes: Uint16Array) => T;

  constructor(make: (whole: string, codes: Uint16Array) => T) {
    this.#make = make;
  }

  at(text: string, codes: Uint16Array, from: number, to: number): T {
    const slot = Repeated.#slotOf(codes, from, to);
    const found = this.#slots[slot];
    if (found !== undefined && found.codes.length === to - from && sameCodes(found.codes, codes, from)) return found;
    const made = this.#make(copied(text, from, to), codes.slice(from, to));
    if (to - from <= Repeated.#LONGEST) this.#slots[slot] = made;
    return made;
  }

  /** What a message repeats seldom has the same length, middle and end as something else in it. */
  static #slotOf(codes: Uint16Array, from: number, to: number): number {
    const middle = codes[(from + to) >> 1] ?? 0;
    const last = codes[to - 1] ?? 0;
    const before = codes[to - 3] ?? 0;
    return (((to - from) * 37 + middle * 17 + last) * 7 + before * 113) & (Repeated.#SLOTS - 1);
  }
}

const names = new Repeated<QualifiedName>((whole, codes) => {
  const colon = whole.indexOf(':');
  const prefix = colon < 0 ? '' : copied(whole, 0, colon);
  const local = copied(whole, colon + 1, whole.length);
  return { whole, codes, prefix, local, reserved: RESERVED.has(whole) };
});

const values = new Repeated<{ readonly whole: string; readonly codes: Uint16Array }>((whole, codes) => ({
  whole,
  codes,
}));

/** The name that stands there in `text` and its `codes`. The caller has seen that it is one. */
export function nameAt(text: string, codes: Uint16Array, from: number, to: number): QualifiedName {
  return names.at(text, codes, from, to);
}

/** The attribute's value that stands there, as it stands. */
export function valueAt(text: string, codes: Uint16Array, from: number, to: number): string {
  // To cut out a short one is cheaper than to look for it.
  return to - from < SHORTEST_SLICE ? text.slice(from, to) : values.at(text, codes, from, to).whole;
}
