/** The table of OCPP versions: what tells them apart on the wire, as written and as met in the field. */

import type { SoapVersion } from '../base/message.ts';
import type { ServiceRole } from './soap-contract.ts';

interface VersionRow {
  readonly version: SoapVersion;
  /** The dated part of the namespaces. */
  readonly date: string;
  /** Dates that specification texts print by mistake and devices copied. */
  readonly misprints: readonly string[];
}

/** Namespaces are `urn://Ocpp/<Cs|Cp>/<date>/`. */
const VERSIONS: readonly VersionRow[] = [
  { version: '1.2', date: '2010/08', misprints: ['2010/10'] },
  { version: '1.5', date: '2012/06', misprints: [] },
  { version: '1.6', date: '2015/10', misprints: [] },
];

const ROLE_PREFIXES: Readonly<Record<ServiceRole, string>> = { CentralSystem: 'Cs', ChargePoint: 'Cp' };

export const SERVICE_ROLES: readonly ServiceRole[] = ['CentralSystem', 'ChargePoint'];

export const ENVELOPE_NAMESPACES = {
  soap12: 'http://www.w3.org/2003/05/soap-envelope',
  /** OCPP forbids SOAP 1.1; some devices send it all the same. */
  soap11: 'http://schemas.xmlsoap.org/soap/envelope/',
} as const;

/** The first one is written; the second is the draft that some stacks still send. */
export const ADDRESSING_NAMESPACES = [
  'http://www.w3.org/2005/08/addressing',
  'http://schemas.xmlsoap.org/ws/2004/08/addressing',
] as const;

/** The namespace of a service as its published WSDL writes it. */
export function namespaceOf(version: SoapVersion, role: ServiceRole): string {
  return rowNamespace(dateOf(version), role);
}

/** What a body's or a WSDL's namespace says, forgiving case, a missing final slash and misprinted dates. */
export function versionOfNamespace(namespace: string): { version: SoapVersion; role: ServiceRole } | undefined {
  return BY_NAMESPACE.get(normal(namespace));
}

const BY_NAMESPACE = new Map(
  VERSIONS.flatMap(({ version, date, misprints }) =>
    SERVICE_ROLES.flatMap((role) =>
      [date, ...misprints].map((printed) => [normal(rowNamespace(printed, role)), { version, role }] as const),
    ),
  ),
);

function dateOf(version: SoapVersion): string {
  const row = VERSIONS.find((candidate) => candidate.version === version);
  if (row === undefined) throw new RangeError(`no such OCPP version: ${version}`);
  return row.date;
}

function rowNamespace(date: string, role: ServiceRole): string {
  return `urn://Ocpp/${ROLE_PREFIXES[role]}/${date}/`;
}

function normal(namespace: string): string {
  return namespace.trim().toLowerCase().replace(/\/+$/, '');
}
