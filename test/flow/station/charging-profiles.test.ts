import { describe, expect, test } from 'vitest';
import type { JsonObject } from '../../../src/base/message.ts';
import type { ChargePointState } from '../../../src/flow/state.ts';
import { profilesOf, profileUpkeep } from '../../../src/flow/station/charging-profiles/profile-registry.ts';
import { NOW } from '../context.ts';
import { keys, PROFILE, transaction } from './command-states.ts';
import { type Asked, judged, type Reply, refusing } from './commander.ts';
import { accepted, stationContext } from './context.ts';
import { toCsms } from './valid.ts';

const two = keys({ NumberOfConnectors: '2' });
const open = accepted({}, { configuration: two, transactions: { 110000000: transaction() } });
const says = (status: string) => (): Reply => ({ answer: { status } });
const SCHEDULE = { id: 1, chargingRateUnit: 'A', chargingSchedulePeriod: [{ startPeriod: 0, limit: 16.27 }] };
const DEFAULT: JsonObject = {
  ...{ id: 2, stackLevel: 1, chargingProfilePurpose: 'TxDefaultProfile', chargingProfileKind: 'Absolute' },
  chargingSchedule: [SCHEDULE],
};

function command(...said: Parameters<typeof judged>) {
  const ended = judged(...said);
  return { ...ended, profiles: profilesOf(ended.state) };
}

const set = (
  state: ChargePointState,
  evseId: number,
  profile: JsonObject,
  reply?: (asked: Asked) => Reply,
  settings = {},
) => command('SetChargingProfile', state, { evseId, chargingProfile: profile }, reply, settings);
const reasonCode = (answer: JsonObject | undefined) =>
  (answer?.['statusInfo'] as JsonObject | undefined)?.['reasonCode'];

