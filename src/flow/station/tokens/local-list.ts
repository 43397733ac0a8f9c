import type { JsonObject } from '../../../base/message.ts';
import { type Context, decision } from '../../decision.ts';
import type { ChargePointState } from '../../state.ts';
import { asking, command, isLacking, isUncertain, refusedAs, telling } from '../command.ts';
import { rejected, type StationCommand, stationOf, withoutStation, withStation } from '../rules.ts';
import type { IdToken, IdTokenInfo, Token } from '../state.ts';
import { truth } from '../variables/variable-values.ts';
import { tagsOf } from './list-tags.ts';
import { withinBounds } from './token-memory.ts';

/** The local authorization list (OCPP 2.0.1 D01, D02). The bridge keeps a copy: tags alone do not say what kind of token they are. */

/** What one message may bring. */
export const MOST_ENTRIES = 5000;
/** What one charge point's document can hold. */
const MOST_KEPT = 10_000;

interface Entry {
  readonly idToken: IdToken;
  readonly idTokenInfo?: IdTokenInfo;
}

export const sendLocalList: StationCommand = command(
  {
    call(state, { request }, context) {
      const wrong = objection(state, request);
      if (wrong) return rejected(state, wrong.reasonCode, wrong.status, wrong.info);
      const { idTags, parentIdTags } = tagged(state, request, context);
      if (new Set(idTags.map((tag) => tag.toLowerCase())).size < idTags.length)
        return rejected(state, 'InvalidIdToken', 'Failed', 'two tokens of the list are one tag to the charge point');
      const given = { idTags, parentIdTags };
      return asking(state, 'SendLocalList', 'SendLocalList', request, given, context, { status: 'Failed' });
    },
    answered(state, { request }, _question, answer, context) {
      const now = answer['status'] === 'Accepted' ? mirrored(state, request, context) : state;
      return telling(now, 'SendLocalList', answer, {}, context);
    },
    refused(state, { request }, _question, refusal, context) {
      // It may have the list: then it uses these tags.
      const known = isUncertain(refusal) ? remembered(state, tagged(state, request, context).tokens) : state;
      return refusedAs(known, refusal, 'Failed');
    },
  },
  { SendLocalList: ['Accepted', 'Failed', 'NotSupported', 'VersionMismatch'] },
);

function entriesOf(request: JsonObject): readonly Entry[] {
  return (request['localAuthorizationList'] ?? []) as unknown as Entry[];
}

/** Why the list need not be sent, if so. */
function objection(
  state: ChargePointState,
  request: JsonObject,
): { readonly status: string; readonly reasonCode: string; readonly info: string } | undefined {
  const version = Number(request['versionNumber']);
  const current = stationOf(state).localList?.version ?? 0;
  const count = entriesOf(request).length;
  const most = Number(state.configuration['sendlocallistmaxlength']?.value);
  const limit = Math.min(MOST_ENTRIES, most > 0 ? most : MOST_ENTRIES);
  const kept = request['updateType'] === 'Full' ? 0 : Object.keys(stationOf(state).localList?.tags ?? {}).length;
  if (version <= 0) return { status: 'Failed', reasonCode: 'InvalidValue', info: 'a list has a version above 0' };
  if (request['updateType'] === 'Differential' && version <= current)
    return { status: 'VersionMismatch', reasonCode: 'InvalidValue', info: `the list has version ${current}` };
  if (count > limit)
    return { status: 'Failed', reasonCode: 'TooManyElements', info: `${count} entries, at most ${limit} at once` };
  if (count + kept > MOST_KEPT)
    return { status: 'Failed', reasonCode: 'TooManyElements', info: `at most ${MOST_KEPT} entries` };
  return undefined;
}

/** The tag of each token and of its group, which is null where there is none; and what is to be remembered of them. */
function tagged(state: ChargePointState, request: JsonObject, context: Context) {
  const entries = entriesOf(request);
  const groups = entries.flatMap(({ idTokenInfo }) => idTokenInfo?.groupIdToken ?? []);
  const { idTags: all, tokens } = tagsOf(state, [...entries.map(({ idToken }) => idToken), ...groups], context);
  const groupTags = all.slice(entries.length);
  const parentIdTags = entries.map(({ idTokenInfo }) => (idTokenInfo?.groupIdToken && groupTags.shift()) ?? null);
  return { idTags: all.slice(0, entries.length), parentIdTags, tokens };
}

/** The copy, and its tokens, which it keeps from being forgotten. */
function mirrored(state: ChargePointState, request: JsonObject, context: Context): ChargePointState {
  const before = request['updateType'] === 'Full' ? {} : (stationOf(state).localList?.tags ?? {});
  const { idTags, tokens } = tagged(state, request, context);
  const tags = new Map(Object.entries(before));
  entriesOf(request).forEach(({ idTokenInfo }, at) => {
    const tag = (idTags[at] ?? '').toLowerCase();
    if (idTokenInfo === undefined) tags.delete(tag);
    else tags.set(tag, infoOf(idTokenInfo));
  });
  const version = Number(request['versionNumber']);
  return remembered(withStation(state, { localList: { version, tags: Object.fromEntries(tags) } }), tokens);
}

function remembered(state: ChargePointState, tokens: Readonly<Record<string, Token>>): ChargePointState {
  if (Object.keys(tokens).length === 0) return state;
  return withinBounds(withStation(state, { tokens: { ...stationOf(state).tokens, ...tokens } }));
}

function infoOf({ status, cacheExpiryDateTime, groupIdToken }: IdTokenInfo): IdTokenInfo {
  return {
    status,
    ...(cacheExpiryDateTime !== undefined && { cacheExpiryDateTime }),
    ...(groupIdToken && { groupIdToken: { idToken: groupIdToken.idToken, type: groupIdToken.type } }),
  };
}

export const getLocalListVersion: StationCommand = command(
  {
    call(state, { request }, context) {
      if (truth(state.configuration['localauthlistenabled']?.value) === false)
        return decision(state, { do: 'answer', payload: { versionNumber: 0 } });
      return asking(state, 'GetLocalListVersion', 'GetLocalListVersion', request, {}, context);
    },
    answered(state, _exchange, _question, answer, context) {
      const version = Number(answer['listVersion']);
      return telling(seen(state, version), 'GetLocalListVersion', answer, {}, context);
    },
    refused(state, _exchange, _question, refusal) {
      const { localList } = stationOf(state);
      const versionNumber = isLacking(refusal) ? 0 : localList?.version;
      if (versionNumber !== undefined) return decision(state, { do: 'answer', payload: { versionNumber } });
      return decision(state, { do: 'refuse', refusal: { code: 'DeviceGenericError', reason: refusal.reason } });
    },
  },
  {},
);

/** Another list than the bridge has seen: its copy is worth nothing. */
function seen(state: ChargePointState, version: number): ChargePointState {
  const { localList } = stationOf(state);
  if (localList === undefined || localList.version === version) return state;
  return version > 0 ? withStation(state, { localList: { version, tags: {} } }) : withoutStation(state, 'localList');
}
