import { describe, expect, it } from 'vitest';
import { versionInPath, wsdlAsked } from '../../src/chargepoint/route.ts';
import { contracts, nearBank } from './near-bank.ts';
import { ask } from './raw-http.ts';

describe('a GET', () => {
  it('shows what this is, and where the WSDL files are', async () => {
    const { port } = await nearBank();
    const got = await ask(port, {
      method: 'GET',
      target: '/Ocpp/CentralSystemService/',
      headers: { 'Content-Length': '' },
    });
    expect(got?.status).toBe(200);
    expect(got?.headers['content-type']).toBe('text/html; charset=utf-8');
    expect(got?.text).toContain('http://bridge.test/Ocpp/CentralSystemService/');
    for (const version of ['1.2', '1.5', '1.6']) expect(got?.text).toContain(`href="?wsdl=${version}"`);
  });

  it('is answered with headers that keep a browser from doing more than reading', async () => {
    const { port } = await nearBank();
    const got = await ask(port, { method: 'GET' });
    expect(got?.headers['content-security-policy']).toBe("default-src 'none'");
    expect(got?.headers['x-content-type-options']).toBe('nosniff');
    expect(got?.headers['x-powered-by']).toBeUndefined();
    expect(got?.headers['etag']).toBeUndefined();
  });

  it('does not repeat markup from its own address', async () => {
    const { port } = await nearBank();
    const got = await ask(port, {
      method: 'GET',
      target: '/<script>alert(1)</script>',
      headers: { Host: 'x"><script>' },
    });
    expect(got?.text).not.toContain('<script>');
    expect(got?.text).toContain(`http://127.0.0.1:${port}/`);
  });

  it.each([
    ['/?wsdl', '1.6', 'CentralSystem'],
    ['/?WSDL', '1.6', 'CentralSystem'],
    ['/x?Wsdl=1.5', '1.5', 'CentralSystem'],
    ['/?wsdl=1.5-ChargePoint', '1.5', 'ChargePoint'],
    ['/?wsdl&version=1.2&service=ChargePoint', '1.2', 'ChargePoint'],
    ['/steve/services/CentralSystemServiceOCPP15?wsdl', '1.5', 'CentralSystem'],
  ] as const)('of %s gets the WSDL of %s %s with the address it was asked at', async (target, version, role) => {
    const { port } = await nearBank();
    const got = await ask(port, { method: 'GET', target, headers: { Host: 'soap.example.net:8080' } });
    expect(got?.status).toBe(200);
    expect(got?.headers['content-type']).toBe('text/xml; charset=utf-8');
    expect(got?.text).toContain(`targetNamespace="${contracts.service(version, role).namespace}"`);
    expect(got?.text).toContain(`location="http://soap.example.net:8080${target.split('?')[0]}"`);
  });

  it('gets the public address where one is configured', async () => {
    const { port } = await nearBank({ publicUrl: 'https://soap.example.net/ocpp' });
    const got = await ask(port, { method: 'GET', target: '/x?wsdl' });
    expect(got?.text).toContain('location="https://soap.example.net/ocpp"');
  });

  it('believes a trusted proxy that the sender used TLS', async () => {
    const headers = { 'X-Forwarded-Proto': 'https' };
    const trusting = await nearBank({ trustedProxies: ['127.0.0.1'] });
    expect((await ask(trusting.port, { method: 'GET', headers }))?.text).toContain('https://bridge.test/');
    const other = await nearBank();
    expect((await ask(other.port, { method: 'GET', headers }))?.text).toContain('http://bridge.test/');
  });

  it('is followed by nothing but headers when it is a HEAD', async () => {
    const { port } = await nearBank();
    const got = await fetch(`http://127.0.0.1:${port}/?wsdl`, { method: 'HEAD' });
    expect(got.status).toBe(200);
    expect(Number(got.headers.get('content-length'))).toBeGreaterThan(1000);
    expect(await got.text()).toBe('');
  });

  it('that opens a WebSocket is told that this is the wrong address', async () => {
    const { port, records } = await nearBank();
    const headers = {
      Connection: 'Upgrade',
      Upgrade: 'websocket',
      'Sec-WebSocket-Key': 'dGhlIHNhbXBsZSBub25jZQ==',
      'Sec-WebSocket-Version': '13',
      'Sec-WebSocket-Protocol': 'ocpp1.6',
    };
    const got = await ask(port, { method: 'GET', target: '/ocpp/CP001', headers });
    expect(got?.status).toBe(426);
    expect(got?.text).toContain('WebSocket');
    expect(got?.headers['upgrade']).toBe('HTTP/1.1');
    expect(records.lines[0]).toMatchObject({ level: 'warn', about: { code: 'UpgradeRefused', path: '/ocpp/CP001' } });
  });
});

describe('the version in a path', () => {
  it.each([
    ['/CentralSystemServiceOCPP12', '1.2'],
    ['/steve/services/CentralSystemServiceOCPP15/', '1.5'],
    ['/services/centralSystemServiceOcpp15', '1.5'],
    ['/centralSystemService/ocpp15soap', '1.5'],
    ['/ocpp/v16s/', '1.6'],
    ['/ocpp/v1/5', '1.5'],
    ['/1.2', '1.2'],
    ['/ocpp1.6/x', '1.6'],
    ['/OCPP15?TenantID=1', '1.5'],
    ['http://host/ocpp/v15s', '1.5'],
    ['/', undefined],
    ['/ocpp', undefined],
    ['/ocpp/CP15', undefined],
    ['/ocpp/15', undefined],
    ['/OCPP17', undefined],
    ['/Ocpp/CentralSystemService/', undefined],
  ])('of %s is %s', (target, want) => {
    expect(versionInPath(target)).toBe(want);
  });
});

describe('a question for a WSDL', () => {
  it.each(['/', '/wsdl', '/?x=wsdl', '/?'])('is not %s', (target) => {
    expect(wsdlAsked(target)).toBeUndefined();
  });
});
