import type { JsonObject } from '../../../base/message.ts';
import { type Context, type Decision, decision, type Effect } from '../../decision.ts';
import type { ChargePointState } from '../../state.ts';
import { inTurn, station } from '../rules.ts';
import type { IdTokenInfo } from '../state.ts';
import { authorizedLately, judgedBefore } from '../tokens/authorization-memory.ts';
import { tokenUp } from '../tokens/token.ts';
import { answerWithTag, heldTo, tagInfo } from '../tokens/token-info.ts';
import { evseOf } from '../topology.ts';
import { lateRefusal } from './late-refusal.ts';
import { type StationTransaction, withEvents } from './transaction-event.ts';

/** What the charge point hears of its tag when a transaction starts: from the CSMS in time, else from memory. */

/** The CSMS has the Started event. */
export function startedDelivered(
  state: ChargePointState,
  transaction: StationTransaction,
  answer: JsonObject,
  context: Context,
): Decision {
  const { idTag, connectorId, device, events } = transaction;
  const settled = withEvents(state, transaction, { startedEntry: undefined });
  if (events.answered !== undefined) {
    const token = tokenFor(state, transaction, context);
    const told = answerWithTag(settled, 'StartTransaction.answer', answer, idTag, token, context, {
      transactionId: device,
    });
    return inTurn(told.state, (now) =>
      lateRefusal(now, transaction, answer['idTokenInfo'] as JsonObject | undefined, context),
    );
  }
  const silent = answer['idTokenInfo'] === undefined;
  const before = silent ? judgedAtAuthorize(settled, transaction, context) : undefined;
  const known = before && tagInfo(settled, before, context);
  const told = answerWithTag(
    known?.state ?? settled,
    'StartTransaction.answer',
    heldTo(answer, evseOf(connectorId, context).id),
    idTag,
    tokenFor(state, transaction, context),
    context,
    { transactionId: device, ...(known && { idTagInfo: known.idTagInfo }) },
  );
  return inTurn(
    told.state,
    (now) => decision(now, ...told.losses),
    (now) => answered(now, transaction, told.answer),
  );
}

function tokenFor(state: ChargePointState, { idTag, events }: StationTransaction, context: Context) {
  return events.idToken ?? tokenUp(state, idTag, context).token;
}

/** What the last Authorize said, when it was just now. */
function judgedAtAuthorize(
  state: ChargePointState,
  { idTag, connectorId }: StationTransaction,
  context: Context,
): IdTokenInfo | undefined {
  const lately = authorizedLately(state, idTag, context);
  if (lately === undefined) return undefined;
  if (lately.evseIds !== undefined && !lately.evseIds.includes(evseOf(connectorId, context).id))
    return { status: 'Invalid' };
  const info = judgedBefore(state, idTag, context);
  return info?.status === lately.status ? info : { status: lately.status };
}

/** The CSMS does not answer in time. Whoever charges was let charge by the charge point: only what is known speaks against it. */
export function fallbackAnswer(state: ChargePointState, transaction: StationTransaction, context: Context): Decision {
  if (transaction.events.answered !== undefined) return given(state, transaction.device, transaction.events.answered);
  const { authFallback } = station(context).settings;
  const strict = authFallback.every((step) => step === 'invalid');
  const known =
    judgedAtAuthorize(state, transaction, context) ?? lastingly(judgedBefore(state, transaction.idTag, context));
  const { state: after, idTagInfo } = tagInfo(state, known ?? { status: strict ? 'Invalid' : 'Accepted' }, context);
  const loss: Effect = { do: 'loss', code: 'auth-fallback', field: 'idTagInfo' };
  return inTurn(
    after,
    (now) => decision(now, loss),
    (now) => answered(now, transaction, { transactionId: transaction.device, idTagInfo }),
  );
}

/** A refusal that was for its moment says nothing of another one (AuthorizationStatusEnumType). */
const FOR_THEN: ReadonlySet<string> = new Set(['ConcurrentTx', 'NoCredit', 'NotAtThisTime']);

function lastingly(info: IdTokenInfo | undefined): IdTokenInfo | undefined {
  return info && FOR_THEN.has(info.status) ? undefined : info;
}

/** The charge point is answered, and its repeats are. */
function answered(state: ChargePointState, transaction: StationTransaction, answer: JsonObject): Decision {
  const idTagInfo = answer['idTagInfo'] as JsonObject;
  const noted = withEvents(state, transaction, { answered: idTagInfo });
  const record = noted.transactions[transaction.device];
  const authorization = String(idTagInfo['status']);
  const transactions = { ...noted.transactions, ...(record && { [record.device]: { ...record, authorization } }) };
  return given({ ...noted, transactions }, transaction.device, idTagInfo);
}

function given(state: ChargePointState, transactionId: number, idTagInfo: JsonObject): Decision {
  const payload = { transactionId, idTagInfo };
  return decision(state, { do: 'remember-answer', payload }, { do: 'answer', payload });
}
