import { isoTime } from '../../../base/clock.ts';
import type { JsonObject } from '../../../base/message.ts';
import type { Context, Effect } from '../../decision.ts';
import type { ChargePointState } from '../../state.ts';
import { converted } from '../rules.ts';
import type { IdToken, IdTokenInfo } from '../state.ts';
import { rememberToken, tagDown } from './token.ts';

/** What the CSMS says of a token (idTokenInfo), for the charge point (idTagInfo) and for the memory of the bridge. */

/** The fields that are remembered; the rest is for this one answer. */
function memorable(info: JsonObject): IdTokenInfo {
  const { status, cacheExpiryDateTime, groupIdToken } = info;
  const group = groupIdToken as JsonObject | undefined;
  return {
    status: String(status),
    ...(typeof cacheExpiryDateTime === 'string' && { cacheExpiryDateTime }),
    ...(group && { groupIdToken: { idToken: String(group['idToken']), type: String(group['type']) } }),
  };
}

/** The answer with an idTokenInfo that holds at this EVSE: elsewhere the token may be good, here it is not (C01). */
export function heldTo(answer: JsonObject, evseId: number | undefined): JsonObject {
  const info = answer['idTokenInfo'] as JsonObject | undefined;
  const evses = info?.['evseId'] as number[] | undefined;
  if (info === undefined || evses === undefined || evseId === undefined) return answer;
  if (evses.includes(evseId) || info['status'] !== 'Accepted') return answer;
  return { ...answer, idTokenInfo: { ...info, status: 'Invalid' } };
}

/** The answer of the CSMS by the rows of `heading`, with the group as a tag; what it says of the token is remembered. */
export function answerWithTag(
  state: ChargePointState,
  heading: string,
  answer: JsonObject,
  idTag: string,
  token: IdToken,
  context: Context,
  given: JsonObject = {},
): { readonly state: ChargePointState; readonly answer: JsonObject; readonly losses: readonly Effect[] } {
  const told = answer['idTokenInfo'] as JsonObject | undefined;
  if (told === undefined) {
    const { value = {}, losses } = converted(context, heading, answer, given);
    return { state, answer: value, losses };
  }
  const info = memorable(told);
  const group = info.groupIdToken && tagDown(state, info.groupIdToken, context);
  const known = rememberToken(group?.state ?? state, idTag, token, context, info);
  const soon = isoTime(context.now + 1000);
  const { value = {}, losses } = converted(context, heading, answer, {
    soon,
    ...(group && { parentIdTag: group.idTag }),
    ...given,
  });
  return { state: known, answer: value, losses };
}

/** The same for what the memory holds. */
export function tagInfo(
  state: ChargePointState,
  info: IdTokenInfo,
  context: Context,
): { readonly state: ChargePointState; readonly idTagInfo: JsonObject } {
  const group = info.groupIdToken && tagDown(state, info.groupIdToken, context);
  const { groupIdToken, ...rest } = info;
  const told: JsonObject = { ...rest, ...(groupIdToken && { groupIdToken: { ...groupIdToken } }) };
  const { value = {} } = converted(
    context,
    'Authorize.answer',
    { idTokenInfo: told },
    {
      soon: isoTime(context.now + 1000),
      ...(group && { parentIdTag: group.idTag }),
    },
  );
  return { state: group?.state ?? state, idTagInfo: value['idTagInfo'] as JsonObject };
}
