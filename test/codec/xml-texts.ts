import fc from 'fast-check';
import { SAMPLE } from './envelopes.ts';

/** Pieces that matter to a parser, to be put anywhere. */
// biome-ignore format: a table
const PIECES = [
  '<', '>', '/', '&', ';', '#', '"', "'", '=', '!', '?', '-', ' ', '\t', '\r', '\n', '\r\n', ':', 'a', 'é', '\u{1F600}',
  '&amp;', '&lt;', '&#65;', '&#x41;', '&#13;', '&#xD;', '&x;', '<!--', '-->', '<!-- \' -->', '<![CDATA[', ']]>', '<![CDATA[<&]]>',
  '<?p', '?>', "<?p ' ?>", '<b>', '</b>', '<b/>', '<b c="1"/>', ' c="1"', " c='>'", ' xmlns="u"', ' xmlns:q="u"', '<q:b xmlns:q="u"/>', ' xmlns=""',
  '<!DOCTYPE a>', '<?xml version="1.0"?>', '\u00a0', '\u1680', '\u3000', '\u2028',
];

/** Pieces within an element. */
export const small = fc
  .array(fc.constantFrom(...PIECES), { maxLength: 12 })
  .map((pieces) => `<a>${pieces.join('')}</a>`);
/** Pieces within a start tag. */
export const tags = fc
  .array(fc.constantFrom(...PIECES), { maxLength: 6 })
  .map((pieces) => `<a${pieces.join('')}>x</a>`);
const edits = fc.array(
  fc.record({ at: fc.nat(SAMPLE.length), remove: fc.nat(4), insert: fc.constantFrom('', ...PIECES) }),
  { minLength: 1, maxLength: 3 },
);
/** A whole message with a few edits. */
export const mutated = edits.map((list) =>
  list.reduce((text, { at, remove, insert }) => text.slice(0, at) + insert + text.slice(at + remove), SAMPLE),
);
