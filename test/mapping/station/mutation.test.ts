import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { loadSoapContracts } from '../../../src/contract/wsdl.ts';
import { FaultList } from '../../../src/mapping/fault.ts';
import { parseFile } from '../../../src/mapping/yaml-reader.ts';
import { wordMutants } from '../word-mutants.ts';
import { behaviourOf } from './behaviour.ts';
import { checkedOf, contracts, sources } from './house.ts';

/** Every n-th is tried, more of them where nobody waits; `FULL=1` tries all. */
const EVERY = process.env['FULL'] ? 1 : process.env['CI'] ? 4 : 8;

const files = sources.map((source) => parseFile(source, new FaultList()));
const expected = readFileSync(join(import.meta.dirname, 'behaviour.expected.txt'), 'utf8');

/** Why a word may be spoilt and nobody needs to notice. */
const EQUIVALENT: readonly RegExp[] = [
  // Reasons, for people.
  /(?:sent-by-flows|answered-by-flows|never-sent) > \w+: .* becomes /,
  /\.(?:closing|adopting) > answer: .* becomes /,
  // Dropped for its measurand anyway.
  /unitOfMeasurand > images > RPM: leave-out becomes drop-item$/,
  // A number is never too long.
  /sensorEvent > too-long: drop-item becomes leave-out$/,
];

function killed(): 'check' | 'behaviour' | undefined {
  const { checked, faults } = checkedOf(files);
  if (faults.length > 0 || !checked) return 'check';
  try {
    const { lines, violations } = behaviourOf(checked, contracts);
    return violations.length > 0 || `${lines.join('\n')}\n` !== expected ? 'behaviour' : undefined;
  } catch {
    return 'behaviour';
  }
}

test('whatever word towards OCPP 2.0.1 is taken away or changed, the check or the expected behaviour tells', async () => {
  expect(killed()).toBeUndefined();
  const soap = await loadSoapContracts(join(import.meta.dirname, '../../../wsdl'));
  const all = { soap, json: contracts.pivot, stationJson: contracts.station };
  const mutants = files.flatMap((file) => {
    if (file.file.includes('ocpp2.0.1')) return wordMutants(file, all);
    return file.file.endsWith('losses.yaml')
      ? wordMutants(file, all).filter(({ name }) => name.includes(' > 2.0.1'))
      : [];
  });
  expect(mutants.length).toBeGreaterThan(2000);
  const tried = mutants.filter((_, index) => index % EVERY === 0);
  const count = { check: 0, behaviour: 0 };
  const survivors = tried.flatMap(({ name, spoil }) => {
    const heal = spoil();
    try {
      const by = killed();
      if (by === undefined) return [name];
      count[by] += 1;
      return [];
    } finally {
      heal();
    }
  });
  console.log(
    `${tried.length} of ${mutants.length} spoilt words: ${count.check} told by the check, ${count.behaviour} by behaviour, ${survivors.length} by nothing`,
  );
  expect(survivors.filter((name) => !EQUIVALENT.some((known) => known.test(name)))).toEqual([]);
}, 1_800_000);
