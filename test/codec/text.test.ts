import { describe, expect, it } from 'vitest';
import { decodeText } from '../../src/codec/text.ts';

const latin1 = (text: string) => Buffer.from(text, 'latin1');
const utf16le = (text: string) => Buffer.from(text, 'utf16le');
const utf16be = (text: string) => Buffer.from(text, 'utf16le').swap16();

describe('decoding a body', () => {
  it.each([
    ['UTF-8 by default', Buffer.from('<a>Grün €</a>'), undefined],
    ['UTF-8 under a charset in quotes', Buffer.from('<a>Grün €</a>'), '"UTF-8"'],
    ['UTF-8 under a charset that nobody knows', Buffer.from('<a>Grün €</a>'), 'x-unknown'],
    ['UTF-8 called ASCII', Buffer.from('<a>Grün €</a>'), 'us-ascii'],
    ['a byte order mark against the charset', Buffer.from('\ufeff<a>Grün €</a>'), 'iso-8859-1'],
    ['UTF-16 little-endian with a byte order mark', utf16le('\ufeff<a>Grün €</a>'), undefined],
    ['UTF-16 big-endian with a byte order mark', utf16be('\ufeff<a>Grün €</a>'), 'utf-8'],
    ['UTF-16 little-endian without one', utf16le('<a>Grün €</a>'), undefined],
    ['UTF-16 big-endian without one', utf16be('<a>Grün €</a>'), 'utf-16'],
    ['UTF-8 that a string serialiser called UTF-16', Buffer.from('<a>Grün €</a>'), 'utf-16'],
  ])('reads %s', (_name, bytes, charset) => {
    expect(decodeText(bytes, charset)).toBe('<a>Grün €</a>');
  });

  it('reads Latin-1 by the charset of the HTTP header', () => {
    expect(decodeText(latin1('<a>Grün</a>'), 'ISO-8859-1')).toBe('<a>Grün</a>');
  });

  it('reads Latin-1 by the XML declaration', () => {
    const text = '<?xml version="1.0" encoding="ISO-8859-1"?><a>Ã¼</a>';
    expect(decodeText(latin1(text))).toBe(text);
  });

  it('believes the HTTP charset before the XML declaration', () => {
    const text = '<?xml version="1.0" encoding="ISO-8859-1"?><a>ü</a>';
    expect(decodeText(Buffer.from(text), 'utf-8')).toBe(text);
  });

  it('reads an encoding of Windows by its declaration', () => {
    const bytes = Buffer.concat([
      Buffer.from("<?xml version='1.0' encoding='windows-1251'?><a>"),
      Buffer.from([0xcf, 0xf0]),
    ]);
    expect(decodeText(bytes)).toContain('<a>Пр');
  });

  it.each([undefined, 'utf-8'])('falls back to windows-1252 when bytes are no UTF-8 (charset %s)', (charset) => {
    const bytes = Buffer.concat([latin1('<a>Gr\xfcn '), Buffer.from([0x80, 0x99, 0x81]), latin1('</a>')]);
    expect(decodeText(bytes, charset)).toBe('<a>Grün €™\x81</a>');
  });

  it('strips byte order marks, leading white space and trailing NULs', () => {
    expect(decodeText(Buffer.from('\ufeff\r\n\t <a/>\n\0\0'))).toBe('<a/>\n');
  });

  it('takes any Uint8Array, also a part of a larger buffer', () => {
    expect(decodeText(new Uint8Array(Buffer.from('xx<a/>yy')).subarray(2, 6))).toBe('<a/>');
  });

  it.each([[[]], [[0]], [[0xff]], [[0xff, 0xfe]], [[0xfe, 0xff, 0x00]], [[0xef, 0xbb, 0xbf]], [[0x3c]]])(
    'survives the bytes %j',
    (bytes) => {
      expect(typeof decodeText(Uint8Array.from(bytes))).toBe('string');
    },
  );
});
