import { describe, expect, test } from 'vitest';
import type { JsonObject } from '../../../src/base/message.ts';
import type { ChargePointState } from '../../../src/flow/state.ts';
import { errorEvents } from '../../../src/flow/station/connectors/error-events.ts';
import type { StationSettings } from '../../../src/flow/station/settings.ts';
import { variablesOf } from '../../../src/flow/station/variables/inventory.ts';
import { NOW } from '../context.ts';
import { keys, transaction } from './command-states.ts';
import { accepted, stationContext } from './context.ts';
import { Conversation } from './conversation.ts';
import { attribute, characteristics, key, nameOf, PLAIN, Point, wanted } from './point.ts';
import { toCsms } from './valid.ts';

/** Two cables on one power unit: connectors 1 and 2 are EVSE 1, connector 3 is EVSE 2. What the charge point says. */
const SHARED: Partial<StationSettings> = {
  evses: [{ connectors: [1, 2], connectorTypes: ['cCCS2', 'cG105'], ratedPower: 50_000, supplyPhases: 0 }],
};

const at = (seconds: number) => new Date(NOW + 60_000 + 1000 * seconds).toISOString();
const start = (connectorId: number, seconds: number) => ({
  ...{ connectorId, idTag: `0000000${connectorId}`, meterStart: 100 * connectorId, timestamp: at(seconds) },
});
const talking = (state?: ChargePointState) => new Conversation({ settings: SHARED }, state).connect();

describe('a transaction', () => {
  test('is on its connector of the EVSE', () => {
    const talk = talking();
    talk.say('StartTransaction', start(2, 1));
    talk.say('StartTransaction', start(3, 2));
    expect(talk.events.map(({ evse }) => evse)).toEqual([
      { id: 1, connectorId: 2 },
      { id: 2, connectorId: 1 },
    ]);
  });

  test('ends where another one begins on the same EVSE, and not elsewhere', () => {
    const talk = talking();
    talk.say('StartTransaction', start(1, 1));
    talk.say('StartTransaction', start(3, 2));
    expect(talk.events.map(({ eventType }) => eventType)).toEqual(['Started', 'Started']);
    talk.say('StartTransaction', start(2, 3));
    const { transactionId } = (talk.events[0]?.['transactionInfo'] ?? {}) as JsonObject;
    expect(talk.events.slice(2)).toMatchObject([
      { eventType: 'Ended', transactionInfo: { transactionId } },
      { eventType: 'Started', evse: { id: 1, connectorId: 2 } },
    ]);
    expect(talk.shell.losses).toContain('tx-lost');
  });

  test('is judged by the EVSE to which the CSMS restricts a token', () => {
    const starts = [1, 2, 3].map((connectorId) => {
      const talk = talking();
      talk.ask('StartTransaction', start(connectorId, 1));
      talk.settle({ status: 'Accepted', evseId: [1] });
      return talk.reply('StartTransaction');
    });
    expect(starts).toMatchObject(
      ['Accepted', 'Accepted', 'Invalid'].map((status) => ({ answer: { idTagInfo: { status } } })),
    );
  });

  test('answers the remote start of its EVSE, whichever connector was named to the charge point', () => {
    const token = { idToken: '00000002', type: 'ISO14443' };
    const remote = { remoteStartId: 17, idTag: '00000002', token, connectorId: 1, expiresAt: NOW + 900_000 };
    const talk = talking(accepted({ remoteStarts: [remote] }));
    talk.say('StartTransaction', start(2, 1));
    expect(talk.events).toMatchObject([{ triggerReason: 'RemoteStart', transactionInfo: { remoteStartId: 17 } }]);
  });

  test('that nobody saw begin is on the only EVSE, its connector unknown', () => {
    const talk = talking(accepted({}, { connectors: { 2: {} } }));
    talk.say('StopTransaction', { transactionId: 77, meterStop: 900, timestamp: at(1) });
    expect(talk.events[0]).toMatchObject({ eventType: 'Started', evse: { id: 1 } });
    expect(talk.events[0]?.['evse']).not.toHaveProperty('connectorId');
  });
});

describe('Authorize', () => {
  test('refuses a token that is for another EVSE than the only one there is', () => {
    const talk = talking(accepted({}, { configuration: keys({ NumberOfConnectors: '2' }) }));
    talk.ask('Authorize', { idTag: 'TAG' });
    talk.settle({ status: 'Accepted', evseId: [2] });
    expect(talk.reply('Authorize')).toMatchObject({ answer: { idTagInfo: { status: 'Invalid' } } });
  });
});

