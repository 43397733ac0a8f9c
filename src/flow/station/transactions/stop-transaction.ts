import { isoTime } from '../../../base/clock.ts';
import type { JsonObject } from '../../../base/message.ts';
import { type Context, type Decision, decision, type Effect, type Exchange } from '../../decision.ts';
import type { OutboxEntry } from '../../outbox.ts';
import type { ChargePointState } from '../../state.ts';
import { stopped } from '../../transaction.ts';
import { type EventTime, eventTime, readingsInTime } from '../event-time.ts';
import { accepts } from '../registration/boot-gate.ts';
import { inTurn, type StationUp, station, withStation } from '../rules.ts';
import type { IdToken } from '../state.ts';
import { samePair, tagDown, tokenUp } from '../tokens/token.ts';
import { answerWithTag } from '../tokens/token-info.ts';
import { leftWithDevice } from '../while-away.ts';
import { adopted, recordOf, type Unseen } from './adopt-transaction.ts';
import { spentCharging } from './charging-time.ts';
import { closedEvents } from './close-transaction.ts';
import { heldApartTold } from './held-readings.ts';
import { contextOf } from './reading-events.ts';
import { sensedTold, withoutSensors } from './sensor-readings.ts';
import { beginIn, stopReadings } from './stop-readings.ts';
import { stopReason } from './stop-reason.ts';
import { latestOf, type StationTransaction, transactionEvent, withEvents } from './transaction-event.ts';
import { nextTransaction } from './transaction-id.ts';
import { stoppedWithoutNumber, whichTransaction } from './which-transaction.ts';

/** StopTransaction becomes TransactionEvent Ended (E06, E07). The charge point is always answered: it would repeat it for hours. */

/** What the CSMS says of the tag that stopped it is worth so much of the charge point's time. */
const WAIT_FOR_TAG = 5000;

function call(state: ChargePointState, exchange: Exchange, context: Context): Decision {
  const { request } = exchange;
  const left = leftWithDevice(state, context);
  if (left) return left;
  const which = whichTransaction(state, request['transactionId']);
  if (which.is === 'open') return end(state, which.transaction, request, context);
  if (which.is === 'unseen') return unseen(state, { id: which.id }, request, context, which.before);
  if (which.is === 'closed') {
    // Told before, or lost and closed when the next one began.
    const code = which.transaction?.lost || which.transaction === undefined ? 'tx-late' : 'dup';
    return decision(state, { do: 'loss', code, field: '' }, ...done());
  }
  const numberless = stoppedWithoutNumber(state);
  if (numberless) return end(state, numberless, request, context);
  const numbered = nextTransaction(state, context);
  return unseen(numbered.state, { id: numbered.id, own: true }, request, context);
}

function done(payload: JsonObject = {}): Effect[] {
  return [
    { do: 'remember-answer', payload },
    { do: 'answer', payload },
  ];
}

/** The end of a transaction of which the CSMS knows no beginning. */
function unseen(
  state: ChargePointState,
  which: Pick<Unseen, 'id' | 'own'>,
  request: JsonObject,
  context: Context,
  before?: StationTransaction | ChargePointState['transactions'][string],
): Decision {
  const policy = station(context).settings.unknownTransaction;
  if (policy === 'discard' && before === undefined) {
    return decision(state, { do: 'loss', code: 'tx-unknown', field: '' }, ...done());
  }
  const time = eventTime(request['timestamp'], state, context);
  const idTag = request['idTag'] === undefined ? {} : { idTag: String(request['idTag']) };
  const late: Unseen = { ...which, ...idTag, timestamp: time.timestamp };
  const draft = recordOf(state, late, before, context);
  if (policy === 'endedOnly' && before === undefined) {
    const booked = withEvents(state, draft, {});
    return inTurn(booked, (now) => end(now, draft, request, context));
  }
  const dated = { ...request, transactionData: [...inTime(draft, request, time, context).readings] };
  const { readings } = stopReadings(state, draft, dated, time.timestamp, context);
  const first = readings.map((reading) => String(reading['timestamp'])).find((at) => Date.parse(at) < time.at);
  const begin = adopted(
    state,
    { ...late, timestamp: first ?? time.timestamp, begin: beginIn(readings) },
    before,
    context,
  );
  return inTurn(
    begin.state,
    (now) => decision(now, ...begin.effects),
    (now) => end(now, begin.transaction, request, context),
  );
}

