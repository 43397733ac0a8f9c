import type { SimulateResult } from './fleet.ts';
import type { ActionFigures } from './statistics.ts';

/** The table at the end of a run. */
export function summaryOf(result: SimulateResult): string {
  const rows = [...result.figures.actions, result.figures.all].map(rowOf);
  const head = ['action', 'count', 'errors', 'p50 ms', 'p95 ms', 'p99 ms', 'max ms'];
  const widths = head.map((title, column) => Math.max(title.length, ...rows.map((row) => row[column]?.length ?? 0)));
  const line = (cells: readonly string[]) =>
    cells
      .map((cell, column) => (column === 0 ? cell.padEnd(widths[0] ?? 0) : cell.padStart(widths[column] ?? 0)))
      .join('  ');
  const rule = widths.map((width) => '─'.repeat(width)).join('──');
  const { sessions } = result;
  return [
    line(head),
    rule,
    ...rows.slice(0, -1).map(line),
    rule,
    ...rows.slice(-1).map(line),
    '',
    `${result.messages} messages in ${result.seconds.toFixed(1)} s (${result.rate.toFixed(1)}/s) from ${result.chargePoints} charge points`,
    `${sessions.started} sessions started, ${sessions.ended} ended, ${sessions.energy} Wh; ${result.undelivered} transaction messages undelivered`,
    ...counted('errors', result.errors),
    ...counted('commands received', result.commands),
    ...(result.late > 0 ? [`${result.late} messages late: no charge point was free to speak`] : []),
    ...result.oddities,
    '',
  ].join('\n');
}

function rowOf(figures: ActionFigures): string[] {
  const answered = figures.count > figures.errors;
  const times = [figures.p50, figures.p95, figures.p99, figures.max].map((time) => (answered ? time.toFixed(1) : '–'));
  return [figures.action, String(figures.count), String(figures.errors), ...times];
}

function counted(title: string, counts: ReadonlyMap<string, number>): string[] {
  if (counts.size === 0) return [];
  return [`${title}: ${[...counts].map(([name, count]) => `${name} ${count}`).join(', ')}`];
}
