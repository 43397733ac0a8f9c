import { isoTime } from '../../../base/clock.ts';
import type { JsonObject } from '../../../base/message.ts';
import { type Context, type Decision, decision } from '../../decision.ts';
import type { ChargePointState } from '../../state.ts';
import { offlineThreshold } from '../offline-threshold.ts';
import { inTurn, station } from '../rules.ts';
import { chargingStateChanged, chargingStateOf } from './charging-time.ts';
import { heldTold } from './held-readings.ts';
import { latestOf, runningOn, type StationTransaction, transactionEvent } from './transaction-event.ts';

/** What a new status of a connector means for the transaction on it (OCPP 2.0.1 E02, TransactionEvent with eventType Updated). */

interface Change {
  readonly chargingState: string;
  readonly triggerReason: string;
}

/** Statuses after which nothing is told: the stop is on its way, or they make no sense beside a transaction. */
const SAYS_NOTHING: ReadonlySet<string> = new Set(['Available', 'Finishing', 'Reserved']);

/** How 1.6 says that the cable was pulled out at the EV while the transaction goes on (errata 3.20). */
const EV_GONE = /EV side disconnected/i;

/** The Updated event that a status causes, if it changes anything. `before`: the status that it follows. */
export function chargingStateTold(
  state: ChargePointState,
  before: JsonObject | undefined,
  request: JsonObject,
  at: number,
  context: Context,
): Decision {
  const transaction = runningOn(state, Number(request['connectorId']));
  const change = changeOf(request, context);
  if (transaction === undefined || change === undefined) return decision(state);
  const broke = change.triggerReason === 'AbnormalCondition' && before?.['status'] !== 'Faulted';
  if (!broke && change.chargingState === transaction.events.chargingState) return decision(state);
  return inTurn(
    state,
    (now) => heldTold(now, transaction, context),
    (now) => changeTold(now, latestOf(now, transaction), change, request, at, context),
  );
}

function changeTold(
  state: ChargePointState,
  transaction: StationTransaction,
  change: Change,
  request: JsonObject,
  at: number,
  context: Context,
): Decision {
  const last = Date.parse(transaction.events.lastEventAt ?? '');
  const then = Math.max(at, Number.isNaN(last) ? at : last);
  const changed = chargingStateChanged(state, transaction, change.chargingState, then);
  const late = context.now - at > offlineThreshold(state, context);
  const given = { ...change, timestamp: isoTime(then), ...(late && { offline: true }) };
  return transactionEvent(changed, transaction, 'StatusNotification.transaction', request, given, context);
}

function changeOf(request: JsonObject, context: Context): Change | undefined {
  const status = String(request['status']);
  if (SAYS_NOTHING.has(status)) return undefined;
  if (status === 'Faulted') return { chargingState: 'SuspendedEVSE', triggerReason: 'AbnormalCondition' };
  const info = String(request['info'] ?? '');
  if ((status === 'Preparing' || status === 'SuspendedEV') && EV_GONE.test(info))
    return { chargingState: 'Idle', triggerReason: 'EVCommunicationLost' };
  const chargingState = chargingStateOf(status);
  if (chargingState === undefined) return undefined;
  // Older versions have one word for a connector in use.
  const guessed = context.version !== '1.6' && status !== 'Unavailable';
  const meant = guessed ? station(context).settings.occupiedMeans : chargingState;
  return { chargingState: meant, triggerReason: 'ChargingStateChanged' };
}
