import type { SoapVersion } from '../base/message.ts';
import type { JsonContract } from '../contract/json-contract.ts';
import { loadJsonContract } from '../contract/ocppj.ts';
import type { SoapContracts } from '../contract/soap-contract.ts';
import { loadSoapContracts } from '../contract/wsdl.ts';
import { compileTables, loadTables } from '../mapping/compile.ts';
import { DEFAULT_OPTIONS, type MappingOptions } from '../mapping/options.ts';
import type { LossRow } from '../mapping/table.ts';
import type { Translator } from '../mapping/translator.ts';
import { MAPPINGS_DIR, WSDL_DIR } from './places.ts';

export interface Translation {
  readonly soap: SoapContracts;
  readonly json: JsonContract;
  readonly translators: ReadonlyMap<SoapVersion, Translator>;
  /** The register of losses, by code. */
  readonly losses: ReadonlyMap<string, LossRow>;
  /** Actions that a CSMS may call. */
  readonly downActions: ReadonlySet<string>;
}

export interface TranslationSources {
  readonly wsdlDir?: string | undefined;
  readonly tableDir?: string | undefined;
  readonly options?: MappingOptions;
}

/**
 * Contracts and tables, read, proved and compiled: everything that translation needs, and nothing that runs.
 * Throws ContractFaults or MappingFaults with every fault at once.
 */
export async function loadTranslation({ wsdlDir, tableDir, options }: TranslationSources = {}): Promise<Translation> {
  const soap = await loadSoapContracts(wsdlDir ?? WSDL_DIR);
  const json = loadJsonContract('ocpp1.6');
  const sources = loadTables(tableDir ?? MAPPINGS_DIR);
  const { translators, losses } = compileTables(sources, { soap, json }, options ?? DEFAULT_OPTIONS);
  const downActions = new Set([...translators.values()].flatMap((translator) => [...translator.down.keys()]));
  return { soap, json, translators, losses, downActions };
}
