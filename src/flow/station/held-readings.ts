import type { JsonObject } from '../../base/message.ts';
import { type Context, type Decision, decision } from '../decision.ts';
import type { ChargePointState } from '../state.ts';
import { readingEvent } from './reading-events.ts';
import { samplesOf } from './readings.ts';
import { inTurn, type Plan, station } from './rules.ts';
import type { TransactionEvents } from './state.ts';
import { endsAtStop } from './stop-readings.ts';
import { latestOf, type StationTransaction, withEvents } from './transaction-event.ts';

/**
 * Readings at the end of a transaction (context Transaction.End) that a charge point sends shortly before its stop: 2.0.1 tells
 * them with the Ended event (E06). They wait a moment for the stop, in the state. Whatever else the transaction tells goes behind
 * them: if something does, or no stop comes, they are events like other readings.
 */

/** More of one transaction do not wait. */
const MOST = 20;

type Held = NonNullable<TransactionEvents['heldReadings']>;

/** The state in which this reading waits for the stop; undefined when it has none to wait for. */
export function withHeld(
  state: ChargePointState,
  transaction: StationTransaction,
  element: JsonObject,
  context: Context,
): ChargePointState | undefined {
  const { elements = [], since = context.now } = latestOf(state, transaction).events.heldReadings ?? {};
  const waits = station(context).settings.endReadingsWait > 0 && elements.length < MOST;
  if (!waits || !samplesOf(element).some((sample) => sample['context'] === 'Transaction.End')) return undefined;
  return withEvents(state, transaction, { heldReadings: { since, elements: [...elements, element] } });
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
  const { heldReadings } = latestOf(state, transaction).events;
  if (heldReadings === undefined) return decision(state);
  const elements = heldReadings.elements.filter(stays);
  const left = elements.length > 0 ? { ...heldReadings, elements } : undefined;
  return inTurn(
    withEvents(state, transaction, { heldReadings: left }),
    ...heldReadings.elements
      .filter((element) => !stays(element))
      .map((element) => (now: ChargePointState) => readingEvent(now, transaction, element, false, context)),
  );
}

export const heldReadings: Plan = {
  at(state, context) {
    const times = withHeldReadings(state).map(({ held }) => until(held, context));
    return times.length === 0 ? undefined : Math.min(...times);
  },
  due(state, context) {
    const late = withHeldReadings(state).filter(({ held }) => until(held, context) <= context.now);
    return inTurn(
      state,
      ...late.map(
        ({ transaction }) =>
          (now: ChargePointState) =>
            heldTold(now, transaction, context),
      ),
    );
  },
};

function withHeldReadings(state: ChargePointState): { transaction: StationTransaction; held: Held }[] {
  return Object.values(state.transactions).flatMap((one) => {
    const { events } = one;
    return events?.heldReadings ? [{ transaction: { ...one, events }, held: events.heldReadings }] : [];
  });
}

/** A clock that was set back must not make them wait for hours. */
function until({ since }: Held, context: Context): number {
  return since > context.now ? context.now : since + station(context).settings.endReadingsWait;
}
