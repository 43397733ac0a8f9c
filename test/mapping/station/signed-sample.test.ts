import { describe, expect, test } from 'vitest';
import type { JsonObject } from '../../../src/base/message.ts';
import { codesOf, contracts, tables } from './house.ts';

const at = '2025-05-01T10:00:00Z';
const signed = (value: string, more: JsonObject = {}): JsonObject => ({ value, format: 'SignedData', ...more });
const told = {
  signedMeterData: 'ZGF0YQ==',
  signingMethod: 'ECDSA-secp256k1-SHA256',
  encodingMethod: 'OCMF',
  publicKey: 'a2V5',
};

/** The samples of one reading, held against the schema. */
function samples(sampledValue: JsonObject[], given: JsonObject = {}): { samples: JsonObject[]; losses: string[] } {
  const made = tables.convert('reading', { timestamp: at, sampledValue }, given);
  if (made.kind !== 'value') return { samples: [], losses: codesOf(made) };
  expect(contracts.station.check('MeterValues', 'request', { evseId: 1, meterValue: [made.value] })).toBeUndefined();
  return { samples: made.value['sampledValue'] as JsonObject[], losses: codesOf(made) };
}

describe('signed samples', () => {
  test('stand beside the number of the same sample without a signature', () => {
    const made = samples([{ value: '12.5', unit: 'kWh' }, signed(JSON.stringify(told))]);
    expect(made.samples).toHaveLength(1);
    expect(made.samples[0]).toMatchObject({ value: 12.5, unitOfMeasure: { unit: 'kWh' }, signedMeterValue: told });
  });

  test('of another context have a number of their own or none', () => {
    const made = samples([{ value: '1', context: 'Sample.Clock' }, signed(JSON.stringify(told))]);
    expect(made.samples).toHaveLength(1);
    expect(made.samples[0]).not.toHaveProperty('signedMeterValue');
    expect(made.losses).toEqual(['mv-signed']);
  });

  test('at the start and at the end take the register of the transaction', () => {
    const made = samples([signed(JSON.stringify(told), { context: 'Transaction.End' })], { register: 2500 });
    expect(made.samples[0]).toMatchObject({ value: 2500, unitOfMeasure: { unit: 'Wh' }, signedMeterValue: told });
  });

  test('in OCMF bring their own number; the key of the meter is added', () => {
    const ocmf = 'OCMF|{"RD":[{"TX":"B","RV":1.5,"RU":"kWh"},{"TX":"E","RV":9.5,"RU":"kWh"}]}|{"SD":"00"}';
    const begin = samples([signed(ocmf, { context: 'Transaction.Begin' })], { publicKey: 'S0VZ' });
    expect(begin.samples[0]).toMatchObject({
      value: 1.5,
      unitOfMeasure: { unit: 'kWh' },
      signedMeterValue: {
        signedMeterData: Buffer.from(ocmf).toString('base64'),
        signingMethod: '',
        encodingMethod: 'OCMF',
        publicKey: 'S0VZ',
      },
    });
    expect(samples([signed(ocmf, { context: 'Transaction.End' })]).samples[0]).toMatchObject({ value: 9.5 });
  });

  test('of more than 2500 characters leave the number alone', () => {
    const made = samples([{ value: '1' }, signed(JSON.stringify({ ...told, signedMeterData: 'x'.repeat(2501) }))]);
    expect(made.samples[0]).toMatchObject({ value: 1 });
    expect(made.samples[0]).not.toHaveProperty('signedMeterValue');
    expect(made.losses).toEqual(['mv-signature']);
  });

  test('and keys that are no Base64, or Base64 as others write it, become what 2.0.1 takes', () => {
    const signedMeterData = 'OCMF|{"RD":[{"TX":"E","RV":9.5,"RU":"kWh"}]}|{"SD":"00"}';
    const made = samples([signed(JSON.stringify({ ...told, signedMeterData, publicKey: 'a2\nV5bA' }))]);
    expect(made.samples[0]).toMatchObject({
      value: 9.5,
      signedMeterValue: { signedMeterData: Buffer.from(signedMeterData).toString('base64'), publicKey: 'a2V5bA==' },
    });
  });

  test('without any number are not told', () => {
    expect(samples([signed('no number anywhere')])).toEqual({ samples: [], losses: ['mv-signed'] });
  });
});

describe('samples', () => {
  test.each([
    ['Current.Import', { unit: 'A' }],
    ['Voltage', { unit: 'V' }],
    ['Power.Active.Import', { unit: 'W' }],
    ['Power.Reactive.Export', { unit: 'var' }],
    ['Energy.Reactive.Import.Register', { unit: 'varh' }],
    ['SoC', { unit: 'Percent' }],
    ['Frequency', { unit: 'Hz' }],
    ['Power.Factor', undefined],
  ])('of %s without a unit are in %o', (measurand, unitOfMeasure) => {
    const [sample] = samples([{ value: '1', measurand }]).samples;
    expect(sample?.['unitOfMeasure']).toEqual(unitOfMeasure);
  });

  test('that 2.0.1 does not measure go, and are counted', () => {
    const made = samples([
      { value: '20', measurand: 'Temperature' },
      { value: '900', measurand: 'RPM' },
      { value: '1' },
    ]);
    expect(made.samples).toHaveLength(1);
    expect(made.losses).toEqual(['mv-station', 'mv-station']);
  });
});
