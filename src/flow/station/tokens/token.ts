import { sha256Hex } from '../../../base/digest.ts';
import type { Context } from '../../decision.ts';
import type { ChargePointState } from '../../state.ts';
import { station, stationOf, withStation } from '../rules.ts';
import type { IdToken, IdTokenInfo, Token } from '../state.ts';
import { withinBounds } from './token-memory.ts';

/**
 * Tags of 1.6 (text up to 20 characters, no type, upper and lower case equal) as tokens of 2.0.1 (up to 36 characters and a type),
 * and back. What the CSMS itself has called a token is remembered, for it may look the pair up letter by letter.
 */

const LONGEST_TAG = 20;
const LONGEST_TOKEN = 36;
/** So often is the time of last use written, at most: a card is used more often than that. */
const USED_STEP = 24 * 3_600_000;
const BASE32 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';

export interface TokenGuess {
  readonly token: IdToken;
  /** Other pairs it may be, should the CSMS call this one malformed. Empty when the CSMS has used or accepted it. */
  readonly candidates: readonly IdToken[];
}

/** The token that a tag of the charge point stands for: as the CSMS called it, else by the form of the text. */
export function tokenUp(state: ChargePointState, idTag: string, context: Context): TokenGuess {
  const known = tokenOf(state, idTag);
  if (known?.known) return { token: pair(known), candidates: [] };
  const all = guesses(textOf(state, idTag), context);
  const first = all[0] ?? { idToken: idTag, type: 'Local' };
  if (known === undefined) return { token: first, candidates: all.slice(1) };
  // One that was tried after others had failed: next come those behind it.
  const at = all.findIndex(({ type }) => type === known.type);
  return { token: pair(known), candidates: [...all.slice(at + 1), ...all.slice(0, Math.max(at, 0))] };
}

/**
 * The tag for a token of the CSMS, which from now on stands for it. A token that no tag can spell gets a short name of its own;
 * one without a name (NoAuthorization) is named after the remote start that brought it.
 */
export function tagDown(
  state: ChargePointState,
  token: IdToken,
  context: Context,
  remoteStartId?: number,
): { readonly state: ChargePointState; readonly idTag: string } {
  const idTag = remembered(state, token) ?? tagOf(state, token, remoteStartId);
  return { state: rememberToken(state, idTag, token, context), idTag };
}

/** The CSMS has called this tag so; with `info` it has judged it. Refused tokens that it never used itself are not remembered. */
export function rememberToken(
  state: ChargePointState,
  idTag: string,
  token: IdToken,
  context: Context,
  info?: IdTokenInfo,
): ChargePointState {
  const before = tokenOf(state, idTag);
  const same = before !== undefined && samePair(before, token);
  const known = info === undefined || info.status === 'Accepted' || (same && before.known === true);
  if (!known) return state;
  const latest = info ?? (same ? before.info : undefined);
  const fresh = same && context.now - before.at < USED_STEP;
  if (fresh && before.known && sameInfo(before.info, latest)) return state;
  return put(state, idTag, { ...pair(token), known: true, ...(latest && { info: latest }), at: context.now });
}

/** To be tried next time: the CSMS called the pair before malformed. */
export function tryToken(state: ChargePointState, idTag: string, token: IdToken, context: Context): ChargePointState {
  return put(state, idTag, { ...pair(token), at: context.now });
}

/** What is remembered of a tag. */
export function tokenOf(state: ChargePointState, idTag: string): Token | undefined {
  const { tokens } = stationOf(state);
  const key = idTag.toLowerCase();
  return Object.hasOwn(tokens, key) ? tokens[key] : undefined;
}

export function samePair(a: IdToken, b: IdToken): boolean {
  return a.type === b.type && a.idToken.toLowerCase() === b.idToken.toLowerCase();
}

function put(state: ChargePointState, idTag: string, token: Token): ChargePointState {
  const tokens = { ...stationOf(state).tokens, [idTag.toLowerCase()]: { ...token, tag: idTag } };
  return withinBounds(withStation(state, { tokens }));
}

function pair({ idToken, type }: IdToken): IdToken {
  return { idToken, type };
}

function sameInfo(a: IdTokenInfo | undefined, b: IdTokenInfo | undefined): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}

/** The text on the card: a tag too long for 1.6 has a stand-in there, and room here. */
function textOf(state: ChargePointState, idTag: string): string {
  const original = Object.hasOwn(state.aliases, idTag) ? state.aliases[idTag] : undefined;
  const long = escaped(original ?? idTag);
  if (long.length <= LONGEST_TOKEN) return long;
  const short = escaped(idTag);
  return short.length <= LONGEST_TOKEN ? short : alias({ idToken: idTag, type: '' });
}

/** All types this text may be of, the likeliest first. */
function guesses(text: string, context: Context): readonly IdToken[] {
  const { idTokenPatterns, idTokenDefaultType, idTokenCase } = station(context).settings;
  const fitting = idTokenPatterns.filter(({ pattern }) => pattern.test(text)).map(({ type }) => type);
  const digits = /^\d+$/.test(text) ? ['KeyCode'] : [];
  const types = new Set([...fitting, idTokenDefaultType, 'Local', ...digits]);
  const upper = /^[0-9a-f]*$/i.test(text) && idTokenCase === 'upper-hex' ? text.toUpperCase() : text;
  return [...types].map((type) => ({ idToken: type.startsWith('ISO') ? upper : text, type }));
}

/** The tag that this very pair is known by, as it was last written. */
function remembered(state: ChargePointState, token: IdToken): string | undefined {
  if (token.idToken === '') return undefined;
  const { tokens } = stationOf(state);
  const own = token.idToken.toLowerCase();
  const direct = Object.hasOwn(tokens, own) ? tokens[own] : undefined;
  if (direct && samePair(direct, token)) return direct.tag ?? own;
  const found = Object.entries(tokens).find(([, known]) => samePair(known, token));
  return found && (found[1].tag ?? found[0]);
}

function tagOf(state: ChargePointState, token: IdToken, remoteStartId: number | undefined): string {
  if (token.idToken === '') return `NOAUTH${remoteStartId ?? ''}`;
  const long = Object.entries(state.aliases).find(
    ([, text]) => escaped(text).toLowerCase() === token.idToken.toLowerCase(),
  );
  if (long) return long[0];
  const text = unescaped(token.idToken);
  return text.length <= LONGEST_TAG && escaped(text) === token.idToken ? text : alias(token);
}

/** 20 characters that stand for a token which no tag can spell. */
function alias({ idToken, type }: IdToken): string {
  const bits = BigInt(`0x${sha256Hex(`${type}/${idToken.toLowerCase()}`)}`);
  const digits = Array.from({ length: 18 }, (_, i) => BASE32[Number((bits >> BigInt(5 * i)) & 31n)]);
  return `A=${digits.join('')}`;
}

/** identifierString has few characters: others are written as `=HH`, and so is a `=` that would be read that way. */
function escaped(text: string): string {
  const written = text.replace(/=(?=[0-9A-F]{2})/g, '=3D');
  return written.replace(/[^A-Za-z0-9*\-_=:+|@.]+/gu, (others) =>
    [...Buffer.from(others)].map((byte) => `=${byte.toString(16).toUpperCase().padStart(2, '0')}`).join(''),
  );
}

function unescaped(text: string): string {
  return text.replace(/(?:=[0-9A-F]{2})+/g, (bytes) => Buffer.from(bytes.replaceAll('=', ''), 'hex').toString());
}
