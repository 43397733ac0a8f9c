import { describe, expect, test } from 'vitest';
import { isMap, isScalar, isSeq, type Pair, type Scalar, type YAMLMap } from 'yaml';
import { checkFiles } from '../../src/mapping/check.ts';
import { FaultList } from '../../src/mapping/fault.ts';
import { type ParsedFile, parseFile } from '../../src/mapping/yaml-reader.ts';
import { allContracts, contracts, profileFiles, stationTables, tables } from './house.ts';

/**
 * The check is only worth something when it misses every row: each row is taken away, and each target, source and loss code
 * is misspelt, one at a time, in the parsed files. Rows of profiles replace others, so taking one away is no fault.
 */
const files = [...tables, ...profileFiles].map((source) => parseFile(source, new FaultList()));
const station = stationTables.map((source) => parseFile(source, new FaultList()));
/** The register belongs to the tables towards OCPP 2.0.1, too; they have a test of their own. */
const faultsNow = (file?: ParsedFile): number =>
  file?.file.endsWith('losses.yaml')
    ? checkFiles([...files, ...station], allContracts).faults.length
    : checkFiles(files, contracts).faults.length;

interface Mutant {
  readonly name: string;
  readonly spoil: () => () => void;
}

const removal =
  (list: unknown[], index: number): (() => () => void) =>
  () => {
    const [gone] = list.splice(index, 1);
    return () => list.splice(index, 0, gone);
  };

const respelling =
  (value: Scalar, text: string): (() => () => void) =>
  () => {
    const before = value.value;
    value.value = text;
    return () => {
      value.value = before;
    };
  };

function mutantsOf(file: ParsedFile): Mutant[] {
  const mutants: Mutant[] = [];
  const place = (node: unknown): string => {
    const range = (node as { range?: readonly number[] }).range;
    return `${file.file.split('/').at(-1)}:${file.lines.linePos(range?.[0] ?? 0).line}`;
  };
  const walk = (node: unknown, path: string): void => {
    if (isSeq(node)) {
      node.items.forEach((item, index) => {
        const row = isMap(item) && ['write', 'drop', 'leave'].some((word) => item.has(word));
        if (row && !file.file.includes('/quirks/'))
          mutants.push({ name: `${place(item)} ${path}: without its row`, spoil: removal(node.items, index) });
        walk(item, path);
      });
    }
    if (isMap(node)) {
      (node.items as Pair[]).forEach((pair, index) => {
        const name = String(isScalar(pair.key) ? pair.key.value : '');
        const deep = path === '' ? name : `${path} > ${name}`;
        if (isEntry(path))
          mutants.push({
            name: `${place(pair.key)} ${deep}: without its entry`,
            spoil: removal((node as YAMLMap).items, index),
          });
        if (
          isScalar(pair.value) &&
          ['write', 'from', 'drop', 'leave', 'convert', 'shape', 'loss', 'context', 'like', 'flow'].includes(name)
        ) {
          mutants.push({ name: `${place(pair.value)} ${deep}: misspelt`, spoil: respelling(pair.value, 'mistake') });
        }
        walk(pair.value, deep);
      });
    }
  };
  walk(file.root, '');
  return mutants;
}

/** Operations, shapes, keys, loss codes. */
const isEntry = (path: string): boolean =>
  ['keys', 'shapes', 'calls-of-the-charge-point', 'calls-of-the-csms', 'never-sent', 'losses'].includes(path);

describe('the completeness check', () => {
  test('finds nothing wrong with the tables as they are', () => {
    expect(checkFiles(files, contracts).faults).toEqual([]);
  });

  test('misses no row, entry, name or loss code of any table', () => {
    const mutants = files.flatMap((file) => mutantsOf(file).map((mutant) => ({ ...mutant, file })));
    const survivors = mutants.flatMap(({ name, spoil, file }) => {
      const heal = spoil();
      const found = faultsNow(file);
      heal();
      return found === 0 ? [name] : [];
    });
    expect(mutants.length).toBeGreaterThan(500);
    expect(survivors).toEqual([]);
    expect(faultsNow()).toBe(0);
  }, 120_000);
});