function end(
  state: ChargePointState,
  transaction: StationTransaction,
  request: JsonObject,
  context: Context,
): Decision {
  return inTurn(
    state,
    (now) => heldApartTold(now, transaction, request, context),
    (now) => ended(now, latestOf(now, transaction), request, context),
  );
}

function ended(
  state: ChargePointState,
  transaction: StationTransaction,
  asked: JsonObject,
  context: Context,
): Decision {
  const time = eventTime(asked['timestamp'], state, context, transaction.events.lastEventAt);
  const dated = inTime(transaction, asked, time, context);
  const { elements, sensed } = withoutSensors(state, dated.readings, context);
  const request: JsonObject = { ...asked, transactionData: [...elements] };
  const told = stopReadings(state, transaction, request, time.timestamp, context);
  const { reason, given } = stopReason(state, transaction, request, time.at, context);
  const { reason: _, ...rest } = request;
  const token = request['idTag'] === undefined ? undefined : tokenUp(state, String(request['idTag']), context).token;
  const event = transactionEvent(
    state,
    transaction,
    'StopTransaction',
    { ...rest, ...reason },
    {
      timestamp: time.timestamp,
      ...(time.offline && { offline: true }),
      meterValue: [...told.readings],
      ...(token && { idToken: { ...token } }),
      ...spent(transaction, time, context),
      ...given,
    },
    context,
  );
  const stoppedBy = { ...request, transactionId: transaction.csms, timestamp: time.timestamp };
  const closed = closedEvents(stopped(event.state, stoppedBy, context), latestOf(event.state, transaction), event.seq);
  const after = request['reason'] === 'Reboot' ? withStation(closed, { rebootStopped: true }) : closed;
  const waits = token !== undefined && context.linkOpenedAt !== undefined && accepts(after, context) === 'yes';
  const answer: Effect[] =
    waits && event.seq !== undefined ? [{ do: 'wait-for', seq: event.seq, within: WAIT_FOR_TAG }] : done();
  const { connectorId, events } = transaction;
  return inTurn(
    after,
    (now) => decision(now, ...time.losses, ...dated.losses, ...told.losses, ...event.effects),
    (now) => sensedTold(now, connectorId, sensed, events.transactionId, context),
    (now) => decision(now, ...answer),
  );
}

/** With readings whose times can be true: the others are of the end, or of the start if they say so. */
function inTime({ startedAt }: StationTransaction, request: JsonObject, { timestamp }: EventTime, context: Context) {
  const all = (request['transactionData'] ?? []) as JsonObject[];
  const otherwise = (reading: JsonObject) =>
    contextOf(reading) === 'Transaction.Begin' ? isoTime(startedAt) : timestamp;
  return readingsInTime(all, otherwise, context);
}

/** Older versions do not tell when energy flows. */
function spent(transaction: StationTransaction, time: EventTime, context: Context): JsonObject {
  const seconds = context.version === '1.6' ? spentCharging(transaction, time.at) : undefined;
  return seconds === undefined ? {} : { timeSpentCharging: seconds };
}

/** The CSMS has the Ended event; its word on the tag is for the charge point if that still waits. */
export function endedDelivered(
  state: ChargePointState,
  entry: OutboxEntry,
  transaction: StationTransaction | undefined,
  answer: JsonObject,
  context: Context,
): Decision {
  const settled = transaction
    ? withEvents(state, transaction, { endedEntry: undefined, lateReadings: undefined })
    : state;
  const token = entry.payload['idToken'] as unknown as IdToken | undefined;
  if (token === undefined) return decision(settled, ...done());
  const own = transaction?.events.idToken;
  const idTag = own && transaction && samePair(own, token) ? transaction.idTag : tagDown(settled, token, context).idTag;
  const told = answerWithTag(settled, 'StopTransaction.answer', answer, idTag, token, context);
  return decision(told.state, ...told.losses, ...done(told.answer));
}

export const stopTransaction: StationUp = { call, refused: (state) => decision(state, ...done()) };
