import type { JsonObject } from '../../../base/message.ts';
import { decision } from '../../decision.ts';
import type { ChargePointState, Transaction } from '../../state.ts';
import type { StationCommand } from '../rules.ts';
import { heldOf } from './stop-readings.ts';
import { byTransactionId } from './transaction-event.ts';

/** GetTransactionStatus (OCPP 2.0.1 E14). What a charge point keeps in a queue of its own, nobody can see. */
export const getTransactionStatus: StationCommand = {
  call: (state, { request }) => decision(state, { do: 'answer', payload: statusOf(state, request['transactionId']) }),
};

function statusOf(state: ChargePointState, transactionId: unknown): JsonObject {
  const waits = (one: Transaction): boolean => (one.waiting ?? 0) > 0 || heldOf(state, one) !== undefined;
  if (transactionId === undefined) return { messagesInQueue: Object.values(state.transactions).some(waits) };
  const transaction = byTransactionId(state, String(transactionId));
  if (transaction === undefined) return { ongoingIndicator: false, messagesInQueue: false };
  return { ongoingIndicator: transaction.stoppedAt === undefined, messagesInQueue: waits(transaction) };
}
