import type { Refusal } from '../base/errors.ts';
import type { JsonObject } from '../base/message.ts';
import { type Context, type Decision, decision, type Effect, type Exchange } from './decision.ts';
import { AWAY } from './relay.ts';
import type { ChargePointState, Transaction } from './state.ts';
import { confirmed, started, stopped } from './transaction.ts';

/**
 * What the charge point was told is done and the CSMS has not heard yet: transaction messages, in order, until the CSMS has
 * answered each. A start that nobody could confirm gets an id of the bridge's own; the CSMS's takes its place later.
 */

const KEPT_ACTIONS: ReadonlySet<string> = new Set(['StartTransaction', 'StopTransaction', 'MeterValues']);
/** The bridge's own transaction ids; far above what a CSMS counts to, and checked against it all the same. */
const FIRST_MINTED = 1_900_000_000;
/** OCPP 1.6 (errata 3.18): a transaction that never got an id. */
const NO_ID = -1;
/** A message that the CSMS calls wrong so often, and each time for the same reason, will never be taken. */
const MOST_REFUSALS = 3;
/** What may pass: the CSMS has a fault of its own, or has forgotten the charge point. With growing pauses this is an hour or more. */
const MOST_FAILURES = 20;
const MAY_PASS: ReadonlySet<string> = new Set(['CsmsInternalError', 'CsmsSecurityError']);

export interface OutboxEntry {
  readonly seq: number;
  readonly action: string;
  /** Pivot call as the charge point made it. */
  readonly payload: JsonObject;
  /** Charge point's id of the transaction it belongs to, while the CSMS's may be unknown. */
  readonly transaction?: number;
  /** When the charge point was answered, ms. */
  readonly at: number;
  /** How often the CSMS refused it, and what it said last. */
  readonly refusals: number;
  readonly refusal?: string;
  /** Its last error, and how often it came in a row. */
  readonly code?: string;
  readonly same?: number;
  /** The CSMS may have got it before: it was called, and nobody knows what became of that. */
  readonly asked?: true;
}

/** Whether this message has to go behind others that wait, or wait itself. */
export function mustWait(state: ChargePointState, exchange: Exchange, context: Context): boolean {
  return canWait(exchange, context) && (state.outbox?.waiting ?? 0) > 0;
}

export function canWait(exchange: Exchange, context: Context): boolean {
  return context.settings.whenCsmsIsAway === 'buffer' && KEPT_ACTIONS.has(exchange.action);
}

/**
 * Whether the CSMS refused a message that the bridge takes over all the same, so that the charge point does not discard it: the
 * CSMS failed, or it calls a stop or a reading wrong. A start that it calls wrong gets a Fault: there is no honest id for it.
 */
export function keptThoughRefused(exchange: Exchange, refusal: Refusal, context: Context): boolean {
  if (!refusal.code.startsWith('Csms') || !canWait(exchange, context)) return false;
  return MAY_PASS.has(refusal.code) || exchange.action !== 'StartTransaction';
}

/** Takes the message over: durable, answered by the bridge, delivered later. `refusal`: what its first call came to. */
export function keep(state: ChargePointState, exchange: Exchange, context: Context, refusal?: Refusal): Decision {
  const { next = 1, waiting = 0, minted = 0 } = state.outbox ?? {};
  const put = (
    after: ChargePointState,
    answer: JsonObject,
    transaction: number | undefined,
    mint: number,
  ): Decision => {
    const { action, request: payload } = exchange;
    const fresh: OutboxEntry = {
      ...{ seq: next, action, payload, at: context.now, refusals: 0 },
      ...(transaction !== undefined && { transaction }),
    };
    const before = exchange.asked ? (asked(fresh) ?? fresh) : fresh;
    const entry = refusal === undefined ? before : afterCall(before, refusal);
    const outbox = { next: next + 1, waiting: waiting + 1, minted: mint };
    return decision(
      { ...counted(after, transaction, 1), outbox },
      { do: 'outbox-put', entry },
      { do: 'remember-answer', payload: answer },
      { do: 'answer', payload: answer },
    );
  };
  if (exchange.action === 'StartTransaction') {
    const id = freeId(state, minted);
    const answer = { transactionId: id, idTagInfo: { status: lastKnown(state, exchange.request) } };
    const after = started(state, exchange.request, answer, context, { device: id, pending: true });
    return withLoss(put(after, answer, id, id - FIRST_MINTED + 1), 'tx-alias');
  }
  const transaction = pendingTransaction(state, exchange.request);
  const after = exchange.action === 'StopTransaction' ? stopped(state, exchange.request, context) : state;
  return put(after, {}, transaction?.device, minted);
}

