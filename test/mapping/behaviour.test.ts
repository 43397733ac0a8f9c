import { join } from 'node:path';
import { expect, test } from 'vitest';
import { compileTables } from '../../src/mapping/compile.ts';
import { behaviourOf } from './behaviour.ts';
import { contracts, tables } from './house.ts';

test('every field does with every kind of value what was last agreed (vitest -u writes it anew: read the difference)', async () => {
  const lines = behaviourOf((options) => compileTables(tables, contracts, options).translators, contracts);
  expect(lines.length).toBeGreaterThan(1000);
  await expect(`${lines.join('\n')}\n`).toMatchFileSnapshot(join(import.meta.dirname, 'behaviour.expected.txt'));
});
