import type { JsonObject } from '../../base/message.ts';
import { type Context, type Decision, decision } from '../decision.ts';
import type { ChargePointState } from '../state.ts';
import { rejected, type StationCommand } from './rules.ts';
import { latestOf, type StationTransaction, withEvents } from './transaction-event.ts';

/**
 * The CSMS refuses the token of a transaction that the charge point was let begin (E05, C15). The charge point cannot hear that
 * any more as the answer to its start, so it is told to stop; and the stop is reported for what it is.
 */

/** `info`: idTokenInfo of an answer to one of the transaction's events. */
export function lateRefusal(
  state: ChargePointState,
  transaction: StationTransaction,
  info: JsonObject | undefined,
  context: Context,
): Decision {
  const now = latestOf(state, transaction);
  const good = info === undefined || info['status'] === 'Accepted';
  if (good || now.stoppedAt !== undefined || now.events.stopAsked?.late || !mayStop(state, context))
    return decision(state);
  const asked = withEvents(state, now, { stopAsked: { at: context.now, late: true } });
  return decision(asked, {
    do: 'call-device',
    action: 'RemoteStopTransaction',
    payload: { transactionId: now.device },
    memo: { why: 'late-refusal' },
  });
}

/** As the charge point itself would act on the answer to its start; where it does not say, as the operator says. */
function mayStop(state: ChargePointState, context: Context): boolean {
  const said = state.configuration['stoptransactiononinvalidid']?.value?.trim().toLowerCase();
  return said === 'true' || (said === undefined && context.settings.stopLateRefused);
}

/** The command of the bridge's own: a charge point that does not obey stops for another reason, if it ever does. */
export const stopRefused: StationCommand = {
  call: (state) => rejected(state, 'UnsupportedRequest'),
  answered: (state, _exchange, question, answer) =>
    answer['status'] === 'Accepted' ? decision(state) : notStopped(state, question.request),
  refused: (state, _exchange, question) => notStopped(state, question.request),
};

function notStopped(state: ChargePointState, request: JsonObject): Decision {
  const transaction = state.transactions[String(request['transactionId'])];
  if (transaction?.events?.stopAsked?.late !== true) return decision(state);
  return decision(withEvents(state, { ...transaction, events: transaction.events }, { stopAsked: undefined }));
}
