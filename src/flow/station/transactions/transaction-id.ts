import { sha256Hex } from '../../../base/digest.ts';
import type { Context } from '../../decision.ts';
import type { ChargePointState } from '../../state.ts';
import { station, stationOf, withStation } from '../rules.ts';

/**
 * Transaction ids. The charge point's is a number that the bridge makes; the CSMS's is a UUID of version 8 (RFC 9562) that holds
 * this number in its last 32 bits and a digest of the identity before it. So one follows from the other without any memory.
 */

const INT_MAX = 2_147_483_647;
/** 2020-01-01T00:00:00Z */
const EPOCH = 1_577_836_800_000;

/** A number never given before, also by a bridge that has lost its memory: seconds since 2020, or the next above the last one. */
export function nextTransaction(
  state: ChargePointState,
  context: Context,
): { readonly state: ChargePointState; readonly id: number } {
  const { lastTransaction, firstTransaction } = stationOf(state);
  const seconds = Math.floor((context.now - EPOCH) / 1000);
  const { transactionIdFloor } = station(context).settings;
  let id = Math.max(lastTransaction + 1, seconds <= INT_MAX ? seconds : 1, transactionIdFloor + 1);
  // Past the end, as after a clock that was far ahead, the numbers begin again.
  if (id > INT_MAX) id = 1;
  while (state.transactions[id] !== undefined) id += 1;
  const change = { lastTransaction: id, firstTransaction: firstTransaction ?? id };
  return { state: withStation(state, change), id };
}

/** Whether the bridge gave this number to this charge point, though it remembers nothing of the transaction any more. */
export function givenBefore(state: ChargePointState, id: number): boolean {
  const { firstTransaction = INT_MAX, lastTransaction } = stationOf(state);
  return id >= firstTransaction && id <= lastTransaction;
}

/** The id that the CSMS knows. `foreign`: the number was given by whoever spoke to this charge point before. */
export function transactionIdOf(identity: string, id: number, foreign: boolean): string {
  const hash = sha256Hex(`ocpp-soap-bridge/${identity}`);
  const variant = ((Number.parseInt(hash.charAt(15), 16) & 3) | 8).toString(16);
  const origin = ((Number.parseInt(hash.charAt(22), 16) & 14) | (foreign ? 1 : 0)).toString(16);
  const number = (id >>> 0).toString(16).padStart(8, '0');
  const head = `${hash.slice(0, 8)}-${hash.slice(8, 12)}-8${hash.slice(12, 15)}`;
  return `${head}-${variant}${hash.slice(16, 19)}-${hash.slice(19, 22)}${origin}${number}`;
}

/** The number in an id that was made for this charge point; undefined for any other id. */
export function numberIn(identity: string, transactionId: string): { id: number; foreign: boolean } | undefined {
  const wanted = transactionId.toLowerCase();
  const id = Number.parseInt(wanted.slice(-8), 16) | 0;
  for (const foreign of [false, true]) if (transactionIdOf(identity, id, foreign) === wanted) return { id, foreign };
  return undefined;
}
