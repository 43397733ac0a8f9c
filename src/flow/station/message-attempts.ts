import { type Decision, decision, type Effect } from '../decision.ts';
import type { OutboxEntry } from '../outbox.ts';
import type { ChargePointState } from '../state.ts';
import { stationOf } from './rules.ts';
import { ownName } from './variables/variable-names.ts';

/**
 * How often, and with what pauses, the CSMS wants to be sent a TransactionEvent that it does not take (OCPP 2.0.1 E13). While it
 * has written nothing, the bridge's own rules hold.
 */

const MOST = ownName('OCPPCommCtrlr', 'MessageAttempts', 'TransactionEvent');
const INTERVAL = ownName('OCPPCommCtrlr', 'MessageAttemptInterval', 'TransactionEvent');
const LONGEST_PAUSE = 24 * 3_600_000;
/** A CSMS that writes 0 wants no pause; one that is broken is not asked without one. */
const SHORTEST_PAUSE = 1_000;

/** What only informs is sent so often, with pauses that grow to minutes: more than an hour. Then people have to look at it. */
const MOST_OF_OTHERS = 20;

/** How often it is sent at most; undefined: the CSMS has written nothing. */
export function mostAttempts(state: ChargePointState, entry: OutboxEntry): number | undefined {
  if (entry.action !== 'TransactionEvent') return MOST_OF_OTHERS;
  const most = written(state, MOST, entry);
  return most === undefined ? undefined : Math.max(1, most);
}

/** Transmissions, and then the interval as many times (E13.FR.03). What comes first of all waits as the bridge likes. */
export function paused(state: ChargePointState, entry: OutboxEntry, { effects }: Decision): Effect[] {
  const interval = written(state, INTERVAL, entry);
  const again = effects.find((effect) => effect.do === 'outbox-put');
  const more = again !== undefined && again.entry.refusals > entry.refusals;
  if (interval === undefined || !more) return [];
  const ms = 1000 * interval * again.entry.refusals;
  return [{ do: 'outbox-pause', ms: Math.min(LONGEST_PAUSE, Math.max(SHORTEST_PAUSE, ms)) }];
}

/** Start and end of a transaction go aside for people; what lies between is given up, and counted. */
export function withoutUpdates({ state, effects }: Decision, entry: OutboxEntry): Decision {
  if (entry.action !== 'TransactionEvent' || entry.payload['eventType'] !== 'Updated')
    return decision(state, ...effects);
  const rest = effects.filter((effect) => effect.do !== 'dead-letter' && effect.do !== 'loss');
  return decision(state, ...rest, { do: 'loss', code: 'tx-attempts', field: 'TransactionEvent' });
}

function written(state: ChargePointState, name: string, { action }: OutboxEntry): number | undefined {
  const value = action === 'TransactionEvent' ? stationOf(state).own[name] : undefined;
  return value !== undefined && /^\d{1,9}$/.test(value) ? Number(value) : undefined;
}
