/** The tables between the pivot and OCPP 2.0.1, ready for flows. */

import { fileURLToPath } from 'node:url';
import { BridgeError } from '../../base/errors.ts';
import type { JsonObject } from '../../base/message.ts';
import { loadJsonContract } from '../../contract/ocppj.ts';
import { loadTables } from '../compile.ts';
import { FaultList, MappingFaults } from '../fault.ts';
import { readRegister } from '../read-table.ts';
import { parseFile, rootOf, type Source } from '../yaml-reader.ts';
import { type CheckedStation, checkStation } from './check.ts';
import type { Convert, PairContracts } from './compile.ts';
import { isStationFile } from './read-pair.ts';
import type { WordList } from './rows.ts';
import type { Given, StationTables } from './station-tables.ts';

/** The tables of the package, the same seen from src and from dist. */
const MAPPINGS_DIR = fileURLToPath(new URL('../../../mappings', import.meta.url));

/**
 * Reads, proves and compiles the tables of a folder. Synchronous: called at start, and by tests of flows.
 * @throws MappingFaults with every fault at once.
 */
export function loadStationTables(dir: string = MAPPINGS_DIR): StationTables {
  const contracts = { pivot: loadJsonContract('ocpp1.6'), station: loadJsonContract('ocpp2.0.1') };
  return compileStation(loadTables(dir), contracts);
}

/** The same from texts, among them the register of losses; other tables are passed over. */
export function compileStation(sources: readonly Source[], contracts: PairContracts): StationTables {
  const faults = new FaultList();
  const roots = sources.map((source) => rootOf(parseFile(source, faults), faults));
  const registerRoot = roots.find((root) => root.isMap && root.entries('a file').some(({ name }) => name === 'losses'));
  const register = registerRoot && readRegister(registerRoot);
  const checked = checkStation(roots.filter(isStationFile), contracts, register, faults);
  if (!checked || faults.size > 0) throw new MappingFaults(faults.list);
  return stationTables(checked);
}

/** The tables as flows use them. */
export function stationTables({ table, pair, model, actions }: CheckedStation): StationTables {
  return {
    convert: converter(pair.conversions),
    actions,
    words: new Map([...table.words.values()].map((list) => [list.name, imagesOf(list)])),
    variables: model.variables,
    ownVariables: model.own,
    errors: model.errors,
    sensors: model.sensors,
  };
}

/** Words without an image are left out. */
function imagesOf({ words }: WordList): ReadonlyMap<string, string> {
  return new Map([...words].flatMap(([word, { to }]): [string, string][] => ('word' in to ? [[word, to.word]] : [])));
}

function converter(conversions: ReadonlyMap<string, Convert>): StationTables['convert'] {
  return (name: string, source: JsonObject, given: Given = {}) => {
    const convert = conversions.get(name);
    if (!convert) throw new BridgeError('Internal', `there is no conversion "${name}"`);
    return convert(source, given);
  };
}
