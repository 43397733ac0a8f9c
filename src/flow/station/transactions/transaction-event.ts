import type { JsonObject } from '../../../base/message.ts';
import type { Given } from '../../../mapping/station/station-tables.ts';
import type { Context, Decision } from '../../decision.ts';
import type { ChargePointState, Transaction } from '../../state.ts';
import { enqueue } from '../enqueue.ts';
import { converted } from '../rules.ts';
import type { TransactionEvents } from '../state.ts';
import { registerIn, withNeatReadings } from './readings.ts';

/** A transaction that 2.0.1 knows. */
export type StationTransaction = Transaction & { readonly events: TransactionEvents };

/**
 * One TransactionEvent: made by the rows of `heading`, numbered, and put into the outbox in the same commit. When the rows find
 * nothing worth telling, no number is used up.
 */
export function transactionEvent(
  state: ChargePointState,
  transaction: StationTransaction,
  heading: string,
  source: JsonObject,
  given: Given,
  context: Context,
): Decision & { readonly seq?: number } {
  const { events } = latestOf(state, transaction);
  const made = converted(context, heading, source, {
    seqNo: events.nextSeqNo,
    transactionId: events.transactionId,
    chargingState: events.chargingState,
    ...given,
  });
  if (made.value === undefined) return { state, effects: made.losses };
  const value = withNeatReadings(made.value, context);
  const timestamp = String(value['timestamp']);
  const register = registerIn(value);
  const later = Date.parse(timestamp) >= Date.parse(events.lastEventAt ?? timestamp);
  const numbered = withEvents(state, transaction, {
    nextSeqNo: events.nextSeqNo + 1,
    ...(later && { lastEventAt: timestamp }),
    ...(register !== undefined && { register }),
  });
  const put = enqueue(numbered, 'TransactionEvent', value, context, transaction.device);
  return { state: put.state, effects: [...made.losses, ...put.effects], seq: put.seq };
}

/** The transaction as the state has it now. */
export function latestOf(state: ChargePointState, transaction: StationTransaction): StationTransaction {
  const latest = state.transactions[transaction.device];
  return latest?.events ? { ...latest, events: latest.events } : transaction;
}

/** What changes in the bookkeeping of a transaction; undefined takes an entry away. */
export type EventsChange = { readonly [K in keyof TransactionEvents]?: TransactionEvents[K] | undefined };

/** The state with this transaction's bookkeeping changed. */
export function withEvents(
  state: ChargePointState,
  transaction: StationTransaction,
  change: EventsChange,
): ChargePointState {
  const latest = state.transactions[transaction.device] ?? transaction;
  const all = { ...(latest.events ?? transaction.events), ...change };
  // Every event passes here, and most changes take nothing away.
  const events = (Object.values(change).includes(undefined) ? withoutUndefined(all) : all) as TransactionEvents;
  return { ...state, transactions: { ...state.transactions, [transaction.device]: { ...latest, events } } };
}

function withoutUndefined(record: object): unknown {
  return Object.fromEntries(Object.entries(record).filter(([, value]) => value !== undefined));
}

/** The transaction running on a connector, as far as 2.0.1 knows it. */
export function runningOn(state: ChargePointState, connectorId: number): StationTransaction | undefined {
  let found: StationTransaction | undefined;
  for (const one of Object.values(state.transactions)) {
    const { events } = one;
    if (events === undefined || one.connectorId !== connectorId || one.stoppedAt !== undefined) continue;
    if (found === undefined || one.startedAt > found.startedAt) found = { ...one, events };
  }
  return found;
}

/** By the id that the CSMS knows; 2.0.1 compares identifiers without case. */
export function byTransactionId(state: ChargePointState, transactionId: string): StationTransaction | undefined {
  const wanted = transactionId.toLowerCase();
  return Object.values(state.transactions).find(
    (one): one is StationTransaction => one.events?.transactionId.toLowerCase() === wanted,
  );
}
