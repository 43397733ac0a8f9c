import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, relative, resolve } from 'node:path';
import { describe, expect, test } from 'vitest';
import { variables } from '../../src/app/config/environment.ts';
import { configKeys, walk } from '../../src/app/config/keys.ts';
import { loadConfig } from '../../src/app/config/load.ts';
import { type CallErrorCode, ERRORS } from '../../src/base/errors.ts';
import { METRICS } from '../../src/base/metric-table.ts';
import { loadJsonContract } from '../../src/contract/ocppj.ts';

/** Whatever the pages name must be there: files, headings, settings, variables, metrics, scripts, error codes. */

const ROOT = resolve(import.meta.dirname, '../..');
const read = (path: string) => readFileSync(resolve(ROOT, path), 'utf8');
const pages = [
  'README.md',
  'CHANGELOG.md',
  ...readdirSync(resolve(ROOT, 'docs'), { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.md'))
    .map((path) => `docs/${path}`),
];
const texts = new Map(pages.map((page) => [page, read(page)]));

const withoutFences = (text: string) => text.replace(/^```[\s\S]*?^```$/gm, '');
const matches = (text: string, pattern: RegExp) => [...text.matchAll(pattern)].map((match) => match[1] ?? match[0]);
const spans = (text: string) => matches(withoutFences(text), /`([^`\n]+)`/g);

/** Everywhere: `page: name`, for the names that are not there. */
function strange(namesIn: (text: string) => string[], isThere: (name: string, page: string) => boolean): string[] {
  const found = [...texts].flatMap(([page, text]) => namesIn(text).map((name) => ({ page, name })));
  expect(found.length).toBeGreaterThan(0);
  return found.filter(({ page, name }) => !isThere(name, page)).map(({ page, name }) => `${page}: ${name}`);
}

/** The anchor that a renderer gives a heading. */
function anchors(text: string): Set<string> {
  return new Set(
    matches(withoutFences(text), /^#+ (.*)$/gm).map((heading) =>
      heading
        .toLowerCase()
        .replace(/[^\p{L}\p{N} _-]/gu, '')
        .replaceAll(' ', '-'),
    ),
  );
}

function linkHolds(link: string, page: string): boolean {
  const [path = '', anchor] = link.split('#', 2);
  const target = path === '' ? page : relative(ROOT, resolve(ROOT, dirname(page), path));
  if (target.startsWith('..') || !existsSync(resolve(ROOT, target))) return false;
  return anchor === undefined || anchors(read(target)).has(anchor);
}

const FOLDERS = /^(?:bench|deploy|docs|mappings|scripts|src|test|wsdl)\/[\w./-]*$/;
const keys = new Set(
  [...walk(configKeys())].map(({ path }) => path.replace('.*.', '.<identity>.').replace(/\.\*$/, '')),
);
const sections = new Set([...keys].map((key) => key.split('.')[0] ?? ''));

describe('The pages', () => {
  test('link only to files and headings that exist', () => {
    const links = (text: string) =>
      matches(withoutFences(text), /\]\(([^)\s]+)\)/g).filter((link) => !/^[a-z]+:/.test(link));
    expect(strange(links, linkHolds)).toEqual([]);
  });

  test('name only files and folders that exist', () => {
    const files = (text: string) => spans(text).filter((span) => FOLDERS.test(span));
    expect(strange(files, (file) => existsSync(resolve(ROOT, file)))).toEqual([]);
  });

  test('name only settings that exist', () => {
    const settings = (text: string) =>
      spans(text)
        .map((span) => /^([a-zA-Z]+(?:\.(?:[a-zA-Z0-9]+|<id(?:entity)?>))+)(?:\.…)?(?::.*)?$/.exec(span)?.[1] ?? '')
        .filter((span) => sections.has(span.split('.')[0] ?? '') && !span.endsWith('.yaml'))
        .map((span) => span.replace('<id>', '<identity>'));
    const isThere = (setting: string) => keys.has(setting) || [...keys].some((key) => key.startsWith(`${setting}.`));
    // The pages of the tables name fields of messages, and a message may have a field `log` too.
    const ofTables = (page: string) => page.startsWith('docs/mappings/');
    expect(strange(settings, (setting, page) => isThere(setting) || ofTables(page))).toEqual([]);
  });

  test('name only variables that exist', () => {
    const named = (text: string) => matches(text, /\bBRIDGE_[A-Z0-9]+(?:_[A-Z0-9]+)*/g);
    expect(strange(named, (name) => variables().has(name))).toEqual([]);
  });

  test('name only metrics that exist', () => {
    const known: ReadonlySet<string> = new Set(Object.values(METRICS).map((row) => row.name));
    expect(
      strange(
        (text) => matches(text, /\bocpp_bridge_[a-z_]*[a-z]/g),
        (name) => known.has(name),
      ),
    ).toEqual([]);
  });

  test('name only scripts that package.json has', () => {
    const { scripts } = JSON.parse(read('package.json')) as { scripts: Record<string, string> };
    expect(
      strange(
        (text) => matches(text, /\bnpm run ([\w:-]+)/g),
        (name) => Object.hasOwn(scripts, name),
      ),
    ).toEqual([]);
  });
});

describe('README.md', () => {
  const fences = (language: string) =>
    matches(texts.get('README.md') ?? '', new RegExp(`^\`\`\`${language}\\n([\\s\\S]*?)^\`\`\`$`, 'gm'));

  test('shows a configuration that the loader takes', () => {
    const [yaml, ...more] = fences('yaml');
    expect(more).toEqual([]);
    expect(loadConfig({ text: yaml ?? '', env: {} }).callbacks.allow).toEqual(['10.0.0.0/8']);
  });

  test('shows the body of the message that it names', () => {
    const lines = (text: string) => text.split('\n').map((line) => line.trim());
    const [xml = ''] = fences('xml');
    const message = lines(read('docs/examples/start-transaction-1.5.xml'));
    const body = lines(xml.trim());
    expect(body.length).toBeGreaterThan(3);
    expect(message.slice(message.indexOf(body[0] ?? ''))).toEqual(expect.arrayContaining(body));
  });
});

describe('docs/flow.md', () => {
  const page = texts.get('docs/flow.md') ?? '';
  const words = matches(page, /(?<![\w`-])([A-Z][a-z]+(?:[A-Z][a-zA-Z]*)+…?|[A-Z][a-z]+…)/g);
  const callErrors = new Set<CallErrorCode>(Object.values(ERRORS).map(({ callError }) => callError));

  test('names only error codes, words of OCPP and its operations', () => {
    const known: ReadonlySet<string> = new Set([
      ...Object.keys(ERRORS),
      ...callErrors,
      ...loadJsonContract('ocpp1.6').actions.keys(),
      'CamelCase',
    ]);
    const bad = words.filter((word) =>
      word.endsWith('…') ? ![...known].some((name) => name.startsWith(word.slice(0, -1))) : !known.has(word),
    );
    expect(bad).toEqual([]);
  });

  test('has an exit for every error code', () => {
    const text = page.replaceAll(/\s+/g, ' ');
    const starts = words.filter((word) => word.endsWith('…')).map((word) => word.slice(0, -1));
    const missing = Object.keys(ERRORS).filter(
      (code) => !new RegExp(`\\b${code}\\b`).test(text) && !starts.some((start) => code.startsWith(start)),
    );
    expect(missing).toEqual([]);
  });
});
