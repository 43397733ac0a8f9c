import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { describe, expect, test } from 'vitest';
import { checkMappings } from '../../src/mapping/check.ts';
import { reportOf } from '../../src/mapping/report.ts';
import { htmlReport } from '../../src/mapping/report-html.ts';
import type { ReportedLine } from '../../src/mapping/report-lines.ts';
import { markdownReport } from '../../src/mapping/report-markdown.ts';
import { allContracts, contracts, stationTables, tables } from './house.ts';

const root = resolve(import.meta.dirname, '../..');
const checked = checkMappings([...tables, ...stationTables], allContracts);
const report = reportOf(checked);

function operation(soap: string, name: string, caller = 'charge point') {
  const found = report.pairs
    .find((pair) => pair.soap === soap)
    ?.operations.find((one) => one.name === name && one.caller === caller);
  if (!found) throw new Error(`no ${name} in ${soap}`);
  return found;
}

const line = (soap: string, name: string, path: string, caller?: string): ReportedLine | undefined =>
  operation(soap, name, caller)
    .messages.flatMap(({ lines }) => lines)
    .find(({ source, target }) => target?.path === path || source?.path === path);

describe('the report on the tables', () => {
  test('tells of every operation of every contract once', () => {
    for (const { soap, operations } of report.pairs) {
      const names = operations.map(({ name, caller }) => `${caller} ${name}`);
      expect(new Set(names).size).toBe(names.length);
      // One call of OCPP 1.6 may be several of OCPP 2.0.1: their own test looks at those.
      for (const action of soap === '2.0.1' ? [] : contracts.json.actions.keys())
        expect(
          operations.map(({ name }) => name),
          soap,
        ).toContain(action);
    }
  });

  test('tells of every field of every translated message, on both sides', () => {
    for (const plan of checked.plans) {
      const pair = report.pairs.find(({ soap }) => soap === plan.table.version);
      const fields = pair?.operations.flatMap(({ messages }) => messages.flatMap(({ lines }) => lines)) ?? [];
      const told = (side: 'source' | 'target') => new Set(fields.map((one) => one[side]?.path));
      for (const { request, answer } of [...plan.up.values(), ...plan.down.values()]) {
        for (const part of [request, answer]) {
          for (const { name } of part.from.fields)
            expect(
              [...told('source')].some((path) => path === name || path?.startsWith(`${name}[`)),
              name,
            ).toBe(true);
          for (const { name } of part.to.fields) expect([...told('target')], name).toContain(name);
        }
      }
    }
  });

  test('marks what is identical, guarded, changed, added, dropped and never filled', () => {
    expect(line('1.5', 'StartTransaction', 'meterStart')?.mark).toBe('identical');
    expect(line('1.5', 'BootNotification', 'meterType')?.mark).toBe('guarded');
    expect(line('1.5', 'BootNotification', 'heartbeatInterval')?.mark).toBe('changed');
    expect(line('1.2', 'MeterValues', 'meterValue[].sampledValue[].unit')?.mark).toBe('added');
    expect(line('1.5', 'RemoteStartTransaction', 'chargingProfile', 'CSMS')?.mark).toBe('dropped');
    expect(line('1.5', 'SendLocalList', 'hash', 'CSMS')?.mark).toBe('unfilled');
  });

  test('says what becomes of a field, why, and what may be lost', () => {
    expect(line('1.5', 'UnlockConnector', 'status', 'CSMS')).toMatchObject({
      becomes: ['Accepted → Unlocked', 'Rejected → UnlockFailed or NotSupported'],
      why: '1.6 has its own words, and tells an unknown connector from a lock that failed',
      losses: ['unlock-why'],
    });
  });

  test('names for every code of every operation what the register claims, and no other', () => {
    for (const { code, by, where } of report.losses) {
      if (!by.includes('table')) continue;
      for (const { soap, operations, keys } of report.pairs) {
        const told = operations.filter(({ losses }) => losses.includes(code)).map(({ name }) => name);
        if (keys.some(({ loss }) => loss === code)) told.push('keys');
        expect([...new Set(told)].sort(), `${soap} ${code}`).toEqual([...(where[soap] ?? [])].sort());
      }
    }
  });
});

describe('docs/mappings', () => {
  test.each([...markdownReport(report)])('%s is what the tables say (vitest -u writes it anew)', async (name, page) => {
    await expect(page).toMatchFileSnapshot(join(root, 'docs/mappings', name));
  });

  test('holds no page of a table that is gone', () => {
    expect(readdirSync(join(root, 'docs/mappings')).sort()).toEqual([...markdownReport(report).keys()].sort());
  });
});

describe('the HTML pages', () => {
  const pages = htmlReport(report);

  test('load nothing from elsewhere and run no script', () => {
    for (const [name, page] of pages) {
      expect(page, name).not.toMatch(/<script|\bsrc=|https?:\/\/|@import|url\(/);
      expect(page, name).toMatch(/^<!doctype html>/);
    }
  });

  test('lead nowhere that does not exist', () => {
    let links = 0;
    for (const [name, page] of pages) {
      for (const [, file = '', anchor = ''] of page.matchAll(/href="([^"#]*)(?:#([^"]*))?"/g)) {
        const target = pages.get(file === '' ? name : file);
        expect(target, `${name}: ${file}`).toBeDefined();
        if (anchor !== '') expect(target, `${name}: ${file}#${anchor}`).toContain(`id="${anchor}"`);
        links += 1;
      }
    }
    expect(links).toBeGreaterThan(500);
  });

  test('are well-formed: every element that is opened is closed', () => {
    for (const [name, page] of pages) {
      for (const element of [
        'section',
        'table',
        'tr',
        'td',
        'ul',
        'ol',
        'li',
        'p',
        'a',
        'span',
        'code',
        'small',
        'i',
      ]) {
        const opened = page.match(new RegExp(`<${element}[ >]`, 'g'))?.length ?? 0;
        expect(page.match(new RegExp(`</${element}>`, 'g'))?.length ?? 0, `${name} ${element}`).toBe(opened);
      }
    }
  });
});

describe('mappings report', () => {
  const run = (...options: string[]): string =>
    execFileSync(process.execPath, ['--import', 'tsx', 'src/app/main.ts', 'mappings', 'report', ...options], {
      cwd: root,
      encoding: 'utf8',
      maxBuffer: 1 << 24,
    });

  test('writes the pages into a folder and names them', () => {
    const out = mkdtempSync(join(tmpdir(), 'report-'));
    try {
      const names = run('--format', 'html', '--out', out).trim().split('\n');
      expect(names).toHaveLength(6);
      for (const name of names) expect(existsSync(name)).toBe(true);
      expect(readFileSync(join(out, 'ocpp1.5.html'), 'utf8')).toBe(htmlReport(report).get('ocpp1.5.html'));
    } finally {
      rmSync(out, { recursive: true });
    }
  });

  test('prints all of it as JSON', () => {
    expect(JSON.parse(run('--format', 'json'))).toEqual(JSON.parse(JSON.stringify(report)));
  });
});
