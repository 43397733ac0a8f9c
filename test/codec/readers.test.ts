import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { BridgeError } from '../../src/base/errors.ts';
import { PREFIX_PROFILES } from '../../src/codec/prefixes.ts';
import { decodeText } from '../../src/codec/text.ts';
import { DEFAULT_STYLE, writeMessage } from '../../src/codec/write.ts';
import { XML_LIMITS } from '../../src/codec/xml.ts';
import type { XmlElement } from '../../src/codec/xml-element.ts';
import type { XmlLimits } from '../../src/codec/xml-guard.ts';
import { readStrictly } from '../../src/codec/xml-strict.ts';
import { readTolerantly } from '../../src/codec/xml-tolerant.ts';
import { contracts } from './contracts.ts';
import { SAMPLE } from './envelopes.ts';
import { parseByLibxml, type Tree, treeOf } from './libxml.ts';
import { group } from './soap-values.ts';
import { mutated, small, tags } from './xml-texts.ts';

/** What of the rules the strict reader leaves to the tolerant one, taken out of the sample. */
const PLAIN_SAMPLE = SAMPLE.replace(/<!--[\s\S]*?-->\s*|<\?pi[\s\S]*?\?>/g, '').replace(
  '<![CDATA[A<B&C]]>',
  'A&lt;B&amp;C',
);

const plainEdits = fc
  .array(
    fc.record({
      at: fc.nat(PLAIN_SAMPLE.length),
      remove: fc.nat(3),
      insert: fc.constantFrom(
        ' ',
        '\n',
        'a',
        '&lt;',
        '"',
        '<b/>',
        '</b>',
        ':',
        '=',
        '/',
        '\r\n',
        'é',
        '\u{1F600}',
        '&',
        ']',
        '>',
      ),
    }),
    { minLength: 1, maxLength: 2 },
  )
  .map((list) =>
    list.reduce((text, { at, remove, insert }) => text.slice(0, at) + insert + text.slice(at + remove), PLAIN_SAMPLE),
  );

/** Loose enough for most of the texts, and tight enough to be met by some. */
const limits: fc.Arbitrary<XmlLimits> = fc.oneof(
  fc.constant(XML_LIMITS),
  fc.record({
    maxDepth: fc.integer({ min: 1, max: 8 }),
    maxElements: fc.integer({ min: 1, max: 18 }),
    maxAttributes: fc.nat(3),
  }),
);

/** What the tolerant reader says: an element, or undefined where it refuses. */
function tolerantly(text: string, bounds: XmlLimits): XmlElement | undefined {
  try {
    return readTolerantly(text, bounds);
  } catch (error) {
    if (error instanceof BridgeError) return undefined;
    throw error;
  }
}

/** Undefined where libxml2 refuses, as it does namespaces that are no URIs. The text is decoded, whatever its declaration says. */
function byLibxml(text: string): Tree | undefined {
  try {
    return parseByLibxml(text.replace(/^<\?xml[^>]*\?>/, ''));
  } catch {
    return undefined;
  }
}

/** Whether the strict reader accepted; then the others must have read the same. */
function readsAlike(text: string, bounds: XmlLimits = XML_LIMITS): boolean {
  const strict = readStrictly(text, bounds);
  if (strict === undefined) return false;
  expect(strict).toEqual(tolerantly(text, bounds));
  const third = byLibxml(text);
  if (third) expect(treeOf(strict)).toEqual(third);
  return true;
}

describe('the two readers', () => {
  it.each([
    ['pieces in an element', small],
    ['pieces in a tag', tags],
    ['a message with edits', mutated],
    ['a plain message with edits', plainEdits],
  ])('read alike whatever the strict one accepts, and libxml2 too: %s', (name, texts) => {
    let accepted = 0;
    let declined = 0;
    fc.assert(
      fc.property(texts, limits, (text, bounds) => {
        if (readsAlike(text, bounds)) accepted++;
        else declined++;
      }),
      { seed: 16, numRuns: 4000 },
    );
    // The sample itself holds a comment, which no edit takes away whole.
    if (texts !== mutated) expect(accepted, name).toBeGreaterThan(200);
    expect(declined, name).toBeGreaterThan(200);
  });

  it('read alike every sample of a conversation, nearly all of them strictly', () => {
    const folder = fileURLToPath(new URL('../samples', import.meta.url));
    const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.xml'));
    const texts = files.map((file) => decodeText(readFileSync(`${folder}/${file}`)));
    expect(texts.length).toBeGreaterThan(100);
    expect(texts.filter((text) => readsAlike(text)).length).toBeGreaterThan(0.9 * texts.length);
  });

  it('read alike every message the bridge can write, all of them strictly where texts are in the basic plane', () => {
    for (const service of contracts.all) {
      for (const { request, answer } of service.operations.values()) {
        for (const message of [request, answer]) {
          const style = fc
            .constantFrom(...Object.values(PREFIX_PROFILES))
            .map((prefixes) => ({ ...DEFAULT_STYLE, prefixes }));
          fc.assert(
            fc.property(group(message.type), style, (value, dress) => {
              const text = writeMessage(message, value, { action: message.action, messageId: 'urn:uuid:1' }, dress);
              expect(readsAlike(text) || /[\ud800-\uffff]/.test(text)).toBe(true);
            }),
            { seed: 16, numRuns: 10 },
          );
        }
      }
    }
  });
});

