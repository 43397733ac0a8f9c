import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { describe, expect, test } from 'vitest';
import { CONVERTERS } from '../../src/mapping/converters.ts';
import { DEFAULT_OPTIONS } from '../../src/mapping/options.ts';
import { WRITE_WORDS } from '../../src/mapping/read-row.ts';

const page = readFileSync(resolve(import.meta.dirname, '../../docs/mappings.md'), 'utf8');
const rowsUnder = (heading: string): string[] => {
  const section = page.split(`\n## ${heading}\n`)[1]?.split('\n## ')[0] ?? '';
  const cells = section.split('\n').flatMap((line) => /^\| (`[^|]+) \|/.exec(line)?.[1] ?? []);
  return cells.flatMap((cell) => [...cell.matchAll(/`([^`]+)`/g)].map((match) => match[1] ?? ''));
};

describe('docs/mappings.md', () => {
  test('lists every converter, and no other', () => {
    expect(rowsUnder('Converters').sort()).toEqual([...CONVERTERS.keys()].sort());
  });

  test('lists every option, and no other', () => {
    expect(rowsUnder('Options').sort()).toEqual(Object.keys(DEFAULT_OPTIONS).sort());
  });

  test.each(WRITE_WORDS)('explains the word %s', (word) => {
    expect(page).toMatch(new RegExp(`\`(\\{ )?${word}(:|\`)`));
  });
});
