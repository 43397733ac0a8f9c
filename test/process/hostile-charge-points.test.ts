import { gzipSync } from 'node:zlib';
import { afterEach, describe, expect, it } from 'vitest';
import { RawConnection, requestBytes } from '../chargepoint/raw-http.ts';
import { house } from './house.ts';
import { authorize, boot, envelope, heartbeat, meterValues, post, start, status, textOf } from './soap-messages.ts';

/** Whatever comes in from the street: an answer with a reason or a closed door, and nobody else notices. */

const { bridge, csms } = await house({ soap: { listen: '127.0.0.1:0', headersTimeout: '1s', bodyTimeout: '1s' } });
const MIB = 1 << 20;

afterEach(async () => {
  expect((await post(bridge.soapPort, envelope(heartbeat, { identity: 'GOOD' })))?.status).toBe(200);
  expect(await bridge.ready()).toBe(true);
  expect(bridge.log.filter(({ level }) => level === 'error')).toEqual([]);
});

async function raw(...parts: (string | Buffer)[]): Promise<number | undefined> {
  const connection = await RawConnection.open(bridge.soapPort);
  try {
    for (const part of parts) connection.write(part);
    return (await connection.answer())?.status;
  } finally {
    connection.destroy();
  }
}

/** HTTP status and, of a Fault, its reason. */
async function said(
  body: string | Buffer,
  headers: Record<string, string> = {},
): Promise<[status: number | undefined, reason: string | undefined]> {
  const answer = await post(bridge.soapPort, body, { headers });
  return [answer?.status, textOf(answer?.text ?? '', 'Text') ?? answer?.text.trim()];
}

const POST = 'POST / HTTP/1.1\r\nHost: x\r\n';
const CHUNKED = `${POST}Transfer-Encoding: chunked\r\n`;

describe('what is not a request of HTTP/1.1', () => {
  it.each<[string, number | undefined, (string | Buffer)[]]>([
    ['HTTP/2', 400, ['PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n']],
    ['a TLS hello', 400, [Buffer.from('16030100c8010000c40303', 'hex'), Buffer.alloc(200)]],
    ['NUL bytes', 400, [Buffer.alloc(1000)]],
    ['a CONNECT', undefined, ['CONNECT evil:80 HTTP/1.1\r\nHost: evil:80\r\n\r\n']],
    ['a WebSocket', 426, ['GET / HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n']],
    ['a huge header', 431, [`${POST}X: ${'a'.repeat(100_000)}\r\n\r\n`]],
    ['ten thousand headers', 431, [`${POST}${'X: a\r\n'.repeat(10_000)}\r\n`]],
    ['a length beside chunks', 400, [`${CHUNKED}Content-Length: 5\r\n\r\n0\r\n\r\nGET /x HTTP/1.1\r\n\r\n`]],
    ['two lengths', 400, [`${POST}Content-Length: 5\r\nContent-Length: 6\r\n\r\nabcdef`]],
    ['a coding that is nearly chunked', 400, [`${POST}Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n`]],
    ['a blank before the colon', 400, [`${POST}Content-Length : 5\r\n\r\nabcde`]],
    ['bare line feeds', 400, ['POST / HTTP/1.1\nContent-Length: 0\n\n']],
    ['a folded header', 400, [`${POST}X: a\r\n b\r\n\r\n`]],
    ['a chunk of size zz', 400, [`${CHUNKED}\r\nzz\r\n\r\n`]],
    ['a huge chunk extension', 413, [`${CHUNKED}\r\n1;${'a'.repeat(100_000)}\r\nx\r\n0\r\n\r\n`]],
    ['endless trailers', 431, [`${CHUNKED}\r\n1\r\nx\r\n0\r\n${'A: b\r\n'.repeat(20_000)}\r\n`]],
    ['headers that never end', 408, [POST]],
    ['nothing at all', 408, []],
    ['a body that never ends', 408, [`${POST}Content-Length: 9000000000000000\r\n\r\nabc`]],
    ['chunks that never end', 413, [`${CHUNKED}\r\n`, ...Array.from({ length: 9 }, () => chunk(MIB))]],
  ])('%s gets %s', async (_what, want, parts) => {
    expect(await raw(...parts)).toBe(want);
  });

  it('requests sent before the first answer are answered in their order', async () => {
    const connection = await RawConnection.open(bridge.soapPort);
    const identities = ['P1', 'P2', 'P3'];
    const requests = identities.map((identity) =>
      requestBytes({ body: envelope(heartbeat, { identity, messageId: `m-${identity}` }) }),
    );
    connection.write(Buffer.concat(requests));
    for (const identity of identities) {
      expect(textOf((await connection.answer())?.text ?? '', 'RelatesTo')).toBe(`m-${identity}`);
    }
    connection.destroy();
  });

  it('a thousand slow senders keep nobody from being served', async () => {
    const slow = await Promise.all(Array.from({ length: 1000 }, () => RawConnection.open(bridge.soapPort)));
    for (const connection of slow) connection.write(`${CHUNKED}\r\n5\r\nabcde\r\n`);
    expect((await post(bridge.soapPort, envelope(heartbeat)))?.status).toBe(200);
    expect(new Set(await Promise.all(slow.map(async (one) => (await one.answer())?.status)))).toEqual(new Set([408]));
  });
});

