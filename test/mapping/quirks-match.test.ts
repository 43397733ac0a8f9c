import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { bestProfile, factsOf, fits } from '../../src/mapping/quirks-match.ts';
import type { Fact, Profile } from '../../src/mapping/quirks-table.ts';

const place = { file: 'x.yaml', line: 1, column: 1 };

function profile(name: string, ...matches: Partial<Record<Fact, string>>[]): Profile {
  const all = matches.map((match) => ({ ...place, patterns: new Map(Object.entries(match) as [Fact, string][]) }));
  return { ...place, name, for: all, evidence: 'guess', switches: {}, use: [], rows: [] };
}

const nameFor = (
  profiles: Profile[],
  facts: { vendor?: string; model?: string; firmware?: string; identity?: string },
) => bestProfile(profiles, { identity: 'CP-1', ...facts })?.name;

describe('a pattern', () => {
  test.each([
    ['ABB', 'ABB', true],
    ['ABB', 'ABBA', false],
    ['ABB*', 'ABB', true],
    ['*wall*box', 'my wall and a box', true],
    ['*wall*box', 'my box and a wall', false],
    ['a*a', 'a', false],
    ['', '', true],
    ['*', '', true],
    ['1.2.*', '1x2.3', false],
  ])('%j fits %j: %s', (pattern, text, wanted) => {
    expect(fits(pattern, text)).toBe(wanted);
  });

  test('fits whatever stands for its stars, and what the regular expression of the same meaning fits', () => {
    const letters = fc.string({ unit: fc.constantFrom('a', 'b', '*'), maxLength: 8 });
    fc.assert(
      fc.property(letters, fc.string({ unit: fc.constantFrom('a', 'b'), maxLength: 12 }), (pattern, text) => {
        expect(fits(pattern, text)).toBe(new RegExp(`^${pattern.replaceAll('*', '.*')}$`).test(text));
        expect(fits(pattern, pattern.replaceAll('*', text))).toBe(true);
      }),
    );
  });
});

describe('of the profiles that fit', () => {
  const vendor = profile('vendor', { vendor: 'Acme*' });
  const model = profile('model', { vendor: 'Acme*', model: 'Wall*' });
  const firmware = profile('firmware', { vendor: 'Acme*', firmware: '1.*' });
  const one = profile('one', { identity: 'CP-1' });
  const all = [vendor, model, firmware, one];

  test('the identity counts most, then firmware, model and vendor', () => {
    const facts = { vendor: 'ACME Ltd', model: 'Wallbox', firmware: '1.2' };
    expect(nameFor(all, facts)).toBe('one');
    expect(nameFor([vendor, model, firmware], facts)).toBe('firmware');
    expect(nameFor([vendor, model], facts)).toBe('model');
    expect(nameFor([vendor], facts)).toBe('vendor');
    expect(nameFor([vendor], { vendor: 'Other' })).toBeUndefined();
  });

  test('of two that name the same the one with more letters holds, whatever their order', () => {
    const longer = profile('longer', { vendor: 'Acme Lt*' });
    expect(nameFor([vendor, longer], { vendor: 'Acme Ltd' })).toBe('longer');
    expect(nameFor([longer, vendor], { vendor: 'Acme Ltd' })).toBe('longer');
  });

  test('of two that say as much the first by name holds, so that it does not depend on the order of files', () => {
    const before = profile('a', { vendor: '*Ltd*' });
    const after = profile('b', { vendor: 'Acm*' });
    expect(nameFor([after, before], { vendor: 'Acme Ltd' })).toBe('a');
    expect(nameFor([before, after], { vendor: 'Acme Ltd' })).toBe('a');
  });

  test('one of several matches is enough', () => {
    expect(nameFor([profile('p', { vendor: 'A' }, { vendor: 'B' })], { vendor: 'B' })).toBe('p');
  });

  test('none is chosen by a fact that is not known, nor one without a match', () => {
    expect(nameFor([profile('p', { vendor: '*' }), profile('named only')], {})).toBeUndefined();
  });

  test('vendors are compared without regard to case, identities with it', () => {
    expect(nameFor([vendor], { vendor: 'aCmE' })).toBe('vendor');
    expect(nameFor([one], { identity: 'cp-1' })).toBeUndefined();
  });
});

describe('what a charge point says of itself', () => {
  test('is the same before and after the tables have shortened it', () => {
    const long = { chargePointVendor: ' A vendor with a very long name', chargePointModel: 'M', firmwareVersion: '' };
    const short = { ...long, chargePointVendor: 'A vendor with a very' };
    expect(factsOf('CP-1', long)).toEqual(factsOf('CP-1', short));
    expect(factsOf('CP-1', long)).toEqual({
      identity: 'CP-1',
      vendor: 'A vendor with a very',
      model: 'M',
      firmware: '',
    });
  });

  test('is nothing before its first BootNotification', () => {
    expect(factsOf('CP-1', undefined)).toEqual({
      ...{ identity: 'CP-1', vendor: undefined, model: undefined, firmware: undefined },
    });
  });
});
