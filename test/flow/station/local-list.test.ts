import { describe, expect, test } from 'vitest';
import type { JsonObject } from '../../../src/base/message.ts';
import type { ChargePointState } from '../../../src/flow/state.ts';
import { stationOf } from '../../../src/flow/station/rules.ts';
import { tokenUp } from '../../../src/flow/station/tokens/token.ts';
import { keys } from './command-states.ts';
import { type Asked, commanded, type Reply, refusing } from './commander.ts';
import { accepted, stationContext } from './context.ts';
import { valid } from './valid.ts';

const says = (status: string) => (): Reply => ({ answer: { status } });
const CARD = { idToken: { idToken: '04AABBCC', type: 'ISO14443' }, idTokenInfo: { status: 'Accepted' } };
const FOB = {
  idToken: { idToken: 'fob-7', type: 'Central' },
  idTokenInfo: { status: 'Blocked', groupIdToken: { idToken: 'FLEET', type: 'Central' } },
};

function send(state: ChargePointState, request: JsonObject, reply?: (asked: Asked) => Reply) {
  const ended = commanded(state, 'SendLocalList', request, stationContext(), reply);
  const [said] = ended.said;
  const answer = said && 'answer' in said ? valid('SendLocalList', 'answer', said.answer) : undefined;
  return { ...ended, answer, list: stationOf(ended.state).localList };
}

const full = (versionNumber: number, ...localAuthorizationList: JsonObject[]): JsonObject => ({
  ...{ versionNumber, updateType: 'Full' },
  ...(localAuthorizationList.length > 0 && { localAuthorizationList }),
});
const differential = (versionNumber: number, ...localAuthorizationList: JsonObject[]): JsonObject => ({
  ...full(versionNumber, ...localAuthorizationList),
  updateType: 'Differential',
});

describe('SendLocalList', () => {
  test('goes down with tags, and is remembered with its tokens', () => {
    const { asked, answer, list, state } = send(accepted(), full(3, CARD, FOB));
    expect(asked).toEqual([
      {
        action: 'SendLocalList',
        payload: {
          ...{ listVersion: 3, updateType: 'Full' },
          localAuthorizationList: [
            { idTag: '04AABBCC', idTagInfo: { status: 'Accepted' } },
            { idTag: 'fob-7', idTagInfo: { status: 'Blocked', parentIdTag: 'FLEET' } },
          ],
        },
      },
    ]);
    expect(answer).toEqual({ status: 'Accepted' });
    expect(list).toEqual({ version: 3, tags: { '04aabbcc': { status: 'Accepted' }, 'fob-7': FOB.idTokenInfo } });
    expect(tokenUp(state, 'FOB-7', stationContext()).token).toEqual(FOB.idToken);
    expect(tokenUp(state, 'fleet', stationContext()).token).toEqual({ idToken: 'FLEET', type: 'Central' });
  });

  test('a token that the bridge guesses right needs no room', () => {
    expect(stationOf(send(accepted(), full(3, CARD)).state).tokens).toEqual({});
  });

  test('a tag that was another token before is this one from now on', () => {
    const tokens = {
      '04aabbcc': { idToken: '04AABBCC', type: 'Central', tag: '04AABBCC', known: true as const, at: 1 },
    };
    const { state } = send(accepted({ tokens }), full(3, CARD));
    expect(tokenUp(state, '04AABBCC', stationContext()).token).toEqual(CARD.idToken);
  });

  test('a differential one changes and deletes entries; a full one without entries clears the list', () => {
    const first = send(accepted(), full(3, CARD, FOB));
    const { idTokenInfo: _, ...gone } = FOB;
    const second = send(first.state, differential(4, { ...CARD, idTokenInfo: { status: 'Expired' } }, gone));
    expect(second.list).toEqual({ version: 4, tags: { '04aabbcc': { status: 'Expired' } } });
    expect(send(second.state, full(5)).list).toEqual({ version: 5, tags: {} });
  });

  test.each([
    ['version 0', full(0, CARD), 'Failed', 'InvalidValue'],
    [
      'two tokens that are one tag',
      full(3, CARD, { ...CARD, idToken: { idToken: '04aabbcc', type: 'Central' } }),
      'Failed',
      'InvalidIdToken',
    ],
    ['a differential one of a version that is there', differential(2, CARD), 'VersionMismatch', 'InvalidValue'],
    ['more entries than the charge point takes', full(3, CARD, FOB), 'Failed', 'TooManyElements'],
  ])('is refused without asking: %s', (what, request, status, reasonCode) => {
    const configuration = what.startsWith('more') ? keys({ SendLocalListMaxLength: '1' }) : {};
    const { asked, answer } = send(accepted({ localList: { version: 2, tags: {} } }, { configuration }), request);
    expect(asked).toEqual([]);
    expect(answer).toMatchObject({ status, statusInfo: { reasonCode } });
  });

  test.each([
    ['Failed', 'Failed', undefined],
    ['NotSupported', 'Failed', 'UnsupportedRequest'],
    ['VersionMismatch', 'VersionMismatch', undefined],
  ])('%s is %s, and the copy stays', (said, status, reasonCode) => {
    const { answer, list } = send(accepted({ localList: { version: 2, tags: {} } }), full(3, CARD), says(said));
    expect(answer?.['status']).toBe(status);
    expect((answer?.['statusInfo'] as JsonObject | undefined)?.['reasonCode']).toBe(reasonCode);
    expect(list?.version).toBe(2);
  });

  test('a list that may have arrived leaves its tags known', () => {
    const long = {
      idToken: { idToken: 'a-token-that-no-tag-can-spell', type: 'Central' },
      idTokenInfo: { status: 'Accepted' },
    };
    const { asked, state, answer } = send(accepted(), full(3, long), refusing('DeviceUncertain'));
    expect(answer).toMatchObject({ status: 'Failed' });
    const [entry] = (asked[0]?.payload['localAuthorizationList'] ?? []) as { idTag: string }[];
    expect(tokenUp(state, entry?.idTag ?? '', stationContext()).token).toEqual(long.idToken);
  });

  test('thousands of entries are one step', () => {
    const many = Array.from({ length: 3000 }, (_, at) => ({
      ...CARD,
      idToken: { idToken: `tag-${at}`, type: 'Central' },
    }));
    const { answer, list, state } = send(accepted(), full(3, ...many));
    expect(answer).toEqual({ status: 'Accepted' });
    expect(Object.keys(list?.tags ?? {})).toHaveLength(3000);
    expect(tokenUp(state, 'TAG-2999', stationContext()).token.type).toBe('Central');
  });
});

