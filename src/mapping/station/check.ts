/** The completeness check of the tables between the pivot and OCPP 2.0.1, and what it makes of them. */

import type { FaultList, Place } from '../fault.ts';
import type { Register } from '../table.ts';
import type { Value } from '../yaml-reader.ts';
import { actionsOf } from './actions.ts';
import { PAIR, type StationCounts } from './build.ts';
import { type BuiltPair, buildPair, type PairContracts } from './compile.ts';
import { type DeviceModel, readDeviceModel } from './device-model.ts';
import { isDeviceModel, readPairTable } from './read-pair.ts';
import type { PairTable } from './rows.ts';
import type { StationAction } from './station-tables.ts';

/** What was proved, in numbers. */
export interface StationSummary extends StationCounts {
  readonly actions: number;
  readonly variables: number;
}

export interface CheckedStation {
  readonly table: PairTable;
  readonly pair: BuiltPair;
  readonly model: DeviceModel;
  readonly actions: ReadonlyMap<string, StationAction>;
  readonly summary: StationSummary;
}

/**
 * Checks and builds the two files of this pair. Undefined, with a fault, when one is missing.
 * @param roots files that say that they are about this pair
 */
export function checkStation(
  roots: readonly Value[],
  contracts: PairContracts,
  register: Register | undefined,
  faults: FaultList,
): CheckedStation | undefined {
  const nowhere: Place = roots[0]?.place ?? { file: 'mappings', line: 1, column: 1 };
  const modelRoot = only(roots.filter(isDeviceModel), 'device model', nowhere, faults);
  const pairRoot = only(
    roots.filter((root) => !isDeviceModel(root)),
    'table of messages',
    nowhere,
    faults,
  );
  if (!modelRoot || !pairRoot) return undefined;
  const table = readPairTable(pairRoot);
  const model = readDeviceModel(modelRoot);
  const pair = buildPair(table, contracts, register, faults);
  const actions = actionsOf(table, contracts.station, faults);
  checkPivot(table, contracts, faults);
  if (register) checkClaims(register, table, pair, faults);
  return {
    table,
    pair,
    model,
    actions,
    summary: {
      ...pair.build.counts,
      actions: actions.size,
      variables: model.variables.length + model.own.length,
    },
  };
}

function only(roots: readonly Value[], what: string, nowhere: Place, faults: FaultList): Value | undefined {
  const [root, other] = roots;
  if (!root) return faults.add(nowhere, `there is no ${what} for OCPP 2.0.1`);
  if (other) other.fault(`there is another ${what} for OCPP 2.0.1`);
  return root;
}

/** Calls of 1.6 that nobody converts: the security extension, which no SOAP version knows, and what flows make themselves. */
const UNCONVERTED: readonly string[] = [
  ...['LogStatusNotification', 'SecurityEventNotification', 'SignCertificate', 'SignedFirmwareStatusNotification'],
  ...['CertificateSigned', 'DeleteCertificate', 'ExtendedTriggerMessage', 'GetInstalledCertificateIds', 'GetLog'],
  ...['InstallCertificate', 'SignedUpdateFirmware', 'GetConfiguration'],
];

function checkPivot(table: PairTable, { pivot }: PairContracts, faults: FaultList): void {
  const converted = new Set(table.entries.map((entry) => entry.pivot));
  for (const name of pivot.actions.keys()) {
    if (!converted.has(name) && !UNCONVERTED.includes(name))
      faults.add(table, `the call ${name} of OCPP 1.6 has no conversion`);
  }
}

/** The register and the rows tell the same: no claim without a row, no row without a claim. */
function checkClaims(register: Register, table: PairTable, { build }: BuiltPair, faults: FaultList): void {
  const headings = table.entries.map((entry) => entry.heading);
  for (const row of register.losses.values()) {
    for (const heading of row.where.get(PAIR) ?? []) {
      if (!headings.includes(heading)) build.unknown(`call of ${PAIR}`, heading, headings, row);
      else if (!build.uses.get(row.code)?.has(heading))
        faults.add(row, `no row of ${PAIR} ${heading} tells ${row.code}`);
    }
  }
  for (const [code, uses] of build.uses) {
    const row = register.losses.get(code);
    for (const [heading, place] of uses) {
      if (row && row.where.get(PAIR)?.includes(heading) !== true)
        faults.add(
          place,
          `the register does not know that ${PAIR} ${heading} may tell ${code}`,
          `add ${heading} to \`where\` in losses.yaml`,
        );
    }
  }
}
