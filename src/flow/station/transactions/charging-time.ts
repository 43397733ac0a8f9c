import type { Json } from '../../../base/message.ts';
import type { Context } from '../../decision.ts';
import type { ChargePointState } from '../../state.ts';
import { type StationTransaction, withEvents } from './transaction-event.ts';

/** How a transaction goes, in the words of 2.0.1 (ChargingStateEnumType), and how long energy could flow. */

const STATES: Readonly<Record<string, string>> = {
  Preparing: 'EVConnected',
  Charging: 'Charging',
  SuspendedEV: 'SuspendedEV',
  SuspendedEVSE: 'SuspendedEVSE',
  Unavailable: 'SuspendedEVSE',
  Faulted: 'SuspendedEVSE',
};

/** What a status of 1.6 says of the transaction on its connector; undefined when it says nothing. */
export function chargingStateOf(status: string): string | undefined {
  return Object.hasOwn(STATES, status) ? STATES[status] : undefined;
}

/** The state in which a transaction on this connector begins: a start means that an EV is there, whatever was said before. */
export function firstChargingState(state: ChargePointState, connectorId: number, context: Context): string {
  // Older versions have one word for a connector in use.
  if (context.version !== '1.6') return context.station?.settings.occupiedMeans ?? 'Charging';
  const status: Json | undefined = state.connectors[connectorId]?.status?.['status'];
  return STATES[String(status)] ?? 'EVConnected';
}

/** The transaction went over to this state at that time (ms). Nothing else changes; the CSMS is not told here. */
export function chargingStateChanged(
  state: ChargePointState,
  transaction: StationTransaction,
  chargingState: string,
  at: number,
): ChargePointState {
  const { events } = transaction;
  const then = Math.max(at, transaction.startedAt);
  const charging = chargingState === 'Charging';
  if (charging && events.chargingSince !== undefined) return withEvents(state, transaction, { chargingState });
  return withEvents(state, transaction, {
    chargingState,
    charged: charging ? events.charged : charged(transaction, then),
    chargingSince: charging ? then : undefined,
  });
}

/** Seconds of Charging until that time (ms); undefined when nobody ever said that it charged. */
export function spentCharging(transaction: StationTransaction, until: number): number | undefined {
  const time = charged(transaction, until);
  // A clock that jumps back makes parts that are longer than the whole.
  return time === undefined ? undefined : Math.round(Math.min(time, Math.max(0, until - transaction.startedAt)) / 1000);
}

function charged(
  { events: { charged: before, chargingSince } }: StationTransaction,
  until: number,
): number | undefined {
  if (chargingSince === undefined) return before;
  return (before ?? 0) + Math.max(0, until - chargingSince);
}
