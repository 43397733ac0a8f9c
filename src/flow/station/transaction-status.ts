import type { JsonObject } from '../../base/message.ts';
import { decision } from '../decision.ts';
import type { ChargePointState, Transaction } from '../state.ts';
import type { StationCommand } from './rules.ts';
import { byTransactionId } from './transaction-event.ts';

/** GetTransactionStatus (OCPP 2.0.1 E14). What a charge point keeps in a queue of its own, nobody can see. */
export const getTransactionStatus: StationCommand = {
  call: (state, { request }) => decision(state, { do: 'answer', payload: statusOf(state, request['transactionId']) }),
};

function statusOf(state: ChargePointState, transactionId: unknown): JsonObject {
  if (transactionId === undefined) return { messagesInQueue: Object.values(state.transactions).some(waits) };
  const transaction = byTransactionId(state, String(transactionId));
  if (transaction === undefined) return { ongoingIndicator: false, messagesInQueue: false };
  return { ongoingIndicator: transaction.stoppedAt === undefined, messagesInQueue: waits(transaction) };
}

function waits({ waiting = 0, events }: Transaction): boolean {
  return waiting > 0 || events?.heldReadings !== undefined;
}
