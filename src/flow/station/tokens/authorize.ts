import type { Refusal } from '../../../base/errors.ts';
import type { JsonObject } from '../../../base/message.ts';
import { type Context, type Decision, decision, type Effect, type Exchange } from '../../decision.ts';
import type { ChargePointState } from '../../state.ts';
import { personalMessage } from '../display/driver-display.ts';
import { converted, inTurn, type StationUp } from '../rules.ts';
import { onlyEvse } from '../topology.ts';
import { judgedByPolicy, patience, remoteStartOf, withAuthorized } from './authorization-memory.ts';
import { tokenUp, tryToken } from './token.ts';
import { answerWithTag, heldTo, tagInfo } from './token-info.ts';

/** Authorize (C01): the CSMS is asked each time, unless it has named the token itself just now. */

/** What a CSMS says of a token that does not look like its type: the guess of the type was wrong. */
const MALFORMED: ReadonlySet<string> = new Set(['CsmsProtocolError']);

const UNREADABLE: Refusal = { code: 'CsmsAnswerInvalid', reason: 'the CSMS did not say what it makes of the token' };

function call(state: ChargePointState, exchange: Exchange, context: Context): Decision {
  const idTag = String(exchange.request['idTag']);
  // Such a token came from the CSMS, and nobody may ask it about it (C02, C10).
  if (remoteStartOf(state, idTag, undefined, context)?.preauthorized) {
    return decision(state, { do: 'answer', payload: { idTagInfo: { status: 'Accepted' } } });
  }
  return ask(state, exchange, context);
}

function ask(state: ChargePointState, exchange: Exchange, context: Context): Decision {
  const idTag = String(exchange.request['idTag']);
  const { token, candidates } = tokenUp(state, idTag, context);
  const { value = {}, losses } = converted(context, 'Authorize', exchange.request, { idToken: { ...token } });
  const guessed: Effect[] = candidates.length > 0 ? [{ do: 'loss', code: 'token-type', field: 'idTag' }] : [];
  const within = patience(remoteStartOf(state, idTag, undefined, context), context);
  return decision(state, ...guessed, ...losses, { do: 'call-csms', action: 'Authorize', payload: value, within });
}

function answered(state: ChargePointState, exchange: Exchange, answer: JsonObject, context: Context): Decision {
  if (answer['idTokenInfo'] === undefined) return refused(state, exchange, UNREADABLE, context);
  const idTag = String(exchange.request['idTag']);
  const { token } = tokenUp(state, idTag, context);
  const told = answerWithTag(
    state,
    'Authorize.answer',
    heldTo(answer, onlyEvse(state, context)?.id),
    idTag,
    token,
    context,
  );
  const info = answer['idTokenInfo'] as JsonObject;
  return inTurn(
    withAuthorized(told.state, idTag, info, context),
    (now) => personalMessage(now, idTag, answer, context),
    (now) => decision(now, ...told.losses, { do: 'answer', payload: told.answer }),
  );
}

function refused(
  state: ChargePointState,
  exchange: Exchange,
  refusal: Refusal,
  context: Context,
  attempt = 1,
): Decision {
  const idTag = String(exchange.request['idTag']);
  const [other] = tokenUp(state, idTag, context).candidates;
  if (MALFORMED.has(refusal.code) && other && attempt === 1) {
    return ask(tryToken(state, idTag, other, context), exchange, context);
  }
  // The CSMS itself has named it for a start that is on its way (F02).
  const named = remoteStartOf(state, idTag, undefined, context) !== undefined;
  const judged = named ? { status: 'Accepted' } : judgedByPolicy(state, idTag, context);
  if (judged === 'left') {
    return decision(state, { do: 'refuse', refusal: { code: 'CsmsAway', reason: refusal.reason } });
  }
  const { state: known, idTagInfo } = tagInfo(state, judged, context);
  return decision(
    known,
    { do: 'loss', code: 'auth-fallback', field: 'idTagInfo' },
    { do: 'answer', payload: { idTagInfo } },
  );
}

export const authorize: StationUp = { call, answered, refused };
