import { describe, expect, test } from 'vitest';
import type { JsonObject, SoapVersion } from '../../../src/base/message.ts';
import type { Context, Effect } from '../../../src/flow/decision.ts';
import type { ChargePointState, Transaction } from '../../../src/flow/state.ts';
import { statusNotification } from '../../../src/flow/station/connectors/status-notification.ts';
import type { StationSettings } from '../../../src/flow/station/settings.ts';
import type { StationState, TransactionEvents } from '../../../src/flow/station/state.ts';
import { exchange, NOW } from '../context.ts';
import { accepted, BOOT, LINK, stationContext } from './context.ts';
import { lossesOf, toCsms, toPoint } from './valid.ts';
import { World } from './world.ts';

const TIME = '2024-03-09T09:59:58Z';
const ISO = '2024-03-09T09:59:58.000Z';
const status = (word: string, change: JsonObject = {}): JsonObject => ({
  ...{ connectorId: 1, status: word, errorCode: 'NoError', timestamp: TIME },
  ...change,
});

function tell(request: JsonObject, state = accepted(), context: Context = stationContext()) {
  const { state: after, effects } = statusNotification.call(state, exchange('StatusNotification', request), context);
  expect(toPoint('StatusNotification', effects)).toEqual({});
  return { state: after, effects, told: toCsms(effects) };
}

const statuses = (effects: readonly Effect[]): unknown[] =>
  toCsms(effects).flatMap(({ action, payload }) =>
    action === 'StatusNotification' ? [payload['connectorStatus']] : [],
  );

describe('the status of a connector', () => {
  test.each([
    ['Available', 'Available'],
    ['Preparing', 'Occupied'],
    ['Charging', 'Occupied'],
    ['SuspendedEVSE', 'Occupied'],
    ['SuspendedEV', 'Occupied'],
    ['Finishing', 'Occupied'],
    ['Reserved', 'Reserved'],
    ['Unavailable', 'Unavailable'],
  ])('%s is told as %s of the only connector of its EVSE', (word, connectorStatus) => {
    expect(tell(status(word, { connectorId: 2 })).told).toEqual([
      { action: 'StatusNotification', payload: { evseId: 2, connectorId: 1, connectorStatus, timestamp: ISO } },
    ]);
  });

  test('without a time happened when it came, and so did one that cannot be true', () => {
    const { timestamp: _, ...timeless } = status('Available');
    const now = '2024-03-09T10:00:00.000Z';
    expect(tell(timeless).told[0]?.payload['timestamp']).toBe(now);
    expect(lossesOf(tell(timeless).effects)).toEqual([]);
    for (const timestamp of ['1970-01-01T00:00:07Z', '2024-03-10T10:00:01Z']) {
      const { told, effects } = tell(status('Available', { timestamp }));
      expect(told[0]?.payload['timestamp']).toBe(now);
      expect(lossesOf(effects)).toContain('tx-clock');
    }
  });

  test('is no news when 2.0.1 has the same word for it', () => {
    const first = tell(status('Preparing'));
    expect(tell(status('Charging'), first.state).told).toEqual([]);
  });

  test('is told back and forth, also while the first is on its way', () => {
    const state = accepted({ told: { '1': 'Available' } });
    const occupied = tell(status('Preparing'), state);
    expect(statuses(tell(status('Available'), occupied.state).effects)).toEqual(['Available']);
  });

  test('that answers a trigger is told though it is known, and while the CSMS has the charge point Pending', () => {
    const triggers = [{ message: 'StatusNotification', connectorId: 1, expiresAt: NOW + 1 }];
    const known = { told: { '1': 'Available' }, triggers };
    expect(statuses(tell(status('Available'), accepted(known)).effects)).toEqual(['Available']);
    const registered = { status: 'Pending', linkOpenedAt: LINK } as const;
    expect(statuses(tell(status('Available'), accepted({ triggers, registered })).effects)).toEqual(['Available']);
    expect(statuses(tell(status('Available'), accepted({ registered })).effects)).toEqual([]);
    expect(statuses(tell(status('Available', { connectorId: 2 }), accepted(known)).effects)).toEqual(['Available']);
  });

  test('of a number without end is not remembered', () => {
    let state = accepted();
    for (let connectorId = 1; connectorId <= 150; connectorId += 1)
      ({ state } = tell(status('Available', { connectorId }), state));
    expect(Object.keys(state.connectors)).toHaveLength(100);
  });
});

