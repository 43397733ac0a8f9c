/** One WSDL file, read through the soap package into a service of the contract. */

import type { SoapVersion } from '../base/message.ts';
import type { ServiceRole, SoapMessage, SoapOperation, SoapService } from './soap-contract.ts';
import { versionOfNamespace } from './versions.ts';
import {
  attribute,
  attributeIn,
  contentOf,
  localName,
  qname,
  type WsdlDefinitions,
  type WsdlNode,
} from './wsdl-node.ts';
import { SchemaReader } from './wsdl-schema.ts';

/** `wsaw:Action` and its successor `wsam:Action`. */
const ACTION_NAMESPACES = [
  'http://www.w3.org/2006/05/addressing/wsdl',
  'http://www.w3.org/2007/05/addressing/metadata',
];

export interface WsdlFile {
  /** Which service the file describes; undefined when even that cannot be told. */
  readonly id: { readonly version: SoapVersion; readonly role: ServiceRole } | undefined;
  /** Undefined when there are faults. */
  readonly service: SoapService | undefined;
  /** Readable lines without the file name. */
  readonly faults: readonly string[];
}

/** Reads a WSDL. `path` is where relative imports start from; imports from the network are refused. */
export async function readWsdl(text: string, path: string): Promise<WsdlFile> {
  let definitions: WsdlDefinitions;
  try {
    definitions = await parse(text, path);
  } catch (cause) {
    return { id: undefined, service: undefined, faults: [`cannot be read as a WSDL: ${oneLine(cause)}`] };
  }
  const namespace = attribute(definitions, 'targetNamespace') ?? '';
  const id = versionOfNamespace(namespace);
  if (id === undefined) {
    return {
      id,
      service: undefined,
      faults: [`target namespace "${namespace}" is not a service of OCPP 1.2, 1.5 or 1.6`],
    };
  }
  const faults: string[] = [];
  const operations = readOperations(definitions, (where, problem) => {
    const fault = `${where}: ${problem}`;
    if (!faults.includes(fault)) faults.push(fault);
  });
  if (operations.size === 0 && faults.length === 0)
    faults.push('no service with a SOAP binding and operations is in it');
  return { id, service: faults.length === 0 ? { ...id, namespace, wsdl: text, operations } : undefined, faults };
}

type Report = (where: string, problem: string) => void;

function readOperations(definitions: WsdlDefinitions, report: Report): ReadonlyMap<string, SoapOperation> {
  const reader = new SchemaReader(definitions, report);
  const operations = new Map<string, SoapOperation>();
  for (const portType of portTypesInUse(definitions, report)) {
    for (const node of contentOf(portType).filter((child) => child.name === 'operation')) {
      const name = attribute(node, 'name') ?? '';
      const request = readMessage(definitions, reader, node, 'input', `/${name}`, report);
      const answer = readMessage(definitions, reader, node, 'output', `/${name}Response`, report);
      if (request && answer) operations.set(name, { name, request, answer });
    }
  }
  return operations;
}

/** Only what a service offers through a binding counts. */
function portTypesInUse(definitions: WsdlDefinitions, report: Report): ReadonlySet<WsdlNode> {
  const found = new Set<WsdlNode>();
  for (const service of Object.values(definitions.services)) {
    for (const port of contentOf(service).filter((child) => child.name === 'port')) {
      const where = `port ${attribute(port, 'name')}`;
      const bindingName = localName(attribute(port, 'binding') ?? '');
      const binding = definitions.bindings[bindingName];
      const portType = binding && definitions.portTypes[localName(attribute(binding, 'type') ?? '')];
      if (binding === undefined) report(where, `binding "${bindingName}" is missing or is not SOAP over HTTP`);
      else if (portType === undefined) report(where, `binding "${bindingName}" names no port type of the file`);
      else found.add(portType);
    }
  }
  return found;
}

function readMessage(
  definitions: WsdlDefinitions,
  reader: SchemaReader,
  operation: WsdlNode,
  part: 'input' | 'output',
  defaultAction: string,
  report: Report,
): SoapMessage | undefined {
  const where = `operation ${attribute(operation, 'name')}, ${part}`;
  const node = contentOf(operation).find((child) => child.name === part);
  const messageName = node && localName(attribute(node, 'message') ?? '');
  if (node === undefined || messageName === undefined) {
    report(where, 'is missing');
    return undefined;
  }
  const message = definitions.messages[messageName];
  const body = message && contentOf(message).find((child) => child.name === 'part');
  const element = body && attribute(body, 'element');
  if (body === undefined || element === undefined) {
    report(
      where,
      message ? `message "${messageName}" has no part with an element` : `message "${messageName}" is missing`,
    );
    return undefined;
  }
  const name = qname(body, definitions, element);
  const type = reader.element(name);
  // The published 1.2 files give answers no action; the others follow the same pattern.
  const action = attributeIn(node, definitions, ACTION_NAMESPACES, 'Action') ?? defaultAction;
  return type && { element: name.local, namespace: reader.namespaceOf(name), action, type };
}

async function parse(text: string, path: string): Promise<WsdlDefinitions> {
  // Loaded here because it is slow to load and most commands do without.
  const { WSDL } = await import('soap');
  return new Promise((resolve, reject) => {
    // After the imports are merged the soap package drops actions and names; this is the last moment to read them.
    class Unprocessed extends WSDL {
      override processIncludes(_done: unknown): void {
        super.processIncludes((error: unknown) => {
          if (error) reject(error);
          else resolve(this.definitions as unknown as WsdlDefinitions);
        });
      }
    }
    new Unprocessed(text, path, { wsdl_options: { overrideImportLocation: localOnly } }).onReady(reject);
  });
}

function localOnly(location: string): string {
  if (/^[a-z][a-z0-9+.-]+:/i.test(location)) throw new Error(`imports "${location}"; put the file beside this one`);
  return location;
}

function oneLine(cause: unknown): string {
  const message = cause instanceof Error ? cause.message : String(cause);
  return message
    .split('\n')
    .map((line) => line.trim())
    .join(', ');
}
