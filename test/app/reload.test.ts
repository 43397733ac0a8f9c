import { cpSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { ChargePointConfigs } from '../../src/app/config/charge-points.ts';
import { loadConfig } from '../../src/app/config/load.ts';
import { MAPPINGS_DIR } from '../../src/app/places.ts';
import { LiveTables } from '../../src/app/reload.ts';
import { compileSources, foldersOf, loadTranslation, sourcesOf } from '../../src/app/tables.ts';
import { systemClock } from '../../src/base/clock.ts';
import { Metrics } from '../../src/base/metrics.ts';
import { ManualClock } from '../base/manual-clock.ts';
import { fakeMemory } from '../mapping/fake-memory.ts';

const contracts = await loadTranslation();
const made: string[] = [];
const open: LiveTables[] = [];
afterEach(() => {
  for (const live of open.splice(0)) live.close();
  for (const dir of made.splice(0)) rmSync(dir, { recursive: true, force: true });
});

function folder(): string {
  const dir = mkdtempSync(join(tmpdir(), 'tables-'));
  made.push(dir);
  return dir;
}

interface Line {
  readonly level: string;
  readonly about: Record<string, unknown>;
  readonly message: string;
}

/** Log lines that a test can wait for. */
function journal() {
  const lines: Line[] = [];
  let wake: () => void = () => undefined;
  const line = (level: string) => (about: object, message: string) => {
    lines.push({ level, about: { ...about }, message });
    wake();
  };
  const said = async (wanted: (line: Line) => boolean): Promise<Line> => {
    for (;;) {
      const found = lines.find(wanted);
      if (found) return found;
      await new Promise<void>((resolve) => {
        wake = resolve;
      });
    }
  };
  return { lines, said, log: { debug: line('debug'), info: line('info'), warn: line('warn'), error: line('error') } };
}

/** Tables of a copy of the own directory, watched. */
function house(dir: string, { more = '', clock = systemClock }: { more?: string; clock?: typeof systemClock } = {}) {
  const config = loadConfig({ text: `csms: { url: "ws://x" }\nmapping: { dir: ${dir} }\n${more}`, env: {} });
  const sources = sourcesOf(config);
  const metrics = new Metrics({ version: '0', actions: [], process: false });
  const { lines, said, log } = journal();
  const load = () => compileSources(contracts, sources);
  const named = (identity: string) => new ChargePointConfigs(config).of(identity).profile;
  const live = new LiveTables(load(), {
    ...{ clock, log, metrics, load, named },
    folders: foldersOf(sources),
    settledAfter: 10,
  });
  open.push(live);
  return { live, lines, said, metrics };
}

function copy(): string {
  const dir = join(folder(), 'mappings');
  cpSync(MAPPINGS_DIR, dir, { recursive: true });
  return dir;
}

const T15 = 'ocpp1.5-ocpp1.6.yaml';
function edit(dir: string, file: string, from: string, to: string): void {
  const path = join(dir, file);
  const text = readFileSync(path, 'utf8');
  if (!text.includes(from)) throw new Error(`${file} has no ${from}`);
  writeFileSync(path, text.replace(from, to));
}

/** What the tables make of a BootNotification without a model. */
function modelOf(live: LiveTables, vendor = 'V'): unknown {
  const quirks = live.tables.quirksFor({ identity: 'CP-1', vendor });
  const translated = quirks
    .translator('1.5')
    ?.up.get('BootNotification')
    ?.request({ chargePointVendor: vendor }, fakeMemory());
  return translated?.kind === 'value' ? translated.value['chargePointModel'] : translated;
}
const RENAMED = [
  'chargePointModel, too-long: cut, absent: Unknown',
  'chargePointModel, too-long: cut, absent: Changed',
] as const;

const inForce = (line: Line): boolean => line.message === 'mapping tables in force' && line.about['why'] !== 'start';
const refused = (line: Line): boolean => line.message === 'mapping tables refused, the old ones stay in force';

describe('Tables that change while the bridge runs', () => {
  it('are in force for the next exchange; who holds the old ones keeps them', async () => {
    const dir = copy();
    const { live, said, metrics } = house(dir);
    live.watch();
    const before = live.tables;
    edit(dir, T15, ...RENAMED);
    const line = await said(inForce);
    expect(line.about).toMatchObject({ why: 'change', tables: expect.stringMatching(/^[0-9a-f]{12}$/) });
    expect(modelOf(live)).toBe('Changed');
    expect(live.tables).not.toBe(before);
    const old = before.quirksFor({ identity: 'CP-1' }).translator('1.5')?.up.get('BootNotification');
    expect(old?.request({}, fakeMemory())).toMatchObject({ value: { chargePointModel: 'Unknown' } });
    const text = await metrics.text();
    expect(text).toContain('ocpp_bridge_mapping_reloads_total{outcome="applied"} 1');
    expect(text.match(/^ocpp_bridge_mapping_info.*$/gm)).toEqual([
      `ocpp_bridge_mapping_info{version="${line.about['tables']}"} 1`,
    ]);
  });

  it('are refused with every fault when they are not sound, and the old ones stay', async () => {
    const dir = copy();
    const { live, said, metrics } = house(dir);
    live.watch();
    const before = live.tables;
    const version = (await metrics.text()).match(/mapping_info\{version="(\w+)"/)?.[1];
    edit(dir, T15, 'convert: intervalFloor', 'convert: intervalFlor');
    const { level, about } = await said(refused);
    expect(level).toBe('error');
    expect(about).toMatchObject({ why: 'change', tables: version });
    expect(about['faults']).toEqual(
      expect.arrayContaining([
        expect.stringMatching(/ocpp1\.5-ocpp1\.6\.yaml:\d+:\d+: there is no converter "intervalFlor"/),
      ]),
    );
    expect(live.tables).toBe(before);
    expect(await metrics.text()).toContain('ocpp_bridge_mapping_reloads_total{outcome="refused"} 1');
  });

  it('are taken once they are sound again', async () => {
    const dir = copy();
    const { live, said } = house(dir);
    live.watch();
    edit(dir, T15, RENAMED[0], `${RENAMED[1]}, nonsense: 1`);
    await said(refused);
    edit(dir, T15, ', nonsense: 1', '');
    await said(inForce);
    expect(modelOf(live)).toBe('Changed');
  });

  it('may be a profile, in a folder that comes later', async () => {
    const dir = copy();
    rmSync(join(dir, 'quirks'), { recursive: true });
    const { live, lines, said } = house(dir);
    live.watch();
    expect(lines[0]?.about).toMatchObject({ why: 'start', profiles: 0 });
    const profile = (evidence: string) =>
      `profiles: { acme: { for: { vendor: Acme }, source: x, evidence: ${evidence}, switches: { action: false } } }\n`;
    mkdirSync(join(dir, 'quirks'));
    writeFileSync(join(dir, 'quirks', 'acme.yaml'), profile('none at all'));
    await said(refused);
    writeFileSync(join(dir, 'quirks', 'acme.yaml'), profile('guess'));
    expect((await said(inForce)).about).toMatchObject({ profiles: 1 });
    expect(live.tables.quirksFor({ identity: 'CP-1', vendor: 'Acme' }).wire).toEqual({ action: false });
  });

  it('may come as a ConfigMap does: files are links through one link that is swapped', async () => {
    const dir = folder();
    const generation = (name: string): string => {
      cpSync(MAPPINGS_DIR, join(dir, name), { recursive: true });
      return join(dir, name);
    };
    generation('..2024_1');
    symlinkSync('..2024_1', join(dir, '..data'));
    for (const file of ['losses.yaml', 'ocpp1.2-ocpp1.6.yaml', T15, 'ocpp1.6s-ocpp1.6.yaml'])
      symlinkSync(join('..data', file), join(dir, file));
    symlinkSync(join('..data', 'quirks'), join(dir, 'quirks'));
    const { live, lines, said } = house(dir);
    live.watch();
    expect(lines[0]?.about['profiles']).toBeGreaterThan(5);
    for (const [name, to] of [
      ['..2024_2', 'Second'],
      ['..2024_3', 'Third'],
    ] as const) {
      edit(generation(name), T15, RENAMED[0], RENAMED[0].replace('Unknown', to));
      symlinkSync(name, join(dir, '..data_tmp'));
      renameSync(join(dir, '..data_tmp'), join(dir, '..data'));
      await said(() => modelOf(live) === to);
    }
    expect(lines.filter(refused)).toEqual([]);
  });

  it('may lie in a second directory of profiles', () => {
    const own = folder();
    const sources = sourcesOf(loadConfig({ text: `csms: { url: "ws://x" }\nmapping: { quirksDir: ${own} }`, env: {} }));
    const profile = 'profiles: { acme: { for: { vendor: Acme }, source: x, evidence: guess, known: x } }';
    writeFileSync(join(own, 'acme.yaml'), profile);
    expect(compileSources(contracts, sources).profiles.names).toEqual(expect.arrayContaining(['acme', 'nkt']));
    expect(foldersOf(sources)).toContainEqual({ path: own, needed: true });
  });
});

describe('Reading the tables again', () => {
  it('changes nothing when they say the same, and says so', async () => {
    const { live, lines, metrics } = house(copy());
    const before = live.tables;
    expect(live.reload('SIGHUP')).toBe(true);
    expect(live.tables).toBe(before);
    expect(lines.at(-1)).toMatchObject({
      level: 'info',
      about: { why: 'SIGHUP' },
      message: 'mapping tables unchanged',
    });
    expect(await metrics.text()).not.toContain('mapping_reloads_total{');
  });

  it('is refused once for the same faults, and again for others', () => {
    const dir = copy();
    const { live, lines } = house(dir);
    edit(dir, T15, 'convert: intervalFloor', 'convert: intervalFlor');
    expect([live.reload('SIGHUP'), live.reload('SIGHUP')]).toEqual([false, false]);
    expect(lines.filter(refused)).toHaveLength(1);
    edit(dir, T15, 'convert: intervalFlor', 'convert: intervalFlour');
    live.reload('SIGHUP');
    expect(lines.filter(refused)).toHaveLength(2);
  });

  it('is refused when the directory is gone, and found again when it comes back', () => {
    const dir = copy();
    const clock = new ManualClock();
    const { live, lines } = house(dir, { clock });
    renameSync(dir, `${dir}.away`);
    live.watch();
    expect(lines.at(-1)).toMatchObject({ level: 'warn', message: 'changes of the mapping tables cannot be seen now' });
    clock.advance(5010);
    expect(lines.filter(refused)).toHaveLength(1);
    renameSync(`${dir}.away`, dir);
    edit(dir, T15, ...RENAMED);
    clock.advance(5010);
    expect(lines.filter(inForce)).toHaveLength(1);
    expect(modelOf(live)).toBe('Changed');
  });

  it('is refused when a profile is gone that the configuration names', () => {
    const dir = copy();
    const { live, lines } = house(dir, { more: 'chargePoints: { "CP*": { profile: nkt }, X: { profile: none } }' });
    const facts = { vendor: 'Chargion' };
    expect(live.tables.quirksFor({ identity: 'CP-1', ...facts }).profile).toBe('nkt');
    expect(live.tables.quirksFor({ identity: 'X', ...facts }).profile).toBeUndefined();
    expect(live.tables.quirksFor({ identity: 'Y', ...facts }).profile).toBe('chargion');
    rmSync(join(dir, 'quirks', 'nkt.yaml'));
    expect(live.reload('SIGHUP')).toBe(false);
    expect(lines.at(-1)?.about['faults']).toEqual([
      expect.stringMatching(/^chargePoints\.CP\*\.profile: there is no quirk profile "nkt" \(/),
    ]);
    expect(live.tables.quirksFor({ identity: 'CP-1' }).profile).toBe('nkt');
  });

  it('changes what a CSMS may call, and what is known of losses, in the same objects', () => {
    const dir = copy();
    const { live } = house(dir);
    const { downActions, losses } = live;
    expect(downActions.has('Reset')).toBe(true);
    edit(dir, 'losses.yaml', 'what: the offset a time was written with', 'what: something else');
    live.reload('SIGHUP');
    expect(live.losses).toBe(losses);
    expect(losses.get('ts-offset')?.what).toBe('something else');
    expect(downActions.has('Reset')).toBe(true);
  });
});

describe('A configuration that names a profile', () => {
  it('that is not there stops the start, with a guess', () => {
    const config = loadConfig({ text: 'csms: { url: "ws://x" }\nchargePoints: { A: { profile: nktt } }', env: {} });
    expect(() => compileSources(contracts, sourcesOf(config))).toThrow(
      'chargePoints.A.profile: there is no quirk profile "nktt" (did you mean nkt?)',
    );
  });
});