describe('StatusNotification', () => {
  test('names EVSE and connector', () => {
    const talk = talking();
    const told = [1, 2, 3].map((connectorId) => {
      talk.ask('StatusNotification', { connectorId, status: 'Available', errorCode: 'NoError' });
      const call = talk.next();
      call?.end({ answer: {} });
      return call?.payload;
    });
    expect(told).toMatchObject([
      { evseId: 1, connectorId: 1 },
      { evseId: 1, connectorId: 2 },
      { evseId: 2, connectorId: 1 },
    ]);
  });
});

describe('MeterValues without a transaction', () => {
  test('are those of the EVSE; which connector is lost, and counted where it matters', () => {
    const talk = talking();
    const meterValue = [{ timestamp: at(1), sampledValue: [{ value: '5' }] }];
    const told = [0, 1, 2, 3].map((connectorId) => {
      const before = talk.shell.losses.length;
      talk.say('MeterValues', { connectorId, meterValue });
      return [talk.heard.at(-1)?.payload['evseId'], talk.shell.losses.slice(before)];
    });
    expect(told).toEqual([
      [0, []],
      [1, ['evse-connector']],
      [1, ['evse-connector']],
      [2, []],
    ]);
  });
});

describe('a sensor', () => {
  test('is that of its connector, so that two of them are not one', () => {
    const talk = new Conversation({ settings: { ...SHARED, otherMeasurands: 'notifyEvent' } }).connect();
    const warm = (value: string) => [
      { timestamp: at(1), sampledValue: [{ measurand: 'Temperature', value, unit: 'Celsius' }] },
    ];
    for (const connectorId of [1, 2, 3]) talk.say('MeterValues', { connectorId, meterValue: warm(`2${connectorId}`) });
    expect(
      talk.heard.flatMap(({ payload }) => (payload['eventData'] as JsonObject[]).map((event) => nameOf(event))),
    ).toEqual(['1/1', '1/2', '2'].map((place) => `TemperatureSensor[${place}].Temperature`));
    const { state, context } = talk.shell;
    const values = [...variablesOf(state, context).values()].filter(({ variable }) => variable === 'Temperature');
    expect(values.map(({ value }) => value)).toEqual(['21', '22', '23']);
  });
});

describe('an error', () => {
  /** What the CSMS is told of statuses with these errors, one after the other. */
  function story(...errors: [connectorId: number, errorCode: string][]): string[] {
    let state = accepted();
    return errors.flatMap(([connectorId, errorCode]) => {
      const decided = errorEvents(
        state,
        { connectorId, status: 'Available', errorCode, timestamp: at(0) },
        NOW,
        stationContext(SHARED),
      );
      state = decided.state;
      return toCsms(decided.effects).flatMap(({ payload }) =>
        (payload['eventData'] as JsonObject[]).map((event) => `${nameOf(event)} ${String(event['actualValue'])}`),
      );
    });
  }

  test('of a connector is told of that one', () => {
    expect(story([2, 'ConnectorLockFailure'], [2, 'NoError'])).toEqual([
      'ConnectorPlugRetentionLock[1/2].Problem true',
      'ConnectorPlugRetentionLock[1/2].Problem false',
    ]);
  });

  test('of an EVSE is one, whichever of its connectors tell it, and over when none does', () => {
    expect(story([1, 'GroundFailure'], [2, 'GroundFailure'], [1, 'NoError'], [2, 'NoError'])).toEqual([
      'RCD[1].Tripped true',
      'RCD[1].Tripped false',
    ]);
  });

  test('of another EVSE is another', () => {
    expect(story([2, 'GroundFailure'], [3, 'GroundFailure'], [3, 'NoError'], [2, 'NoError'])).toEqual([
      ...['RCD[1].Tripped true', 'RCD[2].Tripped true', 'RCD[2].Tripped false', 'RCD[1].Tripped false'],
    ]);
  });
});

