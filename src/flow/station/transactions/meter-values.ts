import type { JsonObject } from '../../../base/message.ts';
import { type Context, type Decision, decision, type Effect, type Exchange } from '../../decision.ts';
import { type ChargePointState, mayRemember, withConnector } from '../../state.ts';
import { enqueue } from '../enqueue.ts';
import { eventTime, readingsInTime } from '../event-time.ts';
import { takeTrigger } from '../maintenance/triggered.ts';
import { converted, inTurn, type StationUp, station } from '../rules.ts';
import type { TransactionEvents } from '../state.ts';
import { evseOf, siblingsOf } from '../topology.ts';
import { leftWithDevice } from '../while-away.ts';
import { adopted } from './adopt-transaction.ts';
import { heldTold, withHeld } from './held-readings.ts';
import { contextOf, readingEvent } from './reading-events.ts';
import { inPages, readingUp, samplesOf, signedBy, withNeatReadings } from './readings.ts';
import { sensedTold, withoutSensors } from './sensor-readings.ts';
import { runningOn, type StationTransaction, withEvents } from './transaction-event.ts';
import { whichTransaction } from './which-transaction.ts';

/**
 * MeterValues: those of a transaction are events of it, one for each reading (E02.FR.09, J02); others go as they are. They are
 * durable before the charge point is answered.
 */

/** More are not remembered for triggers, nor behind an end. */
const MOST_READINGS = 100;
const MOST_LATE = 50;

interface Reading {
  readonly element: JsonObject;
  readonly triggered: boolean;
}

function call(state: ChargePointState, exchange: Exchange, context: Context): Decision {
  const left = leftWithDevice(state, context);
  if (left) return left;
  const { request, losses } = inTime(state, exchange.request, context);
  const connectorId = Number(request['connectorId']);
  const { triggered, state: asked } = withoutTrigger(state, connectorId, context);
  const { elements, sensed } = withoutSensors(state, (request['meterValue'] ?? []) as JsonObject[], context);
  const aligned = station(context).settings.clockAlignedAs === 'meterValues';
  const apart = aligned ? elements.filter((one) => contextOf(one) === 'Sample.Clock') : [];
  const readings = elements.filter((one) => !apart.includes(one)).map((element) => ({ element, triggered }));
  return inTurn(
    remembered(asked, request, context),
    (now) => decision(now, ...losses),
    (now) => (readings.length > 0 ? told(now, request, connectorId, readings, context) : undefined),
    (now) => (apart.length > 0 ? alone(now, connectorId, apart, context) : undefined),
    (now) =>
      sensed.length > 0
        ? sensedTold(now, connectorId, sensed, transactionOf(now, request)?.transactionId, context)
        : undefined,
    (now) => decision(now, { do: 'remember-answer', payload: {} }, { do: 'answer', payload: {} }),
  );
}

/** With times that can be true: the others were taken when they came, and not before the last event of their transaction. */
function inTime(state: ChargePointState, request: JsonObject, context: Context) {
  const came = () => eventTime(undefined, state, context, transactionOf(state, request)?.lastEventAt).timestamp;
  const { readings, losses } = readingsInTime((request['meterValue'] ?? []) as JsonObject[], came, context);
  return { request: losses.length === 0 ? request : { ...request, meterValue: [...readings] }, losses };
}

/** As the CSMS knows it. */
function transactionOf(
  state: ChargePointState,
  { connectorId, transactionId }: JsonObject,
): TransactionEvents | undefined {
  const which = whichTransaction(state, transactionId);
  const running = which.is === 'none' ? runningOn(state, Number(connectorId)) : undefined;
  const meant = which.is === 'open' || which.is === 'closed' ? which.transaction : running;
  return meant?.events;
}

function told(
  state: ChargePointState,
  request: JsonObject,
  connectorId: number,
  readings: readonly Reading[],
  context: Context,
): Decision {
  const which = whichTransaction(state, request['transactionId']);
  if (which.is === 'open') return updated(state, which.transaction, readings, context);
  if (which.is === 'closed') return late(state, which.transaction?.device, readings, context);
  if (which.is === 'none') {
    const running = connectorId > 0 ? runningOn(state, connectorId) : undefined;
    return running
      ? updated(state, running, readings, context)
      : alone(
          state,
          connectorId,
          readings.map(({ element }) => element),
          context,
        );
  }
  const adopt = which.before !== undefined || station(context).settings.unknownTransactionReadings === 'adopt';
  if (!adopt)
    return alone(
      state,
      connectorId,
      readings.map(({ element }) => element),
      context,
    );
  const { timestamp } = eventTime(readings[0]?.element['timestamp'], state, context);
  const begin = adopted(state, { id: which.id, connectorId, timestamp }, which.before, context);
  return inTurn(
    begin.state,
    (now) => decision(now, ...begin.effects),
    (now) => updated(now, begin.transaction, readings, context),
  );
}

