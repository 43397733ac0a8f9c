import { describe, expect, test } from 'vitest';
import { numberText, plainNumber, readBoolean, readInt, roundDecimal } from '../../src/mapping/scalars/numbers.ts';

describe('a whole number', () => {
  test.each([
    ['0', 0, false],
    ['-1', -1, false],
    ['2147483647', 2147483647, false],
    ['-2147483648', -2147483648, false],
    ['1234.0', 1234, true],
    ['1234.', 1234, true],
    ['+7', 7, true],
    ['007', 7, true],
    ['-0', 0, true],
  ])('%s is read', (text, value, repaired) => {
    expect(readInt(text)).toEqual({ value, repaired });
  });

  test.each(['', '12.5', '1e3', 'NaN', '2147483648', '-2147483649', '0x10', '1 2', '--1', '１'])(
    '%s is none',
    (text) => {
      expect(readInt(text)).toBeUndefined();
    },
  );
});

describe('a decimal', () => {
  test.each([
    ['14.7', '14.7', false],
    ['14.70', '14.7', false],
    ['14.75', '14.8', true],
    ['14.749', '14.7', true],
    ['-14.75', '-14.8', true],
    ['-0.04', '0', true],
    ['9.99', '10', true],
    ['16', '16', false],
    ['.5', '0.5', false],
    ['+03.0', '3', false],
    ['123456789012345678901.25', '123456789012345678901.3', true],
  ])('%s rounds to %s', (text, want, rounded) => {
    expect(roundDecimal(text, 1)).toEqual({ text: want, rounded });
  });

  test.each(['', '.', '-', '1e3', '1,5', 'NaN', 'INF'])('%s is none', (text) => {
    expect(roundDecimal(text, 1)).toBeUndefined();
  });

  test('a number of JSON keeps its own digits, whatever its exponent', () => {
    expect([14.7, 0.1, 100, 1e21, 1.5e-7, -2].map(numberText)).toEqual([
      '14.7',
      '0.1',
      '100',
      '1000000000000000000000',
      '0.00000015',
      '-2',
    ]);
  });
});

describe('a reading', () => {
  test.each([
    ['1234', '1234'],
    ['+1234', '1234'],
    ['00012', '12'],
    ['0', '0'],
    ['-0', '0'],
    ['-0.50', '-0.50'],
    ['.5', '0.5'],
    ['5.', '5'],
    ['1.5e3', '1500'],
    ['1.2345E2', '123.45'],
    ['15E-1', '1.5'],
    ['1.5e-3', '0.0015'],
  ])('%s is written %s', (text, want) => {
    expect(plainNumber(text)).toEqual({ text: want, comma: false });
  });

  test('a decimal comma becomes a point', () => {
    expect(plainNumber('231,5')).toEqual({ text: '231.5', comma: true });
  });

  test.each(['NaN', 'INF', '-INF', '-', '', 'abc', '1.234,5', '1,234.5', '12 Wh', 'e5', '1e999', '0x1F'])(
    '%s is no number',
    (text) => {
      expect(plainNumber(text)).toBeUndefined();
    },
  );
});

test('truth is told by word or digit', () => {
  expect(['true', '1', 'TRUE', 'false', '0', 'yes', ''].map(readBoolean)).toEqual([
    true,
    true,
    true,
    false,
    false,
    undefined,
    undefined,
  ]);
});
