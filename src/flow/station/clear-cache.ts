import type { ChargePointState } from '../state.ts';
import { asking, command, isLacking, refusedAs, telling } from './command.ts';
import { rejected, type StationCommand, stationOf, withStation } from './rules.ts';
import type { Token } from './state.ts';

/** ClearCache (OCPP 2.0.1 C11): the cache of the charge point, and what the bridge remembers of the CSMS's judgements. */
export const clearCache: StationCommand = command(
  {
    call: (state, { request }, context) => asking(state, 'ClearCache', 'ClearCache', request, {}, context),
    answered: (state, _exchange, _question, answer, context) =>
      telling(cleared(state), 'ClearCache', answer, {}, context),
    refused(state, _exchange, _question, refusal, context) {
      const forgotten = cleared(state);
      if (!isLacking(refusal)) return refusedAs(forgotten, refusal);
      // The bridge's own was the only cache there is.
      if (forgotten !== state) return telling(forgotten, 'ClearCache', { status: 'Accepted' }, {}, context);
      return rejected(state, 'NotEnabled');
    },
  },
  { ClearCache: ['Accepted', 'Rejected'] },
);

/** Without any judgement; which tag stands for which token stays known. The same state when there was none. */
function cleared(state: ChargePointState): ChargePointState {
  const { tokens, authorized } = stationOf(state);
  const judged = Object.values(tokens).some(({ info }) => info !== undefined);
  if (!judged && Object.keys(authorized).length === 0) return state;
  const kept = Object.entries(tokens).map(([tag, { info: _, ...token }]): [string, Token] => [tag, token]);
  return withStation(state, { tokens: Object.fromEntries(kept), authorized: {} });
}
