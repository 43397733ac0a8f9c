import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { checkFiles } from '../../src/mapping/check.ts';
import { compilePlans } from '../../src/mapping/compile.ts';
import { FaultList } from '../../src/mapping/fault.ts';
import type { MappingOptions } from '../../src/mapping/options.ts';
import { type ParsedFile, parseFile } from '../../src/mapping/yaml-reader.ts';
import { behaviourOf } from './behaviour.ts';
import { allContracts, contracts, profileFiles, stationTables, tables } from './house.ts';
import { wordMutants } from './word-mutants.ts';

/** Every n-th is tried, more of them where nobody waits; `FULL=1` tries all. */
const EVERY = process.env['FULL'] ? 1 : process.env['CI'] ? 4 : 8;

const parsed = [...tables, ...profileFiles].map((source) => parseFile(source, new FaultList()));
const files = parsed.slice(0, tables.length);
const station = stationTables.map((source) => parseFile(source, new FaultList()));
const expected = readFileSync(join(import.meta.dirname, 'behaviour.expected.txt'), 'utf8');

/** Changes nothing that could be told: the rows of 1.5 and 1.6 for this call are the same. */
const EQUIVALENT = ['DataTransfer > like: 1.5 becomes 1.6'];

function behaviour(): string {
  const compile = (options: MappingOptions) => compilePlans(checkFiles(files, contracts, options).plans, options);
  return `${behaviourOf(compile, contracts).join('\n')}\n`;
}

const isRegister = ({ file }: ParsedFile): boolean => file.endsWith('losses.yaml');
/** 1.2 borrows rows of another table. */
const borrows = ({ file }: ParsedFile): boolean => /ocpp1\.2-/.test(file);

/** The faults of what one file has to do with: a table with the register and what it borrows, the register with everything. */
function faultsAround(file: ParsedFile): string {
  const near = files.filter((one) => one === file || isRegister(one) || borrows(file));
  const checked = isRegister(file) ? checkFiles([...parsed, ...station], allContracts) : checkFiles(near, contracts);
  return checked.faults.map(({ message }) => message).join('\n');
}

test('whatever word of a table is taken away or changed, the check or the expected behaviour tells', () => {
  expect(behaviour()).toBe(expected);
  const mutants = files.flatMap((file) => {
    const sound = faultsAround(file);
    return wordMutants(file, contracts).map((mutant) => ({ ...mutant, told: () => faultsAround(file) !== sound }));
  });
  expect(mutants.length).toBeGreaterThan(2000);
  const tried = mutants.filter((_, index) => index % EVERY === 0);
  const killed = { check: 0, behaviour: 0 };
  const survivors = tried.flatMap(({ name, spoil, told }) => {
    const heal = spoil();
    try {
      if (told()) killed.check += 1;
      else if (behaviour() !== expected) killed.behaviour += 1;
      else return [name];
      return [];
    } finally {
      heal();
    }
  });
  const rate = ((100 * (tried.length - survivors.length)) / tried.length).toFixed(2);
  console.log(
    `${tried.length} of ${mutants.length} spoilt words: ${killed.check} told by the check, ${killed.behaviour} by behaviour, ${survivors.length} by nothing (${rate} %)`,
  );
  expect(survivors.filter((name) => !EQUIVALENT.some((known) => name.endsWith(known)))).toEqual([]);
}, 600_000);
