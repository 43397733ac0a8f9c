import { resolve } from 'node:path';
import type { JsonObject } from '../../../src/base/message.ts';
import { loadJsonContract } from '../../../src/contract/ocppj.ts';
import { loadTables } from '../../../src/mapping/compile.ts';
import { FaultList } from '../../../src/mapping/fault.ts';
import { readRegister } from '../../../src/mapping/read-table.ts';
import { type CheckedStation, checkStation } from '../../../src/mapping/station/check.ts';
import { loadStationTables } from '../../../src/mapping/station/load.ts';
import { isStationFile } from '../../../src/mapping/station/read-pair.ts';
import type { Conversion, Given } from '../../../src/mapping/station/station-tables.ts';
import { type ParsedFile, rootOf } from '../../../src/mapping/yaml-reader.ts';

/** The project's own contracts and tables. */
const dir = resolve(import.meta.dirname, '../../../mappings');
export const contracts = { pivot: loadJsonContract('ocpp1.6'), station: loadJsonContract('ocpp2.0.1') };
export const sources = loadTables(dir);
export const tables = loadStationTables(dir);

/** The check of these files, and what it found. */
export function checkedOf(files: readonly ParsedFile[]): { checked: CheckedStation | undefined; faults: string[] } {
  const faults = new FaultList();
  const roots = files.map((file) => rootOf(file, faults));
  const register = roots.find((root) => root.isMap && root.entries('a file').some(({ name }) => name === 'losses'));
  const station = roots.filter(isStationFile);
  const checked = checkStation(station, contracts, register && readRegister(register), faults);
  return { checked, faults: faults.list.map(({ message }) => message) };
}

/** The message made; anything else fails the test with its reason. */
function valued(conversion: Conversion): JsonObject {
  if (conversion.kind === 'value') return conversion.value;
  throw new Error(JSON.stringify(conversion));
}

export const converted = (name: string, source: JsonObject, given?: Given): JsonObject =>
  valued(tables.convert(name, source, given));

export const codesOf = (conversion: Conversion): string[] => conversion.losses.map((loss) => loss.code);
