import type { JsonObject } from '../../../base/message.ts';
import { type Context, type Decision, decision } from '../../decision.ts';
import type { ChargePointState } from '../../state.ts';
import { eventTime } from '../event-time.ts';
import { phasesUsed } from './phases-used.ts';
import { samplesOf, signedBy } from './readings.ts';
import { latestOf, type StationTransaction, transactionEvent, withEvents } from './transaction-event.ts';

/** One reading of a transaction, as the charge point sent it, as an event of its own: an event tells one moment (E02.FR.09). */
export function readingEvent(
  state: ChargePointState,
  transaction: StationTransaction,
  element: JsonObject,
  triggered: boolean,
  context: Context,
): Decision {
  const { events, connectorId, meterStart } = latestOf(state, transaction);
  const time = eventTime(element['timestamp'], state, context, events.lastEventAt);
  const begins = contextOf(element) === 'Transaction.Begin';
  const signed = begins && samplesOf(element).some((sample) => sample['format'] === 'SignedData');
  const phases = phasesUsed(element, connectorId, context);
  const changed = phases !== undefined && phases !== events.phasesUsed;
  const trigger = triggered ? 'Trigger' : signed ? 'SignedDataReceived' : undefined;
  const event = transactionEvent(
    state,
    transaction,
    'MeterValues.transaction',
    { connectorId, meterValue: [element] },
    {
      timestamp: time.timestamp,
      ...(time.offline && { offline: true }),
      ...(trigger && { triggerReason: trigger }),
      ...(changed && { numberOfPhasesUsed: phases }),
      ...signedBy(state, connectorId, begins ? meterStart : undefined),
    },
    context,
  );
  const known = changed && event.seq !== undefined;
  const told = known ? withEvents(event.state, transaction, { phasesUsed: phases }) : event.state;
  return decision(told, ...time.losses, ...event.effects);
}

export function contextOf(element: JsonObject): unknown {
  return samplesOf(element)[0]?.['context'];
}
