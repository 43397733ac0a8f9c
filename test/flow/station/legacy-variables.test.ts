import { describe, expect, it } from 'vitest';
import type { JsonObject } from '../../../src/base/message.ts';
import type { StationSettings } from '../../../src/flow/station/settings.ts';
import { accepted, BOOT, LINK } from './context.ts';
import { attribute, characteristics, key, nameOf, PLAIN, Point, wanted } from './point.ts';

const KEYS = [
  ...PLAIN,
  ...[key('Acme.Count', '7'), key('Acme.On', 'True'), key('Acme.Pin', '0042'), key('Acme.Negative', '-3')],
  ...[key('Acme.Half', '0.5'), key('Acme.Nothing', ''), key('Acme.Fixed', 'false', true)],
];

function point(settings: Partial<StationSettings>, vendor = 'ABL'): Point {
  const boot = { request: { ...BOOT, chargePointVendor: vendor }, at: LINK };
  return new Point(KEYS, { settings }, accepted({}, { boot }));
}

/** Type and value of each variable of a key that 2.0.1 does not know. */
function reported(of: Point): Record<string, unknown> {
  const rows = of.report().filter((row) => nameOf(row).startsWith('OCPP16LegacyCtrlr.Acme.'));
  return Object.fromEntries(
    rows.map((row) => [
      nameOf(row).replace('OCPP16LegacyCtrlr.', ''),
      [characteristics(row)['dataType'], attribute(row)['value']],
    ]),
  );
}

const named = (name: string) => wanted(`OCPP16LegacyCtrlr.${name}`);
const write = (name: string, attributeValue: string): JsonObject => ({ ...named(name), attributeValue });
const later = (one: Point, name: string, value: string): void => {
  one.now += 3_600_000;
  for (const each of one.keys) if (each.key === name) each.value = value;
};

describe('keys that 2.0.1 does not know', () => {
  it('are text where the operator says nothing', () => {
    const types = Object.values(reported(point({}))).map((one) => (one as string[])[0]);
    expect(new Set(types)).toEqual(new Set(['string']));
  });

  it('have the type of their value where the operator wants it', () => {
    expect(reported(point({ legacyTyped: true }))).toEqual({
      'Acme.Count': ['integer', '7'],
      'Acme.Fixed': ['boolean', 'false'],
      'Acme.Half': ['string', '0.5'],
      'Acme.Mode': ['string', 'eco'],
      'Acme.Negative': ['integer', '-3'],
      'Acme.Nothing': ['string', ''],
      'Acme.On': ['boolean', 'true'],
      'Acme.Pin': ['string', '0042'],
    });
  });

  it('bound the length of text, and no number', () => {
    const rows = point({ legacyTyped: true }).report();
    const limit = (name: string) => characteristics(rows.find((row) => nameOf(row).endsWith(name)) ?? {})['maxLimit'];
    expect([limit('Acme.Mode'), limit('Acme.Count'), limit('Acme.On')]).toEqual([500, undefined, undefined]);
  });

  it('are text for good once their values were of two types', () => {
    const one = point({ legacyTyped: true });
    expect(reported(one)['Acme.Count']).toEqual(['integer', '7']);
    later(one, 'Acme.Count', 'many');
    expect(reported(one)['Acme.Count']).toEqual(['string', 'many']);
    later(one, 'Acme.Count', '8');
    expect(reported(one)['Acme.Count']).toEqual(['string', '8']);
    expect(one.state.station?.texts).toEqual(['acme.count']);
    later(one, 'Acme.Mode', '5');
    expect(reported(one)['Acme.Mode']).toEqual(['string', '5']);
  });

  it('take what fits the type, in the words of 1.6, and read as they are reported', () => {
    const one = point({ legacyTyped: true });
    one.report();
    const results = one.set(write('Acme.Count', 'x'), write('Acme.Count', '+009'), write('Acme.On', 'FALSE'));
    expect(results.map(({ attributeStatus }) => attributeStatus)).toEqual(['Rejected', 'Accepted', 'Accepted']);
    const changes = one.asked.filter(({ action }) => action === 'ChangeConfiguration').map(({ payload }) => payload);
    expect(changes).toEqual([
      { key: 'Acme.Count', value: '9' },
      { key: 'Acme.On', value: 'false' },
    ]);
    const values = one.get(named('Acme.Count'), named('Acme.On')).map(({ attributeValue }) => attributeValue);
    expect(values).toEqual(['9', 'false']);
    expect(reported(one)).toMatchObject({ 'Acme.Count': ['integer', '9'], 'Acme.On': ['boolean', 'false'] });
  });
});

describe('the instance of the vendor', () => {
  const of = (name: string, instance?: string): JsonObject => ({
    component: { name: 'OCPP16LegacyCtrlr', ...(instance !== undefined && { instance }) },
    variable: { name },
  });
  const told = (one: Point, ...items: JsonObject[]) => one.get(...items).map(({ attributeStatus }) => attributeStatus);

  it('is that of the keys which 1.6 does not know either, in reports and in what is read and written', () => {
    const one = point({ legacyInstance: 'vendorName' }, 'Acme & Söhne');
    const rows = one.report().filter((row) => nameOf(row).startsWith('OCPP16LegacyCtrlr.'));
    const instances = Object.fromEntries(
      rows.map((row) => [nameOf(row).slice(18), (row['component'] as JsonObject)['instance']]),
    );
    const instance = 'Acme=20=26=20S=C3=B6hne';
    expect(instances).toMatchObject({ 'Acme.Mode': instance, NumberOfConnectors: undefined });
    const asked = [of('Acme.Mode', instance.toLowerCase()), of('Acme.Mode'), of('Acme.Mode', 'Other')];
    expect(told(one, ...asked)).toEqual(['Accepted', 'UnknownVariable', 'UnknownComponent']);
    expect(told(one, of('Hidden', instance), of('NumberOfConnectors'))).toEqual(['UnknownVariable', 'Accepted']);
    expect(one.set({ ...of('Acme.Mode', instance), attributeValue: 'fast' })).toMatchObject([
      { attributeStatus: 'Accepted', component: { instance } },
    ]);
  });

  it('can be asked for in a report', () => {
    const one = point({ legacyInstance: 'vendorName' });
    const report = (instance: string) =>
      one.report(
        { requestId: 1, componentVariable: [{ component: { name: 'OCPP16LegacyCtrlr', instance } }] },
        'GetReport',
      );
    expect(report('abl').map(nameOf)).toContain('OCPP16LegacyCtrlr.Acme.Mode');
    expect(report('abl').map(nameOf)).not.toContain('OCPP16LegacyCtrlr.NumberOfConnectors');
  });

  it('is none before a vendor has said its name', () => {
    const one = point({ legacyInstance: 'vendorName' }, '  ');
    expect(told(one, of('Acme.Mode'))).toEqual(['Accepted']);
  });
});
