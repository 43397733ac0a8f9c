import { describe, expect, it } from 'vitest';
import { ERRORS, type ErrorCode, errorRow } from '../../src/base/errors.ts';
import { METRICS, type MetricRow } from '../../src/base/metric-table.ts';

/** These pages are written from the tables: `npx vitest run -u test/base/docs.test.ts` writes them again. */

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}

const code = (text: string) => `\`${text}\``;

function metricsPage(): string {
  const rows = Object.values(METRICS).map((row: MetricRow) => [
    code(row.name),
    row.type,
    (row.labels ?? []).map(code).join(' '),
    row.help,
  ]);
  return `# Metrics

Served at \`/metrics\` on the admin port. Durations are histograms in seconds. The id of a charge point is never a label, and an
action that no contract knows is counted as \`other\`, so the number of series is bounded by the contracts and the tables.
Beside these there are the usual metrics of a Node process (\`process_…\`, \`nodejs_…\`).

${table(['name', 'type', 'labels', 'meaning'], rows)}
`;
}

function errorsPage(): string {
  const rows = (Object.keys(ERRORS) as ErrorCode[]).map((name) => {
    const row = errorRow(name);
    const fault = row.fault === undefined ? 'no envelope' : code(row.fault);
    return [
      code(name),
      row.text,
      fault,
      code(row.callError),
      String(row.http),
      row.level,
      row.retryable ? 'yes' : 'no',
    ];
  });
  return `# Errors

Everything that can go wrong has one code, in logs and metrics as well as here. The table says what each side is told.
*SOAP fault* is the Fault with its sub-code that a charge point gets; where it says *no envelope*, the charge point gets
the bare HTTP status and takes it for an outage, so that it keeps its data. *CALLERROR* is what a CSMS gets.
*Retry* says whether the same message may succeed later.

${table(['code', 'meaning', 'SOAP fault', 'CALLERROR', 'HTTP', 'log level', 'retry'], rows)}
`;
}

describe('The documentation', () => {
  it('of metrics lists those the bridge has, and no other', async () => {
    await expect(metricsPage()).toMatchFileSnapshot('../../docs/metrics.md');
  });

  it('of errors lists those the bridge has, and no other', async () => {
    await expect(errorsPage()).toMatchFileSnapshot('../../docs/errors.md');
  });
});
