import { describe, expect, test } from 'vitest';
import { tagAlias } from '../../src/mapping/scalars/tag-alias.ts';
import {
  cutText,
  escapeSpaces,
  hasForbidden,
  keepEnd,
  longerThan,
  shorten,
  trimText,
  withoutForbidden,
} from '../../src/mapping/scalars/text.ts';

describe('texts', () => {
  test('only the white space of XML is trimmed', () => {
    expect(trimText(' \t\r\n a b \n')).toBe('a b');
    expect(trimText('\u00a0a\u2003')).toBe('\u00a0a\u2003');
    expect(trimText('   ')).toBe('');
  });

  test('lengths count code points, and no code point is cut in two', () => {
    const bolts = '⚡💡'.repeat(3);
    expect(longerThan(bolts, 6)).toBe(false);
    expect(longerThan(bolts, 5)).toBe(true);
    expect(cutText(bolts, 2)).toBe('⚡💡');
    expect(keepEnd(bolts, 1)).toBe('💡');
    expect(cutText('short', 20)).toBe('short');
    expect(longerThan('💡'.repeat(21), 20)).toBe(true);
  });

  test('characters that XML cannot carry are found and removed, pairs of surrogates are not', () => {
    for (const bad of ['\u0000', '\u0008', '\u000b', '\u001f', '\ufffe', '\uffff', '\ud83d', '\udca1']) {
      expect(hasForbidden(`a${bad}b`)).toBe(true);
      expect(withoutForbidden(`a${bad}b`)).toBe('ab');
    }
    expect(hasForbidden('tab\t lf\n cr\r 💡 é')).toBe(false);
  });

  test('only spaces of an address are escaped', () => {
    expect(escapeSpaces('ftp://h/a b?c=%20&d=é')).toBe('ftp://h/a%20b?c=%20&d=é');
  });

  test('a value in a reason is one short line', () => {
    expect(shorten('a\n\u0000b')).toBe('a b');
    expect(shorten('x'.repeat(60))).toBe(`${'x'.repeat(37)}...`);
    expect(shorten({ a: 1 })).toBe('{"a":1}');
  });
});

describe('the stand-in for a long tag', () => {
  test('is the prefix and the start of the base32 of the SHA-256 of the tag in upper case', () => {
    // SHA-256("ABC") = b5d4045c3f466fa91fe2cc6abe79232a…
    expect(tagAlias('abc', 'ZZ', 20)).toBe('ZZWXKAIXB7IZX2SH7CZR');
  });

  test('is the same for tags that differ only in case, and for no others', () => {
    const tag = 'DE-ABC-C00123456-7-0001';
    expect(tagAlias(tag, 'ZZ', 20)).toBe(tagAlias(tag.toLowerCase(), 'ZZ', 20));
    expect(tagAlias(tag, 'ZZ', 20)).not.toBe(tagAlias(`${tag}x`, 'ZZ', 20));
    expect(tagAlias(tag, 'BRIDGE', 20)).toMatch(/^BRIDGE[A-Z2-7]{14}$/);
  });
});