function chunk(bytes: number): Buffer {
  return Buffer.concat([Buffer.from(`${bytes.toString(16)}\r\n`), Buffer.alloc(bytes, 97), Buffer.from('\r\n')]);
}

const GZIP = { 'Content-Encoding': 'gzip' };
const DOCTYPE = '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;"><!ENTITY f SYSTEM "file:///etc/passwd">]>';

describe('what is not a message', () => {
  it.each<[string, number, RegExp, string | Buffer, Record<string, string>?]>([
    ['a compressed bomb', 413, /larger than allowed/, gzipSync(Buffer.alloc(100 * MIB)), GZIP],
    ['half a compressed body', 415, /damaged/, gzipSync(envelope(heartbeat)).subarray(0, 40), GZIP],
    ['the coding __proto__', 415, /unknown/, envelope(heartbeat), { 'Content-Encoding': '__proto__' }],
    ['NULs', 400, /no body/, Buffer.alloc(1000)],
    ['a billion laughs', 500, /DOCTYPE .* refused/, envelope(authorize('&b;'), { prolog: DOCTYPE })],
    ['a file as an entity', 500, /DOCTYPE .* refused/, envelope(authorize('&f;'), { prolog: DOCTYPE })],
    ['an entity of nobody', 500, /entity .* refused/, envelope(authorize('&lol;'))],
    ['a deep nest', 500, /nested deeper/, envelope(`${'<a>'.repeat(100_000)}${'</a>'.repeat(100_000)}`)],
    ['many attributes', 500, /more than 64 attributes/, envelope(`<o:heartbeatRequest ${attributes(100_000)}/>`)],
    ['many elements', 500, /more than 100000 elements/, envelope('<x/>'.repeat(200_000))],
    ['half a surrogate', 500, /cannot carry/, envelope(authorize('&#xD83D;&#xDE00;'))],
    ['a NUL by number', 500, /cannot carry/, envelope(authorize('&#0;'))],
    ['an endless number', 500, /meterStart must be a whole number/, envelope(start(1, 'A', '1e999', NOW))],
    ['a connector of 400 digits', 500, /connectorId must be/, envelope(status('9'.repeat(400)))],
  ])('%s gets %i and a reason', async (_what, code, reason, body, headers) => {
    const [got, text] = await said(body, headers);
    expect(got).toBe(code);
    expect(text?.replaceAll('&lt;', '<')).toMatch(reason);
    expect(text?.length).toBeLessThan(300);
  });

  it.each<[string, string | Buffer]>([
    ['4 MB of one element', envelope(boot('x'.repeat(4_000_000)))],
    ['a tag of bytes that are no UTF-8', Buffer.from(envelope(authorize('\xff\xfe')), 'latin1')],
    [
      'ninety thousand elements that no contract knows',
      envelope(`<o:heartbeatRequest>${'<x/>'.repeat(90_000)}</o:heartbeatRequest>`),
    ],
    ['ten thousand readings', envelope(meterValues(1, undefined, Array.from({ length: 10_000 }, String), NOW))],
    ['a MessageID of a megabyte', envelope(heartbeat, { messageId: 'x'.repeat(MIB) })],
    ['the tag __proto__', envelope(authorize('__proto__'))],
  ])('%s is taken as far as it makes sense', async (_what, body) => {
    expect((await said(body))[0]).toBe(200);
    const longest = Math.max(...bridge.stdout.split('\n').map((line) => line.length));
    expect(longest).toBeLessThan(2000);
  });

  it('long addresses that were heard are not kept', async () => {
    const { memory } = bridge;
    for (let number = 0; number < 300; number++) {
      const from = `http://${number}.invalid/${'x'.repeat(2 * MIB)}`;
      await post(bridge.soapPort, envelope(heartbeat, { identity: 'LONG', from }));
    }
    expect(bridge.memory - memory).toBeLessThan(400);
  }, 60_000);
});

const NOW = '2026-01-01T00:00:00Z';

function attributes(count: number): string {
  return Array.from({ length: count }, (_, number) => `a${number}=""`).join(' ');
}

describe('an identity', () => {
  it.each([
    ['../../x', '..%2F..%2Fx'],
    ['a/b?c#d', 'a%2Fb%3Fc%23d'],
    ['%2e%2e', '%252e%252e'],
    ['__proto__', '__proto__'],
    ['constructor', 'constructor'],
    ['🔌', '%F0%9F%94%8C'],
    ['&lt;script&gt;', '%3Cscript%3E'],
    ['a b', 'a%20b'],
  ])('%s stays one step of the URL at the CSMS', async (identity, step) => {
    expect((await said(envelope(heartbeat, { identity })))[0]).toBe(200);
    expect(csms.upgrades).toContain(`/ocpp/${step}`);
  });

  it.each([
    ['one dot', '.'],
    ['two dots', '..'],
    ['a line feed', 'a\nb'],
    ['a line feed by number', 'a&#10;b'],
    ['a turn of direction', 'a\u202eb'],
    ['an invisible blank', 'a\u200bb'],
    ['ten kilobytes', 'x'.repeat(10_240)],
    ['a blank', ' '],
  ])('of %s is refused, and the CSMS hears nothing of it', async (_what, identity) => {
    const before = csms.upgrades.length;
    const [code, reason] = await said(envelope(heartbeat, { identity }));
    expect([code, reason]).toEqual([500, expect.stringContaining('chargeBoxIdentity')]);
    expect(csms.upgrades.length).toBe(before);
  });
});
