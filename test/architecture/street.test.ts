import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { badNames, breaches, type Folder, MAY_IMPORT, TIME_EXCEPTIONS } from './street.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));

function filesOf(folder: string): string[] {
  if (!existsSync(ROOT + folder)) return [];
  return readdirSync(ROOT + folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => `${entry.parentPath}/${entry.name}`.replaceAll('\\', '/').slice(`${ROOT}${folder}/`.length));
}

const code = /\.[cm]?[jt]sx?$/;
const sources = new Map(
  filesOf('src')
    .filter((path) => code.test(path))
    .map((path) => [path, readFileSync(`${ROOT}src/${path}`, 'utf8')]),
);

describe('the street', () => {
  test('every file of src imports only what its folder may, and only the clock touches time', () => {
    expect(breaches(sources, TIME_EXCEPTIONS)).toEqual([]);
  });

  test('src holds the folders of the drawing and no other', () => {
    const folders = readdirSync(`${ROOT}src`, { withFileTypes: true }).filter((entry) => entry.isDirectory());
    expect(folders.map(({ name }) => name).sort()).toEqual(Object.keys(MAY_IMPORT).sort());
  });

  test('every file and folder has a kebab-case name that says what it holds, and none is a barrel', () => {
    const paths = ['src', 'test', 'bench', 'scripts'].flatMap((folder) =>
      filesOf(folder)
        .filter((path) => code.test(path))
        .map((path) => `${folder}/${path}`),
    );
    expect(paths.length).toBeGreaterThan(sources.size);
    expect(badNames(paths)).toEqual([]);
  });
});

/** A street in which each folder holds one blameless file; `more` adds or replaces files. */
function street(more: Record<string, string>): Map<string, string> {
  const files = Object.keys(MAY_IMPORT).map((name) => [`${name}/main.ts`, "import '../base/clock.ts';"] as const);
  return new Map([...files, ['base/clock.ts', 'Date.now();'], ...Object.entries(more)]);
}

