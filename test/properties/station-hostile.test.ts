import { describe, expect, test } from 'vitest';
import { SOAP_VERSIONS, type SoapObject, type SoapVersion } from '../../src/base/message.ts';
import { contracts } from '../mapping/house.ts';
import { frameFaults } from './station-facts.ts';
import { Road } from './station-road.ts';
import { Wire } from './wire.ts';

/** What no charge point should say and its WSDL lets it: the CSMS gets what it can read, the charge point its answer. */

const NAMES: Readonly<Record<SoapVersion, { list: string; sample: (value: string) => SoapObject }>> = {
  '1.2': { list: 'values', sample: (value) => ({ value: /^-?\d{1,9}$/.test(value) ? value : '7' }) },
  '1.5': { list: 'values', sample: (value) => ({ value: [{ '.': value }] }) },
  '1.6': { list: 'meterValue', sample: (value) => ({ sampledValue: [{ value }] }) },
};
const AT = '2024-03-09T10:00:00Z';
const EXTREMES = ['0', '-1', '101', '2147483647', '-2147483648'];
const TIMES = [
  '1970-01-01T00:00:00Z',
  '9999-12-31T23:59:59.999Z',
  '0001-01-01T00:00:00Z',
  '2024-03-09T10:00:00.123456789+14:00',
];
const TAGS = ['💡💡', '\u202e١٢', 'a b', '=3D', '', '{"a":1}', 'constructor', '__proto__', 'x'.repeat(20)];

function road(version: SoapVersion, story: (road: Road) => void): Road {
  const made = new Road(version, {}, {});
  made.link(true);
  made.pass(60);
  story(made);
  made.end();
  for (const role of ['CentralSystem', 'ChargePoint'] as const)
    expect(new Wire(contracts.soap.service(version, role)).firstBad(made.written[role])).toBe(-1);
  expect(made.faults).toEqual([]);
  return made;
}

function start(version: SoapVersion, made: Road, change: SoapObject = {}): string {
  made.says('StartTransaction', { connectorId: '1', idTag: 'T', timestamp: AT, meterStart: '0', ...change });
  made.flow();
  made.pass(20);
  return made.transactions.at(-1) ?? `no id of ${version}`;
}

function stop(transactionId: string, change: SoapObject = {}): SoapObject {
  return { transactionId, timestamp: AT, meterStop: '10', ...change };
}

/** 1.2 does not say which transaction readings belong to. */
const inTransaction = (version: SoapVersion, transactionId: string): SoapObject =>
  version === '1.2' ? {} : { transactionId };

const events = (made: Road) =>
  made.heard.flatMap(({ action, payload }) => (action === 'TransactionEvent' ? [payload] : []));

