import type { JsonObject } from '../../../base/message.ts';
import { type Context, type Decision, decision } from '../../decision.ts';
import type { ChargePointState } from '../../state.ts';
import { inTurn, type StationCommand } from '../rules.ts';
import { byTransactionId } from '../transactions/transaction-event.ts';
import { unseen } from './cost-messages.ts';
import { runningCost } from './driver-display.ts';

/** CostUpdated (OCPP 2.0.1 I02): the answer cannot say no, so it does not wait for what the charge point says. */
export const costUpdated: StationCommand = {
  call: (state, { request }, context) =>
    inTurn(
      state,
      (now) => told(now, request, context),
      (now) => decision(now, { do: 'answer', payload: {} }),
    ),
};

function told(state: ChargePointState, request: JsonObject, context: Context): Decision {
  const transaction = byTransactionId(state, String(request['transactionId']));
  if (transaction === undefined || transaction.stoppedAt !== undefined)
    return decision(state, ...unseen(['totalCost']));
  return runningCost(state, transaction, Number(request['totalCost']), request, {}, context);
}
