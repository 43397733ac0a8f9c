/** What there must be a sample of: computed from the contracts, and listed in coverage.yaml where no contract says it. */

import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { z } from 'zod';
import { SOAP_VERSIONS } from '../../src/base/message.ts';
import type { SoapContracts } from '../../src/contract/soap-contract.ts';
import { loadSoapContracts } from '../../src/contract/wsdl.ts';
import { SAMPLES } from './sample.ts';

const folders = z.union([z.string(), z.array(z.string()).min(1)]).transform((value) => [value].flat());
const section = z.record(z.string(), folders);
const listSchema = z.strictObject({
  quirks: section,
  faults: section,
  callErrors: section,
  words: section,
  others: z.array(z.string()),
});

interface Requirement {
  readonly what: string;
  readonly met: boolean;
}

export interface Coverage {
  /** How many things must be shown. */
  readonly wanted: number;
  /** Those that no sample shows. */
  readonly missing: readonly string[];
  /** Samples that stand for nothing: no operation, and not in the list. */
  readonly orphans: readonly string[];
}

export async function requirements(ids: readonly string[], root: string = SAMPLES): Promise<Coverage> {
  const contracts = await loadSoapContracts('wsdl');
  const list = listSchema.parse(parse(readFileSync(join(root, 'coverage.yaml'), 'utf8')));
  const named = new Set(Object.values(list).flatMap((rows) => Object.values(rows).flat()));
  const all = [...operations(contracts, ids), ...listed(list, root)];
  return {
    wanted: all.length,
    missing: all.filter(({ met }) => !met).map(({ what }) => what),
    orphans: ids.filter((id) => !named.has(id) && !showsOperation(id, contracts)),
  };
}

/** Every operation of every version and direction; to older versions also those they do not have. */
function operations(contracts: SoapContracts, ids: readonly string[]): Requirement[] {
  const newest = contracts.service('1.6', 'ChargePoint').operations;
  return SOAP_VERSIONS.flatMap((version) => {
    const up = [...contracts.service(version, 'CentralSystem').operations.keys()].map((name) => `up/${name}`);
    const down = [...newest.keys()].map((name) => `down/${name}`);
    return [...up, ...down].map((name): Requirement => {
      const folder = `ocpp${version}/${name}__`;
      return { what: `a sample of ${folder}…`, met: ids.some((id) => id.startsWith(folder)) };
    });
  });
}

function showsOperation(id: string, contracts: SoapContracts): boolean {
  const [, version, way, name] = /^ocpp(1\.[256])\/(up|down)\/(\w+?)__\w/.exec(id) ?? [];
  if (version === undefined || name === undefined) return false;
  const role = way === 'up' ? 'CentralSystem' : 'ChargePoint';
  return contracts.all.some((service) => service.role === role && service.operations.has(name));
}

/** Every row of the list: its folders are there, and those about refusals hold the refusal they are listed for. */
function listed(list: z.output<typeof listSchema>, root: string): Requirement[] {
  const rows = (
    name: Exclude<keyof typeof list, 'others'>,
    proves: (dir: string, row: string) => boolean,
  ): Requirement[] =>
    Object.entries(list[name]).flatMap(([row, folders]) =>
      folders.map((folder): Requirement => {
        const dir = join(root, folder);
        return { what: `${name} ${row}: ${folder}`, met: existsSync(dir) && proves(dir, row) };
      }),
    );
  return [
    ...list.others.map((folder) => ({ what: `others: ${folder}`, met: existsSync(join(root, folder)) })),
    ...rows('quirks', () => true),
    ...rows('words', () => true),
    ...rows('faults', (dir, row) => speaks(dir, /from-charge-point\.(fault|refusal)/, row.split('/').at(-1) ?? row)),
    ...rows('callErrors', (dir, row) => speaks(dir, /from-csms\.(error|result)/, row)),
  ];
}

/** Whether a step of the folder holds the word; rows in words of their own, with a blank, only need the step. */
function speaks(dir: string, step: RegExp, word: string): boolean {
  const files = readdirSync(dir).filter((file) => step.test(file));
  return files.some((file) => word.includes(' ') || readFileSync(join(dir, file), 'utf8').includes(word));
}
