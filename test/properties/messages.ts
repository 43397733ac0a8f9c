/** Arbitrary valid messages, derived from a contract: nothing here knows a message by name. */

import fc from 'fast-check';
import type { Json, JsonObject, SoapObject, SoapValue } from '../../src/base/message.ts';
import type { Field, Group, Leaf } from '../../src/contract/model.ts';

/** XML Schema allows them; JSON's readers meet them only as escapes. */
const LETTERS = ['a', 'Z', '0', '9', '-', '_', '.', ':', '/', ' ', 'é', '💡', '&', '<', '"', '\t', '\n', '\r'];
const CONTROLS = ['\u0000', '\u0008', '\u000b', '\ufffe', '\ud800'];
/** What charge points write where a number or a text is wanted. */
const SPOKEN = ['', ' ', 'x ', ' x', '12.50', '0007', '+3', '1e3', '1,5', ' 7 ', 'NaN', 'INF', '-', '-0.0', 'true'];
/** Every limit of any contract, and one more. */
const LENGTHS = [1, 20, 21, 25, 26, 36, 37, 50, 51, 255, 256, 500, 501, 700];

const size = (text: string): number => Array.from(text).length;

function text(most: number, letters: readonly string[], extra: readonly string[]): fc.Arbitrary<string> {
  const lengths = LENGTHS.filter((length) => length <= most);
  const words = fc.string({ unit: fc.constantFrom(...letters), maxLength: Math.min(10, most) });
  // Runs of one pattern: long texts differ at both ends, and cost nothing to make.
  const runs = fc
    .tuple(fc.constantFrom(...lengths), fc.nat(99))
    .map(([length, start]) =>
      Array.from({ length }, (_, at) => 'abcdefghijkl é💡mnopqrst'.at((start + at) % 10)).join(''),
    )
    .map((run) => Array.from(run).slice(0, most).join(''));
  const spoken = fc.constantFrom(...[...SPOKEN, ...extra].filter((known) => size(known) <= most));
  return fc.oneof({ weight: 3, arbitrary: words }, { weight: 3, arbitrary: runs }, { weight: 1, arbitrary: spoken });
}

const two = (number: number): string => String(number).padStart(2, '0');

/** `zones` and `marks` are what the one side may write and the other may not. */
function time(zones: readonly string[], marks: readonly string[], odd: readonly string[]): fc.Arbitrary<string> {
  const usual = fc
    .tuple(
      fc.integer({ min: 1990, max: 2060 }),
      fc.integer({ min: 1, max: 12 }),
      fc.integer({ min: 1, max: 28 }),
      fc.nat(23),
      fc.nat(59),
      fc.nat(59),
      fc.constantFrom('', '', '', '.5', '.000', '.120', '.123', '.1239', '.123456789'),
      fc.constantFrom('Z', 'Z', 'Z', ...zones),
      fc.constantFrom('T', 'T', ...marks),
    )
    .map(
      ([year, month, day, hour, minute, second, fraction, zone, mark]) =>
        `${year}-${two(month)}-${two(day)}${mark}${two(hour)}:${two(minute)}:${two(second)}${fraction}${zone}`,
    );
  const rare = fc.constantFrom('2016-02-29T23:59:59Z', '0001-01-01T00:00:00Z', '9999-12-31T23:59:59.999Z', ...odd);
  return fc.oneof({ weight: 9, arbitrary: usual }, { weight: 1, arbitrary: rare });
}

const soapTime = time(
  ['', '+00:00', '+01:00', '-11:30', '+14:00'],
  [],
  [
    '2013-02-01T24:00:00Z',
    '9999-12-31T23:59:59-01:00',
    '0001-01-01T00:00:00+01:00',
    '12013-02-01T00:00:00Z',
    '-0001-02-01T00:00:00Z',
  ],
);
const jsonTime = time(
  ['z', '+00:00', '-00:00', '+01:00', '-1130', '+05', '+19:00'],
  ['t', ' '],
  ['2016-12-31T23:59:60Z', '9999-12-31T23:59:59-01:00', '0001-01-01T00:00:00+01:00'],
);

