import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Command } from 'commander';
import { describe, expect, test } from 'vitest';
import { buildProgram } from '../../src/app/program.ts';

const page = readFileSync(resolve(import.meta.dirname, '../../docs/cli.md'), 'utf8');

/** Sections of the page by heading: `run`, `mappings check`… */
const sections = new Map(
  page
    .split(/^## /m)
    .slice(1)
    .map((section) => {
      const [heading = '', ...lines] = section.split('\n');
      return [heading.trim(), lines.join('\n')] as const;
    }),
);

interface Row {
  readonly name: string;
  readonly fallback: string;
}

/** The rows of a section's table whose first cell is an option or an argument. */
function documented(section: string): Row[] {
  return section
    .split('\n')
    .map((line) => line.split('|').map((cell) => cell.trim()))
    .flatMap(([, name, fallback]) => {
      const bare = /^`([-[].+)`$/.exec(name ?? '')?.[1];
      return bare === undefined ? [] : [{ name: bare, fallback: (fallback ?? '').replace(/^`(.*)`$/, '$1') }];
    });
}

/** Commands that do something, with their full names. */
function leaves(command: Command, path: readonly string[] = []): [string, Command][] {
  if (command.commands.length === 0) return [[path.join(' '), command]];
  return command.commands.flatMap((child) => leaves(child, [...path, child.name()]));
}

/** The default as the page writes it. */
function fallbackOf(option: Command['options'][number]): string {
  if (option.mandatory) return 'required';
  if (option.negate) return 'keep';
  if (option.defaultValueDescription !== undefined) return option.defaultValueDescription;
  if (option.defaultValue === undefined) return '';
  return option.defaultValue === false ? 'off' : String(option.defaultValue);
}

/** Options whose default is told in words of the page because the program has none. */
const TOLD_OTHERWISE: ReadonlySet<string> = new Set(['simulate --wsdl <dir>']);

const commands = leaves(buildProgram());

describe('docs/cli.md', () => {
  test('has a section for each command, and no other', () => {
    const names = ['ocpp-soap-bridge', ...commands.map(([name]) => name)];
    expect(names.length).toBeGreaterThan(6);
    expect([...sections.keys()].sort()).toEqual(names.sort());
  });

  test.each(commands)('lists the options and arguments of %s, and no other', (name, command) => {
    const options = command.options.map((option) => option.flags);
    const given = command.registeredArguments.map((argument) => `[${argument.name()}]`);
    expect(
      documented(sections.get(name) ?? '')
        .map((row) => row.name)
        .sort(),
    ).toEqual([...options, ...given].sort());
  });

  test.each(commands)('tells the defaults of %s', (name, command) => {
    const rows = new Map(documented(sections.get(name) ?? '').map((row) => [row.name, row.fallback]));
    for (const option of command.options) {
      if (TOLD_OTHERWISE.has(`${name} ${option.flags}`)) continue;
      expect(rows.get(option.flags), option.flags).toBe(fallbackOf(option));
    }
  });

  test('lists the options of the program itself', () => {
    expect(documented(sections.get('ocpp-soap-bridge') ?? '').map((row) => row.name)).toEqual([
      '-V, --version',
      '-h, --help',
    ]);
  });
});

describe('the command line', () => {
  /** Parses without running: the action of the command is replaced. */
  function parsed(...words: string[]): Record<string, unknown> {
    const program = buildProgram();
    const seen: Record<string, unknown> = {};
    for (const [, command] of leaves(program)) {
      command.exitOverride().configureOutput({ writeErr() {}, outputError() {} });
      command.action(() => void Object.assign(seen, command.opts()));
    }
    program.exitOverride().configureOutput({ writeErr() {}, outputError() {} });
    program.parse(words, { from: 'user' });
    return seen;
  }
  const simulate = ['simulate', '--csms', 'http://127.0.0.1:8080/'];

  test('takes --version behind simulate for the version of OCPP', () => {
    expect(parsed(...simulate, '--version', '1.5')).toMatchObject({ version: '1.5' });
  });

  test('takes Infinity as a rate', () => {
    expect(parsed(...simulate, '--rate', 'Infinity')).toMatchObject({ rate: Number.POSITIVE_INFINITY });
  });

  test.each([
    ['--count', '0'],
    ['--count', '1.5'],
    ['--rate', '-1'],
    ['--rate', 'fast'],
    ['--callback-port', '65536'],
    ['--callback-port', ''],
    ['--callback-url', 'charge-points'],
    ['--seed', 'x'],
    ['--version', '1.4'],
  ])('refuses %s %s', (option, value) => {
    expect(() => parsed(...simulate, option, value)).toThrow(/invalid/);
  });

  test('refuses an address that is not HTTP', () => {
    expect(() => parsed('simulate', '--csms', 'ws://127.0.0.1/')).toThrow(/http/);
  });
});
