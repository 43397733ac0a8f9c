import { request as httpsRequest } from 'node:https';
import { connect } from 'node:tls';
import { describe, expect, it } from 'vitest';
import { BridgeError } from '../../src/base/errors.ts';
import { CallbackPolicy } from '../../src/chargepoint/callback-policy.ts';
import { Caller } from '../../src/chargepoint/caller.ts';
import type { DeviceTls } from '../../src/chargepoint/dial.ts';
import { ManualClock } from '../base/manual-clock.ts';
import { CERTIFICATE, KEY } from './certificate.ts';
import { contracts, message, nearBank, Records } from './near-bank.ts';
import { deviceAnswer, SoapDevice } from './soap-device.ts';

const ACCEPTED = deviceAnswer('clearCacheResponse', '<cp:status>Accepted</cp:status>');

async function outcome(callback: string, tls?: DeviceTls): Promise<string> {
  const caller = new Caller({
    contracts,
    policy: new CallbackPolicy({ allow: ['127.0.0.0/8'] }),
    clock: new ManualClock(),
    ids: () => 'id',
    log: new Records().log,
    overrides: () => (tls ? { tls } : undefined),
  });
  try {
    await caller.call({ identity: 'CP', version: '1.5', action: 'ClearCache', payload: {}, exchange: 'x', callback });
    return 'called';
  } catch (error) {
    return error instanceof BridgeError ? `${error.code}: ${error.message}` : String(error);
  }
}

describe('a charge point that is called over TLS', () => {
  it('with a certificate of its own is trusted only as far as configured', async () => {
    const device = await SoapDevice.open(() => ({ body: ACCEPTED }), '127.0.0.1', { cert: CERTIFICATE, key: KEY });
    const refused = "DeviceUnreachable: the charge point's certificate or TLS version is not accepted";
    expect(await outcome(device.url)).toBe(`${refused} (DEPTH_ZERO_SELF_SIGNED_CERT)`);
    expect(await outcome(device.url, { ca: CERTIFICATE })).toBe(`${refused} (ERR_TLS_CERT_ALTNAME_INVALID)`);
    expect(device.heard).toHaveLength(0);
    expect(await outcome(device.url, { ca: CERTIFICATE, anyName: true })).toBe('called');
    expect(await outcome(device.url, { insecure: true })).toBe('called');
  });

  it('with an old TLS version is called only when that is allowed', async () => {
    const device = await SoapDevice.open(() => ({ body: ACCEPTED }), '127.0.0.1', {
      cert: CERTIFICATE,
      key: KEY,
      minVersion: 'TLSv1',
      maxVersion: 'TLSv1.1',
      ciphers: 'DEFAULT:@SECLEVEL=0',
    });
    expect(await outcome(device.url, { insecure: true })).toMatch(/^DeviceUnreachable: .*TLS version/);
    expect(await outcome(device.url, { insecure: true, legacy: true })).toBe('called');
  });

  it('may ask for the certificate of the bridge', async () => {
    const asking = { cert: CERTIFICATE, key: KEY, requestCert: true, ca: CERTIFICATE };
    const device = await SoapDevice.open(() => ({ body: ACCEPTED }), '127.0.0.1', asking);
    expect(await outcome(device.url, { insecure: true })).not.toBe('called');
    expect(await outcome(device.url, { insecure: true, cert: CERTIFICATE, key: KEY })).toBe('called');
  });
});

function post(port: number, certificate: boolean): Promise<number | string> {
  return new Promise((resolve) => {
    const sent = httpsRequest(
      {
        port,
        host: '127.0.0.1',
        method: 'POST',
        rejectUnauthorized: false,
        agent: false,
        ...(certificate && { cert: CERTIFICATE, key: KEY }),
      },
      (response) => resolve(response.resume().statusCode ?? 0),
    );
    sent.on('error', () => resolve('cut off'));
    sent.end(message());
  });
}

describe('a listener with TLS', () => {
  it('serves over TLS', async () => {
    const { port, sessions } = await nearBank({ tls: { cert: CERTIFICATE, key: KEY } });
    expect(await post(port, false)).toBe(200);
    expect(sessions.calls[0]?.identity).toBe('CP001');
  });

  it('takes only certificates of its authority when it asks for them', async () => {
    const { port } = await nearBank({ tls: { cert: CERTIFICATE, key: KEY, ca: CERTIFICATE, requestCert: true } });
    expect(await post(port, false)).toBe('cut off');
    expect(await post(port, true)).toBe(200);
  });

  it('refuses TLS 1.1', async () => {
    const { port } = await nearBank({ tls: { cert: CERTIFICATE, key: KEY } });
    const failed = await new Promise((resolve) => {
      const socket = connect({
        port,
        host: '127.0.0.1',
        rejectUnauthorized: false,
        minVersion: 'TLSv1',
        maxVersion: 'TLSv1.1',
        ciphers: 'DEFAULT:@SECLEVEL=0',
      });
      socket.on('secureConnect', () => resolve(false));
      socket.on('error', () => resolve(true));
    });
    expect(failed).toBe(true);
    expect(await post(port, false)).toBe(200);
  });
});