const boot = { status: 'Accepted', interval: 300, currentTime: TIME };

function connected(settings: Partial<StationSettings> = {}): World {
  const world = new World(settings);
  world.says('BootNotification', BOOT);
  world.open();
  world.answers201(boot);
  world.frames.length = 0;
  return world;
}

const told = (world: World): string[] =>
  world.frames.map(({ payload }) => `${payload['evseId']} ${payload['connectorStatus']}`);

describe('statuses over a link', () => {
  test('wait while the CSMS says nothing to a second boot, and are told when that is given up', () => {
    const world = new World();
    world.open();
    world.says('BootNotification', BOOT);
    world.says('BootNotification', BOOT);
    world.says('StatusNotification', status('Available'));
    world.answers201({ status: 'Accepted', interval: 300, currentTime: ISO });
    expect(world.asked?.action).toBe('BootNotification');
    world.pass(100_000);
    expect(world.frames.at(-1)).toMatchObject({ action: 'StatusNotification', payload: { evseId: 1 } });
  });

  test('that come after the boot are told once each, and a later boot of the bridge tells all again', () => {
    const world = connected();
    for (const connectorId of [1, 2]) world.says('StatusNotification', status('Available', { connectorId }));
    world.answers201({});
    world.answers201({});
    world.pass(10_000);
    expect(told(world)).toEqual(['1 Available', '2 Available']);
    world.close();
    world.says('StatusNotification', status('Preparing', { connectorId: 2 }));
    world.says('StatusNotification', status('Reserved', { connectorId: 2 }));
    world.open();
    world.pass(5_000);
    world.frames.length = 0;
    world.answers201(boot);
    world.answers201({});
    expect(told(world)).toEqual(['1 Available', '2 Reserved']);
  });

  test('of a charge point that tells none after its boot come from memory after a while', () => {
    const world = connected();
    world.says('StatusNotification', status('Available'));
    world.answers201({});
    world.says('BootNotification', BOOT);
    world.answers201(boot);
    world.frames.length = 0;
    world.pass(4_999);
    expect(told(world)).toEqual([]);
    world.pass(1);
    expect(told(world)).toEqual(['1 Available']);
  });

  test('that got no answer are told again after half a minute', () => {
    const world = connected();
    world.says('StatusNotification', status('Available'));
    world.refuses({ code: 'CsmsTimeout', reason: '' });
    world.pass(29_999);
    expect(told(world)).toEqual(['1 Available']);
    world.pass(1);
    expect(told(world)).toEqual(['1 Available', '1 Available']);
  });

  test('that the CSMS calls wrong are not repeated', () => {
    const world = connected();
    world.says('StatusNotification', status('Available'));
    world.refuses({ code: 'CsmsProtocolError', reason: '' });
    world.pass(600_000);
    world.says('StatusNotification', status('Available'));
    expect(world.frames.filter(({ action }) => action === 'StatusNotification')).toHaveLength(1);
  });

  test('go before the events that they cause', () => {
    const world = connected();
    world.says('StatusNotification', status('Faulted', { errorCode: 'GroundFailure' }));
    world.pass(5_000);
    world.answers201({});
    expect(world.frames.map(({ action }) => action)).toEqual(['StatusNotification', 'NotifyEvent']);
  });
});

describe('connector 0', () => {
  const zero = status('Unavailable', { connectorId: 0 });

  test('is the state of the station, an event', () => {
    const { told: messages, state } = tell(zero);
    expect(messages).toMatchObject([
      {
        action: 'NotifyEvent',
        payload: {
          eventData: [
            {
              ...{ eventId: 1, trigger: 'Delta', actualValue: 'Unavailable', timestamp: ISO },
              ...{ component: { name: 'ChargingStation' }, variable: { name: 'AvailabilityState' } },
              eventNotificationType: 'HardWiredNotification',
            },
          ],
        },
      },
    ]);
    expect(tell(zero, state).told).toEqual([]);
    expect(tell(status('Available', { connectorId: 0 }), state).told).toHaveLength(1);
  });

  test('is the state of each connector without a transaction, where the operator says so', () => {
    const context = stationContext({ connectorZero: 'fanOut' });
    const one = tell(status('Available'), charging(), context).state;
    const two = tell(status('Available', { connectorId: 2 }), one, context).state;
    expect(tell(zero, two, context).told).toMatchObject([{ payload: { evseId: 2, connectorStatus: 'Unavailable' } }]);
    const back = tell(zero, two, context).state;
    expect(tell(status('Available', { connectorId: 0 }), back, context).told).toMatchObject([
      { payload: { evseId: 2, connectorStatus: 'Available' } },
    ]);
  });

  test('is nothing where the operator says so', () => {
    expect(tell(zero, accepted(), stationContext({ connectorZero: 'drop' })).told).toEqual([]);
  });
});

