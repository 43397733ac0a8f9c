/** The SOAP side of the contract: the six services, built from the WSDL files of a directory. */

import { readdir, readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { SOAP_VERSIONS, type SoapVersion } from '../base/message.ts';
import { ContractFaults } from './fault.ts';
import type { ServiceRole, SoapContracts, SoapService } from './soap-contract.ts';
import { namespaceOf, SERVICE_ROLES } from './versions.ts';
import { readWsdl } from './wsdl-file.ts';

/**
 * Reads every `*.wsdl` file of a directory; names do not matter, target namespaces do. The published files and this
 * project's own serve alike.
 * @throws ContractFaults with all faults at once, each with its file.
 */
export async function loadSoapContracts(dir: string): Promise<SoapContracts> {
  const faults: string[] = [];
  const services = new Map<string, SoapService>();
  const origin = new Map<string, string>();
  for (const file of await wsdlFiles(dir)) {
    const { id, service, faults: own } = await readFileIn(dir, file);
    faults.push(...own.map((fault) => `${file}: ${fault}`));
    if (id === undefined) continue;
    const key = keyOf(id.version, id.role);
    const first = origin.get(key);
    if (first !== undefined) faults.push(`${file}: describes ${key} again, which ${first} already does`);
    else origin.set(key, file);
    if (service && first === undefined) services.set(key, service);
  }
  for (const [version, role] of wanted()) {
    if (origin.has(keyOf(version, role))) continue;
    faults.push(`${dir}: no file describes ${keyOf(version, role)} (${namespaceOf(version, role)})`);
  }
  if (faults.length > 0) throw new ContractFaults(faults);
  return contracts(services);
}

function contracts(services: ReadonlyMap<string, SoapService>): SoapContracts {
  return {
    all: wanted().flatMap(([version, role]) => services.get(keyOf(version, role)) ?? []),
    service(version, role) {
      const service = services.get(keyOf(version, role));
      if (service === undefined) throw new RangeError(`no such service: ${keyOf(version, role)}`);
      return service;
    },
  };
}

async function wsdlFiles(dir: string): Promise<string[]> {
  try {
    return (await readdir(dir)).filter((name) => name.toLowerCase().endsWith('.wsdl')).sort();
  } catch (cause) {
    throw new ContractFaults([`${dir}: cannot be read as a directory`], cause);
  }
}

async function readFileIn(dir: string, file: string): ReturnType<typeof readWsdl> {
  const path = resolve(join(dir, file));
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch {
    return { id: undefined, service: undefined, faults: ['cannot be read'] };
  }
  return readWsdl(text, path);
}

function wanted(): (readonly [SoapVersion, ServiceRole])[] {
  return SOAP_VERSIONS.flatMap((version) => SERVICE_ROLES.map((role) => [version, role] as const));
}

function keyOf(version: SoapVersion, role: ServiceRole): string {
  return `OCPP ${version} ${role}`;
}
