import { describe, expect, test } from 'vitest';
import type { JsonObject } from '../../../src/base/message.ts';
import type { ChargePointState } from '../../../src/flow/state.ts';
import type { StationSettings } from '../../../src/flow/station/settings.ts';
import { NOW } from '../context.ts';
import { keys, PROFILE, TRANSACTION, transaction } from './command-states.ts';
import { type Asked, judged, type Reply, refusing } from './commander.ts';
import { accepted } from './context.ts';
import { lossesOf } from './valid.ts';

/** Two cables on one power unit: connectors 1 and 2 are EVSE 1, connector 3 is EVSE 2. What the CSMS asks for. */
const SHARED: Partial<StationSettings> = {
  evses: [{ connectors: [1, 2], connectorTypes: ['cCCS2', 'cG105'] }],
  connectorType: 'cType2',
};

const three = { configuration: keys({ NumberOfConnectors: '3', ReserveConnectorZeroSupported: 'true' }) };
const idle = accepted({}, three);
const status = (connectorId: number, word: string) => ({
  [connectorId]: { status: { connectorId, status: word, errorCode: 'NoError' }, statusAt: NOW },
});
const seen = (...words: string[]): ChargePointState =>
  accepted({}, { ...three, connectors: Object.assign({}, ...words.map((word, at) => status(at + 1, word))) });
const chargingOn = (connectorId: number): ChargePointState =>
  accepted({}, { ...three, transactions: { 110000000: transaction({ connectorId }) } });

const says = (word: string) => (): Reply => ({ answer: { status: word } });
/** Answers of the charge point by the connector it is asked of. */
const by =
  (words: Readonly<Record<number, string>>) =>
  (asked: Asked): Reply => ({
    answer: { status: words[Number(asked.payload['connectorId'])] ?? 'Accepted' },
  });
const run = (action: string, state: ChargePointState, request: JsonObject, reply?: (asked: Asked) => Reply) =>
  judged(action, state, request, reply, SHARED);
const connectors = (asked: readonly Asked[]) => asked.map(({ payload }) => payload['connectorId']);
const reason = (answer: JsonObject | undefined) => (answer?.['statusInfo'] as JsonObject | undefined)?.['reasonCode'];

describe('ChangeAvailability', () => {
  test.each([
    ['of an EVSE is that of all its connectors', { id: 1 }, [1, 2]],
    ['of one connector is of that one', { id: 1, connectorId: 2 }, [2]],
    ['of an EVSE with one connector is of that one', { id: 2 }, [3]],
    ['of the station is of connector 0', undefined, [0]],
  ])('%s', (_what, evse, wanted) => {
    const request = { operationalStatus: 'Inoperative', ...(evse && { evse }) };
    const { asked, answer } = run('ChangeAvailability', idle, request);
    expect(connectors(asked)).toEqual(wanted);
    expect(answer).toEqual({ status: 'Accepted' });
  });

  test('says what went otherwise', () => {
    const request = { operationalStatus: 'Inoperative', evse: { id: 1 } };
    const { answer } = run('ChangeAvailability', idle, request, by({ 1: 'Scheduled', 2: 'Rejected' }));
    expect(answer).toMatchObject({ status: 'Scheduled', statusInfo: { additionalInfo: 'connector 2: Rejected' } });
  });

  test.each([
    [{ id: 3 }, 'UnknownEvse'],
    [{ id: 1, connectorId: 3 }, 'UnknownConnectorId'],
    [{ id: 1, connectorId: -1 }, 'UnknownConnectorId'],
    [{ id: 2, connectorId: 2 }, 'UnknownConnectorId'],
  ])('knows no %j', (evse, reasonCode) => {
    const { asked, answer } = run('ChangeAvailability', idle, { operationalStatus: 'Operative', evse });
    expect(asked).toEqual([]);
    expect(reason(answer)).toBe(reasonCode);
  });
});

describe('UnlockConnector', () => {
  test('is of the connector of the EVSE, unless the transaction is on that one', () => {
    const unlock = (connectorId: number) =>
      run('UnlockConnector', chargingOn(1), { evseId: 1, connectorId }, says('Unlocked'));
    expect(connectors(unlock(2).asked)).toEqual([2]);
    expect(unlock(1).answer).toMatchObject({ status: 'OngoingAuthorizedTransaction' });
    expect(unlock(3).answer).toMatchObject({ status: 'UnknownConnector' });
  });
});

