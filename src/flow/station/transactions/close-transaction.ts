import type { Json } from '../../../base/message.ts';
import { type Context, type Decision, decision } from '../../decision.ts';
import type { ChargePointState } from '../../state.ts';
import { eventTime } from '../event-time.ts';
import { converted, inTurn, stationOf, withStation } from '../rules.ts';
import { spentCharging } from './charging-time.ts';
import { heldTold, withoutHeld } from './held-readings.ts';
import { latestOf, type StationTransaction, transactionEvent, withEvents } from './transaction-event.ts';

/** The end of a transaction, whoever tells it. */

/** A charge point that starts another transaction on the connector has lost the one before: it ended with its last reading. */
export function closeOld(
  state: ChargePointState,
  old: StationTransaction | undefined,
  startedAt: Json | undefined,
  context: Context,
): Decision | undefined {
  if (old === undefined) return undefined;
  return inTurn(
    state,
    (now) => heldTold(now, old, context),
    (now) => closed(now, latestOf(now, old), startedAt, context),
  );
}

function closed(
  state: ChargePointState,
  old: StationTransaction,
  startedAt: Json | undefined,
  context: Context,
): Decision {
  const { events } = old;
  const time = eventTime(startedAt, state, context, events.lastEventAt);
  const before = events.lastEventAt !== undefined && Date.parse(events.lastEventAt) > time.at;
  const timestamp = before ? String(events.lastEventAt) : time.timestamp;
  const last = converted(context, 'endReading', { meterStop: events.register ?? old.meterStart, timestamp });
  const spent = context.version === '1.6' ? spentCharging(old, time.at) : undefined;
  const event = transactionEvent(
    state,
    old,
    'StartTransaction.closing',
    {},
    {
      timestamp,
      ...(time.offline && { offline: true }),
      ...(last.value && { meterValue: [last.value] }),
      ...(spent !== undefined && { timeSpentCharging: spent }),
    },
    context,
  );
  const record = latestOf(event.state, old);
  const lost = { ...record, stoppedAt: Date.parse(timestamp), lost: true as const };
  const after = closedEvents(
    { ...event.state, transactions: { ...event.state.transactions, [old.device]: lost } },
    lost,
    event.seq,
  );
  return decision(after, { do: 'loss', code: 'tx-lost', field: '' }, ...event.effects);
}

/** Its Ended event waits under this number; charging profiles of the transaction end with it. */
export function closedEvents(
  state: ChargePointState,
  transaction: StationTransaction,
  endedEntry: number | undefined,
): ChargePointState {
  const ended = withEvents(withoutHeld(state, transaction), transaction, { endedEntry });
  const { profiles } = stationOf(ended);
  const others = Object.entries(profiles).filter(([, profile]) => profile.transaction !== transaction.device);
  if (others.length === Object.keys(profiles).length) return ended;
  return withStation(ended, { profiles: Object.fromEntries(others) });
}
