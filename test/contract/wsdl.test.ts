import { beforeAll, describe, expect, test } from 'vitest';
import type { SoapContracts } from '../../src/contract/soap-contract.ts';
import { loadSoapContracts } from '../../src/contract/wsdl.ts';
import { expectedMessages } from './interface.ts';

const expected = expectedMessages();
let contracts: SoapContracts;

beforeAll(async () => {
  contracts = await loadSoapContracts('wsdl');
});

describe('the services of wsdl/', () => {
  test('are the six of OCPP 1.2, 1.5 and 1.6, with 72 operations', () => {
    const got = contracts.all.map((service) => `${service.version} ${service.role} ${service.operations.size}`);
    expect(got.sort()).toEqual([
      '1.2 CentralSystem 9',
      '1.2 ChargePoint 9',
      '1.5 CentralSystem 10',
      '1.5 ChargePoint 15',
      '1.6 CentralSystem 10',
      '1.6 ChargePoint 19',
    ]);
    expect(expected).toHaveLength(144);
  });

  test('have no operation that the standard does not have', () => {
    for (const service of contracts.all) {
      const wanted = expected.filter(({ version, role }) => version === service.version && role === service.role);
      expect([...service.operations.keys()].sort()).toEqual(
        [...new Set(wanted.map(({ operation }) => operation))].sort(),
      );
    }
  });

  test.each(
    expected.map((message) => [`${message.operation} ${message.part} of ${message.version}`, message] as const),
  )('%s is as the standard defines it', (_name, { version, role, namespace, operation, part, type }) => {
    const service = contracts.service(version, role);
    const got = service.operations.get(operation)?.[part];
    const suffix = part === 'request' ? 'Request' : 'Response';
    expect(service.namespace).toBe(namespace);
    expect(got).toEqual({
      element: operation.charAt(0).toLowerCase() + operation.slice(1) + suffix,
      namespace,
      action: part === 'request' ? `/${operation}` : `/${operation}Response`,
      type,
    });
  });
});
