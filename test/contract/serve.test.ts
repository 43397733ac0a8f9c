import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import * as soap from 'soap';
import { beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { wsdlWithAddress } from '../../src/contract/serve.ts';
import type { SoapContracts, SoapService } from '../../src/contract/soap-contract.ts';
import { loadSoapContracts } from '../../src/contract/wsdl.ts';

let contracts: SoapContracts;
beforeAll(async () => {
  contracts = await loadSoapContracts('wsdl');
});

async function served(text: string): Promise<string> {
  const server = createServer((_request, response) => response.setHeader('content-type', 'text/xml').end(text));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => new Promise<void>((resolve) => server.close(() => resolve())));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/?wsdl`;
}

function service(wsdl: string): SoapService {
  return { ...contracts.service('1.6', 'CentralSystem'), wsdl };
}

describe('the served WSDL', () => {
  test('lets a SOAP client of another make call the address it names', async () => {
    for (const { wsdl, operations, ...rest } of contracts.all) {
      const url = await served(wsdlWithAddress({ ...rest, wsdl, operations }, 'http://203.0.113.7:8080/ocpp?a=1&b=2'));
      const client = await soap.createClientAsync(url, { disableCache: true });
      const [port] = Object.values(client.wsdl.definitions.services).flatMap(({ ports }) => Object.values(ports));
      expect(port?.location).toBe('http://203.0.113.7:8080/ocpp?a=1&b=2');
      const described = client.describe()[`${rest.role}Service`][`${rest.role}ServiceSoap12`];
      expect(Object.keys(described).sort()).toEqual([...operations.keys()].sort());
    }
  });

  test('keeps everything but the address', () => {
    const { wsdl } = contracts.service('1.5', 'ChargePoint');
    const got = wsdlWithAddress(service(wsdl), 'https://bridge.example/');
    expect(got).toBe(wsdl.replace('http://localhost/Ocpp/ChargePointService/', 'https://bridge.example/'));
  });

  test('finds the address under any prefix and quotes, in every port, but not in comments or documentation', () => {
    const text = `<?xml version='1.0' encoding='ISO-8859-1'?><!-- <soap12:address location="a"/> -->
      <port><s1:address title="1 > 0" location = 'http://x/'></s1:address><address location="http://y/"/><addressee location="z"/></port>`;
    expect(wsdlWithAddress(service(text), `http://h/?q="$&'<`)).toBe(
      `<?xml version='1.0' encoding="UTF-8"?><!-- <soap12:address location="a"/> -->
      <port><s1:address title="1 > 0" location = "http://h/?q=&quot;$&amp;'&lt;"></s1:address><address location="http://h/?q=&quot;$&amp;'&lt;"/><addressee location="z"/></port>`,
    );
  });
});
