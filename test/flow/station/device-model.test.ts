import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { JsonObject } from '../../../src/base/message.ts';
import { CONFIGURATION_KEYS } from '../../../src/mapping/station/standard-words.ts';
import { attribute, characteristics, type Key, nameOf, Point } from './point.ts';

/** What must hold of the device model of any charge point, whatever its configuration holds. */

const IDENTIFIER = /^[a-zA-Z0-9*\-_=:+|@.]{1,50}$/;
const FULL = { requestId: 0, reportBase: 'FullInventory' };

const value = fc.oneof(
  fc.constantFrom('true', 'False', '1', '', '0.RST,1.RTS', 'Voltage.L1,Voltage.L2,SoC', 'Current,Power', '300', ' 60 '),
  fc.string({ maxLength: 500 }),
  fc.string({ maxLength: 40, unit: 'grapheme' }),
  fc.nat().map(String),
);

const keys: fc.Arbitrary<Key[]> = fc
  .uniqueArray(
    fc.record(
      {
        key: fc.oneof(
          fc.constantFrom(...CONFIGURATION_KEYS, 'AuthorizationKey', 'SecurityProfile', 'MeterPublicKey1', 'CpoName'),
          fc.string({ minLength: 1, maxLength: 50 }),
          fc.string({ minLength: 1, maxLength: 20, unit: 'grapheme' }),
        ),
        value,
        readonly: fc.boolean(),
      },
      { requiredKeys: ['key', 'readonly'] },
    ),
    { maxLength: 70, selector: ({ key }) => key.toLowerCase() },
  )
  .filter((all) => all.every(({ key }) => key !== '__proto__'));

const limits = fc.record({
  evses: fc.constantFrom([], [{ connectors: [3, 1] }]),
  reportRows: fc.integer({ min: 1, max: 60 }),
  reportBytes: fc.integer({ min: 900, max: 20_000 }),
});
const version = fc.constantFrom('1.2' as const, '1.5' as const, '1.6' as const);

/** Nothing absent is written as null, as an empty object or as an empty list. */
function full(json: unknown): boolean {
  if (json === null) return false;
  if (Array.isArray(json)) return json.length > 0 && json.every(full);
  return typeof json !== 'object' || (Object.keys(json).length > 0 && Object.values(json).every(full));
}