describe('the rule of the street, proved on streets that break it', () => {
  test('a street without fault has no breach', () => {
    expect(breaches(street({}))).toEqual([]);
  });

  const folders = Object.keys(MAY_IMPORT) as Folder[];
  const pairs = folders.flatMap((from) => folders.filter((to) => to !== from).map((to) => [from, to] as const));
  test.each(pairs)('an import from %s to %s is judged as the drawing says', (from, to) => {
    const allowed = to === 'base' || (MAY_IMPORT[from] as readonly string[]).includes(to);
    for (const text of [
      `import type { A } from '../${to}/main.ts';`,
      `export type { A } from '../${to}/main.ts';`,
      `let a: import('../${to}/main.ts').A;`,
    ]) {
      expect(breaches(street({ [`${from}/other.ts`]: text })), text).toHaveLength(allowed ? 0 : 1);
    }
    const values = allowed && !(from === 'flow' && to === 'contract');
    for (const text of [
      `import { a } from '../${to}/main.ts';`,
      `import '../${to}/main.ts';`,
      `export * from '../${to}/main.ts';`,
      `await import('../${to}/main.ts');`,
    ]) {
      expect(breaches(street({ [`${from}/other.ts`]: text })), text).toHaveLength(values ? 0 : 1);
    }
  });

  test('the banks never see each other, nothing sees app, and the ground sees nothing', () => {
    expect(MAY_IMPORT.chargepoint).not.toContain('uplink');
    expect(MAY_IMPORT.uplink).not.toContain('chargepoint');
    expect(Object.values(MAY_IMPORT).flat()).not.toContain('app');
    expect([...MAY_IMPORT.base, ...MAY_IMPORT.contract, ...MAY_IMPORT.store]).toEqual([]);
  });

  test('the drawing has no circle', () => {
    const reach = (from: Folder, seen: readonly string[]): void => {
      expect(seen).not.toContain(from);
      for (const to of MAY_IMPORT[from]) reach(to, [...seen, from]);
    };
    for (const folder of folders) reach(folder, []);
  });

  test.each([
    'Date.now();',
    'new Date();',
    'const today = new Date;',
    'Date();',
    'setTimeout(run, 5);',
    'globalThis.setInterval(run, 5);',
    'performance.now();',
    'process.hrtime.bigint();',
    'AbortSignal.timeout(5);',
    'DateTime.now();',
    "import { setTimeout as sleep } from 'node:timers/promises';",
    "import { performance as p } from 'node:perf_hooks';",
  ])('%j is a breach outside the clock', (text) => {
    expect(breaches(street({ 'session/other.ts': text }))).not.toEqual([]);
    expect(breaches(street({ 'base/clock.ts': text }))).toEqual([]);
  });

  test.each([
    'new Date(ms).toISOString();',
    "Date.parse('2024-05-01');",
    'Date.UTC(2024, 4);',
    '// Date.now()',
    "const text = 'Date.now()';",
    'clock.now();',
    'server.setTimeoutMs(5);',
    'let when: Date = new Date(clock.now());',
  ])('%j is free to all', (text) => {
    expect(breaches(street({ 'session/other.ts': text }))).toEqual([]);
  });

  test.each([
    ['flow/other.ts', "import { readFileSync } from 'node:fs';"],
    ['mapping/other.ts', "import { XMLParser } from 'fast-xml-parser';"],
    ['session/other.ts', "import { WebSocket } from 'ws';"],
    ['store/other.ts', "import schemas from 'ocpp-rpc/lib/schemas/ocpp1_6.json' with { type: 'json' };"],
    ['codec/other.ts', "import { request } from 'node:http';"],
    ['chargepoint/other.ts', "import { WebSocket } from 'ws';"],
    ['uplink/other.ts', "const soap = await import('soap');"],
    ['uplink/other.ts', 'const soap = await import(name);'],
    ['session/other.ts', "import a from '../../test/a.ts';"],
    ['session/other.ts', "import a from './missing.ts';"],
    ['session/other.ts', 'const path = process.env.BRIDGE_STORE_PATH;'],
    ['attic/other.ts', 'const a = 1;'],
  ])('%s must not say %j', (path, text) => {
    expect(breaches(street({ [path]: text })).length).toBeGreaterThan(0);
  });

  test('an exception from the clock rule holds for its file alone, and only while it is needed', () => {
    const excepted = { 'session/other.ts': 'a reason' };
    expect(breaches(street({ 'session/other.ts': 'Date.now();' }), excepted)).toEqual([]);
    expect(breaches(street({ 'session/another.ts': 'Date.now();' }), excepted)).toHaveLength(2);
    expect(breaches(street({ 'session/other.ts': 'clock.now();' }), excepted)).toHaveLength(1);
  });

  test('a check that saw no file, no import or not every folder fails', () => {
    expect(breaches(new Map())).toContain('no source file was seen');
    expect(breaches(street({ 'base/main.ts': '' })).filter((line) => line.includes('no import'))).toEqual([]);
    const silent = new Map(folders.map((name) => [`${name}/main.ts`, 'const a = 1;']));
    expect(breaches(silent)).toEqual(['no import was seen']);
    silent.delete('store/main.ts');
    expect(breaches(silent)).toContain('store: the folder has no file');
  });

  test('drawers, barrels and other spellings are named', () => {
    expect(badNames(['src/base/clock.ts', 'src/mapping/luxon.d.ts', 'test/base/clock.test.ts'])).toEqual([]);
    for (const path of ['src/utils/a.ts', 'src/base/helpers.ts', 'test/common/a.ts', 'src/base/index.ts']) {
      expect(badNames([path]), path).toHaveLength(1);
    }
    for (const path of ['src/base/wallClock.ts', 'src/base/wall_clock.ts', 'src/Base/clock.ts']) {
      expect(badNames([path]), path).toHaveLength(1);
    }
  });
});
