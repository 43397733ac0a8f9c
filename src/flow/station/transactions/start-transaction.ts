import type { Refusal } from '../../../base/errors.ts';
import type { JsonObject } from '../../../base/message.ts';
import { type Context, type Decision, decision, type Effect, type Exchange } from '../../decision.ts';
import type { ChargePointState, Transaction } from '../../state.ts';
import { started } from '../../transaction.ts';
import { type EventTime, eventTime } from '../event-time.ts';
import { accepts } from '../registration/boot-gate.ts';
import { groupOf, reservationOf, withoutReservations } from '../reservations/reservation-use.ts';
import { inTurn, type StationUp } from '../rules.ts';
import type { IdToken, RemoteStart } from '../state.ts';
import {
  authorizedLately,
  LITTLE_HOPE,
  patience,
  remoteStartOf,
  withoutRemoteStart,
} from '../tokens/authorization-memory.ts';
import { tokenUp } from '../tokens/token.ts';
import { evseOf, isNamed, siblingsOf } from '../topology.ts';
import { leftWithDevice } from '../while-away.ts';
import { firstChargingState } from './charging-time.ts';
import { closeOld } from './close-transaction.ts';
import { fallbackAnswer } from './start-answer.ts';
import { runningOn, type StationTransaction, transactionEvent, withEvents } from './transaction-event.ts';
import { nextTransaction, transactionIdOf } from './transaction-id.ts';

/**
 * StartTransaction becomes TransactionEvent Started (E01, E02). The bridge gives the ids, so the start is booked before the CSMS
 * knows of it; the charge point waits a while for what the CSMS says of the token.
 */

function call(state: ChargePointState, exchange: Exchange, context: Context): Decision {
  const { request } = exchange;
  const key = startKey(request);
  const before = byStartKey(state, key) ?? endedByStartKey(state, key);
  if (before) return repeated(state, before, context);
  const left = leftWithDevice(state, context);
  if (left) return left;
  const connectorId = Number(request['connectorId']);
  if (!exists(state, connectorId, context)) return nowhere(state, request, context);
  return inTurn(
    state,
    // An EVSE has one transaction at a time.
    ...siblingsOf(connectorId, context).map(
      (id) => (now: ChargePointState) => closeOld(now, runningOn(now, id), request['timestamp'], context),
    ),
    (now) => begin(now, request, key, context),
  );
}

/** What makes two starts the same one: case of the tag and the zone of the time do not. */
function startKey({ connectorId, idTag, timestamp, meterStart }: JsonObject): string {
  const at = Date.parse(String(timestamp));
  return [connectorId, String(idTag).toLowerCase(), Number.isNaN(at) ? timestamp : at, meterStart].join(' ');
}

function byStartKey(state: ChargePointState, key: string): StationTransaction | undefined {
  return Object.values(state.transactions).find((one): one is StationTransaction => one.events?.startKey === key);
}

/** One that has ended long ago is known by what is left of it. */
function endedByStartKey(state: ChargePointState, key: string): Transaction | undefined {
  return Object.values(state.transactions).find(
    ({ stoppedAt, connectorId, idTag, startedAt, meterStart }) =>
      stoppedAt !== undefined && [connectorId, idTag.toLowerCase(), startedAt, meterStart].join(' ') === key,
  );
}

/** The charge point has lost the answer, or this process has: the same number, no other event. */
function repeated(state: ChargePointState, transaction: Transaction, context: Context): Decision {
  const { answered, startedEntry } = transaction.events ?? {};
  const again: Effect = { do: 'loss', code: 'dup', field: '' };
  if (answered === undefined && startedEntry !== undefined)
    return decision(state, again, waitFor(startedEntry, undefined, state, context));
  const payload = { transactionId: transaction.device, idTagInfo: answered ?? { status: transaction.authorization } };
  return decision(state, again, { do: 'remember-answer', payload }, { do: 'answer', payload });
}

function waitFor(seq: number, remote: RemoteStart | undefined, state: ChargePointState, context: Context): Effect {
  const reachable = context.linkOpenedAt !== undefined && accepts(state, context) !== 'no';
  const within = patience(remote, context);
  return { do: 'wait-for', seq, within: reachable ? within : Math.min(within, LITTLE_HOPE) };
}

/** Whether there is such a connector, as far as anyone has said how many there are. */
function exists(state: ChargePointState, connectorId: number, context: Context): boolean {
  const said = Number(state.configuration['numberofconnectors']?.value);
  const count = context.settings.connectors ?? (Number.isInteger(said) && said > 0 ? said : undefined);
  if (connectorId <= 0) return false;
  if (count === undefined || connectorId <= count || state.connectors[connectorId] !== undefined) return true;
  return isNamed(connectorId, context);
}

