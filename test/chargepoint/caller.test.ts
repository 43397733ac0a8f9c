import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { BridgeError } from '../../src/base/errors.ts';
import { CallbackPolicy } from '../../src/chargepoint/callback-policy.ts';
import { Caller, type CallerDeps, type CallerSettings, type DeviceOverrides } from '../../src/chargepoint/caller.ts';
import type { DeviceRequest } from '../../src/session/ports.ts';
import { ManualClock } from '../base/manual-clock.ts';
import { contracts, Records } from './near-bank.ts';
import { deviceAnswer, deviceFault, SoapDevice, tcpDevice } from './soap-device.ts';

interface Setting extends Partial<CallerDeps> {
  readonly own?: DeviceOverrides;
  readonly allow?: string[];
  readonly settings?: CallerSettings;
}

function bank({ own, allow = ['127.0.0.0/8'], settings, ...deps }: Setting = {}) {
  const records = new Records();
  const clock = new ManualClock();
  let count = 0;
  const caller = new Caller({
    contracts,
    policy: new CallbackPolicy({ allow }),
    clock,
    ids: () => `id-${++count}`,
    log: records.log,
    observer: records,
    overrides: () => own,
    settings: { retryPause: 0, ...settings },
    ...deps,
  });
  return { caller, clock, records };
}

function request(callback: string | undefined, changes: Partial<DeviceRequest> = {}): DeviceRequest {
  const base: DeviceRequest = {
    identity: 'CP/001',
    version: '1.5',
    action: 'Reset',
    payload: { type: 'Soft' },
    exchange: 'x-1',
    callback,
  };
  return { ...base, ...changes };
}

async function refusal(run: Promise<unknown>): Promise<BridgeError> {
  try {
    await run;
  } catch (error) {
    if (error instanceof BridgeError) return error;
    throw error;
  }
  throw new Error('not refused');
}

const ACCEPTED = deviceAnswer('resetResponse', '<cp:status>Accepted</cp:status>');

