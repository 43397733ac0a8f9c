import type { JsonObject } from '../base/message.ts';
import { type Decision, decision, type Effect } from './decision.ts';
import { fewer, type OutboxEntry } from './outbox.ts';
import type { ChargePointState } from './state.ts';

/**
 * The bound of what waits for the CSMS. In a long outage readings are given up, ever thinner from the oldest transaction on:
 * they tell how a session went. Its start and its stop are the bill, and are never given up, whatever the bound.
 */

const READING = 'MeterValues';
/** So much of the bound is freed at a time, so that it is not looked for with every message. */
const FREED = 0.1;

/** Of a waiting message what decides whether it may go: so much of ten thousand can be held at once. */
export interface Head extends Pick<OutboxEntry, 'seq' | 'transaction'> {
  readonly reading: boolean;
  /** Readings of one transaction, or of one connector, are thinned together. */
  readonly group: string;
}

export function headOf({ seq, action, payload, transaction }: OutboxEntry): Head {
  const id = transaction ?? payload['transactionId'];
  const group = id === undefined ? `connector ${String(payload['connectorId'] ?? payload['evseId'])}` : String(id);
  // Towards OCPP 2.0.1 what is told between the start and the end may go; the gap in seqNo shows it (E04).
  const between = action === 'TransactionEvent' && payload['eventType'] === 'Updated';
  // What a sensor shows is a reading, too.
  const [first] = action === 'NotifyEvent' ? (payload['eventData'] as JsonObject[]) : [];
  const sensed = first?.['trigger'] === 'Periodic';
  return {
    seq,
    group,
    reading: action === READING || between || sensed,
    ...(transaction !== undefined && { transaction }),
  };
}

/** How many may wait after thinning where at most `most` may wait before it. */
export function thinTo(most: number): number {
  return most - Math.max(1, Math.floor(most * FREED));
}

/**
 * Readings to give up so that only `most` messages are left, or as few as there can be. Every second one of the oldest
 * transaction first, its first and last kept; then of the next; then again; last of all the first and last ones.
 * `heads`: all that wait, oldest first, without those that are under way.
 */
export function surplus(heads: readonly Head[], most: number): Head[] {
  const gone = new Set<Head>();
  let groups = [...grouped(heads.filter(({ reading }) => reading)).values()];
  let more = heads.length - most;
  for (let found = true; found && more > 0; ) {
    found = false;
    for (const group of groups) {
      for (let at = 1; at < group.length - 1 && more > 0; at += 2) {
        const head = group[at];
        if (head === undefined) continue;
        gone.add(head);
        more -= 1;
        found = true;
      }
    }
    groups = groups.map((group) => group.filter((head) => !gone.has(head)));
  }
  for (const head of groups.flat().sort((a, b) => a.seq - b.seq)) {
    if (more <= 0) break;
    gone.add(head);
    more -= 1;
  }
  return [...gone];
}

function grouped(heads: readonly Head[]): Map<string, Head[]> {
  const groups = new Map<string, Head[]>();
  for (const head of heads) {
    const group = groups.get(head.group);
    if (group) group.push(head);
    else groups.set(head.group, [head]);
  }
  return groups;
}

/** These are given up: each is a loss that is told. */
export function givenUp(state: ChargePointState, heads: readonly Head[]): Decision {
  const effects = heads.flatMap(({ seq }): Effect[] => [
    { do: 'outbox-remove', seq },
    { do: 'loss', code: 'offline-thin', field: READING },
  ]);
  return decision(heads.reduce(fewer, state), ...effects);
}
