import { describe, expect, it } from 'vitest';
import { parseXml, XML_LIMITS } from '../../src/codec/xml.ts';
import type { XmlElement } from '../../src/codec/xml-element.ts';
import { caught, codeOf } from './caught.ts';

const parse = (text: string): XmlElement => parseXml(text, XML_LIMITS);

describe('reading XML', () => {
  it('gives elements, attributes and text', () => {
    const root = parse('<a x="1" y=\'2\'><b>one</b><c/></a>');
    expect(root).toMatchObject({ name: 'a', prefix: '', namespace: undefined, text: '' });
    expect(root.attributes.map(({ name, value }) => [name, value])).toEqual([
      ['x', '1'],
      ['y', '2'],
    ]);
    expect(root.children.map(({ name, text }) => [name, text])).toEqual([
      ['b', 'one'],
      ['c', ''],
    ]);
  });

  it('resolves prefixes in their scope, default namespaces and their removal', () => {
    const root = parse('<p:a xmlns:p="u1" xmlns="u2"><p:b xmlns:p="u3" p:x="" y=""/><p:c/><d><e xmlns=""/></d></p:a>');
    const [b, c, d] = root.children;
    expect([root, b, c, d, d?.children[0]].map((element) => element?.namespace)).toEqual([
      'u1',
      'u3',
      'u1',
      'u2',
      undefined,
    ]);
    expect(b?.attributes.map(({ name, namespace }) => [name, namespace])).toEqual([
      ['x', 'u3'],
      ['y', undefined],
    ]);
  });

  it('accepts prefixes that nobody declared', () => {
    const root = parse('<p:a q:x="1"/>');
    expect(root).toMatchObject({ name: 'a', prefix: 'p', namespace: undefined });
    expect(root.attributes).toMatchObject([{ name: 'x', prefix: 'q', namespace: undefined, value: '1' }]);
  });

  it('decodes the predefined and the numeric references, once', () => {
    expect(parse('<a b="&quot;&#9;">&lt;&gt;&amp;amp;&apos;&#65;&#x1F600;</a>')).toMatchObject({
      text: "<>&amp;'A\u{1F600}",
      attributes: [{ value: '"\t' }],
    });
  });

  it('takes CDATA as it stands', () => {
    expect(parse('<a>1<![CDATA[<b>&amp;]]>]]&gt;2</a>').text).toBe('1<b>&amp;]]>2');
  });

  it('leaves out comments and processing instructions, whatever they hold', () => {
    expect(parse(`<a>1<!-- ' <b> -- -->2<?p ' ?>3<?q?>4</a>`)).toMatchObject({ text: '1234', children: [] });
  });

  it('does not make a reference of two halves beside a comment', () => {
    expect(parse('<a>&am<!-- -->p;</a>').text).toBe('&amp;');
  });

  it('takes a raw & for text', () => {
    expect(parse('<a b="?x=1&y=2">R&D &amp; & &#; &#xyz; &1;</a>')).toMatchObject({
      text: 'R&D & & &#; &#xyz; &1;',
      attributes: [{ value: '?x=1&y=2' }],
    });
  });

  it('keeps white space in text and unifies line ends', () => {
    expect(parse('<a> 1\r\n2\r3 </a>').text).toBe(' 1\n2\n3 ');
    expect(parse('<a>&#13;</a>').text).toBe('\r');
    expect(parse('<a>   </a>').text).toBe('   ');
  });

  it('reads white space in attributes as blanks', () => {
    expect(parse('<a b="1\n2\t3\r\n4&#10;"/>').attributes[0]?.value).toBe('1 2 3 4\n');
  });

  it('never turns text into numbers', () => {
    expect(parse('<a>007.0</a>').text).toBe('007.0');
  });

  it('accepts white space and a byte order mark before the declaration', () => {
    expect(parse('\ufeff\r\n  <?xml version="1.0"?>\n<!-- c --><?p x?><a/>\n<!-- d -->\n').name).toBe('a');
  });

  it('accepts tags with any white space', () => {
    expect(parse('<a\n\tb = "1"\r\n>\n<c\n/></a\n>')).toMatchObject({
      attributes: [{ value: '1' }],
      children: [{ name: 'c' }],
    });
  });

  it('accepts > and the other quote in attributes', () => {
    expect(parse(`<a b="1>'2/" c='"/>'/>`).attributes.map(({ value }) => value)).toEqual([`1>'2/`, '"/>']);
  });

  it('accepts names beyond ASCII', () => {
    expect(parse('<größe ä="1"><日本/></größe>').children[0]?.name).toBe('日本');
  });

  it('keeps the order of text and children where both say something', () => {
    const { mixed } = parse('<a>1<b/>2</a>');
    expect(mixed?.map((part) => (typeof part === 'string' ? part : part.name))).toEqual(['1', 'b', '2']);
    expect(parse('<a> <b/>\n</a>').mixed).toBeUndefined();
  });

  it.each(['toString', 'hasOwnProperty', 'valueOf'])('reads an element and an attribute named %s', (name) => {
    expect(parse(`<${name} ${name}="1"/>`)).toMatchObject({ name, attributes: [{ name, value: '1' }] });
  });
});