/** One event for each reading, but for those that are to be told with the end. */
function updated(
  state: ChargePointState,
  transaction: StationTransaction,
  readings: readonly Reading[],
  context: Context,
): Decision {
  return inTurn(
    state,
    ...readings.map(({ element, triggered }) => (now: ChargePointState) => {
      const held = triggered ? undefined : withHeld(now, transaction, element, context);
      if (held) return decision(held);
      return inTurn(
        now,
        (before) => heldTold(before, transaction, context),
        (before) => readingEvent(before, transaction, element, triggered, context),
      );
    }),
  );
}

/** Readings after the end: the Ended event takes them along as long as it has surely not left. */
function late(
  state: ChargePointState,
  device: number | undefined,
  readings: readonly Reading[],
  context: Context,
): Decision {
  const record = device === undefined ? undefined : state.transactions[device];
  const dropped: Effect = { do: 'loss', code: 'tx-late', field: 'meterValue' };
  if (!record?.events || !behindOthers(state, record.events.endedEntry))
    return decision(state, ...readings.map(() => dropped));
  const transaction: StationTransaction = { ...record, events: record.events };
  const kept = [...(record.events.lateReadings ?? [])];
  const effects: Effect[] = [];
  for (const { element } of readings) {
    const register = contextOf(element) === 'Transaction.Begin' ? record.meterStart : record.events.register;
    const told = readingUp(state, element, record.connectorId, context, register);
    effects.push(...told.losses);
    const fits = told.readings.length > 0 && kept.length + told.readings.length <= MOST_LATE;
    if (fits) kept.push(...told.readings);
    else effects.push(dropped);
  }
  return decision(withEvents(state, transaction, { lateReadings: kept }), ...effects);
}

/** Whether there surely is an older entry in the outbox: more wait than there are from this one on, and they leave in order. */
function behindOthers(state: ChargePointState, seq: number | undefined): boolean {
  const { next = 1, waiting = 0 } = state.outbox ?? {};
  return seq !== undefined && waiting > next - seq;
}

const WHICH_CONNECTOR: Effect = { do: 'loss', code: 'evse-connector', field: 'connectorId' };

/** Readings of no transaction. */
function alone(
  state: ChargePointState,
  connectorId: number,
  elements: readonly JsonObject[],
  context: Context,
): Decision {
  if (connectorId === 0 && station(context).settings.evseZeroReadings === 'drop') {
    return decision(state, { do: 'loss', code: 'evse-zero', field: 'meterValue' });
  }
  const source = { connectorId, meterValue: [...elements] };
  const given = { evseId: evseOf(connectorId, context).id, ...signedBy(state, connectorId) };
  const { value, losses } = converted(context, 'MeterValues', source, given);
  if (value === undefined) return decision(state, ...losses);
  return inTurn(
    state,
    (now) => decision(now, ...(siblingsOf(connectorId, context).length > 1 ? [WHICH_CONNECTOR] : []), ...losses),
    ...inPages(withNeatReadings(value, context)).map(
      (page) => (now: ChargePointState) => enqueue(now, 'MeterValues', page, context),
    ),
  );
}

/** For TriggerMessage to versions that have none. */
function remembered(state: ChargePointState, request: JsonObject, context: Context): ChargePointState {
  const connectorId = Number(request['connectorId']);
  const count = ((request['meterValue'] ?? []) as JsonObject[]).reduce((sum, one) => sum + samplesOf(one).length, 0);
  if (count > MOST_READINGS || !mayRemember(state, connectorId)) return state;
  return withConnector(state, connectorId, { meter: request, meterAt: context.now });
}

/** Whether the CSMS has asked for these readings, by either name (F06). */
function withoutTrigger(
  state: ChargePointState,
  connectorId: number,
  { now }: Context,
): { readonly triggered: boolean; readonly state: ChargePointState } {
  const readings = takeTrigger(state, 'MeterValues', now, connectorId);
  const event = takeTrigger(readings.state, 'TransactionEvent', now, connectorId);
  return { triggered: readings.asked || event.asked, state: event.state };
}

const DONE: Effect[] = [
  { do: 'remember-answer', payload: {} },
  { do: 'answer', payload: {} },
];

export const meterValues: StationUp = { call, refused: (state) => decision(state, ...DONE) };