describe('SetChargingProfile', () => {
  test('goes down in the words of 1.6, and is kept as it came', () => {
    const { asked, answer, profiles } = set(open, 1, PROFILE);
    expect(asked[0]?.payload).toMatchObject({
      connectorId: 1,
      csChargingProfiles: { chargingProfileId: 1, transactionId: 110_000_000 },
    });
    expect(answer).toEqual({ status: 'Accepted' });
    expect(profiles).toEqual([{ evseId: 1, profile: PROFILE, transaction: 110_000_000 }]);
  });

  test('limits become stricter, never looser: 1.6 knows tenths', () => {
    const sent = set(open, 2, DEFAULT).asked[0]?.payload['csChargingProfiles'] as JsonObject;
    expect(sent['chargingSchedule']).toMatchObject({ chargingSchedulePeriod: [{ limit: 16.2 }] });
  });

  const change = (part: JsonObject) => ({ ...PROFILE, ...part });
  const schedule = (part: JsonObject) => ({ ...DEFAULT, chargingSchedule: [{ ...SCHEDULE, ...part }] });
  const limits = keys({
    ...{ NumberOfConnectors: '2', ChargeProfileMaxStackLevel: '3', ChargingScheduleMaxPeriods: '1' },
    ChargingScheduleAllowedChargingRateUnit: 'Current',
  });

  test.each([
    ['an EVSE that is not there', 5, DEFAULT, 'UnknownEvse'],
    ['a transaction that is not open', 1, change({ transactionId: 'other' }), 'TxNotFound'],
    ['no transaction', 1, { ...DEFAULT, chargingProfilePurpose: 'TxProfile' }, 'TxNotFound'],
    ['the transaction of another EVSE', 2, PROFILE, 'TxNotFound'],
    ['a transaction on EVSE 0', 0, PROFILE, 'InvalidProfile'],
    [
      'a limit of the station on one EVSE',
      1,
      { ...DEFAULT, chargingProfilePurpose: 'ChargingStationMaxProfile' },
      'InvalidProfile',
    ],
    [
      'a limit of others',
      0,
      { ...DEFAULT, chargingProfilePurpose: 'ChargingStationExternalConstraints' },
      'InvalidProfile',
    ],
    [
      'a limit of the station that is relative to a transaction',
      0,
      { ...DEFAULT, chargingProfilePurpose: 'ChargingStationMaxProfile', chargingProfileKind: 'Relative' },
      'InvalidProfile',
    ],
    ['a level too high', 1, { ...DEFAULT, stackLevel: 4 }, 'InvalidStackLevel'],
    ['two schedules', 1, { ...DEFAULT, chargingSchedule: [SCHEDULE, SCHEDULE] }, 'InvalidSchedule'],
    [
      'a schedule that begins late',
      1,
      schedule({ chargingSchedulePeriod: [{ startPeriod: 5, limit: 1 }] }),
      'InvalidSchedule',
    ],
    [
      'too many periods',
      1,
      schedule({ chargingSchedulePeriod: [0, 5].map((startPeriod) => ({ startPeriod, limit: 1 })) }),
      'TooManyElements',
    ],
    ['a unit that it does not take', 1, schedule({ chargingRateUnit: 'W' }), 'UnsupportedRateUnit'],
    [
      'a phase to use',
      1,
      schedule({ chargingSchedulePeriod: [{ startPeriod: 0, limit: 1, numberPhases: 1, phaseToUse: 2 }] }),
      'UnsupportedParam',
    ],
  ])('is refused without asking: %s', (_what, evseId, profile, code) => {
    const { asked, answer, profiles } = set({ ...open, configuration: limits }, evseId, profile);
    expect(asked).toEqual([]);
    expect(answer?.['status']).toBe('Rejected');
    expect(reasonCode(answer)).toBe(code);
    expect(profiles).toEqual([]);
  });

  test('the same level for all EVSEs and for one, by two profiles, is refused (K01)', () => {
    const { state } = set(open, 0, DEFAULT);
    expect(reasonCode(set(state, 1, { ...DEFAULT, id: 3 }).answer)).toBe('DuplicateProfile');
    expect(set(state, 1, { ...DEFAULT, id: 3, stackLevel: 2 }).answer).toEqual({ status: 'Accepted' });
    const one = set(open, 1, DEFAULT).state;
    expect(reasonCode(set(one, 0, { ...DEFAULT, id: 3 }).answer)).toBe('DuplicateProfile');
    expect(set(one, 0, DEFAULT).answer).toEqual({ status: 'Accepted' });
  });

  test('takes the place of one with its id, or its purpose and level', () => {
    const first = set(set(open, 1, DEFAULT).state, 2, DEFAULT);
    expect(first.profiles).toMatchObject([{ evseId: 2 }]);
    expect(set(first.state, 2, { ...DEFAULT, id: 9 }).profiles).toMatchObject([{ profile: { id: 9 } }]);
  });

  test.each([
    ['by its profiles', { ...open, configuration: keys({ SupportedFeatureProfiles: 'Core' }) }, undefined],
    ['by its answer', open, says('NotSupported')],
    ['by its refusal', open, refusing('DeviceNotSupported')],
  ])(
    'a charge point without smart charging (%s) gives a CALLERROR, or a status where the operator wants one',
    (_how, state, reply) => {
      expect(set(state, 1, DEFAULT, reply).said).toMatchObject([{ refusal: { code: 'NotSupported' } }]);
      const { answer } = set(state, 1, DEFAULT, reply, { smartChargingRefusal: 'status' });
      expect(answer).toMatchObject({ status: 'Rejected', statusInfo: { reasonCode: 'UnsupportedRequest' } });
    },
  );
});

