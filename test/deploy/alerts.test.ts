import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { needsPeer } from '../peers.ts';
import { metricsIn, strangeWords } from './metric-words.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const PROMETHEUS = `${ROOT}deploy/prometheus`;
const read = (path: string) => readFileSync(ROOT + path, 'utf8');

interface Rule {
  alert: string;
  expr: string;
  for: string;
  labels: Record<string, string>;
  annotations: Record<string, string>;
}

const { groups } = parse(read('deploy/prometheus/alerts.yaml')) as { groups: { name: string; rules: Rule[] }[] };
/** The runbook by its headings. */
const sections = new Map(
  read('docs/runbook.md')
    .split(/^## /m)
    .slice(1)
    .map((text) => [text.slice(0, text.indexOf('\n')), text] as const),
);
const rules = groups.flatMap((group) => group.rules);
const { losses } = parse(read('mappings/losses.yaml')) as { losses: object };
const lossCodes = new Set(Object.keys(losses));

describe('the alerts', () => {
  test('are there, each once', () => {
    expect(rules.length).toBeGreaterThan(10);
    expect(new Set(rules.map(({ alert }) => alert)).size).toBe(rules.length);
  });

  test.each(rules)('$alert asks for metrics, labels and values that the bridge has', ({ expr }) => {
    expect(metricsIn(expr)).not.toEqual([]);
    expect(strangeWords(expr, lossCodes)).toEqual([]);
  });

  test.each(rules)('$alert waits before it rings, says how urgent it is and what it means', (rule) => {
    expect(rule.for).toMatch(/^\d+m$/);
    expect(['critical', 'warning']).toContain(rule.labels['severity']);
    expect(rule.annotations['summary']).toBeTruthy();
    expect(rule.annotations['description']).toBeTruthy();
  });

  test('and the sections of the runbook are the same set', () => {
    expect([...sections.keys()].toSorted()).toEqual(rules.map(({ alert }) => alert).sort());
    for (const { alert, annotations } of rules) {
      expect(annotations['runbook']).toBe(`docs/runbook.md#${alert.toLowerCase()}`);
    }
  });

  test.each(rules)('the runbook says what $alert means, where to look and, step by step, what to do', ({ alert }) => {
    const section = sections.get(alert) ?? '';
    expect(section).toContain('**Means** ');
    expect(section).toContain('**Look** ');
    expect(section).toMatch(/^\*\*Do\*\*\n\n1\. /m);
  });

  test('each ring in one example at least', () => {
    const examples = read('deploy/prometheus/alerts.test.yaml');
    expect(rules.map(({ alert }) => alert).filter((alert) => !examples.includes(alert))).toEqual([]);
  });
});

describe('the check of their words', () => {
  test.each([
    ['ocpp_bridge_nothing_total > 1', 'ocpp_bridge_nothing_total: no such metric'],
    ['ocpp_bridge_csms_answer_duration_seconds > 1', 'ocpp_bridge_csms_answer_duration_seconds: no such metric'],
    ['process_nothing > 1', 'process_nothing: no such metric'],
    ['ocpp_bridge_links{status="open"}', 'ocpp_bridge_links: no label status'],
    ['ocpp_bridge_links{state=~"open|shut"}', 'ocpp_bridge_links: state is never shut'],
    ['ocpp_bridge_losses_total{code="mv-nothing"}', 'ocpp_bridge_losses_total: code is never mv-nothing'],
    [
      'ocpp_bridge_callback_calls_total{outcome="Nothing"}',
      'ocpp_bridge_callback_calls_total: outcome is never Nothing',
    ],
  ])('finds what is strange in %s', (expr, complaint) => {
    expect(strangeWords(expr, lossCodes)).toEqual([complaint]);
  });

  test('finds nothing strange in real metrics', () => {
    const expr = 'rate(ocpp_bridge_csms_answer_duration_seconds_bucket{action="Heartbeat",job="a"}[5m]) and up';
    expect(strangeWords(expr, lossCodes)).toEqual([]);
  });
});

const promtool = needsPeer('promtool');
describe.skipIf(!promtool.available)('promtool', () => {
  test.each([
    ['check', 'alerts.yaml'],
    ['test', 'alerts.test.yaml'],
  ])(
    '%s rules %s passes',
    (command, file) => {
      const { status, stdout, stderr } = spawnSync(promtool.command, [command, 'rules', file], {
        cwd: PROMETHEUS,
        encoding: 'utf8',
      });
      expect({ status, output: status === 0 ? '' : stdout + stderr }).toEqual({ status: 0, output: '' });
      expect(stdout).toContain('SUCCESS');
    },
    120_000,
  );
});