describe('RequestStartTransaction', () => {
  const TOKEN = { idToken: '04AABBCC', type: 'ISO14443' };
  const OTHER = { idToken: '04112233', type: 'ISO14443' };
  const REQUEST = { idToken: TOKEN, remoteStartId: 17, evseId: 1 };
  const reserved = (...all: [connectorId: number, token: typeof TOKEN][]) =>
    Object.fromEntries(
      all.map(([connectorId, token], id) => [id, { id, token, connectorId, expiresAt: NOW + 60_000 }]),
    );

  test.each([
    ['the one with an EV', seen('Available', 'Preparing'), 2],
    ['a free one', seen('Finishing', 'Available'), 2],
    ['one that works', seen('Faulted', 'Finishing'), 2],
    ['the first, when nothing speaks for another', idle, 1],
  ])('starts on %s of an EVSE', (_what, state, connectorId) => {
    expect(connectors(run('RequestStartTransaction', state, REQUEST).asked)).toEqual([connectorId]);
  });

  test('starts on the connector that is kept for the token', () => {
    const state = accepted({ reservations: reserved([2, TOKEN]) }, { ...three, connectors: status(1, 'Available') });
    expect(connectors(run('RequestStartTransaction', state, REQUEST).asked)).toEqual([2]);
  });

  test.each([
    ['a transaction on another connector of the EVSE', chargingOn(2), 'TxInProgress'],
    ['connectors that all are broken', seen('Faulted', 'Unavailable'), 'NotEnabled'],
    ['a reservation for another token', accepted({ reservations: reserved([2, OTHER]) }, three), 'InvalidIdToken'],
  ])('is refused because of %s', (_what, state, reasonCode) => {
    const { asked, answer } = run('RequestStartTransaction', state, REQUEST);
    expect(asked).toEqual([]);
    expect([answer?.['status'], reason(answer)]).toEqual(['Rejected', reasonCode]);
  });

  test('of the other EVSE has nothing to do with it', () => {
    const { asked } = run('RequestStartTransaction', chargingOn(2), { ...REQUEST, evseId: 2 });
    expect(connectors(asked)).toEqual([3]);
  });

  test('keeps its profile for the transaction, wherever on the EVSE that begins', () => {
    const { transactionId: _, ...profile } = PROFILE;
    const started = run('RequestStartTransaction', idle, { ...REQUEST, chargingProfile: profile });
    const begun: ChargePointState = {
      ...started.state,
      transactions: { 110000000: transaction({ connectorId: 2 }) },
      station: { ...started.station, remoteStarts: [] },
    };
    const report = run('GetChargingProfiles', begun, { requestId: 1, evseId: 1, chargingProfile: {} });
    expect(report.told).toMatchObject([
      { action: 'ReportChargingProfiles', payload: { evseId: 1, chargingProfile: [{ transactionId: TRANSACTION }] } },
    ]);
  });
});

describe('ReserveNow', () => {
  const REQUEST: JsonObject = {
    ...{ id: 5, expiryDateTime: '2024-03-09T12:00:00.000Z', evseId: 1 },
    idToken: { idToken: '04AABBCC', type: 'ISO14443' },
  };
  const { evseId: _, ...anywhere } = REQUEST;

  test.each([
    ['the first connector', idle, REQUEST, 1],
    ['a free connector', seen('Charging', 'Available'), REQUEST, 2],
    ['the connector of the type', idle, { ...REQUEST, connectorType: 'cG105' }, 2],
    ['the connector of another EVSE', idle, { ...REQUEST, evseId: 2, connectorType: 'cType2' }, 3],
    ['any connector', idle, anywhere, 0],
    ['a connector of the type, where no EVSE is named', idle, { ...anywhere, connectorType: 'cG105' }, 2],
  ])('keeps %s', (_what, state, request, connectorId) => {
    const { asked, answer, station } = run('ReserveNow', state, request);
    expect(connectors(asked)).toEqual([connectorId]);
    expect(answer).toEqual({ status: 'Accepted' });
    expect(station.reservations).toMatchObject({ 5: { connectorId } });
  });

  test('goes to the next connector when one is kept for another, and stays where it was when it is made again', () => {
    const first = run('ReserveNow', idle, REQUEST);
    const second = run('ReserveNow', first.state, { ...REQUEST, id: 6 });
    const again = run('ReserveNow', second.state, { ...REQUEST, id: 6 });
    expect([first, second, again].map(({ asked }) => connectors(asked))).toEqual([[1], [2], [2]]);
  });

  test.each([
    ['a type that is elsewhere', { ...REQUEST, connectorType: 'cType2' }, 'UnknownConnectorType'],
    ['a type that is nowhere', { ...anywhere, connectorType: 'sType3' }, 'UnknownConnectorType'],
    ['an EVSE that is not there', { ...REQUEST, evseId: 3 }, 'UnknownEvse'],
  ])('knows no connector of %s', (_what, request, reasonCode) => {
    const { asked, answer } = run('ReserveNow', idle, request);
    expect(asked).toEqual([]);
    expect([answer?.['status'], reason(answer)]).toEqual(['Rejected', reasonCode]);
  });

  test('is Occupied while another connector of the EVSE charges', () => {
    const { asked, answer } = run('ReserveNow', chargingOn(1), { ...REQUEST, connectorType: 'cG105' });
    expect(asked).toEqual([]);
    expect([answer?.['status'], reason(answer)]).toEqual(['Occupied', 'TxInProgress']);
    expect(connectors(run('ReserveNow', chargingOn(1), { ...REQUEST, evseId: 2 }).asked)).toEqual([3]);
  });
});