describe('a call to a charge point', () => {
  it('brings back what the charge point answered', async () => {
    const device = await SoapDevice.open(() => ({ body: ACCEPTED }));
    expect(await bank().caller.call(request(device.url))).toEqual({ status: 'Accepted' });
  });

  it('is a SOAP message with all headers that OCPP asks for', async () => {
    const device = await SoapDevice.open(() => ({ body: ACCEPTED }));
    await bank({ settings: { publicUrl: 'http://bridge.test/' } }).caller.call(request(device.url));
    const { method, url, headers, envelope, text } = device.heard[0] ?? {};
    expect({ method, url }).toEqual({ method: 'POST', url: '/ws' });
    expect(headers).toMatchObject({
      'content-type': 'application/soap+xml; charset=utf-8; action="/Reset"',
      'content-length': String(Buffer.byteLength(text ?? '')),
      connection: 'close',
      accept: 'application/soap+xml, text/xml',
      'user-agent': 'ocpp-soap-bridge',
      host: `127.0.0.1:${device.port}`,
    });
    expect(Object.keys(headers ?? {})).not.toEqual(expect.arrayContaining(['transfer-encoding']));
    expect(headers).not.toHaveProperty('expect');
    expect(headers).not.toHaveProperty('soapaction');
    expect(headers).not.toHaveProperty('authorization');
    expect(envelope?.headers).toEqual({
      chargeBoxIdentity: 'CP/001',
      action: '/Reset',
      messageId: 'urn:uuid:id-1',
      to: device.url,
      from: 'http://bridge.test/',
      replyTo: 'http://www.w3.org/2005/08/addressing/anonymous',
    });
    expect(text).toMatch(/xmlns:\w+="urn:\/\/Ocpp\/Cp\/2012\/06\/"/);
    expect(text).not.toContain('/Cs/');
    expect(envelope?.body).toMatchObject({ name: 'resetRequest', namespace: 'urn://Ocpp/Cp/2012/06/' });
  });

  it.each(['1.2', '1.5', '1.6'] as const)('is written in OCPP %s', async (version) => {
    const device = await SoapDevice.open(() => ({
      body: deviceAnswer('resetResponse', '<cp:status>Accepted</cp:status>', version),
    }));
    expect(await bank().caller.call(request(device.url, { version }))).toEqual({ status: 'Accepted' });
    expect(device.heard[0]?.envelope.body.namespace).toBe(contracts.service(version, 'ChargePoint').namespace);
  });

  it('goes to the address as the charge point spelt it', async () => {
    const device = await SoapDevice.open(() => ({ body: ACCEPTED }));
    const spelt = `http://127.0.0.1:${device.port}`;
    await bank().caller.call(request(spelt));
    expect(device.heard[0]?.url).toBe('/');
    expect(device.heard[0]?.envelope.headers.to).toBe(spelt);
  });

  it('follows what is configured for this charge point', async () => {
    const device = await SoapDevice.open(() => ({ body: ACCEPTED }));
    const own: DeviceOverrides = {
      callback: `${device.url}?x=1`,
      basic: { user: 'säule', password: 'p:w' },
      omitAction: true,
      omitFrom: true,
      soapAction: true,
    };
    await bank({ own, settings: { publicUrl: 'http://bridge.test/' } }).caller.call(request('http://127.0.0.1:1/'));
    const { url, headers, envelope } = device.heard[0] ?? {};
    expect(url).toBe('/ws?x=1');
    expect(headers?.authorization).toBe(`Basic ${Buffer.from('säule:p:w').toString('base64')}`);
    expect(headers?.['soapaction']).toBe('"/Reset"');
    expect(envelope?.headers).not.toHaveProperty('action');
    expect(envelope?.headers).not.toHaveProperty('from');
    expect(envelope?.headers.to).toBe(own.callback);
  });

  it('can be written in SOAP 1.1', async () => {
    const device = await SoapDevice.open(() => ({ body: ACCEPTED }));
    await bank({ own: { style: { soap: '1.1' } } }).caller.call(request(device.url));
    expect(device.heard[0]?.headers).toMatchObject({
      'content-type': 'text/xml; charset=utf-8',
      soapaction: '"/Reset"',
    });
    expect(device.heard[0]?.envelope.soap).toBe('1.1');
  });

  it('is counted', async () => {
    const device = await SoapDevice.open(({ text }) => ({
      body: text.includes('Soft') ? ACCEPTED : deviceFault('Sender'),
    }));
    const { caller, records } = bank();
    await caller.call(request(device.url));
    await refusal(caller.call(request(device.url, { payload: { type: 'Hard' } })));
    expect(records.calls).toMatchObject([
      { version: '1.5', action: 'Reset', code: undefined, status: 200, bytesIn: ACCEPTED.length },
      { code: 'DeviceGenericError', status: 200 },
    ]);
    expect(records.calls[0]?.bytesOut).toBe(device.heard[0]?.text.length);
  });
});