describe('the device model', () => {
  const status = (connectorId: number, word: string) => ({
    [connectorId]: { status: { connectorId, status: word, errorCode: 'NoError' }, statusAt: NOW },
  });
  const seen = (...words: string[]) =>
    accepted({}, { connectors: Object.assign({}, ...words.map((word, index) => status(index + 1, word))) });
  const rowsOf = (point: Point) => new Map(point.report().map((row) => [nameOf(row), row]));
  const shownIn = (row: JsonObject | undefined) => row && attribute(row)['value'];

  test('has a row for each EVSE and each of its connectors, with what the operator says of them', () => {
    const three = PLAIN.map((one) => (one.key === 'NumberOfConnectors' ? key('NumberOfConnectors', '3') : one));
    const rows = rowsOf(new Point(three, { settings: { ...SHARED, ratedPower: 22_000, connectorType: 'cType2' } }));
    const values = (pattern: RegExp) => [...rows].filter(([name]) => pattern.test(name)).map(([name]) => name);
    expect(values(/^EVSE.*Available$/)).toEqual(['EVSE[1].Available', 'EVSE[2].Available']);
    expect(
      [...rows].filter(([name]) => name.endsWith('.ConnectorType')).map(([name, row]) => [name, shownIn(row)]),
    ).toEqual([
      ['Connector[1/1].ConnectorType', 'cCCS2'],
      ['Connector[1/2].ConnectorType', 'cG105'],
      ['Connector[2/1].ConnectorType', 'cType2'],
    ]);
    for (const [name, phases] of [
      ['EVSE[1]', '0'],
      ['Connector[1/2]', '0'],
      ['EVSE[2]', '3'],
      ['ChargingStation', '3'],
    ])
      expect([name, shownIn(rows.get(`${name}.SupplyPhases`))]).toEqual([name, phases]);
    for (const [id, maxLimit] of [
      [1, 50_000],
      [2, 22_000],
    ])
      expect(characteristics(rows.get(`EVSE[${id}].Power`) ?? {})).toMatchObject({ maxLimit });
  });

  test.each([
    ['Available', 'Available', 'Available'],
    ['Available', 'Charging', 'Occupied'],
    ['Faulted', 'Preparing', 'Occupied'],
    ['Available', 'Reserved', 'Reserved'],
    ['Faulted', 'Available', 'Faulted'],
    ['Unavailable', 'Faulted', 'Faulted'],
    ['Available', 'Unavailable', 'Unavailable'],
  ])('calls an EVSE with connectors %s and %s %s', (one, other, word) => {
    const rows = rowsOf(new Point(PLAIN, { settings: SHARED }, seen(one, other)));
    expect(shownIn(rows.get('EVSE[1].AvailabilityState'))).toBe(word);
    expect(shownIn(rows.get('Connector[1/1].AvailabilityState'))).toBe(one);
  });

  test('tells the power of the connector that charges', () => {
    const meterValue = [
      { timestamp: at(0), sampledValue: [{ value: '7.4', unit: 'kW', measurand: 'Power.Active.Import' }] },
    ];
    const state = accepted(
      {},
      {
        connectors: { 2: { meter: { connectorId: 2, meterValue } } },
        transactions: { 110000000: transaction({ connectorId: 2 }) },
      },
    );
    expect(shownIn(rowsOf(new Point(PLAIN, { settings: SHARED }, state)).get('EVSE[1].Power'))).toBe('7400');
  });

  test('shows an active error of an EVSE, whichever connector told it', () => {
    const problems = { '2/RCD/Tripped': { eventId: 1, at: 'evse' as const } };
    const rows = rowsOf(new Point(PLAIN, { settings: SHARED }, accepted({ problems }, { connectors: { 3: {} } })));
    expect(['RCD[1].Tripped', 'RCD[2].Tripped'].map((name) => shownIn(rows.get(name)))).toEqual(['true', 'false']);
  });

  test.each([
    ['0.RST,1.RTS,2.RTS', 'RTS'],
    ['0.RST,2.RTS', 'RTS'],
    ['0.RST,1.RTS,2.RST', ''],
    ['0.RST', undefined],
  ])('knows how the phases of an EVSE are wired only where its connectors agree: %s', (said, word) => {
    const others = PLAIN.filter((one) => one.key !== 'ConnectorPhaseRotation');
    const point = new Point([...others, key('ConnectorPhaseRotation', said)], { settings: SHARED });
    expect(shownIn(rowsOf(point).get('EVSE[1].PhaseRotation'))).toBe(word);
  });

  test('writes the phases of all connectors of an EVSE', () => {
    const point = new Point(PLAIN, { settings: SHARED });
    point.report();
    expect(point.set({ ...wanted('EVSE[1].PhaseRotation'), attributeValue: 'TSR' })).toMatchObject([
      { attributeStatus: 'Accepted' },
    ]);
    expect(point.keys.find((one) => one.key === 'ConnectorPhaseRotation')?.value).toBe('0.RST,1.TSR,2.TSR');
  });

  test('has the key of each meter: on the EVSE, or on the connectors that share it', () => {
    const meters = [1, 2, 3].map((id) => key(`MeterPublicKey${id}`, `KEY${id}`, true));
    const rows = rowsOf(new Point([...meters, key('NumberOfConnectors', '3')], { settings: SHARED }));
    expect(
      [...rows].filter(([name]) => name.endsWith('.PublicKey')).map(([name, row]) => [name, shownIn(row)]),
    ).toEqual([
      ['FiscalMetering[1/1].PublicKey', 'KEY1'],
      ['FiscalMetering[1/2].PublicKey', 'KEY2'],
      ['FiscalMetering[2].PublicKey', 'KEY3'],
    ]);
  });
});
