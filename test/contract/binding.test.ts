import { readdirSync, readFileSync } from 'node:fs';
import { XmlDocument, XmlElement } from 'libxml2-wasm';
import { describe, expect, test } from 'vitest';

/** What the model does not hold but a SOAP stack that reads our WSDL relies on. */

const NAMESPACES = {
  wsdl: 'http://schemas.xmlsoap.org/wsdl/',
  soap12: 'http://schemas.xmlsoap.org/wsdl/soap12/',
  wsaw: 'http://www.w3.org/2006/05/addressing/wsdl',
  wsp: 'http://schemas.xmlsoap.org/ws/2004/09/policy',
};
const files = readdirSync('wsdl').filter((file) => file.endsWith('.wsdl'));

describe.each(files)('%s', (file) => {
  const document = XmlDocument.fromString(readFileSync(`wsdl/${file}`, 'utf8'));
  const elements = (path: string) => document.find(path, NAMESPACES).filter((node) => node instanceof XmlElement);
  const values = (path: string) => document.find(path, NAMESPACES).map((node) => node.content);
  const operations = values('//wsdl:portType/wsdl:operation/@name');
  const role = file.includes('central-system') ? 'CentralSystem' : 'ChargePoint';

  test('names service, port, binding and port type as published', () => {
    expect(values('/wsdl:definitions/wsdl:service/@name')).toEqual([`${role}Service`]);
    expect(values('//wsdl:port/@name')).toEqual([`${role}ServiceSoap12`]);
    expect(values('//wsdl:port/@binding')).toEqual([`tns:${role}ServiceSoap`]);
    expect(values('/wsdl:definitions/wsdl:binding/@name')).toEqual([`${role}ServiceSoap`]);
    expect(values('/wsdl:definitions/wsdl:binding/@type')).toEqual([`tns:${role}Service`]);
    expect(values('/wsdl:definitions/wsdl:portType/@name')).toEqual([`${role}Service`]);
    expect(values('//soap12:address/@location')).toEqual([`http://localhost/Ocpp/${role}Service/`]);
  });

  test('binds every operation to SOAP 1.2 over HTTP, document and literal, with its own soapAction', () => {
    expect(values('//soap12:binding/@transport')).toEqual(['http://schemas.xmlsoap.org/soap/http']);
    expect(operations.length).toBeGreaterThan(8);
    expect(values('//wsdl:binding/wsdl:operation/@name')).toEqual(operations);
    expect(values('//soap12:operation/@soapAction')).toEqual(operations.map((name) => `/${name}`));
    expect(values('//soap12:operation[@style="document"]')).toHaveLength(operations.length);
    expect(values('//soap12:body[@use="literal"]')).toHaveLength(operations.length * 2);
  });

  test('puts the chargeBoxIdentity into the header of requests and of no answer', () => {
    const header = '[@message="tns:Header"][@part="ChargeBoxIdentity"][@use="literal"]';
    expect(values('//wsdl:message[@name="Header"]/wsdl:part[@name="ChargeBoxIdentity"]/@element')).toEqual([
      'tns:chargeBoxIdentity',
    ]);
    expect(elements(`//wsdl:binding/wsdl:operation/wsdl:input/soap12:header${header}`)).toHaveLength(operations.length);
    expect(elements('//soap12:header')).toHaveLength(operations.length);
  });

  test('says that addressing is used, and gives actions where the published file gives them', () => {
    expect(elements('/wsdl:definitions/wsp:Policy/wsaw:UsingAddressing')).toHaveLength(1);
    expect(elements('//wsdl:binding/wsp:PolicyReference')).toHaveLength(1);
    expect(values('//wsdl:portType/wsdl:operation/wsdl:input/@wsaw:Action')).toEqual(
      operations.map((name) => `/${name}`),
    );
    const answers = values('//wsdl:portType/wsdl:operation/wsdl:output/@wsaw:Action');
    expect(answers).toEqual(file.includes('1.2') ? [] : operations.map((name) => `/${name}Response`));
  });
});

test('all six files were looked at', () => {
  expect(files).toHaveLength(6);
});