describe('any configuration', () => {
  test('is reported in valid pages, each variable once, and every value can be asked for', () => {
    fc.assert(
      fc.property(keys, limits, version, fc.boolean(), (configuration, settings, spoken, onlyByName) => {
        const point = new Point(configuration, { settings, version: spoken });
        point.onlyByName = onlyByName;
        expect(point.ask('GetBaseReport', FULL)['status']).toBe('Accepted');
        const pages = point.pages();
        expect(pages.map((page) => page['seqNo'])).toEqual(pages.map((_, index) => index));
        expect(pages.map((page) => page['tbc'])).toEqual(pages.map((_, index) => index < pages.length - 1));
        for (const page of pages) {
          const rows = (page['reportData'] ?? []) as JsonObject[];
          expect(rows.length).toBeLessThanOrEqual(settings.reportRows);
          const bytes = Buffer.byteLength(JSON.stringify(page));
          expect(rows.length === 1 || bytes <= settings.reportBytes).toBe(true);
          expect(full(page)).toBe(true);
        }
        const rows = pages.flatMap((page) => (page['reportData'] ?? []) as JsonObject[]);
        const names = rows.map((row) => nameOf(row).toLowerCase());
        expect(new Set(names).size).toBe(names.length);
        for (const row of rows) {
          const component = row['component'] as JsonObject;
          const variable = row['variable'] as JsonObject;
          for (const word of [component['name'], variable['name'], variable['instance'] ?? 'none']) {
            expect(word).toMatch(IDENTIFIER);
          }
          const evse = (component['evse'] ?? { id: 1 }) as JsonObject;
          expect(evse['id']).toBeGreaterThanOrEqual(1);
          const { mutability, value: shown } = attribute(row);
          expect(shown === undefined).toBe(mutability === 'WriteOnly');
        }
        const asked = rows.filter((row) => attribute(row)['value'] !== undefined);
        const items = asked.map(({ component, variable }) => ({ component, variable }) as JsonObject);
        const results = point.get(...items);
        expect(results.map((one) => one['attributeValue'])).toEqual(asked.map((row) => attribute(row)['value']));
      }),
      { seed: 16, numRuns: 40 },
    );
  });

  test('is written to with one answer for each item, and what is accepted is read back', () => {
    fc.assert(
      fc.property(keys, version, fc.infiniteStream(fc.tuple(fc.nat(), value)), (configuration, spoken, stream) => {
        const point = new Point(configuration, { version: spoken });
        const rows = point.report(FULL);
        const writes = [...stream.take(12)].map(([index, attributeValue]) => {
          const { component, variable } = rows[index % rows.length] as JsonObject;
          return { component, variable, attributeValue } as JsonObject;
        });
        const results = point.set(...writes);
        expect(results.map(({ component, variable }) => ({ component, variable }))).toEqual(
          writes.map(({ component, variable }) => ({ component, variable })),
        );
        const last = new Map(results.map((result, index) => [nameOf(result), { result, written: writes[index] }]));
        for (const { result, written } of last.values()) {
          if (result['attributeStatus'] !== 'Accepted') continue;
          const row = rows.find((one) => nameOf(one) === nameOf(result)) as JsonObject;
          if (attribute(row)['mutability'] === 'WriteOnly') continue;
          const [read] = point.get({
            component: written?.['component'],
            variable: written?.['variable'],
          } as JsonObject);
          expect(read?.['attributeStatus']).toBe('Accepted');
          const list = String(characteristics(row)['dataType']).endsWith('List');
          if (!list) expect(same(String(read?.['attributeValue']), String(written?.['attributeValue']))).toBe(true);
        }
      }),
      { seed: 16, numRuns: 40 },
    );
  });

  test('answers anything asked or written, once and validly', () => {
    const word = fc.oneof(
      fc.constantFrom('EVSE', 'TxCtrlr', 'OCPP16LegacyCtrlr', 'Available', ''),
      fc.string({ maxLength: 50 }),
    );
    const evse = fc.record({ id: fc.integer({ min: 0, max: 4 }), connectorId: fc.nat(2) }, { requiredKeys: ['id'] });
    const item = fc.record(
      {
        component: fc.record({ name: word, instance: word, evse }, { requiredKeys: ['name'] }),
        variable: fc.record({ name: word, instance: word }, { requiredKeys: ['name'] }),
        attributeType: fc.constantFrom('Actual', 'Target', 'MinSet', 'MaxSet'),
      },
      { requiredKeys: ['component', 'variable'] },
    );
    fc.assert(
      fc.property(
        keys,
        fc.array(fc.tuple(item, value), { minLength: 1, maxLength: 8 }),
        fc.boolean(),
        (all, items, away) => {
          const point = new Point(all);
          point.away = away;
          const read = point.get(...(items.map(([one]) => one) as unknown as JsonObject[]));
          const written = point.set(
            ...items.map(([one, attributeValue]) => ({ ...one, attributeValue }) as unknown as JsonObject),
          );
          for (const results of [read, written]) {
            expect(results.map(({ component, variable }) => ({ component, variable }))).toEqual(
              items.map(([{ component, variable }]) => ({ component, variable })),
            );
            expect(results.every((result) => full({ ...result, component: 1, variable: 1 }))).toBe(true);
          }
        },
      ),
      { seed: 16, numRuns: 40 },
    );
  });
});

function same(read: string, written: string): boolean {
  const plain = (text: string) => text.trim().toLowerCase();
  const number = Number(written);
  return plain(read) === plain(written) || (read !== '' && Number(read) === number);
}
