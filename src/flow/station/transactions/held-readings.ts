import type { JsonObject } from '../../../base/message.ts';
import { type Context, type Decision, decision } from '../../decision.ts';
import type { ChargePointState, Transaction } from '../../state.ts';
import { inTurn, type Plan, station, stationOf, withoutStation, withStation } from '../rules.ts';
import type { HeldReadings } from '../state.ts';
import { readingEvent } from './reading-events.ts';
import { MOST_CHARACTERS, samplesOf } from './readings.ts';
import { endsAtStop, heldOf } from './stop-readings.ts';
import type { StationTransaction } from './transaction-event.ts';

/**
 * Readings at the end of a transaction (context Transaction.End) that a charge point sends shortly before its stop: 2.0.1 tells
 * them with the Ended event (E06). They wait a moment for the stop, in the state. Whatever else the transaction tells goes behind
 * them: if something does, or no stop comes, they are events like other readings.
 */

/** More of one transaction do not wait. */
const MOST = 20;

/** The state in which this reading waits for the stop; undefined when it has none to wait for. */
export function withHeld(
  state: ChargePointState,
  transaction: StationTransaction,
  element: JsonObject,
  context: Context,
): ChargePointState | undefined {
  const { elements = [], since = context.now } = heldOf(state, transaction) ?? {};
  const ends = samplesOf(element).some((sample) => sample['context'] === 'Transaction.End');
  if (!ends || station(context).settings.endReadingsWait === 0 || elements.length >= MOST) return undefined;
  const all = [...elements, element];
  return JSON.stringify(all).length > MOST_CHARACTERS
    ? undefined
    : holding(state, transaction, { since, elements: all });
}

/** The stop is there. Those that end elsewhere are told before it: one end has one register. */
export function heldApartTold(
  state: ChargePointState,
  transaction: StationTransaction,
  request: JsonObject,
  context: Context,
): Decision {
  const { connectorId } = transaction;
  return heldTold(state, transaction, context, (one) => endsAtStop(state, one, connectorId, request, context));
}

/** They have waited long enough, or something else is to be told of the transaction: before its event. */
export function heldTold(
  state: ChargePointState,
  transaction: StationTransaction,
  context: Context,
  stays: (element: JsonObject) => boolean = () => false,
): Decision {
  const held = heldOf(state, transaction);
  if (held === undefined) return decision(state);
  const elements = held.elements.filter(stays);
  return inTurn(
    elements.length > 0 ? holding(state, transaction, { ...held, elements }) : withoutHeld(state, transaction),
    ...held.elements
      .filter((element) => !stays(element))
      .map((element) => (now: ChargePointState) => readingEvent(now, transaction, element, false, context)),
  );
}

export const heldReadings: Plan = {
  at(state, context) {
    const { heldReadings: all } = stationOf(state);
    return all && Math.min(...Object.values(all).map((held) => until(held, context)));
  },
  due(state, context) {
    const all = Object.entries(stationOf(state).heldReadings ?? {});
    const late = all.filter(([, held]) => until(held, context) <= context.now);
    return inTurn(
      state,
      ...late.map(
        ([device]) =>
          (now: ChargePointState) =>
            overdue(now, Number(device), context),
      ),
    );
  },
};

function overdue(state: ChargePointState, device: number, context: Context): Decision {
  const transaction = state.transactions[device];
  if (transaction?.events && transaction.stoppedAt === undefined)
    return heldTold(state, { ...transaction, events: transaction.events }, context);
  // It has ended by rules that know nothing of them.
  return decision(withoutHeld(state, { device }), { do: 'loss', code: 'tx-late', field: 'meterValue' });
}

/** Nothing waits any more for the stop of this transaction. */
export function withoutHeld(state: ChargePointState, { device }: Pick<Transaction, 'device'>): ChargePointState {
  const { [device]: held, ...others } = stationOf(state).heldReadings ?? {};
  if (held === undefined) return state;
  if (Object.keys(others).length === 0) return withoutStation(state, 'heldReadings');
  return withStation(state, { heldReadings: others });
}

function holding(state: ChargePointState, { device }: StationTransaction, held: HeldReadings): ChargePointState {
  return withStation(state, { heldReadings: { ...stationOf(state).heldReadings, [device]: held } });
}

/** A clock that was set back must not make them wait for hours. */
function until({ since }: HeldReadings, context: Context): number {
  return since > context.now ? context.now : since + station(context).settings.endReadingsWait;
}
