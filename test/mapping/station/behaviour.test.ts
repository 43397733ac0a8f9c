import { join } from 'node:path';
import { expect, test } from 'vitest';
import { FaultList } from '../../../src/mapping/fault.ts';
import { parseFile } from '../../../src/mapping/yaml-reader.ts';
import { behaviourOf } from './behaviour.ts';
import { checkedOf, contracts, sources } from './house.ts';

const files = sources.map((source) => parseFile(source, new FaultList()));

test('every field and every kind of value becomes what the expected behaviour says', async () => {
  const { checked } = checkedOf(files);
  if (!checked) throw new Error('the tables are not there');
  const { lines, violations } = behaviourOf(checked, contracts);
  expect(violations).toEqual([]);
  await expect(`${lines.join('\n')}\n`).toMatchFileSnapshot(join(import.meta.dirname, 'behaviour.expected.txt'));
});
