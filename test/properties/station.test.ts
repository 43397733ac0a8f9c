import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { SOAP_VERSIONS } from '../../src/base/message.ts';
import type { StationSettings } from '../../src/flow/station/settings.ts';
import { contracts } from '../mapping/house.ts';
import { RUNS, SEED } from './run.ts';
import { Road } from './station-road.ts';
import { type Move, stories, tell } from './station-stories.ts';
import { Wire } from './wire.ts';

/** Whatever a charge point says that its WSDL allows, to whatever CSMS: both get only what they can read, and all of it. */

const settings: fc.Arbitrary<Partial<StationSettings>> = fc.record({
  connectorZero: fc.constantFrom('notifyEvent', 'fanOut', 'drop'),
  unknownTransaction: fc.constantFrom('adopt', 'endedOnly', 'discard'),
  unknownTransactionReadings: fc.constantFrom('meterValues', 'adopt'),
  clockAlignedAs: fc.constantFrom('transactionEvent', 'meterValues'),
  evseZeroReadings: fc.constantFrom('send', 'drop'),
  energyInWh: fc.boolean(),
  pendingMode: fc.constantFrom('mask', 'pass'),
  idTokenDefaultType: fc.constantFrom('ISO14443', 'Local', 'Central'),
});

describe.each(SOAP_VERSIONS)(`random stories of OCPP %s towards 2.0.1 (SEED=${SEED})`, (version) => {
  const wires = {
    CentralSystem: new Wire(contracts.soap.service(version, 'CentralSystem')),
    ChargePoint: new Wire(contracts.soap.service(version, 'ChargePoint')),
  };

  function faultsOf(story: readonly Move[], policies: Partial<StationSettings>): { faults: string[]; heard: string[] } {
    const road = new Road(version, policies, { stopLateRefused: true });
    tell(road, story);
    for (const role of ['CentralSystem', 'ChargePoint'] as const) {
      const xml = road.written[role];
      const bad = wires[role].firstBad(xml);
      if (bad >= 0) road.faults.push(`${xml[bad] ?? ''}: ${wires[role].errors(xml[bad] ?? '').join()}`);
    }
    return { faults: road.faults, heard: road.heard.map(({ action }) => action) };
  }

  test('end with answers that the charge point can read, and frames that the strictest CSMS takes', {
    timeout: 1_800_000,
  }, () => {
    const heard = new Map<string, number>();
    fc.assert(
      fc.property(stories(version), settings, (story, policies) => {
        const told = faultsOf(story, policies);
        for (const action of told.heard) heard.set(action, (heard.get(action) ?? 0) + 1);
        expect(told.faults).toEqual([]);
      }),
      { seed: SEED, numRuns: RUNS },
    );
    // A search that met nothing proves nothing.
    expect(heard.get('TransactionEvent') ?? 0).toBeGreaterThan(RUNS);
    expect([...heard.keys()]).toEqual(expect.arrayContaining(['MeterValues', 'StatusNotification', 'NotifyEvent']));
  });
});
