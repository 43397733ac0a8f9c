import type { JsonObject } from '../../base/message.ts';
import type { Context, Decision } from '../decision.ts';
import { counted, type OutboxEntry } from '../outbox.ts';
import type { ChargePointState } from '../state.ts';

/** Puts a 2.0.1 message at the end of the outbox, in the same commit as the state that it comes from. */
export function enqueue(
  state: ChargePointState,
  action: string,
  payload: JsonObject,
  context: Context,
  /** Charge point's id of the transaction it belongs to. */
  transaction?: number,
): Decision & { readonly seq: number } {
  const { next = 1, waiting = 0, minted = 0 } = state.outbox ?? {};
  const entry: OutboxEntry = {
    ...{ seq: next, action, payload, at: context.now, refusals: 0 },
    ...(transaction !== undefined && { transaction }),
  };
  const outbox = { next: next + 1, waiting: waiting + 1, minted };
  return { seq: next, state: { ...counted(state, transaction, 1), outbox }, effects: [{ do: 'outbox-put', entry }] };
}
