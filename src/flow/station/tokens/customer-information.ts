import type { JsonObject } from '../../../base/message.ts';
import { decision, type Effect } from '../../decision.ts';
import type { ChargePointState } from '../../state.ts';
import { rejected, type StationCommand, station, stationOf, withStation } from '../rules.ts';
import type { IdToken, Token } from '../state.ts';
import { samePair } from './token.ts';

/**
 * CustomerInformation (OCPP 2.0.1 N09, N10): what the bridge itself remembers of a customer, which is tokens and nothing else. The
 * cache of the charge point may hold them too, and can only be cleared whole.
 */

const SUBJECTS = ['idToken', 'customerIdentifier', 'customerCertificate'];
const LONGEST = 512;

export const customerInformation: StationCommand = {
  call(state, { request }, context) {
    if (SUBJECTS.filter((name) => request[name] !== undefined).length !== 1)
      return rejected(state, 'InvalidValue', 'Invalid', 'exactly one customer is to be named');
    if (!request['report'] && !request['clear']) return rejected(state, 'InvalidValue');
    const known = tokensOf(state, request['idToken'] as unknown as IdToken | undefined);
    const data = request['report'] && known.length > 0 ? known.map(described).join('; ') : 'no data';
    const payload: JsonObject = {
      ...{ data: data.slice(0, LONGEST), seqNo: 0, tbc: false },
      ...{ generatedAt: new Date(context.now).toISOString(), requestId: Number(request['requestId']) },
    };
    const notify: Effect = { do: 'call-csms', action: 'NotifyCustomerInformation', payload, own: true };
    const answer: Effect = { do: 'answer', payload: { status: 'Accepted' } };
    if (!request['clear']) return decision(state, answer, notify);
    const clears = request['idToken'] !== undefined && station(context).settings.customerClear === 'clearCache';
    const cache: Effect[] = clears ? [{ do: 'call-device', action: 'ClearCache', payload: {} }] : [];
    return decision(forgotten(state, known), answer, notify, ...cache);
  },
  // The CSMS has its answer; a charge point without a cache has nothing to clear.
  answered: (state) => decision(state),
  refused: (state) => decision(state),
};

type Known = readonly [tag: string, token: Token];

function tokensOf(state: ChargePointState, subject: IdToken | undefined): readonly Known[] {
  if (subject === undefined) return [];
  return Object.entries(stationOf(state).tokens).filter(([, token]) => samePair(token, subject));
}

function described([tag, { idToken, type, info, tag: written }]: Known): string {
  const judged = info ? `, last judged ${info.status}` : '';
  const until = info?.cacheExpiryDateTime ? ` until ${info.cacheExpiryDateTime}` : '';
  return `token ${idToken} (${type}), tag ${written ?? tag}${judged}${until}`;
}

/** What a transaction, a reservation or the list still needs stays, without the judgement. */
function forgotten(state: ChargePointState, known: readonly Known[]): ChargePointState {
  if (known.length === 0) return state;
  const { tokens, authorized } = stationOf(state);
  const tags = new Set(known.map(([tag]) => tag));
  const kept = Object.entries(tokens).flatMap(([tag, { info, ...token }]): [string, Token][] => {
    if (!tags.has(tag)) return [[tag, { ...token, ...(info && { info }) }]];
    return isNeeded(state, tag, token) ? [[tag, token]] : [];
  });
  const others = Object.entries(authorized).filter(([tag]) => !tags.has(tag.toLowerCase()));
  return withStation(state, { tokens: Object.fromEntries(kept), authorized: Object.fromEntries(others) });
}

function isNeeded(state: ChargePointState, tag: string, token: Token): boolean {
  const { localList, remoteStarts, reservations } = stationOf(state);
  const open = Object.values(state.transactions).filter((one) => one.stoppedAt === undefined || (one.waiting ?? 0) > 0);
  return (
    [...open, ...remoteStarts].some(({ idTag }) => idTag.toLowerCase() === tag) ||
    Object.hasOwn(localList?.tags ?? {}, tag) ||
    Object.values(reservations).some((one) => [one.token, one.group].some((pair) => pair && samePair(pair, token)))
  );
}
