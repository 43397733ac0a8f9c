import type { ChargePointState } from '../../state.ts';
import { stationOf, withStation } from '../rules.ts';

/** The bound of the tokens that are remembered: beyond it, those not used for longest are forgotten. */

const MOST_TOKENS = 1000;

/** Keeps what an open transaction, a reservation, a remote start or the local list needs, however many they are. */
export function withinBounds(state: ChargePointState): ChargePointState {
  const { tokens } = stationOf(state);
  const all = Object.entries(tokens);
  if (all.length <= MOST_TOKENS) return state;
  const needed = neededTags(state);
  const free = all.filter(([tag, token]) => !needed(tag, `${token.type}/${token.idToken.toLowerCase()}`));
  const gone = new Set(
    free
      .sort(([, a], [, b]) => a.at - b.at)
      .slice(0, all.length - MOST_TOKENS)
      .map(([tag]) => tag),
  );
  return withStation(state, { tokens: Object.fromEntries(all.filter(([tag]) => !gone.has(tag))) });
}

function neededTags(state: ChargePointState): (tag: string, pair: string) => boolean {
  const { remoteStarts, localList, reservations } = stationOf(state);
  const open = Object.values(state.transactions).filter(
    ({ stoppedAt, waiting = 0 }) => stoppedAt === undefined || waiting > 0,
  );
  const tags = new Set([...open, ...remoteStarts].map(({ idTag }) => idTag.toLowerCase()));
  for (const tag of Object.keys(localList?.tags ?? {})) tags.add(tag.toLowerCase());
  const reserved = Object.values(reservations).flatMap(({ token, group }) => (group ? [token, group] : [token]));
  const pairs = new Set(reserved.map(({ idToken, type }) => `${type}/${idToken.toLowerCase()}`));
  return (tag, pair) => tags.has(tag) || pairs.has(pair);
}
