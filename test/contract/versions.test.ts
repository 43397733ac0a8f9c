import { expect, test } from 'vitest';
import { SOAP_VERSIONS } from '../../src/base/message.ts';
import { namespaceOf, SERVICE_ROLES, versionOfNamespace } from '../../src/contract/versions.ts';

test('every service is found by the namespace that is written for it', () => {
  for (const version of SOAP_VERSIONS) {
    for (const role of SERVICE_ROLES) expect(versionOfNamespace(namespaceOf(version, role))).toEqual({ version, role });
  }
});

test.each([
  ['urn://Ocpp/Cs/2012/06', '1.5', 'CentralSystem'],
  ['URN://OCPP/cp/2015/10/', '1.6', 'ChargePoint'],
  ['urn://Ocpp/Cs/2010/10/', '1.2', 'CentralSystem'],
  [' urn://Ocpp/Cp/2010/10', '1.2', 'ChargePoint'],
] as const)('%s is forgiven its spelling', (namespace, version, role) => {
  expect(versionOfNamespace(namespace)).toEqual({ version, role });
});

test.each(['', 'urn://Ocpp/Cs/2012/07/', 'urn://Ocpp/Xx/2012/06/', 'urn://Ocpp/Cs/2012/06/x', 'http://tempuri.org/'])(
  '"%s" is no version',
  (namespace) => {
    expect(versionOfNamespace(namespace)).toBeUndefined();
  },
);
