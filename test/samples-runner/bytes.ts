import { deflateRawSync, deflateSync, gzipSync } from 'node:zlib';
import type { Http } from './sample.ts';

/** The text of a step as the bytes that its `.http.yaml` asks for. */
export function bytesOf(text: string, http: Http): Buffer {
  const whole = `${http.before}${text}${http.after}`;
  const bytes = encoded(whole, http.bytes);
  switch (http.compress) {
    case 'gzip':
      return gzipSync(bytes);
    case 'deflate':
      return deflateSync(bytes);
    case 'deflate-raw':
      return deflateRawSync(bytes);
    default:
      return bytes;
  }
}

/** U+20AC and others that windows-1252 has where Latin-1 has control characters. */
const WINDOWS = new Map(
  [...'€‚ƒ„…†‡ˆ‰Š‹Œ'].map((c, i) => [c, [0x80, 0x82, 0x83, 0x84, 0x85, 0x86, 0x87, 0x88, 0x89, 0x8a, 0x8b, 0x8c][i]]),
);

function encoded(text: string, encoding: Http['bytes']): Buffer {
  switch (encoding) {
    case 'utf-16le':
      return Buffer.from(text, 'utf16le');
    case 'utf-16be':
      return Buffer.from(text, 'utf16le').swap16();
    case 'windows-1252':
      return Buffer.from([...text].map((c) => WINDOWS.get(c) ?? c.charCodeAt(0)));
    default:
      return Buffer.from(text, 'utf8');
  }
}
