import { describe, expect, it } from 'vitest';
import { BridgeError } from '../../src/base/errors.ts';
import { readEnvelope } from '../../src/codec/envelope.ts';
import { readFault } from '../../src/codec/fault.ts';
import { findOperation } from '../../src/codec/operation.ts';
import { readMessage } from '../../src/codec/read.ts';
import { decodeText } from '../../src/codec/text.ts';
import { parseXml, XML_LIMITS } from '../../src/codec/xml.ts';
import { caught, codeOf } from './caught.ts';
import { contracts } from './contracts.ts';
import { SAMPLE } from './envelopes.ts';

const parse = (text: string) => parseXml(text, XML_LIMITS);

describe('hostile XML', () => {
  it.each([
    ['a document type', '<!DOCTYPE a><a/>'],
    ['a document type in lower case', '<!doctype a><a/>'],
    [
      'a billion laughs',
      '<?xml version="1.0"?><!DOCTYPE l [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">]><l>&b;</l>',
    ],
    ['an external entity', '<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><a>&x;</a>'],
    ['an external DTD', '<!DOCTYPE a SYSTEM "http://127.0.0.1/x.dtd"><a/>'],
    ['a document type after the root', '<a/><!DOCTYPE a>'],
    ['a document type inside the root', '<a><!DOCTYPE a></a>'],
    ['an entity declaration inside', '<a><!ENTITY x "y"></a>'],
    ['an element declaration inside', '<a><!ELEMENT x ANY></a>'],
    ['a conditional section', '<a><![INCLUDE[x]]></a>'],
    ['CDATA in lower case', '<a><![cdata[x]]></a>'],
    ['an unknown entity', '<a>&x;</a>'],
    ['an entity of HTML', '<a>&nbsp;</a>'],
    ['an unknown entity in an attribute', '<a b="&x;"/>'],
  ])('refuses %s', (_name, text) => {
    expect(codeOf(() => parse(text))).toBe('ForbiddenXml');
  });

  it('does not take a document type in a comment or in CDATA for one', () => {
    expect(parse('<a><!-- <!DOCTYPE a> --><![CDATA[<!DOCTYPE a>&x;]]></a>').text).toBe('<!DOCTYPE a>&x;');
  });

  it('refuses one level too deep, and no level less', () => {
    const nested = (depth: number) => '<a>'.repeat(depth) + '</a>'.repeat(depth);
    expect(parse(nested(XML_LIMITS.maxDepth)).name).toBe('a');
    expect(codeOf(() => parse(nested(XML_LIMITS.maxDepth + 1)))).toBe('XmlTooComplex');
    expect(codeOf(() => parse('<a>'.repeat(200_000)))).toBe('XmlTooComplex');
  });

  it('refuses one element too many, and none less', () => {
    const limits = { ...XML_LIMITS, maxElements: 10 };
    expect(parseXml(`<a>${'<b/>'.repeat(9)}</a>`, limits).children).toHaveLength(9);
    expect(codeOf(() => parseXml(`<a>${'<b/>'.repeat(10)}</a>`, limits))).toBe('XmlTooComplex');
    expect(codeOf(() => parseXml(`<a>${'<!---->'.repeat(10)}</a>`, limits))).toBe('XmlTooComplex');
  });

  it('refuses one attribute too many, and none less', () => {
    const withAttributes = (count: number) => `<a ${Array.from({ length: count }, (_, i) => `b${i}="1"`).join(' ')}/>`;
    expect(parse(withAttributes(XML_LIMITS.maxAttributes)).attributes).toHaveLength(XML_LIMITS.maxAttributes);
    expect(codeOf(() => parse(withAttributes(XML_LIMITS.maxAttributes + 1)))).toBe('XmlTooComplex');
    expect(codeOf(() => parse(withAttributes(100_000)))).toBe('XmlTooComplex');
  });

  // Each is about a megabyte; anything worse than linear would run into the test's time limit.
  it.each([
    ['open brackets', `<a>${'<'.repeat(1_000_000)}`],
    ['ampersands', `<a>${'&'.repeat(1_000_000)}</a>`],
    ['half references', `<a>${'&#1'.repeat(300_000)}</a>`],
    ['one long reference', `<a>&#${'1'.repeat(1_000_000)}</a>`],
    ['one long entity name', `<a>&${'x'.repeat(1_000_000)}</a>`],
    ['open comments', `<a>${'<!--'.repeat(250_000)}`],
    ['open CDATA sections', `<a>${'<![CDATA['.repeat(100_000)}`],
    ['comments between texts', `<a>${'x<!---->'.repeat(90_000)}</a>`],
    ['white space in a tag', `<a${' '.repeat(1_000_000)}`],
    ['white space before nothing', ' '.repeat(1_000_000)],
    ['lines without an end', `<a>${'\n'.repeat(1_000_000)}`],
    ['an endless attribute', `<a b="${'x'.repeat(1_000_000)}`],
    ['an endless name', `<${'a'.repeat(1_000_000)}`],
    [
      'declarations at every level',
      `${`<a ${Array.from({ length: 60 }, (_, i) => `xmlns:p${i}="u"`).join(' ')}>`.repeat(31)}${'<p1:b xmlns:q="v"/>'.repeat(90_000)}${'</a>'.repeat(31)}`,
    ],
    ['siblings with one name', `<a>${'<b/>'.repeat(99_000)}</a>`],
    ['an HTML page that is not', `<?xml${' '.repeat(1_000_000)}`],
    ['a comment that is not', `<!--${'-'.repeat(1_000_000)}`],
  ])('is done in linear time with %s', (_name, text) => {
    try {
      readEnvelope(text);
    } catch (error) {
      expect(error).toBeInstanceOf(BridgeError);
    }
  });
});

/** Everything the codec does with what arrives: ends well, or in a BridgeError, which `caught` insists on. */
function readAll(text: string): void {
  const act = () => {
    const { body } = readEnvelope(text);
    readFault(body);
    const { operation } = findOperation(contracts, body, { role: 'CentralSystem' });
    readMessage(body, operation.request);
    throw new BridgeError('Internal', 'done');
  };
  caught(act);
}

describe('a damaged message', () => {
  it('is refused as such, wherever it is cut off', () => {
    const whole = Buffer.from(SAMPLE.trimEnd());
    expect(readEnvelope(decodeText(whole)).body.name).toBe('stopTransactionRequest');
    for (let length = 0; length < whole.length; length++) {
      const code = codeOf(() => readEnvelope(decodeText(whole.subarray(0, length))));
      expect(['MalformedXml', 'EmptyBody', 'ForbiddenXml'], `cut off at ${length}`).toContain(code);
    }
  });

  it('never causes another error than the known ones, whichever character is lost, doubled or replaced', () => {
    for (let at = 0; at < SAMPLE.length; at++) {
      const [before, after] = [SAMPLE.slice(0, at), SAMPLE.slice(at + 1)];
      for (const instead of ['', SAMPLE.charAt(at).repeat(2), '<', '>', '&', '"', '\0', ' '])
        readAll(before + instead + after);
    }
  });
});
