import { isoTime } from '../../../base/clock.ts';
import type { JsonObject } from '../../../base/message.ts';
import type { Context, Decision, Effect } from '../../decision.ts';
import type { ChargePointState, Transaction } from '../../state.ts';
import { converted } from '../rules.ts';
import { tokenUp } from '../tokens/token.ts';
import { evseOf, onlyEvse } from '../topology.ts';
import { firstChargingState } from './charging-time.ts';
import { latestOf, type StationTransaction, transactionEvent, withEvents } from './transaction-event.ts';
import { transactionIdOf } from './transaction-id.ts';

/**
 * Transactions that the CSMS has not been told of: they began under whoever spoke to the charge point before. It is told of them
 * late (`offline`), and only what is known.
 */

export interface Unseen {
  /** The charge point's number. */
  readonly id: number;
  /** Given by the bridge, not by a predecessor. */
  readonly own?: true;
  readonly connectorId?: number;
  readonly idTag?: string;
  readonly timestamp: string;
  /** Readings from the very start, in 2.0.1. */
  readonly begin?: readonly JsonObject[];
}

/** The record of such a transaction, without an event. `before`: what rules of another OCPP version know of it. */
export function recordOf(
  state: ChargePointState,
  unseen: Unseen,
  before: Transaction | undefined,
  context: Context,
): StationTransaction {
  const { connectors = [] } = onlyEvse(state, context) ?? {};
  const only = connectors.length === 1 ? (connectors[0] ?? 0) : 0;
  const { id, idTag = before?.idTag, connectorId = before?.connectorId ?? whereRead(state, id) ?? only } = unseen;
  const record: Transaction = before ?? {
    ...{ device: id, csms: id, connectorId, idTag: idTag ?? '', meterStart: 0, authorization: 'Accepted' },
    startedAt: Date.parse(unseen.timestamp),
  };
  const idToken = idTag ? { idToken: { ...tokenUp(state, idTag, context).token } } : {};
  return {
    ...record,
    events: {
      transactionId: transactionIdOf(context.identity, record.device, unseen.own !== true),
      ...{ nextSeqNo: 0, chargingState: firstChargingState(state, connectorId, context), startKey: '' },
      ...{ confirmed: true, foreign: true, ...idToken },
    },
  };
}

/** The connector of which the charge point told a reading with this number. */
function whereRead({ connectors }: ChargePointState, id: number): number | undefined {
  const found = Object.entries(connectors).find(([, { meter }]) => meter?.['transactionId'] === id);
  return found && Number(found[0]);
}

/** The CSMS is told that it began. */
export function adopted(
  state: ChargePointState,
  unseen: Unseen,
  before: Transaction | undefined,
  context: Context,
): Decision & { readonly transaction: StationTransaction } {
  const transaction = recordOf(state, unseen, before, context);
  const { connectorId, events } = transaction;
  const timestamp = before ? isoTime(before.startedAt) : unseen.timestamp;
  const meterStart = before?.meterStart;
  const only = onlyEvse(state, context);
  const evse = connectorId > 0 ? { ...evseOf(connectorId, context) } : only && { id: only.id };
  const begin =
    meterStart === undefined ? undefined : converted(context, 'beginReading', { meterStart, timestamp }).value;
  const readings = begin ? [begin] : (unseen.begin ?? []);
  const event = transactionEvent(
    withEvents(state, transaction, {}),
    transaction,
    'StopTransaction.adopting',
    {},
    {
      timestamp,
      offline: true,
      ...(evse && { evse }),
      ...(events.idToken && { idToken: { ...events.idToken } }),
      ...(readings.length > 0 && { meterValue: [...readings] }),
    },
    context,
  );
  const loss: Effect = { do: 'loss', code: 'tx-adopted', field: '' };
  const now = withEvents(
    event.state,
    transaction,
    event.seq === undefined ? {} : { startedEntry: event.seq, answered: {} },
  );
  return { state: now, effects: [loss, ...event.effects], transaction: latestOf(now, transaction) };
}
