import type { Json } from '../../../base/message.ts';
import type { ChargePointState, Transaction } from '../../state.ts';
import type { StationTransaction } from './transaction-event.ts';
import { givenBefore } from './transaction-id.ts';

/** Which transaction a message of the charge point means. */

export type Which =
  | { readonly is: 'open'; readonly transaction: StationTransaction }
  /** Over, or without any account; `transaction` is missing when nothing more is remembered. */
  | { readonly is: 'closed'; readonly transaction?: Transaction }
  /** Open, but the CSMS has not heard of it: it began under the rules of another OCPP version, or under a predecessor. */
  | { readonly is: 'unseen'; readonly id: number; readonly before?: Transaction }
  | { readonly is: 'none' };

/** By the number in the message: 0 and below are none (OCPP 1.6 errata: -1 when the start was never answered). */
export function whichTransaction(state: ChargePointState, said: Json | undefined): Which {
  const id = Number(said ?? 0);
  if (!(id > 0)) return { is: 'none' };
  const own = state.transactions[id];
  const known = own?.csms === id ? own : (Object.values(state.transactions).find(({ csms }) => csms === id) ?? own);
  if (known === undefined) return givenBefore(state, id) ? { is: 'closed' } : { is: 'unseen', id };
  if (known.stoppedAt !== undefined) return { is: 'closed', transaction: known };
  return known.events
    ? { is: 'open', transaction: { ...known, events: known.events } }
    : { is: 'unseen', id, before: known };
}

/**
 * What a stop without a number ends: the one transaction whose number the charge point surely does not know, else the one that
 * began last.
 */
export function stoppedWithoutNumber(state: ChargePointState): StationTransaction | undefined {
  const open = Object.values(state.transactions)
    .filter((one): one is StationTransaction => one.events !== undefined && one.stoppedAt === undefined)
    .sort((a, b) => b.startedAt - a.startedAt);
  const unanswered = open.filter(({ events }) => !events.confirmed);
  return unanswered.length === 1 ? unanswered[0] : open[0];
}
