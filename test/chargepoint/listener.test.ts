import { describe, expect, it } from 'vitest';
import { BridgeError } from '../../src/base/errors.ts';
import { readEnvelope } from '../../src/codec/envelope.ts';
import { readFault } from '../../src/codec/fault.ts';
import { message, nearBank } from './near-bank.ts';
import { ask, type RawAnswer } from './raw-http.ts';

function envelope(answer: RawAnswer | undefined) {
  return readEnvelope(answer?.text ?? '');
}

function fault(answer: RawAnswer | undefined): string {
  const found = readFault(envelope(answer).body);
  return `${found?.code}/${found?.subcode}`;
}

describe('a SOAP call', () => {
  it('reaches the session with everything its message says', async () => {
    const { port, sessions } = await nearBank();
    const body = message({
      element: 'statusNotificationRequest',
      body: '<o:connectorId>2</o:connectorId><o:status>Available</o:status><o:errorCode>NoError</o:errorCode>',
      messageId: '\n urn:uuid:77 ',
      from: 'http://10.0.0.7:8080/ws',
    });
    sessions.answer = () => ({});
    await ask(port, { body });
    const { responded, ...call } = sessions.calls[0] ?? {};
    expect(call).toEqual({
      identity: 'CP001',
      version: '1.5',
      action: 'StatusNotification',
      payload: { connectorId: '2', status: 'Available', errorCode: 'NoError' },
      messageId: 'urn:uuid:77',
      exchange: 'id-1',
      receivedAt: Date.UTC(2024, 2, 9, 10, 15, 30),
      since: 0,
      callback: 'http://10.0.0.7:8080/ws',
      losses: [],
    });
    expect(await responded).toBe(true);
  });

  it('is answered with the session’s answer, addressed to the request', async () => {
    const { port } = await nearBank();
    const got = await ask(port, { body: message() });
    expect(got?.status).toBe(200);
    expect(got?.headers['content-type']).toBe('application/soap+xml; charset=utf-8');
    const { headers, body, soap } = envelope(got);
    expect(soap).toBe('1.2');
    expect(headers).toEqual({
      action: '/HeartbeatResponse',
      messageId: 'urn:uuid:id-2',
      relatesTo: 'urn:uuid:1',
      to: 'http://www.w3.org/2005/08/addressing/anonymous',
    });
    expect(body).toMatchObject({ name: 'heartbeatResponse', namespace: 'urn://Ocpp/Cs/2012/06/' });
    expect(body.children[0]?.text).toBe('2024-03-09T10:15:30.000Z');
  });

  it.each(['1.2', '1.5', '1.6'] as const)(
    'is told by its namespace to be OCPP %s, whatever the path says',
    async (version) => {
      const { port, sessions } = await nearBank();
      const got = await ask(port, { body: message({ version }), target: '/steve/services/CentralSystemServiceOCPP12' });
      expect(got?.status).toBe(200);
      expect(sessions.calls[0]?.version).toBe(version);
    },
  );

  it('without MessageID is answered without RelatesTo', async () => {
    const { port, sessions } = await nearBank();
    const got = await ask(port, { body: message({ messageId: '' }) });
    expect(sessions.calls[0]?.messageId).toBeUndefined();
    expect(envelope(got).headers).not.toHaveProperty('relatesTo');
    expect(envelope(got).headers.messageId).toBe('urn:uuid:id-2');
  });

  it('without any addressing is answered without any', async () => {
    const { port } = await nearBank();
    const got = await ask(port, { body: message({ addressing: '' }) });
    expect(got?.status).toBe(200);
    expect(envelope(got).headers).toEqual({});
    expect(got?.text).not.toContain('addressing');
  });

  it('in WS-Addressing of 2004 is answered in that', async () => {
    const addressing = 'http://schemas.xmlsoap.org/ws/2004/08/addressing';
    const { port } = await nearBank();
    const got = envelope(await ask(port, { body: message({ addressing }) }));
    expect(got.addressing).toBe(addressing);
    expect(got.headers.to).toBe(`${addressing}/role/anonymous`);
  });

  it('in SOAP 1.1 is answered in SOAP 1.1', async () => {
    const { port } = await nearBank();
    const got = await ask(port, { body: message({ soap: '1.1' }) });
    expect(got?.headers['content-type']).toBe('text/xml; charset=utf-8');
    expect(envelope(got).soap).toBe('1.1');
  });

  it('carries the element of an empty answer', async () => {
    const { port, sessions } = await nearBank();
    sessions.answer = () => ({});
    const got = await ask(port, {
      body: message({ element: 'meterValuesRequest', body: '<o:connectorId>1</o:connectorId>' }),
    });
    expect(envelope(got).body).toMatchObject({ name: 'meterValuesResponse', children: [] });
  });

  it.each([
    undefined,
    'text/plain',
    'application/json',
    'application/soap+xml; action="/Heartbeat"; charset=iso-8859-1',
    ';;;',
  ])('is served under the content type %s', async (type) => {
    const { port } = await nearBank();
    const got = await ask(port, { body: message(), headers: type === undefined ? {} : { 'Content-Type': type } });
    expect(got?.status).toBe(200);
  });

  it.each([
    '/',
    '/Ocpp/CentralSystemService/',
    '//a//b',
    '/x?y=%26',
    '/%zz',
    'http://bridge.test:8080/ocpp',
    '/a/../../etc',
    '*',
  ])('is served at %s', async (target) => {
    const { port } = await nearBank();
    expect((await ask(port, { body: message(), target }))?.status).toBe(200);
  });

  it('without namespaces takes its version from the path', async () => {
    const { port, sessions } = await nearBank();
    const body =
      '<Envelope><Header><chargeBoxIdentity>X</chargeBoxIdentity></Header><Body><heartbeatRequest/></Body></Envelope>';
    await ask(port, { body, target: '/ocpp/v16s/' });
    expect(sessions.calls[0]?.version).toBe('1.6');
    expect(fault(await ask(port, { body }))).toBe('Sender/ProtocolError');
  });

  it('with text in windows-1252 is read by the charset of its content type', async () => {
    const { port, sessions } = await nearBank();
    const body = Buffer.from(message({ identity: 'Säule' }).replace('UTF-8', 'ISO-8859-1'), 'latin1');
    await ask(port, { body, headers: { 'Content-Type': 'text/xml; charset="ISO-8859-1"' } });
    expect(sessions.calls[0]?.identity).toBe('Säule');
  });
});

