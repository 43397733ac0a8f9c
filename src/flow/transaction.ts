import type { JsonObject } from '../base/message.ts';
import { type Context, decision, type Effect, type UpFlow } from './decision.ts';
import type { ChargePointState, Transaction } from './state.ts';
import { mayRemember, withConnector } from './state.ts';
import { synthesise } from './status-notification.ts';

const INT_MAX = 2_147_483_647;
const INT_MIN = -2_147_483_648;
const DAY = 24 * 3_600_000;
const MONTH = 30 * DAY;
const MOST_KEPT = 20;
/** With messages that were put aside: nobody may ever look at them. */
const MOST_ASIDE = 200;
/** More are not remembered for triggers: they would be written again at every commit. */
const MOST_READINGS = 100;

/** StartTransaction: the answer is durable before the charge point sees it; a repeat gets the same one. */
export const startTransaction: UpFlow = {
  call: (state, exchange) =>
    decision(state, { do: 'remember-asked' }, { do: 'call-csms', action: exchange.action, payload: exchange.request }),
  answered(state, exchange, answer, context) {
    const csms = Number(answer['transactionId']);
    const device = deviceId(state, csms);
    return decision(
      started(state, exchange.request, answer, context, { device }),
      ...(device === csms ? [] : [aliasLoss]),
      { do: 'remember-answer', payload: answer },
      { do: 'answer', payload: answer },
    );
  },
  delivered(state, exchange, answer, context) {
    const status = (answer['idTagInfo'] as JsonObject | undefined)?.['status'];
    if (status !== 'Accepted') return decision(state);
    return synthesise(
      state,
      Number(exchange.request['connectorId']),
      'Charging',
      exchange.request['timestamp'],
      context,
    );
  },
};

const aliasLoss: Effect = { do: 'loss', code: 'tx-alias', field: 'transactionId' };

/** The transaction runs. */
export function started(
  state: ChargePointState,
  request: JsonObject,
  answer: JsonObject,
  context: Context,
  ids: Pick<Transaction, 'device' | 'pending'>,
): ChargePointState {
  const idTagInfo = answer['idTagInfo'] as JsonObject | undefined;
  const transaction: Transaction = {
    ...ids,
    // No CSMS counts below zero: what it gives to others can never mean this one.
    csms: ids.pending ? -ids.device : Number(answer['transactionId']),
    connectorId: Number(request['connectorId']),
    idTag: String(request['idTag']),
    meterStart: Number(request['meterStart']),
    startedAt: Date.parse(String(request['timestamp'])),
    authorization: String(idTagInfo?.['status']),
  };
  const transactions = {
    ...kept(state, transaction.connectorId, context.now),
    [transaction.device]: transaction,
  };
  return cleared({ ...state, transactions }, transaction.connectorId);
}

/** The CSMS confirmed a start that the bridge had answered: from now on the two ids stand for each other. */
export function confirmed(state: ChargePointState, device: number, answer: JsonObject): ChargePointState {
  const transaction = state.transactions[device];
  if (transaction === undefined) return state;
  const { pending: _, ...rest } = transaction;
  const idTagInfo = answer['idTagInfo'] as JsonObject | undefined;
  const known = { ...rest, csms: Number(answer['transactionId']), authorization: String(idTagInfo?.['status']) };
  return { ...state, transactions: { ...state.transactions, [device]: known } };
}

/** The CSMS's id where xs:int can hold it, else the next free positive number of this charge point. */
function deviceId(state: ChargePointState, csms: number): number {
  // An id that the bridge gave away itself before is not free for the CSMS's transaction.
  const own = state.transactions[csms];
  if (csms >= INT_MIN && csms <= INT_MAX && (own === undefined || own.csms === csms)) return csms;
  for (const transaction of Object.values(state.transactions)) if (transaction.csms === csms) return transaction.device;
  let id = 1;
  while (state.transactions[id] !== undefined) id += 1;
  return id;
}

/**
 * Transactions worth keeping. A charge point runs one per connector, so an older open one was lost and has ended. Ended ones
 * stay a day for late readings, and a month where the ids differ at the two ends: then only this knows which is which. While
 * messages of it wait for the CSMS it stays, whatever the clock of the charge point said; and while some are put aside.
 */
