import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { describe, expect, test } from 'vitest';
import type { Field, Group, Leaf } from '../../src/contract/model.ts';
import { jsonContractOf, loadJsonContract, readSchemas } from '../../src/contract/ocppj.ts';
import { expectedMessages } from './interface.ts';

const FILE_16 = 'ocpp-rpc/lib/schemas/ocpp1_6.json';
const FILE_201 = 'ocpp-rpc/lib/schemas/ocpp2_0_1.json';
const contract = loadJsonContract('ocpp1.6');

function field(group: Group | undefined, path: string): Field {
  const [name, ...rest] = path.split('.');
  const found = group?.fields.find((candidate) => candidate.name === name);
  if (found === undefined) throw new Error(`no field ${path}`);
  if (rest.length === 0) return found;
  if (found.type.kind !== 'group') throw new Error(`${name} has no fields`);
  return field(found.type, rest.join('.'));
}

describe('the schema files', () => {
  test.each([
    [FILE_16, 78, 'bcef6a1779d7e729d88f604b18a27084b25e3f1d94e95c5c744f1b4a23c47ae5'],
    [FILE_201, 128, 'bb3c94678892a15bea969666bda599cc342eb3c34b7b351ddcfa974da9765a60'],
  ])('%s is the one that was compared with the published schemas', (file, count, hash) => {
    const bytes = readFileSync(createRequire(import.meta.url).resolve(file));
    expect(createHash('sha256').update(bytes).digest('hex')).toBe(hash);
    expect(readSchemas(file)).toHaveLength(count);
  });

  test('a file that is not there is one readable line', () => {
    expect(() => readSchemas('ocpp-rpc/no.json')).toThrow('ocpp-rpc/no.json: cannot be read as JSON schemas');
  });

  test('an action with only half its messages is told', () => {
    expect(() => jsonContractOf([{ $id: 'urn:Ping.req', type: 'object' }])).toThrow(
      'Ping: has no schema of its answer',
    );
  });
});

describe('the model of OCPP 1.6J', () => {
  test('has every action of 1.6 over SOAP and those of the security extension', () => {
    const soap = new Set(
      expectedMessages().flatMap((message) => (message.version === '1.6' ? [message.operation] : [])),
    );
    expect(soap.size).toBe(28);
    expect([...soap].filter((name) => !contract.actions.has(name))).toEqual([]);
    expect([...contract.actions.keys()].filter((name) => !soap.has(name)).sort()).toEqual([
      'CertificateSigned',
      'DeleteCertificate',
      'ExtendedTriggerMessage',
      'GetInstalledCertificateIds',
      'GetLog',
      'InstallCertificate',
      'LogStatusNotification',
      'SecurityEventNotification',
      'SignCertificate',
      'SignedFirmwareStatusNotification',
      'SignedUpdateFirmware',
    ]);
  });

  const messages = expectedMessages().filter(({ version }) => version === '1.6');
  test.each(messages.map((message) => [`${message.role} ${message.operation} ${message.part}`, message] as const))(
    '%s has the fields that 1.6 has over SOAP',
    (_name, { operation, part, type }) => {
      // The one difference between the two: over SOAP the list of readings may be empty.
      const changes = operation === 'MeterValues' ? { meterValue: 1 } : {};
      expect(unordered(contract.actions.get(operation)?.[part])).toEqual(unordered(type, changes));
    },
  );

  test('tells time, address, whole and decimal numbers apart', () => {
    const base = (action: string, path: string) => field(contract.actions.get(action)?.request, path).type;
    expect(base('GetDiagnostics', 'startTime')).toEqual({ kind: 'leaf', base: 'dateTime' });
    expect(base('GetDiagnostics', 'location')).toEqual({ kind: 'leaf', base: 'anyURI' });
    expect(base('StartTransaction', 'meterStart')).toEqual({ kind: 'leaf', base: 'int' });
    expect(base('SetChargingProfile', 'csChargingProfiles.chargingSchedule.minChargingRate')).toEqual({
      kind: 'leaf',
      base: 'decimal',
      fractionDigits: 1,
    });
  });

  test('offers no unit that some edition of the schemas refuses', () => {
    for (const [action, path] of [
      ['MeterValues', 'meterValue.sampledValue.unit'],
      ['StopTransaction', 'transactionData.sampledValue.unit'],
    ] as const) {
      const type = field(contract.actions.get(action)?.request, path).type;
      expect(type.kind === 'leaf' && type.words).toContain('Celsius');
      expect(type.kind === 'leaf' && type.words).not.toContain('Celcius');
      expect(type.kind === 'leaf' && type.words).not.toContain('Hertz');
    }
  });
});

/** A group as nested values by field name; JSON has no order, and its schemas list words in another one. */
function unordered(group: Group | undefined, least: Readonly<Record<string, number>> = {}): unknown {
  if (group === undefined) return undefined;
  return Object.fromEntries(
    group.fields.map(({ name, type, min, max, list }) => [
      name,
      { min: least[name] ?? min, max, list, type: type.kind === 'group' ? unordered(type) : sorted(type) },
    ]),
  );
}

function sorted(leaf: Leaf): Leaf {
  return leaf.words ? { ...leaf, words: [...leaf.words].sort() } : leaf;
}

describe('the schemas of OCPP 2.0.1', () => {
  const next = jsonContractOf(readSchemas(FILE_201));

  test('are read: 64 actions, definitions followed, bounds of lists kept', () => {
    expect(next.actions.size).toBe(64);
    const status = next.actions.get('SetVariables')?.answer;
    expect(field(status, 'setVariableResult')).toMatchObject({ min: 1, max: Number.POSITIVE_INFINITY, list: true });
    expect(field(status, 'setVariableResult.component.evse.id').type).toEqual({ kind: 'leaf', base: 'int' });
    expect(field(next.actions.get('DataTransfer')?.request, 'data').type).toEqual({ kind: 'leaf', base: 'any' });
    expect(field(next.actions.get('SetChargingProfile')?.request, 'chargingProfile.chargingSchedule').max).toBe(3);
  });

  test('all compile and judge a message', () => {
    for (const name of next.actions.keys()) {
      for (const part of ['request', 'answer'] as const) {
        const required = next.actions.get(name)?.[part].fields.some(({ min }) => min > 0);
        expect(`${name} ${next.check(name, part, {})?.code}`).toBe(`${name} ${required ? 'FieldMissing' : undefined}`);
      }
    }
  });

  test('leave vendor data and data of any type as they are, and nothing else that is unknown', () => {
    const payload = { vendorId: 'v', data: { x: null }, customData: { vendorId: 'v', own: [1] }, other: 1 };
    expect(next.repair('DataTransfer', 'request', payload)).toEqual({
      payload: { vendorId: 'v', data: { x: null }, customData: { vendorId: 'v', own: [1] } },
      dropped: ['other'],
    });
  });
});
