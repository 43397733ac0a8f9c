import { resolve } from 'node:path';
import type { SoapVersion } from '../../src/base/message.ts';
import { loadJsonContract } from '../../src/contract/ocppj.ts';
import { loadSoapContracts } from '../../src/contract/wsdl.ts';
import { compileTables, loadProfiles, loadTables } from '../../src/mapping/compile.ts';
import type { Contracts } from '../../src/mapping/plan-tables.ts';
import type { DownAction, Translation, UpAction } from '../../src/mapping/translator.ts';

/** The project's own contracts and tables. */
const root = resolve(import.meta.dirname, '../..');
export const contracts: Contracts = {
  soap: await loadSoapContracts(resolve(root, 'wsdl')),
  json: loadJsonContract('ocpp1.6'),
};
const all = loadTables(resolve(root, 'mappings'));
/** Of the SOAP versions, and the register; the pair towards OCPP 2.0.1 has a house of its own. */
export const tables = all.filter(({ file }) => !file.includes('ocpp2.0.1'));
export const stationTables = all.filter(({ file }) => file.includes('ocpp2.0.1'));
export const allContracts: Contracts = { ...contracts, stationJson: loadJsonContract('ocpp2.0.1') };
export const profileFiles = loadProfiles(resolve(root, 'mappings'));
const compiled = compileTables([...tables, ...profileFiles], contracts);
const { translators } = compiled;
export const { profiles } = compiled;

export function up(version: SoapVersion, action: string): UpAction {
  const found = translators.get(version)?.up.get(action);
  if (!found) throw new Error(`no ${action} in ${version}`);
  return found;
}

export function down(version: SoapVersion, action: string): DownAction {
  const found = translators.get(version)?.down.get(action);
  if (!found) throw new Error(`no ${action} in ${version}`);
  return found;
}

/** The translated value; a refusal or an answer fails the test with its reason. */
export function valued<T>(translation: Translation<T>): T {
  if (translation.kind === 'value') return translation.value;
  throw new Error(JSON.stringify(translation));
}

export const codesOf = (translation: Translation<unknown>): string[] => translation.losses.map((loss) => loss.code);
