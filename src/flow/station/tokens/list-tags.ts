import type { Context } from '../../decision.ts';
import type { ChargePointState } from '../../state.ts';
import { stationOf, withStation } from '../rules.ts';
import type { IdToken, Token } from '../state.ts';
import { samePair, tagDown, tokenUp } from './token.ts';

/** The tags of thousands of tokens at once: each sees only what is remembered of itself. */

export interface ListTags {
  /** Of each token, in their order. */
  readonly idTags: readonly string[];
  /** What is to be remembered, by lower-case tag: tokens that the bridge would not have guessed from their tags. */
  readonly tokens: Readonly<Record<string, Token>>;
}

export function tagsOf(state: ChargePointState, tokens: readonly IdToken[], context: Context): ListTags {
  const known = new Map(Object.entries(stationOf(state).tokens));
  const byPair = new Map([...known].map(([key, token]) => [pairKey(token), key]));
  const fresh = new Map<string, Token>();
  const idTags = tokens.map((token) => {
    const keys = [token.idToken.toLowerCase(), byPair.get(pairKey(token))];
    const seen = keys.flatMap((key): [string, Token][] => {
      const one = key === undefined ? undefined : known.get(key);
      return one === undefined || key === undefined ? [] : [[key, one]];
    });
    const made = tagDown(withStation(state, { tokens: Object.fromEntries(seen) }), token, context);
    const key = made.idTag.toLowerCase();
    const now = stationOf(made.state).tokens[key];
    if (now !== undefined && now !== known.get(key)) {
      known.set(key, now);
      byPair.set(pairKey(now), key);
      fresh.set(key, now);
    }
    return made.idTag;
  });
  const before = stationOf(state).tokens;
  const blank = withStation(state, { tokens: {} });
  const odd = [...fresh].filter(([key, token]) => Object.hasOwn(before, key) || !isGuess(blank, token, context));
  return { idTags, tokens: Object.fromEntries(odd) };
}

function pairKey({ idToken, type }: IdToken): string {
  return `${type}/${idToken.toLowerCase()}`;
}

function isGuess(blank: ChargePointState, token: Token, context: Context): boolean {
  const guess = tokenUp(blank, token.tag ?? token.idToken, context).token;
  return samePair(guess, token) && guess.idToken === token.idToken;
}
