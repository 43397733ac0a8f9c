import { beforeAll, expect, test } from 'vitest';
import type { SoapContracts } from '../../src/contract/soap-contract.ts';
import { loadSoapContracts } from '../../src/contract/wsdl.ts';
import { directoryOf, ownFiles, replaced } from './wsdl-directory.ts';
import { schemaText } from './xsd.ts';

/** The same interfaces in the handwriting of others must give the same model. */

const files = ownFiles();
const IMPORTS = /<xs:schema[\s\S]*<\/xs:schema>/g;
let own: SoapContracts;

beforeAll(async () => {
  own = await loadSoapContracts('wsdl');
});

async function modelOf(rewrite: (text: string, name: string) => Readonly<Record<string, string>>) {
  const rewritten = Object.entries(files).map(([name, text]) => rewrite(text, name));
  return operationsOf(await loadSoapContracts(directoryOf(Object.assign({}, ...rewritten))));
}

function operationsOf(contracts: SoapContracts) {
  return contracts.all
    .map(({ version, role, namespace, operations }) => ({ version, role, namespace, operations }))
    .sort((a, b) => a.namespace.localeCompare(b.namespace));
}

/** Declarations of a schema, last one first. */
function backwards(schema: string): string {
  const declaration = /^ {6}<xs:(\w+) [^>]*(?:\/>|>[\s\S]*?^ {6}<\/xs:\1>)\n/gm;
  const all = [...schema.matchAll(declaration)].map(([text]) => text).reverse();
  if (all.length < 20) throw new Error('the declarations were not found');
  return `${schema.slice(0, schema.indexOf('>') + 1)}\n${all.join('')}</xs:schema>`;
}

test('types in another order, other prefixes, the newer Action and other file names make no difference', async () => {
  const got = await modelOf((text, name) => {
    const turned = text.replace(IMPORTS, backwards);
    const prefixed = replaced(replaced(turned, /\bxs:/g, 'xsd:'), 'xmlns:xs=', 'xmlns:xsd=');
    const actions = replaced(
      replaced(
        prefixed,
        'xmlns:wsaw="http://www.w3.org/2006/05/addressing/wsdl"',
        'xmlns:m="http://www.w3.org/2007/05/addressing/metadata"',
      ),
      'wsaw:',
      'm:',
    );
    return { [`${[...name].reverse().join('')}.WSDL`]: replaced(actions, /\btns\b/g, 's') };
  });
  expect(got).toEqual(operationsOf(own));
});

test('a schema that is imported from beside the file is read', async () => {
  const got = await modelOf((text, name) => {
    const namespace = /targetNamespace="([^"]+)"/.exec(text)?.[1];
    const shell = `<xs:schema><xs:import namespace="${namespace}" schemaLocation="types/${name}.xsd"/></xs:schema>`;
    return { [name]: replaced(text, IMPORTS, shell), [`types/${name}.xsd`]: schemaText(text) };
  });
  expect(got).toEqual(operationsOf(own));
});

test('a schema may use the default namespace instead of a prefix', async () => {
  const got = await modelOf((text, name) => {
    const bare = replaced(replaced(text, '<xs:', '<'), '</xs:', '</');
    const typed = replaced(bare, /"xs:(\w+)"/g, '"$1"');
    return { [name]: replaced(typed, '<schema ', '<schema xmlns="http://www.w3.org/2001/XMLSchema" ') };
  });
  expect(got).toEqual(operationsOf(own));
});

test('nested sequences, chains of restrictions and a second schema lead to the same fields', async () => {
  const got = await modelOf((text, name) => {
    const nested = replaced(
      replaced(text, '<xs:sequence>', '<xs:sequence><xs:annotation/><xs:sequence>'),
      '</xs:sequence>',
      '</xs:sequence></xs:sequence>',
    );
    const chained = replaced(
      nested,
      '<xs:restriction base="xs:string">',
      '<xs:restriction><xs:simpleType><xs:restriction base="extra:Text"/></xs:simpleType>',
    );
    const second = `<xs:schema targetNamespace="urn:extra"><xs:simpleType name="Text"><xs:restriction base="xs:string">
      <xs:whiteSpace value="preserve"/></xs:restriction></xs:simpleType></xs:schema>`;
    const extended = replaced(chained, '<wsdl:types>', `<wsdl:types>${second}`);
    return { [name]: replaced(extended, 'xmlns:xs=', 'xmlns:extra="urn:extra" xmlns:xs=') };
  });
  expect(got).toEqual(operationsOf(own));
});

test('a type inherits the fields of the type it extends', async () => {
  const name = 'ocpp-1.6-charge-point.wsdl';
  const changed = replaced(
    files[name] ?? '',
    /<xs:complexType name="ResetRequest">[\s\S]*?<\/xs:complexType>/g,
    `<xs:complexType name="ResetRequest"><xs:complexContent><xs:extension base="tns:UnlockConnectorRequest">
       <xs:sequence minOccurs="0"><xs:element name="type" type="tns:ResetType"/></xs:sequence>
     </xs:extension></xs:complexContent></xs:complexType>`,
  );
  const contracts = await loadSoapContracts(directoryOf({ ...files, [name]: changed }));
  const fields = contracts.service('1.6', 'ChargePoint').operations.get('Reset')?.request.type.fields;
  expect(fields?.map(({ name, min }) => `${name} ${min}`)).toEqual(['connectorId 1', 'type 0']);
});

test('an early edition without a field shows a model without it', async () => {
  const name = 'ocpp-1.2-charge-point.wsdl';
  const early = replaced(files[name] ?? '', '<xs:element name="connectorId" type="xs:int" minOccurs="0"/>', '');
  const contracts = await loadSoapContracts(directoryOf({ ...files, [name]: early }));
  const fields = contracts.service('1.2', 'ChargePoint').operations.get('RemoteStartTransaction')?.request.type.fields;
  expect(fields?.map((field) => field.name)).toEqual(['idTag']);
});