describe('refusing XML that is not well-formed', () => {
  it.each([
    ['an unclosed element', '<a>'],
    ['an unclosed inner element', '<a><b></a>'],
    ['crossed tags', '<a><b></a></b>'],
    ['an end tag in another case', '<a></A>'],
    ['an end tag with more after the name', '<a></ab>'],
    ['an end tag with an attribute', '<a></a b="1">'],
    ['an end tag too many', '<a></a></a>'],
    ['a second root', '<a/><b/>'],
    ['text after the root', '<a/>x'],
    ['CDATA after the root', '<a/><![CDATA[x]]>'],
    ['text between declaration and root', '<?xml version="1.0"?>x<a/>'],
    ['nothing but a declaration', '<?xml version="1.0"?>'],
    ['a declaration without end', '<?xml version="1.0"'],
    ['a declaration inside', '<a><?xml version="1.0"?></a>'],
    ['a comment without end', '<a><!-- </a>'],
    ['CDATA without end', '<a><![CDATA[ </a>'],
    ['an instruction without end', '<a><?p </a>'],
    ['an instruction without name', '<a><? p?></a>'],
    ['a start tag without end', '<a'],
    ['an attribute without end', '<a b="1></a>'],
    ['an attribute without quotes', '<a b=1/>'],
    ['an attribute without a value', '<a b/>'],
    ['attributes without white space between', '<a b="1"c="2"/>'],
    ['the same attribute twice', '<a b="1" b="1"/>'],
    ['the same declaration twice', '<a xmlns="1" xmlns="2"/>'],
    ['< in an attribute', '<a b="<"/>'],
    ['< in text', '<a>1 < 2</a>'],
    ['a / in a tag', '<a / >'],
    ['a name with two prefixes', '<a:b:c/>'],
    ['a name without its local part', '<a:/>'],
    ['a name that begins with a digit', '<1a/>'],
    ['a control character', '<a>\x01</a>'],
    ['a NUL', '<a>\0</a>'],
    ['half of a surrogate pair', '<a>\ud800</a>'],
    ['a noncharacter', '<a>\uffff</a>'],
    ['a reference to a control character', '<a>&#1;</a>'],
    ['a reference to NUL in an attribute', '<a b="&#x0;"/>'],
    ['a reference to a surrogate', '<a>&#xD800;</a>'],
    ['a reference beyond Unicode', '<a>&#99999999999999999999;</a>'],
    ['a name the parser refuses', '<a><constructor/></a>'],
  ])('refuses %s', (_name, text) => {
    expect(codeOf(() => parse(text))).toBe('MalformedXml');
  });

  it('tells line and column', () => {
    expect(caught(() => parse('<a>\r\n  <b>\n</a>')).message).toContain('<b> at line 3, column 1');
  });

  it('shortens names in reasons', () => {
    expect(caught(() => parse(`<${'x'.repeat(5000)}>`)).message.length).toBeLessThan(200);
  });

  it.each(['{"a":1}', 'hello', '[2,"1","Heartbeat",{}]'])('says that %s is not XML', (text) => {
    expect(codeOf(() => parse(text))).toBe('NotXml');
  });

  it.each(['', ' \n', '\ufeff'])('says that %j is empty', (text) => {
    expect(codeOf(() => parse(text))).toBe('EmptyBody');
  });
});
