import fc from 'fast-check';
import type { SoapObject, SoapValue } from '../../src/base/message.ts';
import { illegalCharacter } from '../../src/codec/xml-text.ts';
import type { Field, Group, Leaf } from '../../src/contract/model.ts';

/** Texts that XML 1.0 can carry, with much of what needs an escape. No byte order mark: the other parser loses a leading one. */
export const carried: fc.Arbitrary<string> = fc.oneof(
  fc
    .string({ unit: 'grapheme', maxLength: 20 })
    .filter((text) => illegalCharacter(text) < 0 && !text.includes('\ufeff')),
  fc.string({
    unit: fc.constantFrom('&', '<', '>', '"', "'", ']]>', '\r', '\n', '\t', ' ', '&amp;', '&#65;', '<!--', 'a'),
    maxLength: 8,
  }),
);

function leaf(type: Leaf): fc.Arbitrary<string> {
  return type.words ? fc.constantFrom(...type.words) : carried;
}

function field({ type, min, max, list }: Field): fc.Arbitrary<SoapValue | undefined> {
  const one: fc.Arbitrary<SoapValue> =
    type.kind === 'leaf' ? leaf(type) : group(type).filter((value) => Object.keys(value).length > 0);
  const lists = fc.array(one, { minLength: Math.max(min, 1), maxLength: Math.min(max, 3) });
  const present: fc.Arbitrary<SoapValue> = list ? lists : one;
  return min > 0 ? present : fc.option(present, { nil: undefined });
}

/** Values that keep to the contract. No empty lists or optional empty groups: XML cannot tell them from absent ones. */
export function group(type: Group): fc.Arbitrary<SoapObject> {
  const fields = fc.tuple(...type.fields.map((f) => field(f).map((value) => [f.name, value] as const)));
  return fc.tuple(fields, type.text ? leaf(type.text) : fc.constant(undefined)).map(([entries, text]) => {
    const value: SoapObject = {};
    for (const [name, inner] of entries) if (inner !== undefined) value[name] = inner;
    if (text !== undefined) value['.'] = text;
    return value;
  });
}
