/** The completeness check: proves that every field, word and operation of both sides is covered, or tells where not. */

import { SOAP_VERSIONS } from '../base/message.ts';
import { type Fault, FaultList, nearest, type Place } from './fault.ts';
import { CODED_LOSSES } from './loss-codes.ts';
import { DEFAULT_OPTIONS, type MappingOptions } from './options.ts';
import { Book, type Counts } from './plan.ts';
import { type Contracts, missingTables, planTables, type TablePlan } from './plan-tables.ts';
import { type ProfilePlan, planProfiles } from './quirks-check.ts';
import { isQuirkFile, readQuirks } from './quirks-read.ts';
import type { QuirkFile } from './quirks-table.ts';
import { readRegister, readTable } from './read-table.ts';
import { type CheckedStation, checkStation } from './station/check.ts';
import { isStationFile } from './station/read-pair.ts';
import type { Register, Table } from './table.ts';
import { type ParsedFile, parseFile, rootOf, type Source, type Value } from './yaml-reader.ts';

/** What was proved, in numbers. */
export interface ProofSummary extends Counts {
  /** Loss codes of the register, and how many of them rows tell. */
  readonly losses: number;
  readonly lossesInTables: number;
  /** Quirk profiles, and how many of them translate in their own way. */
  readonly profiles: number;
  readonly profilesWithRows: number;
}

export interface Checked {
  readonly faults: Fault[];
  readonly summary: ProofSummary;
  readonly plans: readonly TablePlan[];
  readonly tables: readonly Table[];
  readonly register: Register | undefined;
  readonly profiles: readonly ProfilePlan[];
  /** Towards OCPP 2.0.1. */
  readonly station?: CheckedStation;
  /** Loss code -> `version operation` -> the first row that may tell it. */
  readonly uses: ReadonlyMap<string, ReadonlyMap<string, Place>>;
}

/**
 * Checks table texts, and among them the register of losses (the file whose top word is `losses`) and quirk profiles (`profiles`,
 * `patches`). Never throws for a bad table.
 */
export function checkMappings(
  sources: readonly Source[],
  contracts: Contracts,
  options: MappingOptions = DEFAULT_OPTIONS,
): Checked {
  const faults = new FaultList();
  const files = sources.map((source) => parseFile(source, faults));
  return checkFiles(files, contracts, options, faults);
}

/** The same for files already parsed. */
export function checkFiles(
  files: readonly ParsedFile[],
  contracts: Contracts,
  options: MappingOptions = DEFAULT_OPTIONS,
  faults: FaultList = new FaultList(),
): Checked {
  const tables: Table[] = [];
  const quirks: QuirkFile[] = [];
  const stationFiles: Value[] = [];
  let register: Register | undefined;
  for (const file of files) {
    const root = rootOf(file, faults);
    if (isStationFile(root)) {
      stationFiles.push(root);
      continue;
    }
    if (isQuirkFile(root)) {
      quirks.push(readQuirks(root));
      continue;
    }
    if (root.isMap && root.entries('a file').some((entry) => entry.name === 'losses')) {
      if (register) root.fault('there is another register of losses');
      register = readRegister(root);
      continue;
    }
    const table = readTable(root);
    if (table && tables.some((other) => other.version === table.version))
      root.fault(`there is another table for ${table.version}`);
    else if (table) tables.push(table);
  }
  const book = new Book(register, faults);
  checkInput(files, tables, register, contracts, faults);
  const plans = planTables(tables, contracts, options, book);
  if (register) checkRegister(register, tables, book);
  const { json: pivot, stationJson } = contracts;
  const station = stationJson && checkStation(stationFiles, { pivot, station: stationJson }, register, faults);
  const profiles = planProfiles(quirks, { tables, plans, contracts, options, register, faults });
  const inTables = [...(register?.losses.values() ?? [])].filter((row) => row.by.includes('table')).length;
  return {
    faults: faults.list,
    summary: {
      ...book.counts,
      losses: register?.losses.size ?? 0,
      lossesInTables: inTables,
      profiles: profiles.length,
      profilesWithRows: profiles.filter(({ plans: own }) => own !== undefined && own !== plans).length,
    },
    plans,
    tables,
    register,
    profiles,
    ...(station && { station }),
    uses: book.uses,
  };
}

/** A check that saw nothing has proved nothing. */
function checkInput(
  files: readonly ParsedFile[],
  tables: readonly Table[],
  register: Register | undefined,
  contracts: Contracts,
  faults: FaultList,
): void {
  const nowhere: Place = { file: files[0]?.file ?? 'mappings', line: 1, column: 1 };
  if (tables.length === 0) faults.add(nowhere, 'no mapping table was found');
  if (!register) faults.add(nowhere, 'the register of losses was not found');
  if (contracts.soap.all.length === 0) faults.add(nowhere, 'no SOAP contract was found');
  if (contracts.json.actions.size === 0) faults.add(nowhere, 'no OCPP-J contract was found');
  for (const version of missingTables(tables, contracts)) faults.add(nowhere, `there is no table for OCPP ${version}`);
}

/** The register and the rows tell the same: no claim without a row, no row without a claim. */
function checkRegister(register: Register, tables: readonly Table[], book: Book): void {
  const { faults } = book;
  for (const row of register.losses.values()) {
    for (const [teller, codes] of Object.entries(CODED_LOSSES)) {
      const tells = codes.includes(row.code);
      const claims = row.by.some((by) => by === teller);
      if (claims && !tells)
        faults.add(row, `no ${teller} tells ${row.code}`, 'src/mapping/loss-codes.ts lists what they tell');
      if (tells && !claims) faults.add(row, `${row.code} is told by the ${teller} too: \`by\` must name it`);
    }
    if (!row.by.includes('table')) continue;
    const uses = book.uses.get(row.code) ?? new Map<string, Place>();
    for (const version of SOAP_VERSIONS) {
      const table = tables.find((known) => known.version === version);
      for (const operation of row.where.get(version) ?? []) {
        if (!uses.has(`${version} ${operation}`)) {
          const known = table ? [...table.up.keys(), ...table.down.keys(), 'keys'] : [];
          faults.add(
            row,
            `no row of ${version} ${operation} tells ${row.code}`,
            known.includes(operation) ? undefined : nearest(operation, known),
          );
        }
      }
    }
    for (const [use, place] of uses) {
      const [version = '', operation = ''] = use.split(' ');
      const claimed = SOAP_VERSIONS.some((known) => known === version && row.where.get(known)?.includes(operation));
      if (!claimed)
        faults.add(
          place,
          `the register does not know that ${use} may tell ${row.code}`,
          `add ${operation} to \`where\` in losses.yaml`,
        );
    }
  }
  for (const [teller, codes] of Object.entries(CODED_LOSSES)) {
    for (const code of codes) {
      if (!register.losses.has(code)) faults.add(register, `the register lacks ${code}, which the ${teller} tells`);
    }
  }
}