describe('Reset', () => {
  test.each([
    ['the only EVSE', accepted({}, { configuration: keys({ NumberOfConnectors: '2' }) }), 1, 'Accepted', undefined],
    ['one of several EVSEs', idle, 1, 'Rejected', 'UnsupportedParam'],
    ['an EVSE that is not there', idle, 3, 'Rejected', 'UnknownEvse'],
  ])('of %s', (_what, state, evseId, word, reasonCode) => {
    const { answer } = run('Reset', state, { type: 'Immediate', evseId });
    expect([answer?.['status'], reason(answer)]).toEqual([word, reasonCode]);
  });
});

describe('TriggerMessage', () => {
  const trigger = (
    state: ChargePointState,
    requestedMessage: string,
    evse?: JsonObject,
    reply?: (asked: Asked) => Reply,
  ) => run('TriggerMessage', state, { requestedMessage, ...(evse && { evse }) }, reply);

  test.each([
    ['StatusNotification', { id: 1 }, [1, 2]],
    ['StatusNotification', { id: 1, connectorId: 2 }, [2]],
    ['MeterValues', { id: 1 }, [1, 2]],
    ['MeterValues', { id: 2 }, [3]],
    ['MeterValues', undefined, [undefined]],
  ])('asks %s of each connector that is meant: %j', (message, evse, wanted) => {
    const { asked, answer, said, station } = trigger(idle, message, evse);
    expect(connectors(asked)).toEqual(wanted);
    expect(said).toHaveLength(1);
    expect(answer).toEqual({ status: 'Accepted' });
    expect(station.triggers).toMatchObject(wanted.map((connectorId) => (connectorId ? { connectorId } : {})));
  });

  test.each([
    ['one of them will', { 1: 'Rejected' }, { status: 'Accepted' }, [2]],
    ['none of them will', { 1: 'Rejected', 2: 'Rejected' }, { status: 'Rejected' }, []],
  ])('is what it is when %s', (_what, words, wanted, waiting) => {
    const { answer, station } = trigger(idle, 'MeterValues', { id: 1 }, by(words));
    expect(answer).toEqual(wanted);
    expect(station.triggers.map(({ connectorId }) => connectorId)).toEqual(waiting);
  });

  test('is not tried on the next connector of a charge point that is away', () => {
    const { asked, answer } = trigger(idle, 'StatusNotification', { id: 1 }, refusing('DeviceUnreachable'));
    expect(asked).toHaveLength(1);
    expect(answer).toMatchObject({ status: 'Rejected', statusInfo: { reasonCode: 'InternalError' } });
  });

  test('is told from memory, for each connector, where the charge point has no triggers', () => {
    const { told, said, effects } = trigger(
      seen('Available', 'Charging', 'Available'),
      'StatusNotification',
      { id: 1 },
      refusing('DeviceNotSupported'),
    );
    expect(told.map(({ payload }) => [payload['evseId'], payload['connectorId']])).toEqual([
      [1, 1],
      [1, 2],
    ]);
    expect(said).toEqual([{ answer: { status: 'Accepted' } }]);
    expect(lossesOf(effects).filter((code) => code === 'trigger-emul')).toHaveLength(2);
  });

  test('of an event is of the transaction of the EVSE', () => {
    expect(connectors(trigger(chargingOn(2), 'TransactionEvent', { id: 1 }).asked)).toEqual([2]);
    expect(reason(trigger(chargingOn(2), 'TransactionEvent', { id: 2 }).answer)).toBe('TxNotFound');
  });

  test('knows no connector beyond those of the EVSE', () => {
    expect(reason(trigger(idle, 'StatusNotification', { id: 2, connectorId: 2 }).answer)).toBe('UnknownConnectorId');
  });
});