/** A start where nothing can start: the charge point gets a number of its own and no permission; the CSMS hears nothing. */
function nowhere(state: ChargePointState, request: JsonObject, context: Context): Decision {
  const { state: numbered, id } = nextTransaction(state, context);
  const payload = { transactionId: id, idTagInfo: { status: 'Invalid' } };
  const { timestamp, at } = eventTime(request['timestamp'], state, context);
  const booked = started(numbered, { ...request, timestamp }, payload, context, { device: id });
  const record = booked.transactions[id];
  // The record only tells that its stop and its readings are of no account.
  const transactions = { ...numbered.transactions, ...(record && { [id]: { ...record, stoppedAt: at } }) };
  return decision(
    { ...numbered, transactions },
    { do: 'loss', code: 'tx-connector', field: 'connectorId' },
    { do: 'remember-answer', payload },
    { do: 'answer', payload },
  );
}

function begin(state: ChargePointState, request: JsonObject, key: string, context: Context): Decision {
  const connectorId = Number(request['connectorId']);
  const idTag = String(request['idTag']);
  const time = eventTime(request['timestamp'], state, context);
  const numbered = nextTransaction(state, context);
  const { id } = numbered;
  const remote = remoteStartOf(state, idTag, connectorId, context);
  const token: IdToken = remote?.token ?? tokenUp(state, idTag, context).token;
  const unjudged = { transactionId: id, idTagInfo: { status: 'Accepted' } };
  const booked = started(numbered.state, { ...request, timestamp: time.timestamp }, unjudged, context, { device: id });
  const use = { connectorId, at: time.at, token, group: groupOf(state, idTag) };
  const reservation = reservationOf(state, request, use, context);
  const chargingState = firstChargingState(state, connectorId, context);
  const charging = chargingState === 'Charging' && context.version === '1.6';
  const record = booked.transactions[id];
  if (record === undefined) return decision(state);
  const transaction: StationTransaction = {
    ...record,
    events: {
      transactionId: transactionIdOf(context.identity, id, false),
      ...{ nextSeqNo: 0, chargingState, startKey: key, idToken: { ...token } },
      ...(charging && { chargingSince: time.at }),
    },
  };
  const event = transactionEvent(
    withEvents(booked, transaction, {}),
    transaction,
    'StartTransaction',
    reservation ? { ...request, reservationId: reservation.id } : request,
    {
      timestamp: time.timestamp,
      ...(time.offline && { offline: true }),
      ...why(state, idTag, connectorId, remote, time, context),
      evse: { ...evseOf(connectorId, context) },
      idToken: { ...token },
    },
    context,
  );
  const { seq = 0 } = event;
  const settled = withEvents(event.state, transaction, { startedEntry: seq });
  // It has been used (H01): nobody needs to be told.
  const reservationless = reservation ? withoutReservations(settled, reservation.id) : settled;
  const after = remote ? withoutRemoteStart(reservationless, remote) : reservationless;
  const found: Effect[] = reservation && reservation.id !== request['reservationId'] ? [FOUND] : [];
  return decision(after, ...time.losses, ...found, ...event.effects, waitFor(seq, remote, after, context));
}

const FOUND: Effect = { do: 'loss', code: 'reservation-found', field: 'reservationId' };

/** What came first, the card or the cable (TriggerReasonEnumType). */
function why(
  state: ChargePointState,
  idTag: string,
  connectorId: number,
  remote: { readonly remoteStartId: number } | undefined,
  time: EventTime,
  context: Context,
): JsonObject {
  if (remote) return { triggerReason: 'RemoteStart', remoteStartId: remote.remoteStartId };
  // What the charge point kept began before the CSMS was asked now.
  const lately = time.offline ? undefined : authorizedLately(state, idTag, context);
  const cardFirst = lately?.status === 'Accepted' && lately.available.includes(connectorId);
  return { triggerReason: cardFirst ? 'CablePluggedIn' : 'Authorized' };
}

/** Time is up: the charge point gets its number, and what can be said of the token without the CSMS. */
function refused(state: ChargePointState, exchange: Exchange, _refusal: Refusal, context: Context): Decision {
  const transaction = byStartKey(state, startKey(exchange.request));
  if (transaction === undefined) {
    return decision(state, { do: 'refuse', refusal: { code: 'CsmsAway', reason: 'the start is not booked' } });
  }
  return fallbackAnswer(state, transaction, context);
}

/** The number is in the hands of the charge point: it will use it from now on. */
function delivered(state: ChargePointState, exchange: Exchange): Decision {
  const transaction = byStartKey(state, startKey(exchange.request));
  if (transaction === undefined || transaction.events.confirmed) return decision(state);
  return decision(withEvents(state, transaction, { confirmed: true }));
}

export const startTransaction: StationUp = { call, refused, delivered };
