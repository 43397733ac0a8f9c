import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { describe, expect, test } from 'vitest';
import { checkMappings } from '../../src/mapping/check.ts';
import { FaultList } from '../../src/mapping/fault.ts';
import { PROFILE_WORDS, readQuirks } from '../../src/mapping/quirks-read.ts';
import { SWITCHES } from '../../src/mapping/quirks-switches.ts';
import { parseFile, rootOf } from '../../src/mapping/yaml-reader.ts';
import { contracts, profileFiles, tables } from './house.ts';

const page = readFileSync(resolve(import.meta.dirname, '../../docs/quirks.md'), 'utf8');

/** Cells of the rows of the table under a heading, without its two head lines. */
function rowsUnder(heading: string): string[][] {
  const section = page.split(`\n## ${heading}\n`)[1]?.split('\n## ')[0] ?? '';
  const lines = section.split('\n').filter((line) => line.startsWith('| `'));
  return lines.map((line) =>
    line
      .split('|')
      .slice(1, -1)
      .map((cell) => cell.trim()),
  );
}
const namesUnder = (heading: string): string[] => rowsUnder(heading).map(([name = '']) => name.replaceAll('`', ''));

const files = profileFiles.map((source) => readQuirks(rootOf(parseFile(source, new FaultList()), new FaultList())));

describe('docs/quirks.md', () => {
  test('explains every word of a profile, and no other', () => {
    expect(namesUnder('Words').toSorted()).toEqual([...PROFILE_WORDS].toSorted());
  });

  test('explains every switch, and no other', () => {
    expect(namesUnder('Switches').toSorted()).toEqual([...SWITCHES].toSorted());
  });

  test('lists every patch, and no other', () => {
    const names = files.flatMap((file) => file.patchSets.map(({ name }) => name));
    expect(namesUnder('Rows').toSorted()).toEqual(names.toSorted());
  });

  test('lists every profile that comes with the bridge, for whom it is and how sure it is', () => {
    const told = rowsUnder('Profiles that come with the bridge').map(([name, whom, evidence]) => [
      name,
      whom,
      evidence,
    ]);
    const there = files.flatMap((file) =>
      file.profiles.map(({ name, for: matches, evidence }) => {
        const whom = matches.flatMap(({ patterns }) =>
          [...patterns].map(([fact, pattern]) => `${fact} \`${pattern}\``),
        );
        return [`\`${name}\``, whom.length === 0 ? 'by name only' : whom.join(', '), evidence];
      }),
    );
    expect(told.toSorted()).toEqual(there.toSorted());
  });

  test('has an example that passes the check', () => {
    const text = /```yaml\n(profiles:[\s\S]*?)```/.exec(page)?.[1] ?? '';
    expect(text).toContain('acme-wall');
    expect(checkMappings([...tables, ...profileFiles, { file: 'example.yaml', text }], contracts).faults).toEqual([]);
  });
});
