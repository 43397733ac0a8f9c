import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { jsonDifferences } from './compare-json.ts';
import { xmlDifferences } from './compare-xml.ts';
import { requirements } from './coverage.ts';
import { House } from './house.ts';
import { fits } from './placeholders.ts';
import { readSample, type Sample, sampleIds } from './sample.ts';
import { xmlTree } from './xml-tree.ts';

const facts = new Map([['identity', 'CP-1']]);

function folder(files: Readonly<Record<string, string>>): string {
  const root = mkdtempSync(join(tmpdir(), 'samples-'));
  onTestFinished(() => rmSync(root, { recursive: true }));
  mkdirSync(join(root, 'quirks', 'one'), { recursive: true });
  for (const [name, text] of Object.entries(files)) writeFileSync(join(root, 'quirks', 'one', name), text);
  return root;
}

describe('a folder', () => {
  const about = { 'about.yaml': 'what: A charge point calls.\n' };
  const read = (files: Readonly<Record<string, string>>) => () => readSample('quirks/one', folder(files));

  it('is found, and read in the order of the numbers', () => {
    const root = folder({
      ...about,
      '2-to-csms.call.json': '[]',
      '10-to-csms.call.json': '[]',
      '1-from-csms.call.json': '',
    });
    expect(sampleIds(root)).toEqual(['quirks/one']);
    expect(() => readSample('quirks/one', root)).toThrow('step 3 is missing');
  });

  it.each([
    ['no step', about, 'there are no steps'],
    ['no about.yaml', { '1-from-csms.call.json': '[]' }, 'there is no about.yaml'],
    ['a file of another name', { ...about, '1-csms.json': '[]' }, '1-csms.json is not a name'],
    ['a kind that the bank does not have', { ...about, '1-to-csms.fault.json': '[]' }, '1-to-csms.fault.json'],
    ['two steps of one number', { ...about, '1-from-csms.call.json': '', '1-to-csms.call.json': '' }, 'used twice'],
    [
      'an unknown key',
      { 'about.yaml': 'what: A charge point calls.\nloses: []\n', '1-to-csms.call.json': '' },
      'loses',
    ],
    ['an unknown key of HTTP', { ...about, '1-to-charge-point.refusal.http.yaml': 'code: 5\n' }, 'code'],
  ])('with %s is refused', (_what, files, message) => {
    expect(read(files)).toThrow(message);
  });
});

describe('comparing', () => {
  it.each([
    ['{uuid}', '00000000-0000-4000-8000-000000000000', true],
    ['urn:uuid:{uuid}', 'urn:uuid:x', false],
    ['{identity}', 'CP-1', true],
    ['{identity}', 'CP-2', false],
    ['{now}', '2001-01-01T00:00:00Z', false],
    ['{time}', '2001-01-01T00:00:00Z', true],
    ['{time}', '2001-01-01', false],
    ['a.c', 'abc', false],
  ])('%j with %j is %s', (wanted, got, fit) => {
    expect(fits(wanted, got, facts)).toBe(fit);
  });

  it('tells every difference of JSON with its path', () => {
    const wanted = [2, '{any}', 'X', { a: 1, b: [{ c: 'x' }], d: true }];
    expect(jsonDifferences(wanted, [2, 'id', 'X', { d: true, b: [{ c: 'x' }], a: 1 }], facts)).toEqual([]);
    expect(jsonDifferences(wanted, [2, 'id', 'X', { a: '1', b: [{}], e: 5 }], facts)).toEqual([
      '[3].a: wanted 1, got "1"',
      '[3].b[0].c is missing; wanted "x"',
      '[3].d is missing; wanted true',
      '[3].e was not wanted: 5',
    ]);
  });

  it.each([
    ['prefixes and layout', '<o:a xmlns:o="urn:a"> <o:b c="1">x</o:b> </o:a>', []],
    [
      'a namespace',
      '<a xmlns="urn:b"><b xmlns="urn:a" c="1">x</b></a>',
      ['<a>: wanted the namespace "urn:a", got "urn:b"'],
    ],
    ['a text', '<a xmlns="urn:a"><b c="1">y</b></a>', ['<a><b>: wanted "x", got "y"']],
    ['an attribute', '<a xmlns="urn:a"><b c="2">x</b></a>', ['<a><b> c: wanted "1", got "2"']],
    ['an element', '<a xmlns="urn:a"><b c="1">x</b><d/></a>', ['<a>: wanted the elements [b], got [b d]']],
  ])('XML sees %s', (_what, got, differences) => {
    expect(xmlDifferences(xmlTree('<a xmlns="urn:a"><b c="1">x</b></a>'), xmlTree(got), facts)).toEqual(differences);
  });
});

describe('coverage', () => {
  it('misses operations and rows without a folder, and finds folders that stand for nothing', async () => {
    const ids = sampleIds().filter((id) => !id.startsWith('ocpp1.2/up/Authorize__'));
    const { missing, orphans } = await requirements([...ids, 'quirks/Z1__whatever', 'ocpp1.5/up/MakeCoffee__black']);
    expect(missing).toEqual(['a sample of ocpp1.2/up/Authorize__…']);
    expect(orphans).toEqual(['quirks/Z1__whatever', 'ocpp1.5/up/MakeCoffee__black']);
  });
});

describe('playing', () => {
  let house: House;
  beforeAll(async () => {
    house = await House.open();
  });
  afterAll(() => house.close());

  const sample = readSample('ocpp1.5/up/MeterValues__attributes_become_fields');
  let played = 0;
  /** The sample under another name, with a part of one file replaced. */
  function spoilt(file: string, part: string, by: string, about: Partial<Sample['about']> = {}): Sample {
    played += 1;
    const steps = sample.steps.map((step) => {
      if (step.file !== file) return step;
      expect(step.text).toContain(part);
      return { ...step, text: step.text?.replace(part, by) };
    });
    return { id: `${sample.id}_${played}`, about: { ...sample.about, ...about }, steps };
  }

  it.each([
    ['the CSMS gets another value', '2-to-csms.call.json', '"15.8"', '"15.9"', 'wanted "15.9", got "15.8"'],
    [
      'the charge point gets another element',
      '4-to-charge-point.result.xml',
      'meterValues',
      'meters',
      'got <meterValues',
    ],
    ['what is played is not valid', '1-from-charge-point.call.xml', 'Volt"', 'Volts"', 'the sample itself: by the XML'],
    ['what the CSMS answers is not valid', '3-from-csms.result.json', '{}', '{"x":1}', 'x is not a field'],
  ])('fails when %s', async (_what, file, part, by, message) => {
    await expect(house.play(spoilt(file, part, by))).rejects.toThrow(message);
  });

  it('fails when a loss is told that the sample does not name, or the other way round', async () => {
    await expect(house.play(spoilt('', '', '', { losses: ['mv-nan'] }))).rejects.toThrow('wanted [mv-nan], got []');
  });

  it('fails when the bridge says more than the sample has', async () => {
    const whole = spoilt('', '', '');
    const short = { ...whole, steps: whole.steps.slice(0, 1) };
    await expect(house.play(short)).rejects.toThrow('a call of the charge point has no step for its answer');
  });
});