describe('profiles', () => {
  test('die with their transaction', () => {
    const { state } = set(open, 1, PROFILE);
    expect(profileUpkeep.at(state, stationContext())).toBeUndefined();
    const over = { ...state, transactions: { 110000000: transaction({ stoppedAt: NOW }) } };
    expect(profileUpkeep.at(over, stationContext())).toBe(NOW);
    expect(profilesOf(profileUpkeep.due(over, stationContext()).state)).toEqual([]);
  });

  test('that came with a start die when it does not start', () => {
    const { transactionId: _, ...profile } = PROFILE;
    const request = { idToken: { idToken: 'A', type: 'Central' }, remoteStartId: 1, chargingProfile: profile };
    const { state } = command('RequestStartTransaction', accepted(), request);
    expect(profileUpkeep.at(state, stationContext())).toBe(NOW + 180_000);
    const later = stationContext({}, { now: NOW + 180_000 });
    expect(profilesOf(profileUpkeep.due(state, later).state)).toEqual([]);
  });
});

describe('ClearChargingProfile', () => {
  const full = set(set(open, 1, PROFILE).state, 2, DEFAULT).state;
  const clear = (request: JsonObject, reply?: (asked: Asked) => Reply) =>
    command('ClearChargingProfile', full, request, reply);

  test.each([
    [
      'by id, and nothing else with it',
      { chargingProfileId: 2, chargingProfileCriteria: { evseId: 1 } },
      { id: 2 },
      [1],
    ],
    [
      'by criteria',
      { chargingProfileCriteria: { evseId: 1, chargingProfilePurpose: 'TxProfile', stackLevel: 0 } },
      { connectorId: 1, chargingProfilePurpose: 'TxProfile', stackLevel: 0 },
      [2],
    ],
  ])('%s', (_how, request, payload, left) => {
    const { asked, answer, profiles } = clear(request);
    expect(asked).toEqual([{ action: 'ClearChargingProfile', payload }]);
    expect(answer).toEqual({ status: 'Accepted' });
    expect(profiles.map(({ profile }) => profile['id'])).toEqual(left);
  });

  test.each([
    ['nothing: 1.6 would clear everything', {}],
    ['limits of others', { chargingProfileCriteria: { chargingProfilePurpose: 'ChargingStationExternalConstraints' } }],
    ['an EVSE that is not there', { chargingProfileCriteria: { evseId: 9 } }],
  ])('of %s is not asked', (_what, request) => {
    const { asked, answer, profiles } = clear(request);
    expect(asked).toEqual([]);
    expect(answer).toMatchObject({ status: 'Unknown' });
    expect(profiles).toHaveLength(2);
  });

  test('what the charge point does not know is not installed either; one that is away may have it', () => {
    expect(clear({ chargingProfileId: 2 }, says('Unknown')).profiles).toHaveLength(1);
    const away = clear({ chargingProfileId: 2 }, refusing('DeviceUnreachable'));
    expect(away.answer).toMatchObject({ status: 'Unknown' });
    expect(away.profiles).toHaveLength(2);
  });
});

