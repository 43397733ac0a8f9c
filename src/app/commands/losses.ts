import { askAdmin } from '../admin-client.ts';
import type { ChargePointLosses, LossLine, LossTotals } from '../loss-ledger.ts';

interface Options {
  readonly admin: string;
  readonly identity?: string;
}

/** `losses`: what a running bridge could not tell, from its admin port. */
export async function losses({ admin, identity }: Options): Promise<void> {
  const url = new URL('/api/losses', admin);
  if (identity !== undefined) url.searchParams.set('identity', identity);
  process.stdout.write(lossPage((await askAdmin(url)) as LossTotals | ChargePointLosses));
}

/** The report as text for people: a block for each code, most frequent first. */
export function lossPage(report: LossTotals | ChargePointLosses): string {
  const lines = 'identity' in report ? ofOne(report) : ofAll(report);
  const width = Math.max(5, String(report.losses[0]?.count ?? 0).length);
  if (report.losses.length > 0)
    lines.push('', `${'times'.padStart(width)}  what the CSMS does not see, or sees otherwise`);
  for (const line of report.losses) lines.push('', ...block(line, width));
  return `${lines.join('\n')}\n`;
}

function ofAll({ since, total, chargePoints }: LossTotals): string[] {
  if (total === 0) return [`Nothing was lost since ${since}.`];
  const most = chargePoints.most.map(({ identity, count }) => `${identity} (${count})`).join(', ');
  const { known, forgotten } = chargePoints;
  return [
    `${times(total)} since ${since}, at ${known + forgotten} charge points.`,
    `Most of it at ${most}; --identity shows one of them.`,
    ...(forgotten > 0 ? [`${forgotten} of them were silent for so long that only the totals remember them.`] : []),
  ];
}

function ofOne({ identity, since, last, total }: ChargePointLosses): string[] {
  if (since === undefined || last === undefined) return [`Of ${identity} no loss is known.`];
  return [`${identity}: ${times(total)}, the first at ${since}, the last at ${last}.`];
}

const times = (count: number): string => (count === 1 ? 'One loss' : `${count} losses`);

function block({ code, count, what, because, in: places }: LossLine, width: number): string[] {
  const indent = ' '.repeat(width + 2);
  const where = new Map<string, string[]>();
  for (const { version, action, count: here } of places) {
    where.set(version, [...(where.get(version) ?? []), `${action} ${here}`]);
  }
  return [
    `${String(count).padStart(width)}  ${code}: ${what}`,
    `${indent}${because}`,
    ...[...where].map(([version, actions]) => `${indent}OCPP ${version}: ${actions.join(', ')}`),
  ];
}
