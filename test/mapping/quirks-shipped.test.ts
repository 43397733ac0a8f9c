import { describe, expect, test } from 'vitest';
import { FaultList } from '../../src/mapping/fault.ts';
import type { WireQuirks } from '../../src/mapping/quirks.ts';
import { readQuirks } from '../../src/mapping/quirks-read.ts';
import { parseFile, rootOf } from '../../src/mapping/yaml-reader.ts';
import { fakeMemory, RECEIVED_AT } from './fake-memory.ts';
import { codesOf, profileFiles, profiles, up, valued } from './house.ts';

/** What comes with the bridge: each profile has its row here, so none is there without somebody having tried it. */

const files = profileFiles.map((source) => readQuirks(rootOf(parseFile(source, new FaultList()), new FaultList())));
const shipped = files.flatMap((file) => file.profiles.map(({ name }) => name));

/** By what a BootNotification says, or `undefined` for those that only the configuration names. */
const ROWS: Readonly<Record<string, { vendor?: string; model?: string; wire: WireQuirks; patched?: true }>> = {
  abb: { vendor: 'ABB', wire: {} },
  chargion: { vendor: 'Chargion', wire: { action: false } },
  cxf: { wire: { prefixes: 'cxf' } },
  dbt: { vendor: 'DBT-CEV', wire: {} },
  'first-1.2-contract': { wire: {}, patched: true },
  gsoap: { wire: { prefixes: 'gsoap' } },
  nkt: { vendor: 'NKT', wire: { prefixes: 'soapenv' } },
  'schneider-evlink': { vendor: 'Schneider Electric', model: 'EVlink Smart Wallbox', wire: {} },
};

describe('a profile that comes with the bridge', () => {
  test('is in the list of this test', () => {
    expect(shipped.toSorted()).toEqual(Object.keys(ROWS).toSorted());
  });

  test.each(Object.entries(ROWS))('%s is found and does what it says', (name, { vendor, model, wire, patched }) => {
    const facts = { identity: 'CP-1', vendor, model };
    const quirks = vendor === undefined ? profiles.profileFor(facts, name) : profiles.profileFor(facts);
    expect(quirks).toMatchObject({ profile: name, wire });
    expect(Object.keys(quirks.wire)).toEqual(Object.keys(wire));
    const none = profiles.profileFor({ identity: 'CP-1' });
    expect(quirks.translator('1.2') === none.translator('1.2')).toBe(patched !== true);
  });

  test('is not found by a vendor it is not for', () => {
    expect(profiles.profileFor({ identity: 'ABB', vendor: 'Other ABB' }).profile).toBeUndefined();
  });

  test('tells every loss that is said to be told by profiles', () => {
    const text = profileFiles.map((source) => source.text).join('\n');
    for (const code of ['mv-default', 'start-any']) expect(text).toContain(code);
  });
});

/** What profiles without switches say that the bridge copes with for everyone. */
describe('charge points known for something', () => {
  const memory = fakeMemory();

  test('Schneider EVlink: the ends of serial numbers that are too long are kept', () => {
    const boot = {
      ...{ chargePointVendor: 'Schneider Electric', chargePointModel: 'EVlink Smart Wallbox' },
      ...{ chargePointSerialNumber: `${'A'.repeat(20)}123456`, chargeBoxSerialNumber: `${'B'.repeat(27)}123456` },
    };
    const translated = up('1.5', 'BootNotification').request(boot, memory);
    expect(valued(translated)).toMatchObject({
      chargePointSerialNumber: `${'A'.repeat(19)}123456`,
      chargeBoxSerialNumber: `${'B'.repeat(19)}123456`,
    });
    expect(codesOf(translated)).toEqual(['str-tail', 'str-tail']);
  });

  test('ABB: the time of reception stands in for a day that never was, and such a reading is dropped', () => {
    const timestamp = '2022-02-29T10:00:00Z';
    const start = { connectorId: '1', idTag: 'T', meterStart: '0', timestamp };
    const translated = up('1.5', 'StartTransaction').request(start, memory);
    expect(valued(translated)).toMatchObject({ timestamp: new Date(RECEIVED_AT).toISOString() });
    expect(codesOf(translated)).toEqual(['ts-bad']);
    const readings = [timestamp, '2022-03-01T10:00:00Z'].map((at) => ({ timestamp: at, value: [{ '.': '7' }] }));
    const metered = up('1.5', 'MeterValues').request({ connectorId: '1', values: readings }, memory);
    expect(valued(metered)).toMatchObject({ meterValue: [{ timestamp: '2022-03-01T10:00:00Z' }] });
    expect(codesOf(metered)).toEqual(['mv-time']);
  });
});
