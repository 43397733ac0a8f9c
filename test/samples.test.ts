import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { requirements } from './samples-runner/coverage.ts';
import { House } from './samples-runner/house.ts';
import { readSample, sampleIds, titleOf } from './samples-runner/sample.ts';

const ids = sampleIds();
let house: House;
beforeAll(async () => {
  house = await House.open();
});
afterAll(async () => {
  // Words after the end of a sample that had failed anyway say nothing new.
  expect(await house.close()).toEqual([]);
});

describe('the samples', () => {
  it('are there', () => {
    expect(ids.length).toBeGreaterThan(150);
  });

  it('show every operation in every version, every missing one, and all that coverage.yaml asks for', async () => {
    const { wanted, missing, orphans } = await requirements(ids);
    expect(wanted).toBeGreaterThan(150);
    expect(missing).toEqual([]);
    expect(orphans).toEqual([]);
  });
});

describe.each(groups(ids))('%s', (_group, members) => {
  it.each(members.map((id) => [titleOf(id), id]))('%s', async (_title, id) => {
    await house.play(readSample(id));
  });
});

/** By the folder above, so that the report reads like the tree. */
function groups(all: readonly string[]): [string, string[]][] {
  const found = new Map<string, string[]>();
  for (const id of all) {
    const group = id.slice(0, id.lastIndexOf('/'));
    found.set(group, [...(found.get(group) ?? []), id]);
  }
  return [...found];
}