function charging(events: Partial<TransactionEvents> = {}, station: Partial<StationState> = {}): ChargePointState {
  const transaction: Transaction = {
    ...{ device: 9, csms: 9, connectorId: 1, idTag: 'AB', meterStart: 0, startedAt: NOW - 60_000 },
    authorization: 'Accepted',
    events: {
      ...{ transactionId: 'T', nextSeqNo: 1, chargingState: 'EVConnected', startKey: 'k' },
      ...events,
    },
  };
  return accepted(station, { transactions: { 9: transaction } });
}

describe('a status while a transaction runs', () => {
  const update = (request: JsonObject, state = charging(), context?: Context) =>
    tell(request, state, context).told.filter(({ action }) => action === 'TransactionEvent');

  test.each([
    ['Charging', '', 'Charging', 'ChargingStateChanged'],
    ['SuspendedEV', '', 'SuspendedEV', 'ChargingStateChanged'],
    ['SuspendedEV', 'EV side disconnected', 'Idle', 'EVCommunicationLost'],
    ['Preparing', 'EV side disconnected', 'Idle', 'EVCommunicationLost'],
    ['SuspendedEVSE', '', 'SuspendedEVSE', 'ChargingStateChanged'],
    ['Unavailable', '', 'SuspendedEVSE', 'ChargingStateChanged'],
    ['Faulted', '', 'SuspendedEVSE', 'AbnormalCondition'],
  ])('%s %s is %s because of %s', (word, info, chargingState, triggerReason) => {
    expect(update(status(word, { ...(info && { info }) }))).toEqual([
      {
        action: 'TransactionEvent',
        payload: {
          ...{ eventType: 'Updated', triggerReason, seqNo: 1, timestamp: ISO },
          transactionInfo: { transactionId: 'T', chargingState },
        },
      },
    ]);
  });

  test.each(['Available', 'Finishing', 'Reserved', 'Preparing'])('%s says nothing new', (word) => {
    expect(update(status(word))).toEqual([]);
  });

  test('counts on, and remembers since when it charges', () => {
    const { state } = tell(status('Charging'), charging());
    expect(state.transactions[9]?.events).toMatchObject({
      ...{ nextSeqNo: 2, chargingState: 'Charging', chargingSince: Date.parse(TIME), lastEventAt: ISO },
    });
    expect(update(status('Charging'), state)).toEqual([]);
  });

  test('of an older version is the one word that it has', () => {
    const of = (occupiedMeans: StationSettings['occupiedMeans'], version: SoapVersion) =>
      update(status('Preparing'), charging(), stationContext({ occupiedMeans }, {}, version));
    expect(of('Charging', '1.5')).toMatchObject([{ payload: { transactionInfo: { chargingState: 'Charging' } } }]);
    expect(of('EVConnected', '1.5')).toEqual([]);
  });

  test('is never earlier than the event before it', () => {
    const lastEventAt = '2024-03-09T10:00:30.000Z';
    expect(update(status('Charging'), charging({ lastEventAt }))[0]?.payload['timestamp']).toBe(lastEventAt);
  });

  test('that the charge point kept for long says so', () => {
    const late = status('Charging', { timestamp: '2024-03-09T09:58:59Z' });
    expect(update(late)[0]?.payload['offline']).toBe(true);
    expect(update(status('Charging'))[0]?.payload).not.toHaveProperty('offline');
  });

  test('that stays Faulted breaks nothing a second time', () => {
    const { state } = tell(status('Faulted'), charging());
    expect(update(status('Faulted'), state)).toEqual([]);
    expect(update(status('Charging'), state)).toMatchObject([{ payload: { triggerReason: 'ChargingStateChanged' } }]);
  });
});
