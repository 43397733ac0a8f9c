import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { BridgeError } from '../../src/base/errors.ts';
import { parseXml, XML_LIMITS } from '../../src/codec/xml.ts';
import { parseByLibxml, type Tree, treeOf } from './libxml.ts';
import { mutated, small, tags } from './xml-texts.ts';

const RUNS = 3000;

function ours(text: string): Tree | undefined {
  try {
    return treeOf(parseXml(text, XML_LIMITS));
  } catch (error) {
    if (error instanceof BridgeError) return undefined;
    throw error;
  }
}

function theirs(text: string): Tree | undefined {
  try {
    return parseByLibxml(text);
  } catch {
    return undefined;
  }
}

describe('beside libxml2', () => {
  it.each([
    ['pieces in an element', small],
    ['pieces in a tag', tags],
    ['a message with edits', mutated],
  ])('reads alike whatever both accept: %s', (_name, texts) => {
    let both = 0;
    let refused = 0;
    fc.assert(
      fc.property(texts, (text) => {
        const got = ours(text);
        const want = theirs(text);
        if (got === undefined) refused++;
        if (got === undefined || want === undefined) return;
        both++;
        expect(got).toEqual(want);
      }),
      { seed: 16, numRuns: RUNS },
    );
    // Mutations that spoil everything, or nothing, would prove nothing.
    expect(both).toBeGreaterThan(100);
    expect(refused).toBeGreaterThan(100);
  });

  it('refuses nothing that libxml2 accepts, save what is forbidden on purpose', () => {
    fc.assert(
      fc.property(fc.oneof(small, tags, mutated), (text) => {
        // White space to JavaScript, name characters to XML: left out of names on purpose.
        if (text.includes('\u1680') || theirs(text) === undefined) return;
        try {
          parseXml(text, XML_LIMITS);
        } catch (error) {
          expect(error).toMatchObject({ code: expect.stringMatching(/ForbiddenXml|NotXml/) });
        }
      }),
      { seed: 16, numRuns: RUNS },
    );
  });
});
