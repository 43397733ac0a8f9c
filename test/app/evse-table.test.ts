import { describe, expect, test } from 'vitest';
import { ChargePointConfigs } from '../../src/app/config/charge-points.ts';
import { ConfigFaults } from '../../src/app/config/faults.ts';
import { loadConfig } from '../../src/app/config/load.ts';

/** `station.evses`: which connectors are one EVSE. */

const load = (station: string, more = '') =>
  loadConfig({ text: `csms: { url: "ws://csms/", protocol: ocpp2.0.1 }\nstation: ${station}\n${more}`, env: {} });

function complaints(station: string): string[] {
  try {
    load(station);
  } catch (error) {
    if (error instanceof ConfigFaults) return error.faults.map(({ path, message }) => `${path}: ${message}`);
    throw error;
  }
  return [];
}

describe('a table of EVSEs', () => {
  test('is empty unless the operator writes one', () => {
    expect(load('{}').station.evses).toEqual([]);
  });

  test('is taken as it is written', () => {
    const evses = [
      { connectors: [1, 2], connectorTypes: ['cCCS2', 'cG105'], ratedPower: 50000, supplyPhases: 0 },
      { connectors: [3] },
    ];
    expect(load(JSON.stringify({ evses })).station.evses).toEqual(evses);
  });

  test('can be another one, or none, for some charge points', () => {
    const config = load(
      '{ evses: [{ connectors: [1, 2] }] }',
      'chargePoints: { "AC-*": { station: { evses: [] } }, DC-9: { station: { evses: [{ connectors: [2, 3] }] } } }',
    );
    const of = (identity: string) => new ChargePointConfigs(config).of(identity).station.evses;
    expect([of('DC-1'), of('AC-1'), of('DC-9')]).toEqual([[{ connectors: [1, 2] }], [], [{ connectors: [2, 3] }]]);
  });

  test.each([
    ['{ evses: [{ connectors: [] }] }', 'station.evses.0.connectors: an EVSE has at least one connector'],
    [
      '{ evses: [{ connectors: [1, 2] }, { connectors: [3, 2] }] }',
      'station.evses.1.connectors.1: connector 2 stands as part of EVSE 1 already',
    ],
    ['{ evses: [{ connectors: [1, 1] }] }', 'station.evses.0.connectors.1: connector 1 stands here already'],
    [
      '{ evses: [{ connectors: [1, 2], connectorTypes: [cCCS2] }] }',
      'station.evses.0.connectorTypes: one type for each connector is wanted: 2, not 1',
    ],
  ])('%s is refused, and why is said', (station, complaint) => {
    expect(complaints(station)).toEqual([complaint]);
  });

  test.each(['0', '101', '1.5', '"1"'])('has no connector %s', (connector) => {
    expect(complaints(`{ evses: [{ connectors: [${connector}] }] }`)).toHaveLength(1);
  });
});