describe.each(SOAP_VERSIONS)('a strange charge point of OCPP %s', (version) => {
  const { list, sample } = NAMES[version];

  test.each(EXTREMES)('that calls a connector %s is answered, and asks nobody to count up to it', (connectorId) => {
    road(version, (made) => {
      const status = version === '1.6' ? 'Charging' : 'Occupied';
      made.says('StatusNotification', {
        connectorId,
        status,
        errorCode: 'NoError',
        ...(version === '1.6' && { timestamp: AT }),
      });
      made.flow();
      const id = start(version, made, { connectorId });
      made.says('MeterValues', { connectorId, [list]: [{ timestamp: AT, ...sample('5') }] });
      made.flow();
      made.says('StopTransaction', stop(id));
      made.flow();
    });
  });

  test.each(TIMES)('whose clock says %s tells times that can be true', (timestamp) => {
    const made = road(version, (one) => {
      const id = start(version, one, { timestamp });
      one.says('MeterValues', {
        connectorId: '1',
        ...inTransaction(version, id),
        [list]: [{ timestamp, ...sample('5') }],
      });
      one.flow();
      one.says('StopTransaction', stop(id, { timestamp }));
      one.flow();
    });
    expect(events(made).map(({ eventType }) => eventType)).toContain('Ended');
    for (const { timestamp: told } of events(made)) expect(String(told).slice(0, 7)).toBe('2024-03');
  });

  test.each(TAGS)('with the tag %j has one token of it, whatever it does', (idTag) => {
    const made = road(version, (one) => {
      one.says('Authorize', { idTag });
      one.flow();
      const id = start(version, one, { idTag });
      one.says('StopTransaction', stop(id, { idTag }));
      one.flow();
    });
    const tokens = made.heard.flatMap(({ payload }) =>
      payload['idToken'] ? [JSON.stringify(payload['idToken'])] : [],
    );
    expect(new Set(tokens).size).toBeLessThan(2);
  });

  test('that tells ten thousand readings at once is told whole', () => {
    const readings = Array.from({ length: 10_000 }, (_, i) => ({ timestamp: AT, ...sample(String(i)) }));
    const made = new Road(version, {}, {});
    made.link(true);
    made.pass(60);
    const id = start(version, made);
    made.says('MeterValues', { connectorId: '1', ...inTransaction(version, id), [list]: readings });
    const data = version === '1.2' ? {} : { transactionData: version === '1.5' ? [{ values: readings }] : readings };
    made.says('StopTransaction', stop(id, data));
    const waiting = made.waiting.map(({ action, payload }) => ({ faults: frameFaults(action, payload), payload }));
    expect(waiting.flatMap(({ faults }) => faults)).toEqual([]);
    expect(waiting.map(({ payload }) => payload['eventType'])).toEqual([...readings.map(() => 'Updated'), 'Ended']);
    expect(JSON.stringify(waiting.at(-1)?.payload).length).toBeLessThan(128 * 1024);
  });

  test('that names one connector after another takes no more than its share', () => {
    const made = road(version, (one) => {
      for (let n = 1; n <= 1_000; n += 1) {
        const status = { connectorId: String(n), status: 'Faulted', errorCode: 'GroundFailure' };
        one.says('StatusNotification', { ...status, ...(version === '1.6' && { timestamp: AT }) });
        if (n % 50 === 0) one.flow();
      }
    });
    expect(made.stored).toBeLessThan(150_000);
  });
});

describe('samples of OCPP 1.6', () => {
  test.each(['NaN', 'INF', '-INF', '1e309', '99999999999999999999999', '-0', '5e-324', '💡', 'x'.repeat(5000)])(
    'that say %j are told as numbers or not at all',
    (value) => {
      road('1.6', (made) => {
        const id = start('1.6', made);
        const sampledValue = [{ value }, { value, format: 'SignedData' }, { value: '1', unit: 'kWh' }];
        made.says('MeterValues', {
          connectorId: '1',
          transactionId: id,
          meterValue: [{ timestamp: AT, sampledValue }],
        });
        made.flow();
        made.says('StopTransaction', stop(id, { transactionData: [{ timestamp: AT, sampledValue }] }));
        made.flow();
      });
    },
  );

  test('ten thousand in one reading are told as one', () => {
    const sampledValue = Array.from({ length: 10_000 }, (_, i) => ({
      value: String(i),
      ...(i % 2 === 0 && { format: 'SignedData' }),
    }));
    const made = road('1.6', (one) => {
      const id = start('1.6', one);
      one.says('MeterValues', { connectorId: '1', transactionId: id, meterValue: [{ timestamp: AT, sampledValue }] });
      one.flow();
      one.says('StopTransaction', stop(id, { transactionData: [{ timestamp: AT, sampledValue }] }));
      one.flow();
    });
    expect(events(made).map(({ eventType }) => eventType)).toEqual(['Started', 'Updated', 'Ended']);
  });

  test('every status word is told, in a transaction and without', () => {
    const words = [
      'Available',
      'Preparing',
      'Charging',
      'SuspendedEVSE',
      'SuspendedEV',
      'Finishing',
      'Reserved',
      'Unavailable',
      'Faulted',
    ];
    const made = road('1.6', (one) => {
      for (const word of [...words, 'start', ...words]) {
        if (word === 'start') start('1.6', one);
        else one.says('StatusNotification', { connectorId: '1', status: word, errorCode: 'NoError', timestamp: AT });
        one.flow();
      }
    });
    const told = made.heard
      .filter(({ action }) => action === 'StatusNotification')
      .map(({ payload }) => payload['connectorStatus']);
    expect(new Set(told)).toEqual(new Set(['Available', 'Occupied', 'Reserved', 'Unavailable', 'Faulted']));
  });
});
