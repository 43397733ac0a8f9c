import { loadJsonContract } from '../../contract/ocppj.ts';
import { loadSoapContracts } from '../../contract/wsdl.ts';
import { checkMappings } from '../../mapping/check.ts';
import { loadProfiles, loadTables } from '../../mapping/compile.ts';
import { MappingFaults } from '../../mapping/fault.ts';

/** `mappings check`: the proof in numbers, or every fault. */
export async function checkTables({ dir, wsdl }: { dir: string; wsdl: string }): Promise<void> {
  const contracts = { soap: await loadSoapContracts(wsdl), json: loadJsonContract('ocpp1.6') };
  const { faults, summary } = checkMappings([...loadTables(dir), ...loadProfiles(dir)], contracts);
  if (faults.length > 0) throw new MappingFaults(faults);
  const rows = Object.entries(summary).map(([what, count]) => `${words(what).padEnd(24)}${String(count).padStart(6)}`);
  process.stdout.write(
    `The tables are complete: every row below was looked at, and nothing is missing.\n${rows.join('\n')}\n`,
  );
}

/** `sourceFields` as `source fields`. */
function words(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
}
