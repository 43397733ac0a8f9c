/** Names and values that every message repeats, kept as one string each: no slice, no copy, no parting of prefixes again. */

export interface QualifiedName {
  /** As written, `prefix:local`. */
  readonly whole: string;
  readonly prefix: string;
  readonly local: string;
  /** Whether every JavaScript object has something of its own under this name: the tolerant reader refuses such. */
  readonly reserved: boolean;
}

const RESERVED: ReadonlySet<string> = new Set(['__proto__', 'constructor', 'prototype']);

/** Slots; a power of two. What falls on a taken slot takes it over, so strangers cannot make the tables grow. */
const SLOTS = 1024;
/** Characters; longer ones are not kept. */
const LONGEST = 64;
/** V8 copies what is shorter; a longer slice keeps the text alive that it was cut from. */
const SHORTEST_SLICE = 13;

const NO_NAME: QualifiedName = { whole: '', prefix: '', local: '', reserved: false };
const names: QualifiedName[] = new Array<QualifiedName>(SLOTS).fill(NO_NAME);
const values: string[] = new Array<string>(SLOTS).fill('');

/** One step of the hash by which both tables are searched; begin with 0. */
export function hashStep(hash: number, code: number): number {
  return (Math.imul(hash, 31) + code) | 0;
}

/** The part of `text` as a string of its own: what outlives the message must not keep all of it in memory. */
export function copied(text: string, from: number, to: number): string {
  const slice = text.slice(from, to);
  // To join is the cheapest that surely copies.
  return to - from < SHORTEST_SLICE ? slice : [slice, ''].join('');
}

function holds(known: string, text: string, from: number, to: number): boolean {
  return known.length === to - from && text.startsWith(known, from);
}

/** The name that stands there; `hash` is that of its characters. The caller has seen that it is a name. */
export function nameAt(text: string, from: number, to: number, hash: number): QualifiedName {
  const slot = hash & (SLOTS - 1);
  const known = names[slot] ?? NO_NAME;
  if (holds(known.whole, text, from, to)) return known;
  const whole = copied(text, from, to);
  const colon = whole.indexOf(':');
  const prefix = colon < 0 ? '' : copied(whole, 0, colon);
  const local = colon < 0 ? whole : copied(whole, colon + 1, whole.length);
  const name = { whole, prefix, local, reserved: RESERVED.has(whole) };
  if (whole.length <= LONGEST) names[slot] = name;
  return name;
}

/** The text that stands there; `hash` is that of its characters. */
export function valueAt(text: string, from: number, to: number, hash: number): string {
  const slot = hash & (SLOTS - 1);
  const known = values[slot] ?? '';
  if (holds(known, text, from, to)) return known;
  const value = copied(text, from, to);
  if (value.length <= LONGEST) values[slot] = value;
  return value;
}
