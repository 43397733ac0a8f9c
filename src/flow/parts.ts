import type { JsonObject } from '../base/message.ts';
import type { ChargePointState } from './state.ts';
import { EMPTY_STATION } from './station/state.ts';

/**
 * What is large and seldom changes is stored beside the document, each part by itself, and is written only when it is another
 * object than before: else a list of a thousand tags would be written again with every reading.
 */

/** By name. */
export type Parts = ReadonlyMap<string, JsonObject | undefined>;

/** A state as it is stored: the document, and all parts, as the very objects that the state holds. */
export function apart(state: ChargePointState): { readonly document: JsonObject; readonly parts: Parts } {
  const { aliases, configuration, station, ...rest } = state;
  const { localList, profiles, tokens, ...others } = station ?? {};
  const parts = {
    ...{ aliases, configuration },
    ...{ 'station.localList': localList, 'station.profiles': profiles, 'station.tokens': tokens },
  };
  const document = { ...rest, ...(station && { station: others }) };
  return {
    document: document as unknown as JsonObject,
    parts: new Map(Object.entries(parts) as [string, JsonObject | undefined][]),
  };
}

/** The document with its parts inside again. What has no part is empty, or still inside. */
export function whole(document: JsonObject, parts: Parts): JsonObject {
  const { station, ...rest } = document;
  const ofStation: JsonObject = { ...(EMPTY_STATION as unknown as JsonObject), ...(station as JsonObject | undefined) };
  for (const [name, part] of parts) {
    if (part === undefined) continue;
    if (name.startsWith('station.')) ofStation[name.slice('station.'.length)] = part;
    else rest[name] = part;
  }
  return station === undefined ? rest : { ...rest, station: ofStation };
}
