import { describe, expect, it } from 'vitest';
import type { SoapVersion } from '../../src/base/message.ts';
import { findOperation } from '../../src/codec/operation.ts';
import { parseXml, XML_LIMITS } from '../../src/codec/xml.ts';
import { caught } from './caught.ts';
import { contracts, operation } from './contracts.ts';

const find = (body: string, version?: SoapVersion) =>
  findOperation(contracts, parseXml(body, XML_LIMITS), { role: 'CentralSystem', ...(version && { version }) });

describe('finding the operation of a request', () => {
  it.each([
    ['1.2', 'urn://Ocpp/Cs/2010/08/'],
    ['1.5', 'urn://Ocpp/Cs/2012/06/'],
    ['1.6', 'urn://Ocpp/Cs/2015/10/'],
  ] as const)('finds every operation of %s by namespace and element', (version, namespace) => {
    for (const expected of contracts.service(version, 'CentralSystem').operations.values()) {
      const found = find(`<o:${expected.request.element} xmlns:o="${namespace}"/>`);
      expect(found).toEqual({ version, operation: expected, losses: [] });
    }
  });

  it.each([
    ['the namespace of the other service', '<heartbeatRequest xmlns="urn://Ocpp/Cp/2012/06/"/>'],
    ['a namespace without its final slash', '<heartbeatRequest xmlns="urn://Ocpp/Cs/2012/06"/>'],
    ['a namespace in another case', '<heartbeatRequest xmlns="URN://OCPP/CS/2012/06/"/>'],
    ['an element in another case', '<HeartBeatrequest xmlns="urn://Ocpp/Cs/2012/06/"/>'],
    ['an element without its suffix', '<Heartbeat xmlns="urn://Ocpp/Cs/2012/06/"/>'],
  ])('accepts %s', (_name, body) => {
    expect(find(body)).toMatchObject({ version: '1.5', operation: { name: 'Heartbeat' } });
  });

  it.each(['<heartbeatRequest/>', '<x:heartbeatRequest/>', '<heartbeatRequest xmlns="urn:unknown"/>'])(
    'takes the version of the endpoint when the body %s does not tell',
    (body) => {
      expect(find(body, '1.6')).toMatchObject({ version: '1.6', operation: { name: 'Heartbeat' } });
      expect(caught(() => find(body)).code).toBe('UnknownVersion');
    },
  );

  it('believes the namespace before the endpoint', () => {
    expect(find('<heartbeatRequest xmlns="urn://Ocpp/Cs/2012/06/"/>', '1.6').version).toBe('1.5');
  });

  it('finds the role by the namespace when nothing else tells', () => {
    const body = parseXml('<resetRequest xmlns="urn://Ocpp/Cp/2012/06/"/>', XML_LIMITS);
    expect(findOperation(contracts, body).operation).toBe(operation('1.5', 'ChargePoint', 'Reset'));
  });

  it('lends a version the operation that only later ones have, in its own namespace', () => {
    const found = find('<dataTransferRequest xmlns="urn://Ocpp/Cs/2010/08/"/>');
    const lender = operation('1.5', 'CentralSystem', 'DataTransfer');
    expect(found.version).toBe('1.2');
    expect(found.operation.request).toEqual({ ...lender.request, namespace: 'urn://Ocpp/Cs/2010/08/' });
    expect(found.operation.answer).toEqual({ ...lender.answer, namespace: 'urn://Ocpp/Cs/2010/08/' });
    expect(find('<dataTransferRequest xmlns="urn://Ocpp/Cs/2010/08/"/>').operation).toBe(found.operation);
  });

  it.each([
    ['an operation of no version', '<openDoorRequest xmlns="urn://Ocpp/Cs/2012/06/"/>'],
    ['an operation of the other service', '<resetRequest xmlns="urn://Ocpp/Cs/2012/06/"/>'],
    ['an answer', '<heartbeatResponse xmlns="urn://Ocpp/Cs/2012/06/"/>'],
    ['a name of every object', '<toString xmlns="urn://Ocpp/Cs/2012/06/"/>'],
  ])('refuses %s', (_name, body) => {
    expect(caught(() => find(body)).code).toBe('UnknownOperation');
  });
});
