import { beforeAll, describe, expect, test } from 'vitest';
import type { SoapContracts } from '../../src/contract/soap-contract.ts';
import { loadSoapContracts } from '../../src/contract/wsdl.ts';
import { bodyValidator } from './xsd.ts';

let contracts: SoapContracts;
beforeAll(async () => {
  contracts = await loadSoapContracts('wsdl');
});

describe('the schema inside a WSDL, by libxml2', () => {
  test('is a valid schema in all six, and knows every message of the model', () => {
    for (const { wsdl, namespace, operations } of contracts.all) {
      const errors = bodyValidator(wsdl);
      for (const { request, answer } of operations.values()) {
        for (const { element, type } of [request, answer]) {
          const empty = errors(`<${element} xmlns="${namespace}"/>`);
          const needsFields = type.fields.some(({ min }) => min > 0);
          expect(`${element} ${empty.length > 0}`).toBe(`${element} ${needsFields}`);
          expect(empty.join()).not.toContain('declaration');
        }
      }
    }
  });

  test('accepts a reading with attributes and refuses a word that is not in the standard', () => {
    const errors = bodyValidator(contracts.service('1.5', 'CentralSystem').wsdl);
    const message = (unit: string) => `<meterValuesRequest xmlns="urn://Ocpp/Cs/2012/06/"><connectorId>1</connectorId>
      <values><timestamp>2020-01-01T00:00:00Z</timestamp><value unit="${unit}" measurand="Voltage">230.1</value></values></meterValuesRequest>`;
    expect(errors(message('Volt'))).toEqual([]);
    expect(errors(message('Percent')).join()).toContain('Percent');
  });

  test('looks into an envelope, and refuses other namespaces, wrong order and broken XML', () => {
    const errors = bodyValidator(contracts.service('1.6', 'CentralSystem').wsdl);
    const body = (namespace: string, content: string) =>
      `<e:Envelope xmlns:e="http://www.w3.org/2003/05/soap-envelope"><e:Header/><e:Body>
        <authorizeResponse xmlns="${namespace}"><idTagInfo>${content}</idTagInfo></authorizeResponse></e:Body></e:Envelope>`;
    const ordered = '<status>Accepted</status><parentIdTag>A</parentIdTag>';
    expect(errors(body('urn://Ocpp/Cs/2015/10/', ordered))).toEqual([]);
    expect(errors(body('urn://Ocpp/Cs/2012/06/', ordered)).join()).toContain('declaration');
    expect(errors(body('urn://Ocpp/Cs/2015/10/', '<parentIdTag>A</parentIdTag><status>Accepted</status>'))).not.toEqual(
      [],
    );
    expect(errors('<a><b></a>')).not.toEqual([]);
  });
});