describe('an answer of a charge point', () => {
  it.each([
    ['in gzip', { body: gzipSync(ACCEPTED), headers: { 'Content-Encoding': 'gzip' } }],
    ['falsely called deflate', { body: ACCEPTED, headers: { 'Content-Encoding': 'deflate' } }],
    ['of the content type text/xml', { body: ACCEPTED, headers: { 'Content-Type': 'text/xml' } }],
    ['of the content type text/html', { body: ACCEPTED, headers: { 'Content-Type': 'text/html' } }],
    ['under 202', { body: ACCEPTED, status: 202 }],
    ['with another case', { body: ACCEPTED.replaceAll('resetResponse', 'ResetResponse') }],
    ['after blanks', { body: `\n  ${ACCEPTED}` }],
    ['with a declaration and a byte order mark', { body: `\ufeff<?xml version="1.0" encoding="UTF-8"?>${ACCEPTED}` }],
    ['with empty headers', { body: ACCEPTED.replace('<SOAP-ENV:Body>', '<SOAP-ENV:Header/><SOAP-ENV:Body>') }],
    [
      'with a foreign RelatesTo',
      {
        body: deviceAnswer(
          'resetResponse',
          '<cp:status>Accepted</cp:status>',
          '1.5',
          '<SOAP-ENV:Header><RelatesTo>other</RelatesTo></SOAP-ENV:Header>',
        ),
      },
    ],
    [
      'without namespaces',
      { body: '<Envelope><Body><resetResponse><status>Accepted</status></resetResponse></Body></Envelope>' },
    ],
  ])('%s is read', async (_what, answer) => {
    const device = await SoapDevice.open(() => answer);
    expect(await bank().caller.call(request(device.url))).toEqual({ status: 'Accepted' });
  });

  it.each([200, 400, 500, 503])('that is a Fault under %s is a refusal of the charge point', async (status) => {
    const device = await SoapDevice.open(() => ({
      status,
      body: deviceFault('Receiver', 'NotSupported', 'no reset here'),
    }));
    const got = await refusal(bank().caller.call(request(device.url)));
    expect(got.code).toBe('DeviceNotSupported');
    expect(got.message).toBe('no reset here');
    expect(got.details).toEqual({ faultCode: 'Receiver/NotSupported' });
  });

  it.each([
    ['an HTML page', { body: '<!DOCTYPE html><html><body>Sign in</body></html>' }, 'DeviceAnswerInvalid'],
    ['plain text', { body: 'OK' }, 'DeviceAnswerInvalid'],
    ['nothing', { body: '' }, 'DeviceAnswerInvalid'],
    ['nothing under 204', { status: 204 }, 'DeviceAnswerInvalid'],
    ['broken XML', { body: ACCEPTED.slice(0, -20) }, 'DeviceAnswerInvalid'],
    ['a DOCTYPE', { body: `<!DOCTYPE a [<!ENTITY b "c">]>${ACCEPTED}` }, 'DeviceAnswerInvalid'],
    [
      'damaged gzip',
      { body: gzipSync(ACCEPTED).subarray(0, 50), headers: { 'Content-Encoding': 'gzip' } },
      'DeviceAnswerInvalid',
    ],
    ['the answer to another operation', { body: deviceAnswer('clearCacheResponse', '') }, 'DeviceAnswerInvalid'],
    ['an answer under 500', { status: 500, body: ACCEPTED }, 'DeviceAnswerInvalid'],
    ['a bare 500', { status: 500, body: 'oops' }, 'DeviceAnswerInvalid'],
    ['a gateway’s 502', { status: 502, body: '<html>Bad Gateway</html>' }, 'DeviceAnswerInvalid'],
    ['a 404 page', { status: 404, body: '<html>Not Found</html>' }, 'DeviceUnreachable'],
    ['a 401', { status: 401, headers: { 'WWW-Authenticate': 'Basic' } }, 'DeviceUnreachable'],
    ['a 503 page', { status: 503, body: 'later' }, 'DeviceUnreachable'],
  ])('that is %s is told from one of the charge point', async (_what, answer, code) => {
    const device = await SoapDevice.open(() => answer);
    const { caller, records } = bank();
    const got = await refusal(caller.call(request(device.url)));
    expect(got.code).toBe(code);
    expect(got.message.length).toBeLessThan(200);
    expect(got.message).not.toContain('<html');
    expect(got.details).toEqual({ httpStatus: String('status' in answer ? answer.status : 200) });
    expect(records.calls[0]?.code).toBe(code);
    expect(device.heard).toHaveLength(1);
  });

  it('that is a redirect is not followed', async () => {
    const target = await SoapDevice.open(() => ({ body: ACCEPTED }));
    const device = await SoapDevice.open(() => ({ status: 307, headers: { Location: target.url } }));
    const got = await refusal(bank().caller.call(request(device.url)));
    expect(got.code).toBe('DeviceUnreachable');
    expect(got.message).toContain('307');
    expect(target.heard).toHaveLength(0);
  });

  it('that is too long is given up, also when it is short on the wire', async () => {
    const padding = ' '.repeat(100_000);
    for (const answer of [
      { body: ACCEPTED + padding },
      { body: gzipSync(ACCEPTED + padding), headers: { 'Content-Encoding': 'gzip' } },
    ]) {
      const device = await SoapDevice.open(() => answer);
      const got = await refusal(bank({ settings: { maxAnswerBytes: 50_000 } }).caller.call(request(device.url)));
      expect(got.code).toBe('DeviceAnswerInvalid');
    }
  });

  it.each(['HELLO\r\n\r\n', 'HTTP/1.1 200 OK\r\nContent-Length: x\r\n\r\n', 'SSH-2.0-dropbear\r\n'])(
    'that is no HTTP is told: %j',
    async (bytes) => {
      const url = await tcpDevice((socket) => socket.once('data', () => socket.end(bytes)));
      expect((await refusal(bank().caller.call(request(url)))).code).toBe('DeviceAnswerInvalid');
    },
  );

  it('without a length is read to the end of the connection', async () => {
    const url = await tcpDevice((socket) =>
      socket.once('data', () => socket.end(`HTTP/1.0 200 OK\r\n\r\n${ACCEPTED}`)),
    );
    expect(await bank().caller.call(request(url))).toEqual({ status: 'Accepted' });
  });
});