function withLoss({ state, effects }: Decision, code: string): Decision {
  return { state, effects: [{ do: 'loss', code, field: 'transactionId' }, ...effects] };
}

function freeId(state: ChargePointState, minted: number): number {
  const taken = new Set(Object.values(state.transactions).flatMap(({ device, csms }) => [device, csms]));
  let id = FIRST_MINTED + minted;
  while (taken.has(id)) id += 1;
  return id;
}

/** What the CSMS last said of this tag at a start; Accepted when it never did: the charge point let it charge already. */
function lastKnown(state: ChargePointState, request: JsonObject): string {
  const tag = String(request['idTag']).toLowerCase();
  const known = Object.values(state.transactions).filter((t) => t.idTag.toLowerCase() === tag && !t.pending);
  return known.sort((a, b) => b.startedAt - a.startedAt)[0]?.authorization ?? 'Accepted';
}

function pendingTransaction(state: ChargePointState, request: JsonObject): Transaction | undefined {
  const id = Number(request['transactionId']);
  return Object.values(state.transactions).find(({ pending, csms }) => pending && csms === id);
}

/** The call as it goes to the CSMS: with its own transaction id, as far as it has given one. */
export function outboxCall(
  state: ChargePointState,
  entry: Pick<OutboxEntry, 'action' | 'payload' | 'transaction'>,
): JsonObject {
  if (entry.transaction === undefined || entry.action === 'StartTransaction') return entry.payload;
  const { transactionId: _, ...rest } = entry.payload;
  const transaction = state.transactions[entry.transaction];
  if (transaction !== undefined && !transaction.pending) return { ...rest, transactionId: transaction.csms };
  // The CSMS never took the start. A reading goes without an id.
  return entry.action === 'StopTransaction' ? { ...rest, transactionId: NO_ID } : rest;
}

/** A call that need not wait: one of a transaction whose start was put aside cannot name it. */
export function callNow(state: ChargePointState, { action, request }: Exchange): JsonObject {
  const transaction = pendingTransaction(state, request)?.device;
  return outboxCall(state, { action, payload: request, ...(transaction !== undefined && { transaction }) });
}

/** The CSMS has it. */
export function outboxAnswered(
  state: ChargePointState,
  entry: OutboxEntry,
  answer: JsonObject,
  context: Context,
): Decision {
  const after = fewer(state, entry);
  const gone: Effect = { do: 'outbox-remove', seq: entry.seq };
  if (entry.action !== 'StartTransaction' || entry.transaction === undefined) return decision(after, gone);
  const status = (answer['idTagInfo'] as JsonObject | undefined)?.['status'];
  const known = confirmed(after, entry.transaction, answer);
  const transaction = known.transactions[entry.transaction];
  const late = status !== 'Accepted' && transaction !== undefined && transaction.stoppedAt === undefined;
  if (!late || !context.settings.stopLateRefused) return decision(known, gone);
  const payload = { transactionId: Number(answer['transactionId']) };
  return decision(known, gone, { do: 'call-device', action: 'RemoteStopTransaction', payload });
}

/**
 * The entry as it goes to the CSMS: of a start is remembered that it was asked, because a CSMS that gets it twice may book it
 * twice. The same object when it was asked before and nobody knows the outcome; undefined where that does not matter.
 */
export function asked(entry: OutboxEntry): OutboxEntry | undefined {
  if (entry.action !== 'StartTransaction') return undefined;
  return entry.asked ? entry : { ...entry, asked: true };
}

/** What a call of it came to. The same object when that says nothing new. */
function afterCall(entry: OutboxEntry, { code, reason }: Refusal): OutboxEntry {
  const { asked: before, ...rest } = entry;
  if (code === 'CsmsLost' || code === 'CsmsTimeout') return before ? entry : (asked(rest) ?? entry);
  if (AWAY.has(code) || code === 'IdentityUnknown') return before ? rest : entry;
  const same = 1 + (entry.code === code ? (entry.same ?? 0) : 0);
  // It said yes, in words that nobody can read.
  const kept = code === 'CsmsAnswerInvalid' ? entry : rest;
  return { ...kept, refusals: entry.refusals + 1, refusal: reason, code, same };
}

