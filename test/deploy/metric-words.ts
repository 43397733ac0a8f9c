import { ERRORS } from '../../src/base/errors.ts';
import { METRICS, type MetricRow } from '../../src/base/metric-table.ts';
import { Metrics } from '../../src/base/metrics.ts';

/** Which metrics a PromQL expression speaks of, and whether the bridge has them with those labels. */

/** Labels that Prometheus adds. */
const TARGET = ['job', 'instance'];
/** Metrics that Prometheus makes itself, once per target. */
const OF_PROMETHEUS = ['up', 'ALERTS'];

const rows = new Map<string, MetricRow>(Object.values(METRICS).map((row) => [row.name, row]));

/** Names of everything the bridge shows, as the registry itself says it. */
function shown(): ReadonlySet<string> {
  const names = new Set<string>(OF_PROMETHEUS);
  for (const { name } of new Metrics({ version: '0', actions: [] }).registry.getMetricsAsArray()) names.add(name);
  for (const row of rows.values()) {
    if (row.type !== 'histogram') continue;
    names.delete(row.name);
    for (const part of ['bucket', 'count', 'sum']) names.add(`${row.name}_${part}`);
  }
  return names;
}
const SHOWN = shown();

const ERROR_CODES = new Set<string>(Object.keys(ERRORS));
/** Labels whose values are a closed set somewhere else in the code. */
const VALUES: Readonly<Record<string, (value: string) => boolean>> = {
  direction: (value) => ['up', 'down'].includes(value),
  author: (value) => ['bridge', 'csms'].includes(value),
  state: (value) => ['connecting', 'open', 'backing-off', 'closing'].includes(value),
  subcode: (value) => Object.values(ERRORS).some((row) => 'fault' in row && row.fault === value),
  'ocpp_bridge_callback_calls_total outcome': (value) => value === 'answered' || ERROR_CODES.has(value),
  'ocpp_bridge_exchanges_total outcome': (value) =>
    ['answered', 'answered-by-bridge', 'repeat', 'refused', 'timeout'].includes(value),
  'ocpp_bridge_config_reloads_total outcome': (value) => ['applied', 'refused'].includes(value),
  'ocpp_bridge_http_refused_total code': (value) => ERROR_CODES.has(value),
  'ocpp_bridge_http_refused_total status': (value) => Object.values(ERRORS).some(({ http }) => String(http) === value),
};

/** Names used in an expression. */
export function metricsIn(expr: string): string[] {
  return [...new Set(expr.match(/\b(?:ocpp_bridge|nodejs|process)_\w+|\bup\b/g) ?? [])];
}

/** What is wrong with the words of an expression; `lossCodes` are those of the register. */
export function strangeWords(expr: string, lossCodes: ReadonlySet<string>): string[] {
  const found = metricsIn(expr)
    .filter((name) => !SHOWN.has(name))
    .map((name) => `${name}: no such metric`);
  for (const [, name = '', selector = ''] of expr.matchAll(/(\w+)\{([^}]*)\}/g)) {
    const row = rows.get(name.replace(/_(bucket|count|sum)$/, '')) ?? rows.get(name);
    for (const [, label = '', text = ''] of selector.matchAll(/(\w+)\s*(?:=~|!~|!=|=)\s*"([^"]*)"/g)) {
      if (![...TARGET, ...(row?.labels ?? [])].includes(label)) found.push(`${name}: no label ${label}`);
      for (const value of text.split('|')) {
        const known =
          name === METRICS.losses.name && label === 'code'
            ? lossCodes.has(value)
            : (VALUES[`${name} ${label}`] ?? VALUES[label] ?? (() => true))(value);
        if (!known) found.push(`${name}: ${label} is never ${value}`);
      }
    }
  }
  return found;
}
