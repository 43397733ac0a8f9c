import { BridgeError } from '../base/errors.ts';
import { SOAP_VERSIONS, type SoapVersion } from '../base/message.ts';
import type { ServiceRole, SoapContracts, SoapOperation, SoapService } from '../contract/soap-contract.ts';
import { versionOfNamespace } from '../contract/versions.ts';
import type { XmlElement } from './xml-element.ts';

/** Which operation of which version a request is: the element tells the operation, its namespace the version. */

export interface OperationHint {
  /** For a body whose namespace is missing or unknown. */
  readonly version?: SoapVersion;
  /** The service that was called: some stations write the other one's namespace. */
  readonly role: ServiceRole;
}

export interface FoundOperation {
  readonly version: SoapVersion;
  readonly operation: SoapOperation;
  readonly losses: string[];
}

const SUFFIX = /request$/i;
const byNamespace = new WeakMap<SoapContracts, ReadonlyMap<string, SoapService>>();
const byService = new WeakMap<SoapService, ReadonlyMap<string, SoapOperation>>();
const borrowed = new WeakMap<SoapOperation, Map<string, SoapOperation>>();

/** The service whose namespace is written exactly as its WSDL writes it, as most senders do. */
function serviceIn(contracts: SoapContracts, namespace: string): SoapService | undefined {
  let index = byNamespace.get(contracts);
  if (!index) {
    index = new Map(contracts.all.map((service) => [service.namespace, service] as const));
    byNamespace.set(contracts, index);
  }
  return index.get(namespace);
}

function operationsOf(service: SoapService): ReadonlyMap<string, SoapOperation> {
  const known = byService.get(service);
  if (known) return known;
  const index = new Map<string, SoapOperation>();
  for (const operation of service.operations.values()) {
    index.set(operation.request.element.toLowerCase(), operation);
    // Some senders leave the suffix out.
    index.set(operation.name.toLowerCase(), operation);
  }
  for (const operation of service.operations.values()) index.set(operation.request.element, operation);
  byService.set(service, index);
  return index;
}

/** A later version's operation in the namespace of an earlier one, which lacks it: the answer must look like the request. */
function inNamespace(operation: SoapOperation, namespace: string): SoapOperation {
  const known = borrowed.get(operation)?.get(namespace);
  if (known) return known;
  const { name, request, answer } = operation;
  const copy = { name, request: { ...request, namespace }, answer: { ...answer, namespace } };
  const copies = borrowed.get(operation) ?? new Map<string, SoapOperation>();
  borrowed.set(operation, copies.set(namespace, copy));
  return copy;
}

function versionOf(
  { namespace, name }: XmlElement,
  hint: OperationHint | undefined,
): { version: SoapVersion; role: ServiceRole } {
  const told = namespace === undefined ? undefined : versionOfNamespace(namespace);
  if (told) return { version: told.version, role: hint?.role ?? told.role };
  if (hint?.version) return { version: hint.version, role: hint.role };
  const seen = namespace === undefined ? 'has no namespace' : `has the namespace ${namespace.slice(0, 100)}`;
  throw new BridgeError('UnknownVersion', `the OCPP version cannot be told: <${name.slice(0, 60)}> ${seen}`);
}

/**
 * The operation of a request. A version that lacks an operation borrows the messages of the next one that has it: `version`
 * is always the sender's. Throws `UnknownVersion`, `UnknownOperation`.
 */
export function findOperation(contracts: SoapContracts, body: XmlElement, hint?: OperationHint): FoundOperation {
  const exact = body.namespace === undefined ? undefined : serviceIn(contracts, body.namespace);
  if (exact && (hint === undefined || hint.role === exact.role)) {
    const operation = operationsOf(exact).get(body.name);
    if (operation) return { version: exact.version, operation, losses: [] };
  }
  const { version, role } = versionOf(body, hint);
  const name = body.name.toLowerCase();
  const service = contracts.service(version, role);
  const operation = operationsOf(service).get(name);
  if (operation) return { version, operation, losses: [] };
  for (const later of SOAP_VERSIONS.slice(SOAP_VERSIONS.indexOf(version) + 1)) {
    const found = operationsOf(contracts.service(later, role)).get(name);
    if (found) return { version, operation: inNamespace(found, service.namespace), losses: [] };
  }
  const shown = body.name.replace(SUFFIX, '').slice(0, 60);
  throw new BridgeError('UnknownOperation', `the ${role} of OCPP ${version} has no operation <${shown}>`);
}