describe('GetChargingProfiles', () => {
  const full = set(set(set(open, 1, PROFILE).state, 2, DEFAULT).state, 0, { ...DEFAULT, id: 3, stackLevel: 0 }).state;
  const get = (request: JsonObject, settings = {}) =>
    command('GetChargingProfiles', full, { requestId: 8, ...request }, undefined, settings);
  const parts = (ended: ReturnType<typeof get>) => toCsms(ended.effects).map(({ payload }) => payload);

  test('answers first, then tells them by EVSE as they came, all but the last to be continued', () => {
    const ended = get({ chargingProfile: {} });
    expect(ended.effects.map((effect) => effect.do)).toEqual(['answer', 'call-csms', 'call-csms', 'call-csms']);
    expect(parts(ended)).toMatchObject([
      { requestId: 8, evseId: 0, tbc: true, chargingLimitSource: 'CSO', chargingProfile: [{ id: 3 }] },
      { requestId: 8, evseId: 1, tbc: true, chargingProfile: [PROFILE] },
      { requestId: 8, evseId: 2, tbc: false, chargingProfile: [DEFAULT] },
    ]);
  });

  test.each([
    [
      'CitrineOS after a profile of a transaction',
      { evseId: 1, chargingProfile: { chargingProfilePurpose: 'TxProfile', chargingLimitSource: ['CSO'] } },
      [1],
    ],
    ['of the station only', { evseId: 0, chargingProfile: {} }, [3]],
    ['by ids', { chargingProfile: { chargingProfileId: [2, 3, 77] } }, [3, 2]],
    ['by level', { chargingProfile: { stackLevel: 1 } }, [2]],
  ])('%s', (_what, request, ids) => {
    expect(
      parts(get(request)).flatMap((part) => (part['chargingProfile'] as JsonObject[]).map(({ id }) => id)),
    ).toEqual(ids);
  });

  test.each([{ chargingProfile: { chargingLimitSource: ['EMS'] } }, { evseId: 7, chargingProfile: {} }])(
    '%j: none',
    (request) => {
      expect(get(request).answer).toMatchObject({ status: 'NoProfiles' });
    },
  );

  test('a large answer comes in parts', () => {
    const state = set(full, 2, { ...DEFAULT, id: 4, stackLevel: 2 }).state;
    const ask = { requestId: 8, evseId: 2, chargingProfile: {} };
    const ended = command('GetChargingProfiles', state, ask, undefined, { reportBytes: 300 });
    expect(toCsms(ended.effects).map(({ payload }) => payload['tbc'])).toEqual([true, false]);
  });
});

describe('GetCompositeSchedule', () => {
  const request = { evseId: 1, duration: 600 };
  const schedule = { duration: 900, chargingRateUnit: 'W', chargingSchedulePeriod: [{ startPeriod: 0, limit: 11000 }] };
  const get = (answer: JsonObject, state = open) => command('GetCompositeSchedule', state, request, () => ({ answer }));

  test('is put together from what 1.6 says and what was asked for', () => {
    const scheduleStart = '2024-03-09T10:00:00.000Z';
    const { answer } = get({ status: 'Accepted', connectorId: 1, scheduleStart, chargingSchedule: schedule });
    expect(answer).toEqual({
      status: 'Accepted',
      schedule: {
        ...{ evseId: 1, duration: 600, scheduleStart, chargingRateUnit: 'W' },
        chargingSchedulePeriod: [{ startPeriod: 0, limit: 11000 }],
      },
    });
  });

  test('begins now when the charge point does not say when', () => {
    const { answer } = get({ status: 'Accepted', chargingSchedule: schedule });
    expect(answer).toMatchObject({ schedule: { scheduleStart: new Date(NOW).toISOString() } });
  });

  test.each([
    ['accepted without one', { status: 'Accepted' }, 'NotFound'],
    [
      'accepted without periods',
      { status: 'Accepted', chargingSchedule: { ...schedule, chargingSchedulePeriod: [] } },
      'NotFound',
    ],
    ['refused', { status: 'Rejected' }, undefined],
  ])('%s', (_what, said, code) => {
    const { answer } = get(said);
    expect(answer?.['status']).toBe('Rejected');
    expect(reasonCode(answer)).toBe(code);
  });

  test('a start that nobody can read is not reckoned with', () => {
    const { answer } = get({
      status: 'Accepted',
      chargingSchedule: { ...schedule, startSchedule: '1990-01-01T00:00:00+05' },
    });
    expect(answer).toMatchObject({ schedule: { scheduleStart: new Date(NOW).toISOString() } });
  });

  test('of an EVSE that is not there, and of a charge point that cannot', () => {
    expect(reasonCode(command('GetCompositeSchedule', open, { ...request, evseId: 9 }).answer)).toBe('UnknownEvse');
    const refused = command('GetCompositeSchedule', open, request, refusing('DeviceNotSupported'));
    expect(refused.answer).toMatchObject({ status: 'Rejected', statusInfo: { reasonCode: 'UnsupportedRequest' } });
  });
});
