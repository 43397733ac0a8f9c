import { resolve } from 'node:path';
import type { JsonObject } from '../../../src/base/message.ts';
import { loadJsonContract } from '../../../src/contract/ocppj.ts';
import { loadTables } from '../../../src/mapping/compile.ts';
import { loadStationTables } from '../../../src/mapping/station/load.ts';
import type { Conversion, Given } from '../../../src/mapping/station/station-tables.ts';

/** The project's own contracts and tables. */
const dir = resolve(import.meta.dirname, '../../../mappings');
export const contracts = { pivot: loadJsonContract('ocpp1.6'), station: loadJsonContract('ocpp2.0.1') };
export const sources = loadTables(dir);
export const tables = loadStationTables(dir);

/** The message made; anything else fails the test with its reason. */
export function valued(conversion: Conversion): JsonObject {
  if (conversion.kind === 'value') return conversion.value;
  throw new Error(JSON.stringify(conversion));
}

export const converted = (name: string, source: JsonObject, given?: Given): JsonObject =>
  valued(tables.convert(name, source, given));

export const codesOf = (conversion: Conversion): string[] => conversion.losses.map((loss) => loss.code);
