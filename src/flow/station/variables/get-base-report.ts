import type { Context, Exchange } from '../../decision.ts';
import { type Decision, decision } from '../../decision.ts';
import type { ChargePointState } from '../../state.ts';
import { inTurn, rejected, type StationCommand, stationOf } from '../rules.ts';
import { promised, reportIfWanted, reporting } from './report.ts';
import { askForAll, beingRead, freshEnough, outOfReach, readSnapshot } from './snapshot.ts';

/** GetBaseReport (OCPP 2.0.1 B07): promised at once; the charge point is asked first when what it said is old. */
export const getBaseReport: StationCommand = { ...readSnapshot, call: promise };

export function promise(state: ChargePointState, { request }: Exchange, context: Context): Decision {
  if (reporting(state, context)) {
    const same = stationOf(state).report?.requestId === request['requestId'];
    if (same) return rejected(state, 'DuplicateRequestId');
    return rejected(state, 'Unspecified', 'Rejected', 'another report is being sent');
  }
  if (outOfReach(state, context))
    return rejected(state, 'InternalError', 'Rejected', 'the charge point does not answer');
  const summary = request['reportBase'] === 'SummaryInventory';
  return inTurn(
    promised(state, request, context),
    (now) => decision(now, { do: 'answer', payload: { status: 'Accepted' } }),
    (now) => {
      if (summary || freshEnough(now, context)) return reportIfWanted(now, context);
      return beingRead(now, context) ? undefined : askForAll(now, context);
    },
  );
}