describe('a refused SOAP call', () => {
  it.each([
    ['no identity', message({ identity: '' }), 'Sender/ProtocolError'],
    ['an unusable identity', message({ identity: 'x'.repeat(300) }), 'Sender/IdentityMismatch'],
    ['an unknown operation', message({ element: 'makeCoffeeRequest' }), 'Receiver/NotSupported'],
    ['broken XML', message().replace('</s:Body>', ''), 'Sender/ProtocolError'],
    ['a DOCTYPE', `<!DOCTYPE x [<!ENTITY a "b">]>${message().slice(40)}`, 'Sender/ProtocolError'],
    ['another XML document', '<note>hello</note>', 'Sender/ProtocolError'],
  ])('with %s gets a Fault under 500', async (_what, body, want) => {
    const { port, sessions, records } = await nearBank();
    const got = await ask(port, { body });
    expect(got?.status).toBe(500);
    expect(got?.headers['content-type']).toBe('application/soap+xml; charset=utf-8');
    expect(fault(got)).toBe(want);
    expect(sessions.calls).toHaveLength(0);
    expect(records.lines.filter((line) => line.message === 'request refused')).toHaveLength(1);
  });

  it.each([
    ['no body', '', 400],
    ['blanks', ' \n ', 400],
    ['JSON', '[2,"1","Heartbeat",{}]', 400],
    ['binary', Buffer.from([1, 2, 3, 0, 255]), 400],
  ])('with %s gets a bare status', async (_what, body, status) => {
    const { port } = await nearBank();
    const got = await ask(port, { body });
    expect(got?.status).toBe(status);
    expect(got?.headers['content-type']).toBe('text/plain; charset=utf-8');
    expect(got?.text).not.toContain('<');
  });

  it('gets its Fault in its own SOAP version, addressed to it', async () => {
    const { port, sessions } = await nearBank();
    sessions.answer = () => {
      throw new BridgeError('CsmsProtocolError', 'no such <tag>', { details: { errorCode: 'FormationViolation' } });
    };
    const got = await ask(port, { body: message({ soap: '1.1', version: '1.6' }) });
    expect(got?.status).toBe(500);
    expect(envelope(got).soap).toBe('1.1');
    expect(envelope(got).headers).toMatchObject({
      action: 'http://www.w3.org/2005/08/addressing/fault',
      relatesTo: 'urn:uuid:1',
    });
    expect(readFault(envelope(got).body)?.reason).toBe('no such <tag>');
    expect(got?.text).toContain('urn://Ocpp/Cs/2015/10/');
  });

  it('gets its Fault in SOAP 1.1 and its own namespace even when it cannot be read', async () => {
    const { port } = await nearBank();
    const got = await ask(port, { body: message({ soap: '1.1', version: '1.2' }).slice(0, -30) });
    expect(envelope(got).soap).toBe('1.1');
    expect(got?.text).toContain('urn://Ocpp/Cs/2010/08/');
  });

  it.each(['CsmsAway', 'Busy', 'StoreFailed', 'CsmsTimeout'] as const)(
    'for %s gets 503, a time to wait and no envelope',
    async (code) => {
      const { port, sessions, records } = await nearBank({ retryAfter: 17 });
      sessions.answer = () => Promise.reject(new BridgeError(code));
      const got = await ask(port, { body: message() });
      expect(got?.status).toBe(503);
      expect(got?.headers['retry-after']).toBe('17');
      expect(got?.text).not.toContain('<');
      expect(records.lines).toHaveLength(0);
    },
  );

  it('learns nothing of what went wrong inside', async () => {
    const { port, sessions, records } = await nearBank();
    sessions.answer = () => Promise.reject(new Error('secret at /opt/bridge.js:12'));
    const got = await ask(port, { body: message() });
    expect(fault(got)).toBe('Receiver/InternalError');
    expect(got?.text).not.toMatch(/secret|bridge\.js|at /);
    expect(records.lines[0]).toMatchObject({ level: 'error' });
  });

  it('is logged once with who and where from, its body only at debug', async () => {
    const { port, records } = await nearBank();
    await ask(port, { body: message({ element: 'makeCoffeeRequest' }) });
    expect(records.lines).toEqual([
      {
        level: 'warn',
        about: {
          peer: '127.0.0.1',
          method: 'POST',
          path: '/',
          code: 'UnknownOperation',
          reason: expect.stringContaining('makeCoffee'),
          identity: 'CP001',
        },
        message: 'request refused',
      },
      { level: 'debug', about: expect.objectContaining({ body: message().slice(0, 200) }), message: 'refused body' },
    ]);
  });

  it('is counted with its code and sub-code', async () => {
    const { port, records } = await nearBank();
    await ask(port, { body: message({ identity: '' }) });
    await ask(port, { body: message() });
    expect(records.requests).toMatchObject([
      {
        method: 'POST',
        status: 500,
        code: 'IdentityMissing',
        fault: 'Sender/ProtocolError',
        version: '1.5',
        action: 'Heartbeat',
      },
      { method: 'POST', status: 200, code: undefined, fault: undefined, version: '1.5', action: 'Heartbeat' },
    ]);
    expect(records.requests[1]?.bytesIn).toBe(message().length);
    expect(records.requests[1]?.bytesOut).toBeGreaterThan(100);
    expect(records.open).toBe(0);
  });
});
