import { describe, expect, test } from 'vitest';
import type { JsonObject } from '../../../src/base/message.ts';
import { stationOf } from '../../../src/flow/station/rules.ts';
import { NOW } from '../context.ts';
import { keys } from './command-states.ts';
import { judged, type Reply, refusing } from './commander.ts';
import { accepted } from './context.ts';

const TOKEN = { idToken: '04AABBCC', type: 'ISO14443' };
const FLEET = { idToken: 'FLEET', type: 'Central' };
const UNTIL = '2024-03-09T12:00:00.000Z';
const REQUEST: JsonObject = { id: 5, expiryDateTime: UNTIL, idToken: TOKEN, groupIdToken: FLEET, evseId: 2 };
const two = accepted({}, { configuration: keys({ NumberOfConnectors: '2' }) });
const says = (status: string) => (): Reply => ({ answer: { status } });

function command(...said: Parameters<typeof judged>) {
  const ended = judged(...said);
  return { ...ended, reservations: ended.station.reservations };
}

describe('ReserveNow', () => {
  test('reserves the connector of the EVSE for the tag, and remembers it', () => {
    const { asked, answer, reservations } = command('ReserveNow', two, REQUEST);
    expect(asked).toEqual([
      {
        action: 'ReserveNow',
        payload: { connectorId: 2, expiryDate: UNTIL, idTag: '04AABBCC', parentIdTag: 'FLEET', reservationId: 5 },
      },
    ]);
    expect(answer).toEqual({ status: 'Accepted' });
    expect(reservations).toEqual({
      5: { id: 5, token: TOKEN, group: FLEET, connectorId: 2, expiresAt: NOW + 2 * 3_600_000, at: NOW },
    });
  });

  test('of a connector that has shown it already is known to be shown', () => {
    const status = { connectorId: 2, status: 'Reserved', errorCode: 'NoError' };
    const state = { ...two, connectors: { ...two.connectors, 2: { status } } };
    expect(command('ReserveNow', state, REQUEST).reservations['5']).toMatchObject({ shown: true });
  });

  test.each(['Faulted', 'Occupied', 'Rejected', 'Unavailable'])('%s is told, and nothing remembered', (status) => {
    const { answer, reservations } = command('ReserveNow', two, REQUEST, says(status));
    expect(answer).toEqual({ status });
    expect(reservations).toEqual({});
  });

  test('the same id again replaces it', () => {
    const first = command('ReserveNow', two, REQUEST);
    const second = command('ReserveNow', first.state, { ...REQUEST, evseId: 1 });
    expect(Object.values(second.reservations)).toMatchObject([{ id: 5, connectorId: 1 }]);
  });

  const { evseId: _, ...anywhere } = REQUEST;

  test('of any EVSE is connector 0, where the charge point can', () => {
    expect(command('ReserveNow', two, anywhere).answer).toMatchObject({ status: 'Rejected' });
    for (const word of ['true', 'TRUE', 'yes']) {
      const can = accepted({}, { configuration: keys({ ReserveConnectorZeroSupported: word }) });
      expect(command('ReserveNow', can, anywhere).asked[0]?.payload).toMatchObject({ connectorId: 0 });
    }
  });

  test.each([
    ['an EVSE that is not there', { ...REQUEST, evseId: 3 }, 'UnknownEvse'],
    ['a time that is over', { ...REQUEST, expiryDateTime: '2024-03-09T10:00:00.000Z' }, 'InvalidValue'],
    ['a connector of a type that nobody has told of', { ...REQUEST, connectorType: 'cType2' }, 'UnknownConnectorType'],
  ])('%s', (_what, request, reasonCode) => {
    const { asked, answer } = command('ReserveNow', two, request);
    expect(asked).toEqual([]);
    expect(answer).toMatchObject({ status: 'Rejected', statusInfo: { reasonCode } });
  });

  test('a connector of the type that the operator has told of', () => {
    const request = { ...REQUEST, connectorType: 'cType2' };
    expect(command('ReserveNow', two, request, undefined, { connectorType: 'cType2' }).answer).toEqual({
      status: 'Accepted',
    });
  });

  test('a charge point without reservations, by its own word or by its refusal', () => {
    const without = accepted({}, { configuration: keys({ SupportedFeatureProfiles: 'Core,SmartCharging' }) });
    const said = command('ReserveNow', without, { ...REQUEST, evseId: 1 });
    const refused = command('ReserveNow', two, REQUEST, refusing('DeviceNotSupported'));
    for (const { answer } of [said, refused])
      expect(answer).toMatchObject({ status: 'Rejected', statusInfo: { reasonCode: 'NotEnabled' } });
    expect(said.asked).toEqual([]);
  });

  test('many reservations do not fill the memory', () => {
    let state = two;
    for (let id = 0; id < 250; id += 1) state = command('ReserveNow', state, { ...REQUEST, id }).state;
    expect(Object.keys(stationOf(state).reservations)).toHaveLength(200);
  });
});

describe('CancelReservation', () => {
  const reserved = command('ReserveNow', two, REQUEST).state;

  test('is forgotten, so that nobody is told that it expired', () => {
    const { asked, reservations } = command('CancelReservation', reserved, { reservationId: 5 });
    expect(asked).toEqual([{ action: 'CancelReservation', payload: { reservationId: 5 } }]);
    expect(reservations).toEqual({});
  });

  test('the charge point may know one that the bridge does not', () => {
    expect(command('CancelReservation', two, { reservationId: 9 }, says('Accepted')).answer).toEqual({
      status: 'Accepted',
    });
  });

  test('that is refused leaves it as it is', () => {
    for (const reply of [says('Rejected'), refusing('DeviceUncertain')]) {
      const { answer, reservations } = command('CancelReservation', reserved, { reservationId: 5 }, reply);
      expect(answer).toMatchObject({ status: 'Rejected' });
      expect(Object.keys(reservations)).toEqual(['5']);
    }
  });
});
