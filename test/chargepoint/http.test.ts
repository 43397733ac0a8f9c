import { deflateRawSync, deflateSync, gunzipSync, gzipSync, inflateSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { message, nearBank } from './near-bank.ts';
import { ask, RawConnection, requestBytes } from './raw-http.ts';

describe('an HTTP request', () => {
  it('of HTTP/1.0 is answered without chunks, and the connection ends', async () => {
    const { port, sessions } = await nearBank();
    sessions.answer = () => ({ currentTime: 'x'.repeat(100_000) });
    const connection = await RawConnection.open(port);
    connection.write(
      requestBytes({ version: '1.0', body: message(), headers: { Host: '', Connection: 'keep-alive' } }),
    );
    const got = await connection.answer();
    expect(got?.status).toBe(200);
    expect(got?.headers['transfer-encoding']).toBeUndefined();
    expect(got?.headers['connection']).toBe('close');
    await connection.closed();
  });

  it('of HTTP/1.1 without Host is served', async () => {
    const { port } = await nearBank();
    expect((await ask(port, { body: message(), headers: { Host: '' } }))?.status).toBe(200);
  });

  it('in chunks is put together', async () => {
    const { port, sessions } = await nearBank();
    const connection = await RawConnection.open(port);
    const bytes = Buffer.from(message());
    connection.write(requestBytes({ headers: { 'Content-Length': '', 'Transfer-Encoding': 'chunked' } }));
    for (let at = 0; at < bytes.length; at += 100) {
      const chunk = bytes.subarray(at, at + 100);
      connection.write(Buffer.concat([Buffer.from(`${chunk.length.toString(16)}\r\n`), chunk, Buffer.from('\r\n')]));
    }
    connection.write('0\r\n\r\n');
    expect((await connection.answer())?.status).toBe(200);
    expect(sessions.calls).toHaveLength(1);
    connection.destroy();
  });

  it('that expects 100 gets it before its body', async () => {
    const { port } = await nearBank();
    const connection = await RawConnection.open(port);
    const bytes = requestBytes({ body: message(), headers: { Expect: '100-continue' } });
    const bodyAt = bytes.indexOf('\r\n\r\n') + 4;
    connection.write(bytes.subarray(0, bodyAt));
    expect((await connection.answer())?.status).toBe(100);
    connection.write(bytes.subarray(bodyAt));
    expect((await connection.answer())?.status).toBe(200);
    connection.destroy();
  });

  it('that expects 100 for a body that is too large gets 413 instead', async () => {
    const { port } = await nearBank({ maxBodyBytes: 1000 });
    const connection = await RawConnection.open(port);
    connection.write(requestBytes({ headers: { Expect: '100-continue', 'Content-Length': '1001' } }));
    expect((await connection.answer())?.status).toBe(413);
    await connection.closed();
  });

  it('may follow another on one connection, refused ones too', async () => {
    const { port } = await nearBank();
    const connection = await RawConnection.open(port);
    for (const [body, status] of [
      [message(), 200],
      ['', 400],
      [message({ identity: '' }), 500],
      [message(), 200],
    ] as const) {
      connection.write(requestBytes({ body }));
      expect((await connection.answer())?.status).toBe(status);
    }
    connection.destroy();
  });

  it('that offers h2c, as Java clients do, keeps its body', async () => {
    const { port } = await nearBank();
    const headers = { Connection: 'Upgrade, HTTP2-Settings', Upgrade: 'h2c', 'HTTP2-Settings': 'AAMAAABkAAQAAP__' };
    expect((await ask(port, { body: message(), headers }))?.status).toBe(200);
  });

  it.each(['PUT', 'DELETE', 'PATCH', 'OPTIONS', 'TRACE', 'PROPFIND'])(
    'of the method %s is told what is served',
    async (method) => {
      const { port, sessions } = await nearBank();
      const got = await ask(port, { method, body: message() });
      expect(got?.status).toBe(405);
      expect(got?.headers['allow']).toBe('GET, HEAD, POST');
      expect(sessions.calls).toHaveLength(0);
    },
  );
});

describe('a compressed request', () => {
  it.each([
    ['gzip', gzipSync],
    ['x-gzip', gzipSync],
    ['GZIP', gzipSync],
    ['deflate', deflateSync],
    ['deflate', deflateRawSync],
    ['identity', (body: string) => Buffer.from(body)],
  ] as const)('by %s is read', async (encoding, compress) => {
    const { port } = await nearBank();
    const got = await ask(port, { body: compress(message()), headers: { 'Content-Encoding': encoding } });
    expect(got?.status).toBe(200);
  });

  it('is read when it only says that it is compressed', async () => {
    const { port } = await nearBank();
    for (const encoding of ['deflate', 'gzip']) {
      const got = await ask(port, { body: `\ufeff ${message()}`, headers: { 'Content-Encoding': encoding } });
      expect(got?.status).toBe(200);
    }
  });

  it.each([
    ['an unknown encoding', 'br', gzipSync(message())],
    ['two encodings', 'gzip, gzip', gzipSync(gzipSync(message()))],
    ['a name from the prototype', 'constructor', gzipSync(message())],
    ['a damaged body', 'gzip', gzipSync(message()).fill(7, 10, 40)],
    ['half a body', 'gzip', gzipSync(message()).subarray(0, 100)],
    ['noise', 'deflate', Buffer.from([1, 2, 3, 4, 5, 6, 7, 8])],
  ])('with %s gets 415', async (_what, encoding, body) => {
    const { port, sessions } = await nearBank();
    expect((await ask(port, { body, headers: { 'Content-Encoding': encoding } }))?.status).toBe(415);
    expect(sessions.calls).toHaveLength(0);
  });

  it.each([gzipSync, deflateSync, deflateRawSync])('that grows beyond the limit gets 413', async (compress) => {
    const { port } = await nearBank({ maxBodyBytes: 100_000 });
    const encoding = compress === gzipSync ? 'gzip' : 'deflate';
    const body = compress(Buffer.alloc(50_000_000));
    expect(body.length).toBeLessThan(100_000);
    expect((await ask(port, { body, headers: { 'Content-Encoding': encoding } }))?.status).toBe(413);
  });
});

describe('an answer', () => {
  const long = { currentTime: 'long '.repeat(1000) };

  it('is compressed as the sender asks', async () => {
    const { port, sessions } = await nearBank();
    sessions.answer = () => long;
    const gzip = await ask(port, { body: message(), headers: { 'Accept-Encoding': 'deflate;q=0.5, gzip' } });
    expect(gzip?.headers['content-encoding']).toBe('gzip');
    expect(gunzipSync(gzip?.body ?? '').toString()).toContain('heartbeatResponse');
    const deflate = await ask(port, { body: message(), headers: { 'Accept-Encoding': 'gzip;q=0, deflate' } });
    expect(deflate?.headers['content-encoding']).toBe('deflate');
    expect(inflateSync(deflate?.body ?? '').toString()).toContain('heartbeatResponse');
  });

  it('is not compressed when it is short or nobody asks', async () => {
    const { port, sessions } = await nearBank();
    const short = await ask(port, { body: message(), headers: { 'Accept-Encoding': 'gzip' } });
    expect(short?.headers['content-encoding']).toBeUndefined();
    sessions.answer = () => long;
    for (const headers of [{}, { 'Accept-Encoding': 'identity' }, { 'Accept-Encoding': 'br, *' }]) {
      const got = await ask(port, { body: message(), headers });
      expect(got?.headers['content-encoding']).toBeUndefined();
      expect(got?.text).toContain('heartbeatResponse');
    }
  });
});

describe('a hostile sender', () => {
  it('of too much gets 413 without being held in memory', async () => {
    const { port, sessions } = await nearBank({ maxBodyBytes: 10_000 });
    const connection = await RawConnection.open(port);
    connection.write(requestBytes({ headers: { 'Content-Length': '', 'Transfer-Encoding': 'chunked' } }));
    const chunk = `4000\r\n${'x'.repeat(0x4000)}\r\n`;
    for (let sent = 0; sent < 4; sent++) connection.write(chunk);
    expect((await connection.answer())?.status).toBe(413);
    await connection.closed();
    expect(sessions.calls).toHaveLength(0);
  });

  it('of a little too much gets 413 once its body is through', async () => {
    const { port } = await nearBank({ maxBodyBytes: 10_000 });
    expect((await ask(port, { body: 'x'.repeat(10_001) }))?.status).toBe(413);
    expect((await ask(port, { body: message().padEnd(10_000) }))?.status).toBe(200);
  });

  it('that takes too long for its body gets 408', async () => {
    const { port, clock, records, sessions } = await nearBank({ bodyTimeout: 20_000 });
    const connection = await RawConnection.open(port);
    connection.write(requestBytes({ body: message() }).subarray(0, -10));
    await until(() => records.open === 1 && clock.pending === 1);
    clock.advance(19_999);
    expect(records.requests).toHaveLength(0);
    clock.advance(1);
    expect((await connection.answer())?.status).toBe(408);
    await connection.closed();
    expect(sessions.calls).toHaveLength(0);
  });

  it('that does not come to the end of its headers gets 408', async () => {
    const { port } = await nearBank({ headersTimeout: 50 });
    const connection = await RawConnection.open(port);
    connection.write('POST / HTTP/1.1\r\nHost: x\r\nX-Slow: ');
    expect((await connection.answer())?.status).toBe(408);
    await connection.closed();
  });

  it('that goes away in its body leaves nothing behind', async () => {
    const { port, clock, records, sessions } = await nearBank();
    const connection = await RawConnection.open(port);
    connection.write(requestBytes({ body: message() }).subarray(0, -10));
    await until(() => records.open === 1);
    connection.destroy();
    await until(() => records.open === 0);
    expect(records.requests).toMatchObject([{ status: 0 }]);
    expect(clock.pending).toBe(0);
    expect(sessions.calls).toHaveLength(0);
  });

  it('that does not wait for the answer is reported to the session', async () => {
    const { port, sessions, records } = await nearBank();
    let answer: (value: object) => void = () => {};
    sessions.answer = () =>
      new Promise((resolve) => {
        answer = () => resolve({ currentTime: 'now' });
      });
    const connection = await RawConnection.open(port);
    connection.write(requestBytes({ body: message() }));
    await sessions.got(1);
    connection.destroy();
    expect(await sessions.calls[0]?.responded).toBe(false);
    answer({});
    expect((await ask(port, { body: '' }))?.status).toBe(400);
    expect(records.requests[0]?.status).toBe(0);
  });

  it('that has gone may be refused by the session', async () => {
    const { port, sessions } = await nearBank();
    let refuse: (error: Error) => void = () => {};
    sessions.answer = () =>
      new Promise((_resolve, reject) => {
        refuse = reject;
      });
    const connection = await RawConnection.open(port);
    connection.write(requestBytes({ body: message() }));
    await sessions.got(1);
    connection.destroy();
    await sessions.calls[0]?.responded;
    refuse(new Error('too late'));
    expect((await ask(port, { body: '' }))?.status).toBe(400);
  });

  it.each([
    ['noise', 'hello\r\n\r\n', 400],
    ['TLS', Buffer.from('16030100a5010000a1030300', 'hex'), 400],
    ['a bad length', 'POST / HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n', 400],
    ['two lengths', 'POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n', 400],
    ['length and chunks', 'POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n', 400],
    ['bad chunks', 'POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n', 400],
    ['endless headers', `POST / HTTP/1.1\r\nHost: x\r\nX: ${'y'.repeat(20_000)}\r\n\r\n`, 431],
    ['a control character', 'POST / HTTP/1.1\r\nHost: x\r\nX: a\u0000b\r\n\r\n', 400],
  ])('of %s is cut off, and others are served', async (_what, bytes, status) => {
    const { port } = await nearBank();
    const connection = await RawConnection.open(port);
    connection.write(bytes);
    expect((await connection.answer())?.status).toBe(status);
    await connection.closed();
    expect((await ask(port, { body: message() }))?.status).toBe(200);
  });

  it('that tries CONNECT or another protocol is cut off', async () => {
    const { port } = await nearBank();
    const connection = await RawConnection.open(port);
    connection.write('CONNECT example.net:443 HTTP/1.1\r\nHost: example.net\r\n\r\n');
    await connection.closed();
    expect((await ask(port, { body: message() }))?.status).toBe(200);
  });
});

describe('too many requests at once', () => {
  it('get 429 and a time to wait, on a connection that lives on', async () => {
    const { port, sessions } = await nearBank({ maxConcurrent: 1, retryAfter: 5 });
    let answer: () => void = () => {};
    sessions.answer = () =>
      new Promise((resolve) => {
        answer = () => resolve({ currentTime: 'now' });
      });
    const first = await RawConnection.open(port);
    first.write(requestBytes({ body: message() }));
    await sessions.got(1);
    const second = await RawConnection.open(port);
    second.write(requestBytes({ body: message() }));
    const refused = await second.answer();
    expect(refused?.status).toBe(429);
    expect(refused?.headers['retry-after']).toBe('5');
    answer();
    expect((await first.answer())?.status).toBe(200);
    sessions.answer = () => ({ currentTime: 'now' });
    second.write(requestBytes({ body: message() }));
    expect((await second.answer())?.status).toBe(200);
    first.destroy();
    second.destroy();
  });
});

describe('many slow senders', () => {
  it('neither take the places of others nor fill the memory', async () => {
    const body = message();
    const { port, records } = await nearBank({ maxConcurrent: 1, maxHeldBytes: 2 * body.length });
    const slow = await Promise.all([RawConnection.open(port), RawConnection.open(port)]);
    for (const connection of slow) connection.write(requestBytes({ body }).subarray(0, -1));
    await until(() => records.open === 2);
    expect((await ask(port, { body: '' }))?.status).toBe(400);
    expect((await ask(port, { body: 'x'.repeat(body.length) }))?.status).toBe(429);
    for (const connection of slow) connection.destroy();
    await until(() => records.open === 0);
    expect((await ask(port, { body }))?.status).toBe(200);
  });
});

describe('a listener that is drained', () => {
  it('finishes what is open, takes nothing new, and then is done', async () => {
    const { port, sessions, listener } = await nearBank();
    let answer: () => void = () => {};
    sessions.answer = () =>
      new Promise((resolve) => {
        answer = () => resolve({ currentTime: 'now' });
      });
    const busy = await RawConnection.open(port);
    busy.write(requestBytes({ body: message() }));
    const starting = await RawConnection.open(port);
    starting.write(requestBytes({ body: message() }).subarray(0, 20));
    await sessions.got(1);
    let drained = false;
    const draining = listener.drain().then(() => {
      drained = true;
    });
    starting.write(requestBytes({ body: message() }).subarray(20));
    const late = await starting.answer();
    expect(late?.status).toBe(503);
    expect(late?.headers['connection']).toBe('close');
    expect(late?.headers['retry-after']).toBeDefined();
    expect(drained).toBe(false);
    answer();
    const got = await busy.answer();
    expect(got?.status).toBe(200);
    expect(got?.headers['connection']).toBe('close');
    await draining;
    await expect(RawConnection.open(port)).rejects.toThrow('ECONNREFUSED');
    expect(sessions.calls).toHaveLength(1);
  });

  it('with nothing open is done at once', async () => {
    const { listener } = await nearBank();
    await listener.drain();
    await listener.drain();
    await listener.close();
  });

  it('cuts what is left when it is closed', async () => {
    const { port, sessions, listener } = await nearBank();
    sessions.answer = () => new Promise(() => {});
    const connection = await RawConnection.open(port);
    connection.write(requestBytes({ body: message() }));
    await sessions.got(1);
    await listener.close();
    await connection.closed();
    expect(await sessions.calls[0]?.responded).toBe(false);
  });
});

describe('a listener', () => {
  it('says when its address is taken', async () => {
    const { port } = await nearBank();
    const other = await nearBank();
    await other.listener.close();
    await expect(other.listener.listen('127.0.0.1', port)).rejects.toThrow('EADDRINUSE');
  });
});

/** Lets the event loop turn until what the test waits for has happened. */
async function until(met: () => boolean): Promise<void> {
  while (!met()) await new Promise((resolve) => setImmediate(resolve));
}