function kept(state: ChargePointState, connectorId: number, now: number): Record<string, Transaction> {
  const all = Object.entries(state.transactions).map(([id, transaction]) => {
    const lost = transaction.connectorId === connectorId && transaction.stoppedAt === undefined;
    return [id, lost ? { ...transaction, stoppedAt: now, lost: true as const } : concluded(transaction)] as const;
  });
  const sameAtBothEnds = ({ device, csms, pending }: Transaction) => device === csms && !pending;
  // A CSMS of OCPP 2.0.1 would be told of a late repeat as another transaction.
  const since = (transaction: Transaction) => now - (sameAtBothEnds(transaction) && !state.station ? DAY : MONTH);
  const worth = all.filter(([, t]) => needed(t) || t.aside || (t.stoppedAt ?? now) >= since(t));
  if (worth.length <= MOST_KEPT) return Object.fromEntries(worth);
  const newestFirst = worth.sort(([, a], [, b]) => (b.stoppedAt ?? now) - (a.stoppedAt ?? now));
  const aside = newestFirst.filter(([, t]) => t.aside).slice(0, MOST_ASIDE);
  const stay = new Set([...newestFirst.slice(0, MOST_KEPT), ...aside]);
  return Object.fromEntries(newestFirst.filter((one) => stay.has(one) || needed(one[1])));
}

/** Of one that has ended and is told to the end, a CSMS of OCPP 2.0.1 hears no more: what its next event would need may go. */
function concluded(transaction: Transaction): Transaction {
  const { events, ...record } = transaction;
  const told = events?.confirmed && !events.foreign && !needed(record) && !record.aside;
  return told ? record : transaction;
}

function needed({ stoppedAt, waiting = 0 }: Transaction): boolean {
  return stoppedAt === undefined || waiting > 0;
}

/** A new session on a connector ends the "finishing" of the one before. */
function cleared(state: ChargePointState, connectorId: number): ChargePointState {
  if (!mayRemember(state, connectorId)) return state;
  const { finishingSince: _, ...connector } = state.connectors[connectorId] ?? {};
  return { ...state, connectors: { ...state.connectors, [connectorId]: connector } };
}

/** StopTransaction. The pivot carries the CSMS's transaction id. */
export const stopTransaction: UpFlow = {
  answered(state, exchange, answer, context) {
    return decision(
      stopped(state, exchange.request, context),
      { do: 'remember-answer', payload: answer },
      { do: 'answer', payload: answer },
    );
  },
  delivered(state, exchange, _answer, context) {
    const transaction = byCsmsId(state, exchange.request);
    if (transaction === undefined) return decision(state);
    return synthesise(state, transaction.connectorId, 'Finishing', exchange.request['timestamp'], context);
  },
};

/** The transaction of a StopTransaction request has ended. */
export function stopped(state: ChargePointState, request: JsonObject, context: Context): ChargePointState {
  const transaction = byCsmsId(state, request);
  if (transaction === undefined) return state;
  const stoppedAt = Date.parse(String(request['timestamp']));
  const transactions = { ...state.transactions, [transaction.device]: { ...transaction, stoppedAt } };
  const status = state.connectors[transaction.connectorId]?.status?.['status'];
  const next = { ...state, transactions };
  if (status === 'Available' || !mayRemember(state, transaction.connectorId)) return next;
  return withConnector(next, transaction.connectorId, { finishingSince: context.now });
}

function byCsmsId(state: ChargePointState, request: JsonObject): Transaction | undefined {
  const id = Number(request['transactionId']);
  return Object.values(state.transactions).find((transaction) => transaction.csms === id);
}

/** MeterValues: kept for triggers, and a repeat gets the same answer. */
export const meterValues: UpFlow = {
  answered(state, exchange, answer, context) {
    const connectorId = Number(exchange.request['connectorId']);
    const meter = { meter: exchange.request, meterAt: context.now };
    const keep = mayRemember(state, connectorId) && readingsOf(exchange.request) <= MOST_READINGS;
    return decision(
      keep ? withConnector(state, connectorId, meter) : state,
      { do: 'remember-answer', payload: answer },
      { do: 'answer', payload: answer },
    );
  },
};

function readingsOf(request: JsonObject): number {
  const values = request['meterValue'] as JsonObject[];
  return values.reduce((count, value) => count + (value['sampledValue'] as unknown[]).length, 0);
}
