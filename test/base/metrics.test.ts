import { spawnSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { METRICS, type MetricRow } from '../../src/base/metric-table.ts';
import { Metrics } from '../../src/base/metrics.ts';

const rows: readonly MetricRow[] = Object.values(METRICS);
const hasPromtool = spawnSync('promtool', ['--version']).status === 0;

function metrics(): Metrics {
  return new Metrics({ version: '1.2.3', actions: ['Heartbeat'], process: false });
}

describe('The metrics', () => {
  it('count, set and observe under their names and labels', async () => {
    const m = metrics();
    m.count('exchanges', { direction: 'up', version: '1.5', action: 'Heartbeat', outcome: 'answered' });
    m.count('exchanges', { direction: 'up', version: '1.5', action: 'Heartbeat', outcome: 'answered' }, 2);
    m.countOne('lateAnswers');
    m.add('links', { state: 'open' }, 2);
    m.add('links', { state: 'open' }, -1);
    m.observe('mappingDuration', {}, 0.0002);
    const text = await m.text();
    expect(text).toContain(
      'ocpp_bridge_exchanges_total{direction="up",version="1.5",action="Heartbeat",outcome="answered"} 3',
    );
    expect(text).toContain('ocpp_bridge_late_answers_total 1');
    expect(text).toContain('ocpp_bridge_links{state="open"} 1');
    expect(text).toContain('ocpp_bridge_mapping_duration_seconds_bucket{le="0.00025"} 1');
    expect(text).toContain('ocpp_bridge_build_info{version="1.2.3"} 1');
  });

  it('fold actions that no contract knows into one series', async () => {
    const m = metrics();
    for (const action of ['Evil1', 'Evil2', '__proto__']) m.count('repeats', { action });
    expect(await m.text()).toContain('ocpp_bridge_repeats_total{action="other"} 3');
    expect(await m.text()).not.toContain('Evil');
  });

  it('ask for a reading when scraped, not before', async () => {
    const m = metrics();
    let sessions = 1;
    m.read('sessions', {}, () => sessions);
    sessions = 5;
    expect(await m.text()).toContain('ocpp_bridge_sessions 5');
  });

  it('leave out broken measurements', async () => {
    const m = metrics();
    m.observe('mappingDuration', {}, Number.NaN);
    m.observe('mappingDuration', {}, -1);
    expect(await m.text()).toContain('ocpp_bridge_mapping_duration_seconds_count 0');
  });

  it('of two bridges in one process do not mix', async () => {
    const [one, two] = [metrics(), metrics()];
    one.countOne('failures');
    expect(await two.text()).toContain('ocpp_bridge_failures_total 0');
  });

  it('have names, helps and labels in good order, and no charge point id as a label', () => {
    expect(rows.length).toBeGreaterThan(20);
    expect(new Set(rows.map((row) => row.name)).size).toBe(rows.length);
    for (const { type, name, help, labels = [] } of rows) {
      expect(name).toMatch(/^ocpp_bridge_[a-z]+(_[a-z]+)*$/);
      expect(name.endsWith('_total')).toBe(type === 'counter');
      expect(name.endsWith('_duration_seconds')).toBe(type === 'histogram');
      expect(help).toMatch(/^[A-Z].*\.$/);
      for (const label of labels)
        expect(label).not.toMatch(/identity|chargepoint|charge_point|tag|connector|transaction/i);
    }
  });

  it.skipIf(!hasPromtool)('please promtool (when it is installed), those of the Node process included', async () => {
    const m = new Metrics({ version: '1.2.3', actions: ['Heartbeat'] });
    m.count('exchanges', { direction: 'up', version: '1.5', action: 'Heartbeat', outcome: 'answered' });
    const checked = spawnSync('promtool', ['check', 'metrics'], { input: await m.text(), encoding: 'utf8' });
    expect(checked.stderr + checked.stdout).toBe('');
    expect(checked.status).toBe(0);
    m.registry.clear();
  });
});
