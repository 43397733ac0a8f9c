import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { describe, expect, test } from 'vitest';
import { STATION_CONVERTERS } from '../../../src/mapping/station/converters.ts';
import { WRITE_WORDS } from '../../../src/mapping/station/read-row.ts';

const page = readFileSync(resolve(import.meta.dirname, '../../../docs/mappings.md'), 'utf8');

describe('docs/mappings.md on the tables towards OCPP 2.0.1', () => {
  test('lists every converter, and no other', () => {
    const section = page.split('\n### Converters towards OCPP 2.0.1\n')[1]?.split('\n#')[0] ?? '';
    const cells = section.split('\n').flatMap((line) => /^\| (`[^|]+) \|/.exec(line)?.[1] ?? []);
    const names = cells.flatMap((cell) => [...cell.matchAll(/`([^`]+)`/g)].map((match) => match[1] ?? ''));
    expect(names.sort()).toEqual([...STATION_CONVERTERS.keys()].sort());
  });

  test.each([...WRITE_WORDS, 'reject', 'flow', 'drop', 'leave'])('explains the word %s', (word) => {
    expect(page).toMatch(new RegExp(`\`(?:\\{ )?(?:[^\`]*, )?${word}(?::|\`)`));
  });
});