const whole = fc.oneof(
  { weight: 3, arbitrary: fc.integer({ min: 0, max: 3 }) },
  { weight: 3, arbitrary: fc.integer({ min: 0, max: 100_000 }) },
  { weight: 1, arbitrary: fc.constantFrom(-1, -7, 2147483647, -2147483648) },
);
const soapInt = fc.tuple(whole, fc.constantFrom('', '', '', '', '+', '00')).map(([value, before]) => {
  if (value < 0 || before === '') return String(value);
  return before + String(value);
});
/** A JSON schema knows no limit of integers. */
const jsonInt = fc.oneof(
  { weight: 15, arbitrary: whole },
  { weight: 1, arbitrary: fc.constantFrom(2147483648, -2147483649, 9e15) },
);
const tenths = fc.integer({ min: -10_000, max: 1_000_000 });
const soapDecimal = fc
  .tuple(tenths, fc.constantFrom('', '0', '00'))
  .map(([value, zeros]) => `${(value / 10).toFixed(1)}${zeros}`);

function soapLeaf({ words, base, maxLength = 700, fractionDigits }: Leaf): fc.Arbitrary<string> {
  if (words) return fc.constantFrom(...words);
  switch (base) {
    case 'int':
      return soapInt;
    case 'decimal':
      return fractionDigits === 0 ? fc.integer().map(String) : soapDecimal;
    case 'boolean':
      return fc.constantFrom('true', 'false', '1', '0');
    case 'dateTime':
      return soapTime;
    case 'anyURI':
      return fc.constantFrom(
        'ftp://host.example/a',
        'http://user:pw@10.0.0.1:8080/a dir/?b=c&d',
        'file',
        'http://[::1]/',
      );
    default:
      return text(maxLength, LETTERS, []);
  }
}

function jsonLeaf({ words, base, maxLength = 700 }: Leaf): fc.Arbitrary<Json> {
  if (words) return fc.constantFrom(...words);
  switch (base) {
    case 'int':
      return jsonInt;
    case 'decimal':
      return tenths.map((value) => value / 10);
    case 'boolean':
      return fc.boolean();
    case 'dateTime':
      return jsonTime;
    case 'anyURI':
      return fc.constantFrom('ftp://host.example/a', 'http://user:pw@10.0.0.1:8080/a%20dir/?b=c&d', 'http://[::1]/');
    default:
      return text(maxLength, LETTERS, CONTROLS);
  }
}

const LIST_MOST = 3;

function fieldOf<T>(
  { min, max, list }: Field,
  one: fc.Arbitrary<T>,
  empty: boolean,
): fc.Arbitrary<T | T[] | undefined> {
  const least = Math.max(min, empty ? 0 : 1);
  const arbitrary: fc.Arbitrary<T | T[]> = list
    ? fc.array(one, { minLength: least, maxLength: Math.min(max, Math.max(least, LIST_MOST)) })
    : one;
  return min > 0 ? arbitrary : fc.option(arbitrary, { nil: undefined, freq: 2 });
}

function objectOf<T>(
  fields: readonly (readonly [string, fc.Arbitrary<T | undefined>])[],
): fc.Arbitrary<Record<string, T>> {
  const names = fields.map(([name]) => name);
  return fc.tuple(...fields.map(([, arbitrary]) => arbitrary)).map((values) => {
    const object: Record<string, T> = {};
    values.forEach((value, at) => {
      if (value !== undefined) object[names[at] ?? ''] = value;
    });
    return object;
  });
}

/** A message as its XML schema allows it, all values as text. */
export function soapMessage(group: Group): fc.Arbitrary<SoapObject> {
  const fields = group.fields.map((field): [string, fc.Arbitrary<SoapValue | undefined>] => {
    const one: fc.Arbitrary<SoapValue> = field.type.kind === 'group' ? soapMessage(field.type) : soapLeaf(field.type);
    return [field.name, fieldOf(field, one, false)];
  });
  if (group.text) fields.push(['.', soapLeaf(group.text)]);
  return objectOf(fields);
}

/** A payload as its JSON schema allows it. */
export function jsonMessage(group: Group): fc.Arbitrary<JsonObject> {
  return objectOf(
    group.fields.map((field): [string, fc.Arbitrary<Json | undefined>] => {
      const one: fc.Arbitrary<Json> = field.type.kind === 'group' ? jsonMessage(field.type) : jsonLeaf(field.type);
      return [field.name, fieldOf(field, one, true)];
    }),
  );
}
