import type { Context, Decision } from '../../decision.ts';
import type { ChargePointState } from '../../state.ts';
import { asking, command, isLacking, refusedAs, telling } from '../command.ts';
import { rejected, type StationCommand, stationOf, withStation } from '../rules.ts';
import type { Token } from '../state.ts';
import { knownKeys } from '../variables/known-keys.ts';
import { truth } from '../variables/variable-values.ts';

/** ClearCache (OCPP 2.0.1 C11): the cache of the charge point, and what the bridge remembers of the CSMS's judgements. */
export const clearCache: StationCommand = command(
  {
    call: (state, { request }, context) => asking(state, 'ClearCache', 'ClearCache', request, {}, context),
    answered(state, _exchange, _question, answer, context) {
      if (answer['status'] === 'Rejected' && cacheless(state, context)) return withoutCache(state, context);
      return telling(cleared(state), 'ClearCache', answer, {}, context);
    },
    refused: (state, _exchange, _question, refusal, context) =>
      isLacking(refusal) ? withoutCache(state, context) : refusedAs(cleared(state), refusal),
  },
  { ClearCache: ['Accepted', 'Rejected'] },
);

/** The charge point says that it has no cache, or that it is off. */
function cacheless(state: ChargePointState, context: Context): boolean {
  const enabled = knownKeys(state, context).get('authorizationcacheenabled');
  if (enabled === undefined) return stationOf(state).snapshotAt !== undefined;
  return truth(enabled.value) === false;
}

/** The bridge's own memory is the only cache there is. */
function withoutCache(state: ChargePointState, context: Context): Decision {
  const forgotten = cleared(state);
  if (forgotten === state) return rejected(state, 'NotEnabled');
  return telling(forgotten, 'ClearCache', { status: 'Accepted' }, {}, context);
}

/** Without any judgement; which tag stands for which token stays known. The same state when there was none. */
function cleared(state: ChargePointState): ChargePointState {
  const { tokens, authorized } = stationOf(state);
  const judged = Object.values(tokens).some(({ info }) => info !== undefined);
  if (!judged && Object.keys(authorized).length === 0) return state;
  const kept = Object.entries(tokens).map(([tag, { info: _, ...token }]): [string, Token] => [tag, token]);
  return withStation(state, { tokens: Object.fromEntries(kept), authorized: {} });
}
