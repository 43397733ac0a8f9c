import { describe, expect, test } from 'vitest';
import type { JsonObject } from '../../../src/base/message.ts';
import type { ChargePointState } from '../../../src/flow/state.ts';
import { profilesOf } from '../../../src/flow/station/charging-profiles/profile-registry.ts';
import { keys, PROFILE, transaction } from './command-states.ts';
import { type Asked, judged, type Reply, refusing } from './commander.ts';
import { accepted } from './context.ts';

/** Charging profiles where connectors 1 and 2 are EVSE 1, and connector 3 is EVSE 2. */
const SHARED = { evses: [{ connectors: [1, 2] }] };

const three = { configuration: keys({ NumberOfConnectors: '3' }) };
const idle = accepted({}, three);
const chargingOn = (connectorId: number): ChargePointState =>
  accepted({}, { ...three, transactions: { 110000000: transaction({ connectorId }) } });

/** Answers of the charge point by the connector it is asked of. */
const by =
  (words: Readonly<Record<number, string>>) =>
  (asked: Asked): Reply => ({
    answer: { status: words[Number(asked.payload['connectorId'])] ?? 'Accepted' },
  });
const run = (action: string, state: ChargePointState, request: JsonObject, reply?: (asked: Asked) => Reply) =>
  judged(action, state, request, reply, SHARED);

describe('SetChargingProfile', () => {
  const DEFAULT: JsonObject = {
    ...{ id: 7, stackLevel: 1, chargingProfilePurpose: 'TxDefaultProfile', chargingProfileKind: 'Absolute' },
    chargingSchedule: [{ id: 1, chargingRateUnit: 'A', chargingSchedulePeriod: [{ startPeriod: 0, limit: 16 }] }],
  };
  const set = (state: ChargePointState, evseId: number, chargingProfile: JsonObject, reply?: (asked: Asked) => Reply) =>
    run('SetChargingProfile', state, { evseId, chargingProfile }, reply);
  const places = (asked: readonly Asked[]) =>
    asked.map(({ action, payload }) => {
      const { chargingProfileId } = (payload['csChargingProfiles'] ?? {}) as JsonObject;
      return action === 'SetChargingProfile' ? [payload['connectorId'], chargingProfileId] : ['clear', payload['id']];
    });
  const COPY = 2_147_483_646;

  test('of a transaction goes to the connector that has it', () => {
    expect(places(set(chargingOn(2), 1, PROFILE).asked)).toEqual([[2, 1]]);
    expect(set(chargingOn(3), 1, PROFILE).answer).toMatchObject({ statusInfo: { reasonCode: 'TxNotFound' } });
  });

  test('for all transactions goes to each connector, with an id of its own: one may keep one profile of an id', () => {
    const { asked, answer, state } = set(idle, 1, DEFAULT);
    expect(places(asked)).toEqual([
      [1, 7],
      [2, COPY],
    ]);
    expect(answer).toEqual({ status: 'Accepted' });
    expect(profilesOf(state)).toEqual([{ evseId: 1, profile: DEFAULT, copies: [{ connectorId: 2, id: COPY }] }]);
    expect(places(set(state, 1, DEFAULT).asked)).toEqual(places(asked));
    expect(places(set(state, 1, { ...DEFAULT, id: 8, stackLevel: 2 }).asked)).toEqual([
      [1, 8],
      [2, COPY - 1],
    ]);
  });

  test('that moves to another EVSE leaves no copy behind', () => {
    const moved = set(set(idle, 1, DEFAULT).state, 2, DEFAULT);
    expect(places(moved.asked)).toEqual([
      [3, 7],
      ['clear', COPY],
    ]);
    expect(profilesOf(moved.state)).toEqual([{ evseId: 2, profile: DEFAULT }]);
  });

  test('that one connector does not take is on none', () => {
    const { asked, answer, said, state } = set(idle, 1, DEFAULT, by({ 2: 'Rejected' }));
    expect(answer).toEqual({ status: 'Rejected' });
    expect(said).toHaveLength(1);
    expect(places(asked)).toEqual([
      [1, 7],
      [2, COPY],
      ['clear', 7],
      ['clear', COPY],
    ]);
    expect(profilesOf(state)).toEqual([]);
  });

  test('that the first connector does not take changes nothing', () => {
    const before = set(idle, 1, DEFAULT).state;
    const { asked, answer, state } = set(before, 1, DEFAULT, refusing('DeviceUnreachable'));
    expect(places(asked)).toEqual([[1, 7]]);
    expect(answer).toMatchObject({ status: 'Rejected' });
    expect(profilesOf(state)).toEqual(profilesOf(before));
  });

  test('is cleared with its copies, or connector by connector', () => {
    const { state } = set(idle, 1, DEFAULT);
    const byId = run('ClearChargingProfile', state, { chargingProfileId: 7 });
    expect(byId.asked.map(({ payload }) => payload)).toEqual([{ id: 7 }, { id: COPY }]);
    const criteria = { chargingProfileCriteria: { evseId: 1, stackLevel: 1 } };
    const onEvse = run('ClearChargingProfile', state, criteria, by({ 1: 'Unknown' }));
    expect(onEvse.asked.map(({ payload }) => payload)).toEqual([
      { connectorId: 1, stackLevel: 1 },
      { connectorId: 2, stackLevel: 1 },
    ]);
    for (const { answer, state: after } of [byId, onEvse]) {
      expect(answer).toEqual({ status: 'Accepted' });
      expect(profilesOf(after)).toEqual([]);
    }
  });

  test('that is not surely gone is remembered', () => {
    const { state } = set(idle, 1, DEFAULT);
    const cleared = run('ClearChargingProfile', state, { chargingProfileId: 7 }, ({ payload }) =>
      payload['id'] === 7 ? { answer: { status: 'Accepted' } } : refusing('DeviceUncertain')(),
    );
    expect(cleared.answer).toMatchObject({ status: 'Unknown' });
    expect(profilesOf(cleared.state)).toHaveLength(1);
  });
});

describe('GetCompositeSchedule', () => {
  test.each([
    ['the connector that charges', chargingOn(2), 1, 2],
    ['the first connector', idle, 1, 1],
    ['the connector of the other EVSE', idle, 2, 3],
    ['the station', chargingOn(2), 0, 0],
  ])('asks %s', (_what, state, evseId, connectorId) => {
    const { asked } = run('GetCompositeSchedule', state, { evseId, duration: 60 }, by({ [connectorId]: 'Rejected' }));
    expect(asked.map(({ payload }) => payload['connectorId'])).toEqual([connectorId]);
  });
});