describe('a call that fails', () => {
  it('without a callback address says so', async () => {
    expect((await refusal(bank().caller.call(request(undefined)))).code).toBe('NoCallback');
  });

  it('because the version lacks the operation never leaves', async () => {
    const got = await refusal(
      bank().caller.call(request('http://127.0.0.1:1/', { version: '1.2', action: 'ReserveNow' })),
    );
    expect(got.code).toBe('DeviceNotSupported');
  });

  it('because nobody listens is repeated once, after a pause', async () => {
    const { caller, clock, records } = bank({ settings: { retryPause: 500 } });
    const lost = refusal(caller.call(request(await closedPort())));
    await until(() => clock.pending === 1);
    clock.advance(500);
    const got = await lost;
    expect(got.code).toBe('DeviceUnreachable');
    expect(got.message).toBe('the charge point refuses the connection');
    expect(records.calls).toHaveLength(1);
    expect(clock.pending).toBe(0);
  });

  it('because the connection breaks after the request is never repeated', async () => {
    let connections = 0;
    const url = await tcpDevice((socket, number) => {
      connections = number;
      socket.once('data', () => socket.resetAndDestroy());
    });
    const got = await refusal(bank().caller.call(request(url)));
    expect(got.code).toBe('DeviceUncertain');
    expect(connections).toBe(1);
  });

  it('because the connection ends within the answer is uncertain', async () => {
    const url = await tcpDevice((socket) =>
      socket.once('data', () => socket.end(`HTTP/1.1 200 OK\r\nContent-Length: 9999\r\n\r\n${ACCEPTED}`)),
    );
    expect((await refusal(bank().caller.call(request(url)))).code).toBe('DeviceUncertain');
  });

  it('because the charge point stays silent is uncertain after the whole time', async () => {
    let heard = false;
    const url = await tcpDevice((socket) => socket.once('data', () => (heard = true)));
    const { caller, clock } = bank({ settings: { connectTimeout: 1000, totalTimeout: 45_000 } });
    let settled = false;
    const lost = refusal(caller.call(request(url))).finally(() => {
      settled = true;
    });
    await until(() => heard);
    clock.advance(44_999);
    expect(settled).toBe(false);
    clock.advance(1);
    expect((await lost).code).toBe('DeviceUncertain');
    expect(clock.pending).toBe(0);
  });

  it('because nobody takes the connection in time is not uncertain', async () => {
    const { caller, clock } = bank({ settings: { connectTimeout: 10_000 }, lookup: () => {} });
    const lost = refusal(caller.call(request('http://cp.test/')));
    await until(() => clock.pending === 2);
    clock.advance(10_000);
    const got = await lost;
    expect(got.code).toBe('DeviceUnreachable');
    expect(got.message).toContain('in time');
    expect(clock.pending).toBe(0);
  });

  it('because its name is unknown says so', async () => {
    const lookup: CallerDeps['lookup'] = (_name, _options, done) =>
      done(Object.assign(new Error('getaddrinfo ENOTFOUND cp.test'), { code: 'ENOTFOUND' }), '', 0);
    const got = await refusal(bank({ lookup }).caller.call(request('http://cp.test/')));
    expect(got.code).toBe('DeviceUnreachable');
    expect(got.message).toContain('name');
  });

  it('tells the log what it does not tell the CSMS', async () => {
    const { caller, records } = bank();
    const url = await closedPort();
    await refusal(caller.call(request(url)));
    expect(records.lines).toMatchObject([
      {
        level: 'debug',
        about: { identity: 'CP/001', exchange: 'x-1', action: 'Reset', code: 'DeviceUnreachable', url },
      },
    ]);
  });
});

async function closedPort(): Promise<string> {
  const { createServer } = await import('node:net');
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  return `http://127.0.0.1:${typeof address === 'object' && address ? address.port : 0}/`;
}

async function until(met: () => boolean): Promise<void> {
  while (!met()) await new Promise((resolve) => setImmediate(resolve));
}