function givenUp({ refusals, code = '', same = 0 }: OutboxEntry): boolean {
  return refusals >= MOST_FAILURES || (!MAY_PASS.has(code) && same >= MOST_REFUSALS);
}

/** The same where the CSMS has said how often a message is to be sent: silence counts, a boot that it wants first does not. */
function afterCallOf(entry: OutboxEntry, { code, reason }: Refusal): OutboxEntry {
  if (AWAY.has(code) && code !== 'CsmsTimeout') return entry;
  const more = code === 'CsmsSecurityError' ? 0 : 1;
  const same = 1 + (entry.code === code ? (entry.same ?? 0) : 0);
  return { ...entry, refusals: entry.refusals + more, refusal: reason, code, same };
}

function givenUpAfter({ refusals, code = '', same = 0 }: OutboxEntry, most: number): boolean {
  if (MAY_PASS.has(code) || code === 'CsmsTimeout') return refusals >= most || same >= Math.max(most, MOST_FAILURES);
  return refusals >= most || same >= MOST_REFUSALS;
}

/**
 * The CSMS could not be asked, or does not want it. What it will never take goes aside, where people see it. `most`: so often it
 * wants to be asked itself.
 */
export function outboxRefused(state: ChargePointState, entry: OutboxEntry, refusal: Refusal, most?: number): Decision {
  const entryNow = most === undefined ? afterCall(entry, refusal) : afterCallOf(entry, refusal);
  if (entryNow === entry) return decision(state);
  const over =
    most === undefined ? entryNow.refusals > entry.refusals && givenUp(entryNow) : givenUpAfter(entryNow, most);
  if (!over) return decision(state, { do: 'outbox-put', entry: entryNow });
  return decision(
    // The ids of its transaction must be known when somebody wants it tried again.
    counted(fewer(state, entry), entry.transaction, 0, 1),
    { do: 'outbox-remove', seq: entry.seq },
    { do: 'dead-letter', entry: entryNow },
    { do: 'loss', code: 'dead-letter', field: entry.action },
  );
}

/** An operator wants a dead letter tried again: in its old place, so before everything that came after it. */
export function deadLetterRetried(state: ChargePointState, letter: OutboxEntry): Decision {
  const { refusals: _, code: __, same: ___, ...entry } = letter;
  const { next = entry.seq + 1, waiting = 0, minted = 0 } = state.outbox ?? {};
  return decision(
    { ...counted(state, entry.transaction, 1, -1), outbox: { next, minted, waiting: waiting + 1 } },
    { do: 'dead-letter-remove', seq: entry.seq },
    { do: 'outbox-put', entry: { ...entry, refusals: 0 } },
  );
}

/** An operator throws a dead letter away. */
export function deadLetterDiscarded(state: ChargePointState, { seq, transaction }: OutboxEntry): Decision {
  return decision(counted(state, transaction, 0, -1), { do: 'dead-letter-remove', seq });
}

/** One that waits no more. */
export function fewer(state: ChargePointState, { transaction }: Pick<OutboxEntry, 'transaction'>): ChargePointState {
  const { next = 1, waiting = 0, minted = 0 } = state.outbox ?? {};
  return { ...counted(state, transaction, -1), outbox: { next, minted, waiting: Math.max(0, waiting - 1) } };
}

/** So many more messages of this transaction wait, and so many more were put aside. */
export function counted(
  state: ChargePointState,
  device: number | undefined,
  more: number,
  moreAside = 0,
): ChargePointState {
  const transaction = device === undefined ? undefined : state.transactions[device];
  if (transaction === undefined) return state;
  const { waiting = 0, aside = 0, ...rest } = transaction;
  const left = waiting + more;
  const letters = aside + moreAside;
  const now = { ...rest, ...(left > 0 && { waiting: left }), ...(letters > 0 && { aside: letters }) };
  return { ...state, transactions: { ...state.transactions, [now.device]: now } };
}
