import type { Json, JsonObject } from '../../base/message.ts';
import type { Context } from '../decision.ts';
import { station } from './rules.ts';

/**
 * An answer of the CSMS without the parts of idTokenInfo that say nothing. One that breaks its schema is counted and handed on, since
 * the rest of it may be good; the rules rely on the shape of what is there.
 */
export function legible(answer: JsonObject, context: Context): JsonObject {
  if (answer['idTokenInfo'] === undefined) return answer;
  const { idTokenInfo, ...rest } = answer;
  const words = station(context).tables.words.get('tagStatus');
  if (!isObject(idTokenInfo) || !words?.has(String(idTokenInfo['status']))) return rest;
  const { groupIdToken, evseId, ...info } = idTokenInfo;
  return {
    ...rest,
    idTokenInfo: {
      ...info,
      ...(isToken(groupIdToken) && { groupIdToken }),
      ...(Array.isArray(evseId) && { evseId }),
    },
  };
}

function isToken(value: Json | undefined): value is JsonObject {
  return isObject(value) && typeof value['idToken'] === 'string' && typeof value['type'] === 'string';
}

function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
