import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { ContractFaults } from '../../src/contract/fault.ts';
import { loadSoapContracts } from '../../src/contract/wsdl.ts';
import { directoryOf, ownFiles, replaced } from './wsdl-directory.ts';

const files = ownFiles();
const [CS12, CP15, CS16] = [
  'ocpp-1.2-central-system.wsdl',
  'ocpp-1.5-charge-point.wsdl',
  'ocpp-1.6-central-system.wsdl',
];

async function faultsOf(changes: Readonly<Record<string, string | undefined>>): Promise<readonly string[]> {
  const kept = Object.entries({ ...files, ...changes }).filter(
    (entry): entry is [string, string] => entry[1] !== undefined,
  );
  return faultsIn(directoryOf(Object.fromEntries(kept)));
}

async function faultsIn(dir: string): Promise<readonly string[]> {
  const error = await loadSoapContracts(dir).then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof ContractFaults)) throw new Error('the files were accepted', { cause: error });
  return error.faults.map((fault) => fault.replace(`${dir}: `, ''));
}

function changed(file: string, part: string | RegExp, by: string): Record<string, string> {
  return { [file]: replaced(files[file] ?? '', part, by) };
}

test('all faults of all files are told at once, each with its file', async () => {
  const dir = directoryOf({
    ...files,
    [CS12]: 'not XML at all',
    ...changed(CP15, 'element="tns:resetRequest"', 'type="tns:ResetRequest"'),
    ...changed(CS16, 'type="tns:Reason"', 'type="tns:Raison"'),
    'copy.wsdl': files['ocpp-1.6-charge-point.wsdl'] ?? '',
  });
  writeFileSync(join(dir, 'other.wsdl'), '<definitions targetNamespace="urn:other"/>');
  const error: unknown = await loadSoapContracts(dir).catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(ContractFaults);
  expect(error instanceof ContractFaults && error.faults).toEqual([
    expect.stringMatching(/^ocpp-1\.2-central-system\.wsdl: cannot be read as a WSDL: \S.*$/),
    'ocpp-1.5-charge-point.wsdl: operation Reset, input: message "ResetInput" has no part with an element',
    'ocpp-1.6-central-system.wsdl: StopTransactionRequest.reason: type tns:Raison is not declared',
    'ocpp-1.6-charge-point.wsdl: describes OCPP 1.6 ChargePoint again, which copy.wsdl already does',
    'other.wsdl: target namespace "urn:other" is not a service of OCPP 1.2, 1.5 or 1.6',
    `${dir}: no file describes OCPP 1.2 CentralSystem (urn://Ocpp/Cs/2010/08/)`,
  ]);
});

test('a missing service is told by version, role and namespace', async () => {
  expect(await faultsOf({ [CP15]: undefined })).toEqual([
    'no file describes OCPP 1.5 ChargePoint (urn://Ocpp/Cp/2012/06/)',
  ]);
});

test('a directory that is not there is told, and so is an empty one', async () => {
  expect(await faultsIn('no/such/directory')).toEqual(['cannot be read as a directory']);
  expect(await faultsIn(directoryOf({}))).toHaveLength(6);
});

test('a file cut short is not taken for a smaller interface', async () => {
  const text = files[CS16] ?? '';
  const [fault, ...others] = await faultsOf({ [CS16]: text.slice(0, text.indexOf('<wsdl:binding')) });
  expect(fault).toMatch(/^ocpp-1\.6-central-system\.wsdl: /);
  expect(others.filter((other) => !other.startsWith(CS16) && !other.startsWith('no file'))).toEqual([]);
});

test.each([
  [
    'a binding that is missing',
    'binding="tns:CentralSystemServiceSoap"',
    'binding="tns:Other"',
    /port .*: binding "Other" is missing/,
  ],
  [
    'a port type that is missing',
    'type="tns:CentralSystemService">',
    'type="tns:Other">',
    /names no port type of the file/,
  ],
  [
    'a message that is missing',
    'message="tns:HeartbeatInput"',
    'message="tns:Other"',
    /operation Heartbeat, input: message "Other" is missing/,
  ],
  [
    'an answer that is missing',
    /<wsdl:output message="tns:HeartbeatOutput"[^>]*>/g,
    '',
    /operation Heartbeat, output: is missing/,
  ],
  [
    'an element that is missing',
    'element="tns:heartbeatRequest"',
    'element="tns:other"',
    /other: the element is not declared/,
  ],
  [
    'a message that holds text',
    'name="heartbeatRequest" type="tns:HeartbeatRequest"',
    'name="heartbeatRequest" type="xs:string"',
    /heartbeatRequest: the element holds text/,
  ],
  [
    'a choice',
    /<xs:sequence>(\s*<xs:element name="currentTime" type="xs:dateTime"\/>\s*)<\/xs:sequence>/g,
    '<xs:choice>$1</xs:choice>',
    /HeartbeatResponse: xs:choice is not supported/,
  ],
  [
    'an open type',
    /<xs:element name="currentTime" type="xs:dateTime"\/>/g,
    '<xs:any/>',
    /HeartbeatResponse: xs:any is not supported/,
  ],
  [
    'a union',
    /<xs:restriction base="xs:decimal">[\s\S]*?<\/xs:restriction>/g,
    '<xs:union memberTypes="xs:int xs:decimal"/>',
    /DecimalOne: xs:union/,
  ],
  [
    'a repeated sequence',
    '<xs:sequence>',
    '<xs:sequence maxOccurs="unbounded">',
    /a repeated xs:sequence is not supported/,
  ],
  ['a number of times that is none', 'maxOccurs="unbounded"', 'maxOccurs="many"', /is not a number of times/],
  [
    'a built-in type that OCPP does not know',
    'name="meterStop" type="xs:int"',
    'name="meterStop" type="xs:gYear"',
    /StopTransactionRequest\.meterStop: type xs:gYear is not supported/,
  ],
  [
    'a type that contains itself',
    'name="meterStop" type="xs:int"',
    'name="meterStop" type="tns:StopTransactionRequest"',
    /StopTransactionRequest: the type contains itself/,
  ],
  ['fields outside the namespace', 'elementFormDefault="qualified"', '', /elementFormDefault must be "qualified"/],
  [
    'an import from the network',
    '<xs:element name="chargeBoxIdentity"',
    '<xs:import namespace="urn:x" schemaLocation="http://127.0.0.1:9/x.xsd"/><xs:element name="chargeBoxIdentity"',
    /imports "http:\/\/127\.0\.0\.1:9\/x\.xsd"/,
  ],
  [
    'an import that is not there',
    '<xs:element name="chargeBoxIdentity"',
    '<xs:import namespace="urn:x" schemaLocation="x.xsd"/><xs:element name="chargeBoxIdentity"',
    /cannot be read as a WSDL: .*x\.xsd/,
  ],
] as const)('%s is a fault in one readable line', async (name, part, by, line) => {
  const file = name === 'a union' ? 'ocpp-1.6-charge-point.wsdl' : CS16;
  const faults = (await faultsOf(changed(file, part, by))).filter((fault) => fault.startsWith(file));
  expect(faults).toContainEqual(expect.stringMatching(line));
  expect(faults.every((fault) => !fault.includes('\n'))).toBe(true);
});
