import type { JsonObject } from '../../../base/message.ts';
import { type Context, type Decision, decision } from '../../decision.ts';
import type { OutboxEntry } from '../../outbox.ts';
import type { ChargePointState } from '../../state.ts';
import { eventShown } from '../display/driver-display.ts';
import { usedByGroup } from '../reservations/reservation-use.ts';
import { type Delivered, inTurn } from '../rules.ts';
import { lateRefusal } from './late-refusal.ts';
import { fallbackAnswer, startedDelivered } from './start-answer.ts';
import { endedDelivered } from './stop-transaction.ts';
import { type StationTransaction, withEvents } from './transaction-event.ts';

/** What the answers to TransactionEvents teach, and who waits for them. */

function transactionOf(state: ChargePointState, { transaction }: OutboxEntry): StationTransaction | undefined {
  const record = transaction === undefined ? undefined : state.transactions[transaction];
  return record?.events && { ...record, events: record.events };
}

function answered(state: ChargePointState, entry: OutboxEntry, answer: JsonObject, context: Context): Decision {
  return inTurn(
    state,
    (now) => judged(now, entry, answer, context),
    (now) => eventShown(now, entry, transactionOf(now, entry), answer, context),
  );
}

function judged(state: ChargePointState, entry: OutboxEntry, answer: JsonObject, context: Context): Decision {
  const transaction = transactionOf(state, entry);
  const { eventType } = entry.payload;
  if (eventType === 'Ended') return endedDelivered(state, entry, transaction, answer, context);
  if (transaction === undefined) return decision(state);
  const info = answer['idTokenInfo'] as JsonObject | undefined;
  if (eventType !== 'Started') return lateRefusal(state, transaction, info, context);
  return startedDelivered(usedByGroup(state, transaction, info, context), transaction, answer, context);
}

/** It lies aside for people; the charge point goes on. */
function refused(state: ChargePointState, entry: OutboxEntry, _refusal: unknown, context: Context): Decision {
  const transaction = transactionOf(state, entry);
  if (transaction === undefined || entry.payload['eventType'] !== 'Started') return decision(state);
  const settled = withEvents(state, transaction, { startedEntry: undefined });
  return transaction.events.answered ? decision(settled) : fallbackAnswer(settled, transaction, context);
}

export const transactionEventDelivered: Delivered = { answered, refused };
