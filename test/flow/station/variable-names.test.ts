import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { keyOfName, nameOfKey, variableId } from '../../../src/flow/station/variables/variable-names.ts';

const ALPHABET = /^[a-zA-Z0-9*\-_=:+|@.]{1,50}$/;

describe('names of variables', () => {
  test.each([
    ['Acme.Mode', 'Acme.Mode'],
    ['a b', 'a=20b'],
    ['a=b', 'a=3Db'],
    ['Straße', 'Stra=C3=9Fe'],
    ['µ/€', '=C2=B5=2F=E2=82=AC'],
  ])('write the key %j as %j', (key, name) => {
    expect(nameOfKey(key)).toBe(name);
    expect(keyOfName(name)).toBe(key);
  });

  test.each(['', 'a b', 'a=', 'a=2', 'a==12345678', '=FF=FE', 'ü'])('hold no key in %j', (name) => {
    expect(keyOfName(name)).toBeUndefined();
  });

  test('are identifiers, and say their key unless it is too long', () => {
    const keys = fc.string({ minLength: 1, maxLength: 50, unit: 'grapheme' });
    fc.assert(
      fc.property(keys, (key) => {
        const name = nameOfKey(key);
        expect(name).toMatch(ALPHABET);
        if (!name.includes('==')) expect(keyOfName(name)).toBe(key);
      }),
    );
  });

  test('differ for different keys, however long', () => {
    const long = 'ü'.repeat(25);
    expect(nameOfKey(`${long}a`)).not.toBe(nameOfKey(`${long}b`));
    expect(nameOfKey(`${long}a`)).toMatch(ALPHABET);
  });

  test('mean the same in any case, and nothing without an instance', () => {
    expect(variableId('A', 'B', '', { id: 1 })).toBe(variableId('a', 'b', undefined, { id: 1 }));
    expect(variableId('A', 'B', '', { id: 1 })).not.toBe(variableId('A', 'B', '', { id: 1, connectorId: 1 }));
  });
});