describe('GetLocalListVersion', () => {
  const ask = (state: ChargePointState, reply?: (asked: Asked) => Reply) =>
    commanded(state, 'GetLocalListVersion', {}, stationContext(), reply);
  const version = (listVersion: number) => (): Reply => ({ answer: { listVersion } });
  const mirror = accepted({ localList: { version: 2, tags: { a: { status: 'Accepted' } } } });

  test.each([
    [7, 7],
    [0, 0],
    [-1, 0],
  ])('%i is %i', (said, versionNumber) => {
    expect(ask(accepted(), version(said)).said).toEqual([{ answer: { versionNumber } }]);
  });

  test('a list that is switched off counts as none', () => {
    for (const word of ['false', 'False', '0']) {
      const { asked, said } = ask(accepted({}, { configuration: keys({ LocalAuthListEnabled: word }) }));
      expect(asked).toEqual([]);
      expect(said).toEqual([{ answer: { versionNumber: 0 } }]);
    }
  });

  test('of a charge point that is away is that of the copy, if there is one', () => {
    expect(ask(mirror, refusing('DeviceUnreachable')).said).toEqual([{ answer: { versionNumber: 2 } }]);
    expect(ask(accepted(), refusing('DeviceUnreachable')).said).toMatchObject([
      { refusal: { code: 'DeviceGenericError' } },
    ]);
    expect(ask(accepted(), refusing('DeviceNotSupported')).said).toEqual([{ answer: { versionNumber: 0 } }]);
  });

  test('another list than the copy makes the copy worthless', () => {
    expect(stationOf(ask(mirror, version(9)).state).localList).toEqual({ version: 9, tags: {} });
    expect(stationOf(ask(mirror, version(0)).state).localList).toBeUndefined();
    expect(stationOf(ask(mirror, version(2)).state).localList).toEqual(stationOf(mirror).localList);
  });
});
