import fc from 'fast-check';
import type { JsonObject } from '../../../src/base/message.ts';
import type { ChargePointState, ConfigurationKey, Transaction } from '../../../src/flow/state.ts';
import type { StationState, TransactionEvents } from '../../../src/flow/station/state.ts';
import { NOW } from '../context.ts';
import { accepted, LINK } from './context.ts';

/** Charge points in all conditions in which a command may find them. */

export const TRANSACTION = 'd4d7a53c-8c6b-8f36-8a55-0000068e5a01';
const TAG = '04AABBCC';
const TOKEN = { idToken: TAG, type: 'ISO14443' };

const EVENTS: TransactionEvents = {
  ...{ transactionId: TRANSACTION, nextSeqNo: 3, chargingState: 'Charging', startKey: 'key' },
  lastEventAt: new Date(NOW - 1000).toISOString(),
};

export function transaction(change: Partial<Transaction> = {}): Transaction {
  return {
    ...{ device: 110_000_000, csms: 110_000_000, connectorId: 1, idTag: TAG, meterStart: 100 },
    ...{ startedAt: NOW - 600_000, authorization: 'Accepted', events: EVENTS },
    ...change,
  };
}

export function keys(values: Readonly<Record<string, string>>): Readonly<Record<string, ConfigurationKey>> {
  return Object.fromEntries(
    Object.entries(values).map(([spelling, value]) => [spelling.toLowerCase(), { spelling, value, readonly: false }]),
  );
}

export const PROFILE: JsonObject = {
  ...{ id: 1, stackLevel: 0, chargingProfilePurpose: 'TxProfile', chargingProfileKind: 'Relative' },
  transactionId: TRANSACTION,
  chargingSchedule: [{ id: 1, chargingRateUnit: 'W', chargingSchedulePeriod: [{ startPeriod: 0, limit: 7400 }] }],
};

const some = <T>(value: T): fc.Arbitrary<T | undefined> => fc.constantFrom(value, undefined);
const status = fc.constantFrom('Available', 'Preparing', 'Charging', 'Faulted', 'Unavailable', 'Reserved', undefined);

const configuration = fc.constantFrom(
  {},
  keys({ SupportedFeatureProfiles: 'Core', NumberOfConnectors: '2' }),
  keys({
    ...{ SupportedFeatureProfiles: 'Core,Reservation,SmartCharging,LocalAuthListManagement', NumberOfConnectors: '2' },
    ...{ ReserveConnectorZeroSupported: 'true', CustomDisplayCostAndPrice: 'true', ConnectionTimeOut: '30' },
    ...{ ChargingScheduleAllowedChargingRateUnit: 'Current', ChargeProfileMaxStackLevel: '5' },
  }),
);

const station: fc.Arbitrary<Partial<StationState>> = fc
  .record({
    reservations: some({ 1: { id: 1, token: TOKEN, connectorId: 2, expiresAt: NOW + 600_000 } }),
    profiles: some({ '#1': { evseId: 1, profile: PROFILE, transaction: 110_000_000 } }),
    remoteStarts: some([{ remoteStartId: 1, idTag: TAG, token: TOKEN, connectorId: 1, expiresAt: NOW + 60_000 }]),
    tokens: some({
      [TAG.toLowerCase()]: { ...TOKEN, tag: TAG, known: true as const, info: { status: 'Accepted' }, at: NOW },
    }),
    localList: some({ version: 2, tags: { [TAG.toLowerCase()]: { status: 'Accepted' } } }),
    firmwareJob: fc.constantFrom(undefined, { requestId: 1, at: NOW, status: 'Installing' }, { requestId: 2, at: NOW }),
    logJob: some({ requestId: 1, at: NOW, status: 'Uploading' }),
    lacking: some(['TriggerMessage', 'SetChargingProfile']),
    deferredReset: some({ since: NOW - 1000 }),
    registered: fc.constantFrom(
      { status: 'Accepted' as const, linkOpenedAt: LINK },
      { status: 'Pending' as const, linkOpenedAt: LINK },
    ),
  })
  .map((all) => Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined)));

export const states: fc.Arbitrary<ChargePointState> = fc
  .record({ station, configuration, first: status, second: status, open: fc.boolean(), over: fc.boolean() })
  .map(({ station: part, configuration: known, first, second, open, over }) => {
    const at = (connectorId: number, word: string | undefined) =>
      word === undefined
        ? {}
        : { [connectorId]: { status: { connectorId, status: word, errorCode: 'NoError' }, statusAt: NOW - 5000 } };
    const ended = over ? { stoppedAt: NOW - 1000 } : {};
    return accepted(part, {
      configuration: known,
      connectors: { ...at(1, first), ...at(2, second) },
      transactions: open ? { 110000000: { ...transaction(), ...ended } } : {},
    });
  });
