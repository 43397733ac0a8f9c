import { createHash } from 'node:crypto';
import { basename, join } from 'node:path';
import type { CsmsProtocol } from '../base/message.ts';
import type { JsonContract } from '../contract/json-contract.ts';
import { loadJsonContract } from '../contract/ocppj.ts';
import type { SoapContracts } from '../contract/soap-contract.ts';
import { loadSoapContracts } from '../contract/wsdl.ts';
import { type Compiled, compileTables, loadProfiles, loadTables } from '../mapping/compile.ts';
import { nearest } from '../mapping/fault.ts';
import { DEFAULT_OPTIONS, type MappingOptions } from '../mapping/options.ts';
import type { Profiles } from '../mapping/quirks.ts';
import { compileStation } from '../mapping/station/load.ts';
import type { StationTables } from '../mapping/station/station-tables.ts';
import type { Config } from './config/schema.ts';
import { MAPPINGS_DIR, WSDL_DIR } from './places.ts';
import type { WatchedFolder } from './reload.ts';
import { mappingOptions } from './settings.ts';

/** What a change of the tables' files may change. */
export interface TablesInForce extends Compiled {
  /** Actions that a CSMS may call. */
  readonly downActions: ReadonlySet<string>;
  /** Towards OCPP 2.0.1; only when a CSMS speaks it. */
  readonly station?: StationTables;
  /** The beginning of a hash of all files: equal when they say the same. */
  readonly version: string;
}

export interface Translation extends TablesInForce {
  readonly soap: SoapContracts;
  readonly json: JsonContract;
  /** OCPP 2.0.1; only when a CSMS speaks it. */
  readonly stationJson?: JsonContract;
}

export interface TranslationSources {
  readonly wsdlDir?: string | undefined;
  readonly tableDir?: string | undefined;
  /** More profiles, beside those of the tables. */
  readonly profileDir?: string | undefined;
  readonly options?: MappingOptions;
  /** Profiles that must be there: name -> where it is wanted. */
  readonly named?: ReadonlyMap<string, string>;
  /** Whether a CSMS speaks OCPP 2.0.1. */
  readonly to201?: boolean;
}

export function sourcesOf(config: Config): TranslationSources {
  const named = Object.entries(config.chargePoints).flatMap(([pattern, { profile }]): [string, string][] =>
    profile === undefined ? [] : [[profile, `chargePoints.${pattern}.profile`]],
  );
  return {
    wsdlDir: config.contracts.wsdlDir,
    tableDir: config.mapping.dir,
    profileDir: config.mapping.quirksDir,
    options: mappingOptions(config),
    named: new Map(named),
    to201: protocolsOf(config).has('ocpp2.0.1'),
  };
}

/** What the CSMSs of a configuration speak. */
function protocolsOf({ csms, chargePoints }: Config): ReadonlySet<CsmsProtocol | undefined> {
  return new Set([csms.protocol, ...Object.values(chargePoints).map((entry) => entry.csms.protocol)]);
}

/** Where a changed file means changed tables. */
export function foldersOf({ tableDir = MAPPINGS_DIR, profileDir }: TranslationSources): WatchedFolder[] {
  return [
    { path: tableDir, needed: true },
    { path: join(tableDir, 'quirks'), needed: false },
    ...(profileDir === undefined ? [] : [{ path: profileDir, needed: true }]),
  ];
}

const VERSION_LENGTH = 12;

/** Reads, proves and compiles the tables. Throws MappingFaults with every fault at once, or an Error for a profile that is not there. */
export function compileSources(
  contracts: Pick<Translation, 'soap' | 'json' | 'stationJson'>,
  { tableDir = MAPPINGS_DIR, profileDir, options = DEFAULT_OPTIONS, named }: TranslationSources,
): TablesInForce {
  const own = profileDir === undefined ? [] : loadTables(profileDir);
  const sources = [...loadTables(tableDir), ...loadProfiles(tableDir), ...own];
  const compiled = compileTables(sources, contracts, options);
  checkNamed(compiled.profiles, named ?? new Map());
  const { json: pivot, stationJson } = contracts;
  const hash = createHash('sha256');
  for (const { file, text } of sources) hash.update(`${basename(file)}\n${text.length}\n${text}`);
  return {
    ...compiled,
    ...(stationJson && { station: compileStation(sources, { pivot, station: stationJson }) }),
    downActions: new Set([...compiled.translators.values()].flatMap((translator) => [...translator.down.keys()])),
    version: hash.digest('hex').slice(0, VERSION_LENGTH),
  };
}

function checkNamed({ names }: Profiles, named: ReadonlyMap<string, string>): void {
  const missing = [...named].filter(([name]) => !names.includes(name));
  if (missing.length === 0) return;
  const lines = missing.map(([name, where]) => {
    const hint = nearest(name, names) ?? `there are ${names.join(', ')}`;
    return `${where}: there is no quirk profile "${name}" (${hint})`;
  });
  throw new Error(lines.join('\n'));
}

/**
 * Contracts and tables, read, proved and compiled: everything that translation needs, and nothing that runs.
 * Throws ContractFaults or MappingFaults with every fault at once.
 */
export async function loadTranslation(sources: TranslationSources = {}): Promise<Translation> {
  const soap = await loadSoapContracts(sources.wsdlDir ?? WSDL_DIR);
  const json = loadJsonContract('ocpp1.6');
  const contracts = { soap, json, ...(sources.to201 && { stationJson: loadJsonContract('ocpp2.0.1') }) };
  return { ...contracts, ...compileSources(contracts, sources) };
}
