import { fileURLToPath } from 'node:url';
import type { SoapVersion } from '../../src/base/message.ts';
import type { ServiceRole, SoapContracts, SoapOperation } from '../../src/contract/soap-contract.ts';
import { loadSoapContracts } from '../../src/contract/wsdl.ts';

export const contracts: SoapContracts = await loadSoapContracts(fileURLToPath(new URL('../../wsdl', import.meta.url)));

/** An operation that must exist. */
export function operation(version: SoapVersion, role: ServiceRole, name: string): SoapOperation {
  const found = contracts.service(version, role).operations.get(name);
  if (!found) throw new Error(`no ${name} in ${version} ${role}`);
  return found;
}
