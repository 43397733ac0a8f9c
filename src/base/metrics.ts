import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import { METRICS, type MetricKey, type MetricRow } from './metric-table.ts';

/** What the bridge counts and measures, for Prometheus. Has a registry of its own, so that two bridges in one process do not mix. */

export type KeyOf<T extends MetricRow['type']> = {
  [K in MetricKey]: (typeof METRICS)[K]['type'] extends T ? K : never;
}[MetricKey];
type LabelOf<K extends MetricKey> = (typeof METRICS)[K] extends { readonly labels: readonly (infer L extends string)[] }
  ? L
  : never;
/** A value for every label of the metric; none for a metric without labels. */
export type LabelsOf<K extends MetricKey> = Readonly<Record<LabelOf<K>, string>>;

export interface MetricsSettings {
  /** Of the bridge, for build_info. */
  readonly version: string;
  /** Actions that may be a label; any other is counted as `other`, so that no peer can add series. */
  readonly actions: Iterable<string>;
  /** Add the usual metrics of the Node process; default true. */
  readonly process?: boolean;
}

/** Named `…_total` though they are gauges, and repeat what their siblings without `_total` say by type. */
const MISNAMED = ['nodejs_active_handles_total', 'nodejs_active_requests_total', 'nodejs_active_resources_total'];

const OTHER = 'other';

export class Metrics {
  readonly registry = new Registry();
  readonly #actions: ReadonlySet<string>;
  readonly #counters = new Map<MetricKey, Counter>();
  readonly #gauges = new Map<MetricKey, Gauge>();
  readonly #histograms = new Map<MetricKey, Histogram>();
  readonly #readings: (() => void)[] = [];

  constructor({ version, actions, process = true }: MetricsSettings) {
    this.#actions = new Set(actions);
    for (const key of Object.keys(METRICS) as MetricKey[]) this.#declare(key, METRICS[key]);
    if (process) {
      collectDefaultMetrics({ register: this.registry });
      for (const name of MISNAMED) this.registry.removeSingleMetric(name);
    }
    this.set('buildInfo', { version }, 1);
  }

  count<K extends KeyOf<'counter'>>(key: K, labels: LabelsOf<K>, by = 1): void {
    this.#counters.get(key)?.inc(this.#bounded(labels), by);
  }

  /** Counters without labels. */
  countOne(key: { [K in KeyOf<'counter'>]: LabelOf<K> extends never ? K : never }[KeyOf<'counter'>], by = 1): void {
    this.#counters.get(key)?.inc(by);
  }

  /** `seconds` as measured; a negative or broken measurement is left out. */
  observe<K extends KeyOf<'histogram'>>(key: K, labels: LabelsOf<K>, seconds: number): void {
    if (seconds >= 0) this.#histograms.get(key)?.observe(this.#bounded(labels), seconds);
  }

  set<K extends KeyOf<'gauge'>>(key: K, labels: LabelsOf<K>, value: number): void {
    this.#gauges.get(key)?.set(this.#bounded(labels), value);
  }

  /** Like `set`, and forgets what the gauge said under other labels. */
  setOnly<K extends KeyOf<'gauge'>>(key: K, labels: LabelsOf<K>, value: number): void {
    this.#gauges.get(key)?.reset();
    this.set(key, labels, value);
  }

  add<K extends KeyOf<'gauge'>>(key: K, labels: LabelsOf<K>, by: number): void {
    this.#gauges.get(key)?.inc(this.#bounded(labels), by);
  }

  /** Asks for a gauge's value whenever somebody scrapes: nothing to do in between. */
  read<K extends KeyOf<'gauge'>>(key: K, labels: LabelsOf<K>, value: () => number): void {
    this.#readings.push(() => this.set(key, labels, value()));
  }

  /** Everything in the text format of Prometheus. */
  async text(): Promise<string> {
    for (const reading of this.#readings) reading();
    return this.registry.metrics();
  }

  get contentType(): string {
    return this.registry.contentType;
  }

  #declare(key: MetricKey, row: MetricRow): void {
    const { name, help, labels: labelNames = [] } = row;
    const registers = [this.registry];
    if (row.type === 'counter') this.#counters.set(key, new Counter({ name, help, labelNames, registers }));
    if (row.type === 'gauge') this.#gauges.set(key, new Gauge({ name, help, labelNames, registers }));
    if (row.type === 'histogram') {
      this.#histograms.set(key, new Histogram({ name, help, labelNames, registers, buckets: [...row.buckets] }));
    }
  }

  #bounded<L extends Readonly<Record<string, string>>>(labels: L): L {
    if (labels['action'] === undefined || this.#actions.has(labels['action'])) return labels;
    return { ...labels, action: OTHER };
  }
}