describe('the strict reader', () => {
  it.each([
    ['attributes in both quotes, with references and white space', `<a b="1'&lt;" c='"\n&#65;'/>`],
    [
      'declarations after their use, redeclared, and taken back',
      '<p:a p:b="1" xmlns:p="u"><p:c xmlns:p="v"/><d xmlns="w"><e xmlns=""/></d></p:a>',
    ],
    ['attributes of XML itself', '<a xml:lang="en"/>'],
    ['white space wherever it may stand', '<?xml version="1.0"?>\r\n <a\n\tb = "1"\r\n>\n<c\n/></a\n>\r\n'],
    ['line ends and references in text', '<a>1\r\n2\r3&#13;&#x1F600;&amp;amp;</a>'],
    ['letters beyond ASCII', '<a b="ä">größe €</a>'],
    ['a text longer than any', `<a>${'x'.repeat(100_000)}</a>`],
    ['names longer than any', `<${'a'.repeat(1000)}/>`],
  ])('reads %s', (_name, text) => {
    expect(readsAlike(text)).toBe(true);
  });

  it.each([
    ['a raw &', '<a>R&D</a>'],
    ['a raw & in an attribute', '<a b="?c&d"/>'],
    ['a prefix that nobody declared', '<p:a/>'],
    ['an attribute with such a prefix', '<a p:b="1"/>'],
    ['a prefix outside its scope', '<a><b xmlns:p="u"/><p:c/></a>'],
    ['a prefix without a namespace', '<p:a xmlns:p=""/>'],
    ['a declaration of xml', '<a xmlns:xml="http://www.w3.org/XML/1998/namespace"/>'],
    ['text beside elements', '<a>1<b/></a>'],
    ['a comment', '<a><!-- --></a>'],
    ['CDATA', '<a><![CDATA[x]]></a>'],
    ['the end of CDATA alone', '<a>]]></a>'],
    ['an instruction', '<a><?p?></a>'],
    ['white space before the declaration', ' <?xml version="1.0"?><a/>'],
    ['a byte order mark', '\ufeff<a/>'],
    ['names beyond ASCII', '<größe/>'],
    [
      'more declarations than anybody needs',
      `<a ${Array.from({ length: 60 }, (_, i) => `xmlns:p${i}="u"`).join(' ')}><b ${Array.from({ length: 60 }, (_, i) => `xmlns:q${i}="u"`).join(' ')}/></a>`,
    ],
  ])('declines %s, which the tolerant one reads', (_name, text) => {
    expect(readStrictly(text, XML_LIMITS)).toBeUndefined();
    expect(tolerantly(text, XML_LIMITS)).toBeDefined();
  });

  it('reads what comes after a message that was longer, or declined half-way', () => {
    for (const text of [
      PLAIN_SAMPLE,
      '<a/>',
      '<a',
      PLAIN_SAMPLE.slice(0, -3),
      '<b>c</b>',
      `<a>${'<b>1</b>'.repeat(9000)}</a>`,
      '<c d="e"/>',
    ]) {
      expect(readStrictly(text, XML_LIMITS)).toEqual(tolerantly(text, XML_LIMITS));
    }
  });

  it('tells names apart whose length, middle and end are the same', () => {
    const names = ['aXcde', 'bXcde', 'abcdefghi', 'zbcdefghi', 'a:bcdef', 'z:bcdef'];
    const text = `<r xmlns:a="u" xmlns:z="v">${[...names, ...names].map((name) => `<${name}/>`).join('')}</r>`;
    expect(readsAlike(text)).toBe(true);
  });

  it('gives strings that do not keep the whole message in memory', () => {
    setFlagsFromString('--expose-gc');
    const collect = runInNewContext('gc') as () => void;
    const megabyte = 'x'.repeat(1_000_000);
    const read = (n: number) => {
      const id = `urn:uuid:of-some-length-${n}`;
      const text = Buffer.from(
        `<p${n}:name-of-some-length-${n} xmlns:p${n}="${id}" b="${id}">${id}<!--${megabyte}--></p${n}:name-of-some-length-${n}>`,
      );
      return readStrictly(
        decodeText(text).replace(/<!--.*-->/, (all) => all.slice(4, -3)),
        XML_LIMITS,
      );
    };
    collect();
    const before = process.memoryUsage().heapUsed;
    const kept = Array.from({ length: 60 }, (_, n) => {
      const root = read(n);
      if (!root) throw new Error('declined');
      return [root.name, root.prefix, root.namespace, root.attributes, root.text.slice(0, 5)];
    });
    collect();
    expect(process.memoryUsage().heapUsed - before).toBeLessThan(20_000_000);
    expect(kept).toHaveLength(60);
  });
});
