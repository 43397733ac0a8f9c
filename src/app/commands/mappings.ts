import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { loadJsonContract } from '../../contract/ocppj.ts';
import { loadSoapContracts } from '../../contract/wsdl.ts';
import { checkMappings } from '../../mapping/check.ts';
import { loadProfiles, loadTables } from '../../mapping/compile.ts';
import { MappingFaults } from '../../mapping/fault.ts';
import type { Contracts } from '../../mapping/plan-tables.ts';
import { type Report, reportOf } from '../../mapping/report.ts';
import { htmlReport } from '../../mapping/report-html.ts';
import { markdownReport } from '../../mapping/report-markdown.ts';

/** `mappings check`: the proof in numbers, or every fault. */
export async function checkTables({ dir, wsdl }: { dir: string; wsdl: string }): Promise<void> {
  const contracts = await loadContracts(wsdl);
  const { faults, summary, station } = checkMappings([...loadTables(dir), ...loadProfiles(dir)], contracts);
  if (faults.length > 0) throw new MappingFaults(faults);
  const told = [...lines(summary), '', 'towards OCPP 2.0.1', ...lines(station?.summary ?? {})];
  process.stdout.write(
    `The tables are complete: every row below was looked at, and nothing is missing.\n${told.join('\n')}\n`,
  );
}

async function loadContracts(wsdl: string): Promise<Contracts> {
  const soap = await loadSoapContracts(wsdl);
  return { soap, json: loadJsonContract('ocpp1.6'), stationJson: loadJsonContract('ocpp2.0.1') };
}

function lines(summary: object): string[] {
  return Object.entries(summary).map(([what, count]) => `${words(what).padEnd(24)}${String(count).padStart(6)}`);
}

interface ReportOptions {
  readonly dir: string;
  readonly wsdl: string;
  readonly format: 'html' | 'md' | 'json';
  readonly out?: string;
}

/** `mappings report`: pages in a folder; JSON without a folder goes to standard output. */
export async function reportTables({ dir, wsdl, format, out }: ReportOptions): Promise<void> {
  const contracts = await loadContracts(wsdl);
  const checked = checkMappings([...loadTables(dir), ...loadProfiles(dir)], contracts);
  if (checked.faults.length > 0) throw new MappingFaults(checked.faults);
  const pages = reportPages(reportOf(checked), format);
  if (format === 'json' && out === undefined) {
    for (const page of pages.values()) process.stdout.write(page);
    return;
  }
  const folder = out ?? 'mappings-report';
  mkdirSync(folder, { recursive: true });
  for (const [name, page] of pages) writeFileSync(join(folder, name), page);
  process.stdout.write(`${[...pages.keys()].map((name) => join(folder, name)).join('\n')}\n`);
}

function reportPages(report: Report, format: ReportOptions['format']): ReadonlyMap<string, string> {
  if (format === 'html') return htmlReport(report);
  if (format === 'md') return markdownReport(report);
  return new Map([['mappings.json', `${JSON.stringify(report, null, 2)}\n`]]);
}

/** `sourceFields` as `source fields`. */
function words(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
}
