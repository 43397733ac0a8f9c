import type { LookupFunction } from 'node:net';
import { describe, expect, it } from 'vitest';
import { BridgeError } from '../../src/base/errors.ts';
import { CallbackPolicy, type CallbackPolicySettings } from '../../src/chargepoint/callback-policy.ts';
import { Caller } from '../../src/chargepoint/caller.ts';
import { ManualClock } from '../base/manual-clock.ts';
import { contracts, Records } from './near-bank.ts';
import { deviceAnswer, SoapDevice } from './soap-device.ts';

type Found = { address: string; family: number }[];

function resolving(...answers: Found[]): LookupFunction & { asked: string[] } {
  const asked: string[] = [];
  const lookup: LookupFunction = (name, options, done) => {
    asked.push(name);
    const found = answers[Math.min(asked.length, answers.length) - 1] ?? [];
    if (options.all) done(null, found);
    else done(null, found[0]?.address ?? '', found[0]?.family ?? 4);
  };
  return Object.assign(lookup, { asked });
}

const LOOPBACK: Found = [{ address: '127.0.0.1', family: 4 }];
const ACCEPTED = deviceAnswer('clearCacheResponse', '<cp:status>Accepted</cp:status>');

async function outcome(
  url: string,
  policy: CallbackPolicySettings,
  lookup?: LookupFunction,
  override?: string,
): Promise<string> {
  const caller = new Caller({
    contracts,
    policy: new CallbackPolicy(policy),
    clock: new ManualClock(),
    ids: () => 'id',
    log: new Records().log,
    settings: { retryPause: 0 },
    ...(lookup && { lookup }),
    ...(override !== undefined && { overrides: () => ({ callback: override }) }),
  });
  try {
    await caller.call({
      identity: 'CP',
      version: '1.5',
      action: 'ClearCache',
      payload: {},
      exchange: 'x',
      callback: url,
    });
    return 'called';
  } catch (error) {
    return error instanceof BridgeError ? error.code : String(error);
  }
}

const NEAR = { allow: ['10.0.0.0/8', '0.0.0.0/0', '::/0'] };

describe('a call to an address that is no charge point’s', () => {
  it.each([
    'http://127.0.0.1:PORT/',
    'http://localhost:PORT/',
    'http://LOCALHOST:PORT/',
    'http://localhost.:PORT/',
    'http://cp.localhost:PORT/',
    'http://2130706433:PORT/',
    'http://0x7f000001:PORT/',
    'http://0177.0.0.1:PORT/',
    'http://127.1:PORT/',
    'http://[::1]:PORT/',
    'http://[::ffff:127.0.0.1]:PORT/',
    'http://[::ffff:7f00:1]:PORT/',
    'http://[64:ff9b::7f00:1]:PORT/',
    'http://0.0.0.0:PORT/',
    'http://0:PORT/',
    'http://[::]:PORT/',
    'http://169.254.169.254/latest/meta-data/',
    'http://[fd00:ec2::254]/',
    'http://[fe80::1]/',
    'http://224.0.0.1/',
    'http://10.0.0.1@127.0.0.1:PORT/',
  ])('is denied before anything is sent: %s', async (pattern) => {
    const device = await SoapDevice.open(() => ({ body: ACCEPTED }));
    expect(await outcome(pattern.replace('PORT', String(device.port)), NEAR)).toBe('CallbackDenied');
    expect(device.heard).toHaveLength(0);
  });

  it('is denied when a harmless name means this machine', async () => {
    const device = await SoapDevice.open(() => ({ body: ACCEPTED }));
    const lookup = resolving(LOOPBACK);
    expect(await outcome(`http://cp.example.net:${device.port}/`, NEAR, lookup)).toBe('CallbackDenied');
    expect(lookup.asked).toEqual(['cp.example.net']);
    expect(device.heard).toHaveLength(0);
  });

  it('is denied when a name means a mapped address of this machine', async () => {
    const lookup = resolving([{ address: '::ffff:127.0.0.1', family: 6 }]);
    expect(await outcome('http://cp.example.net:1/', NEAR, lookup)).toBe('CallbackDenied');
  });

  it('leaves out the denied ones of several addresses', async () => {
    const device = await SoapDevice.open(() => ({ body: ACCEPTED }));
    const lookup = resolving([{ address: '169.254.169.254', family: 4 }, ...LOOPBACK]);
    expect(await outcome(`http://cp.example.net:${device.port}/`, { allow: ['127.0.0.0/8'] }, lookup)).toBe('called');
  });

  it('is denied outside the listed networks', async () => {
    expect(await outcome('http://192.168.1.1/', { allow: ['10.0.0.0/8'] })).toBe('CallbackDenied');
    expect(await outcome('http://10.0.0.1/', { allow: [] })).toBe('CallbackDenied');
  });

  it('is denied on a port that is not listed', async () => {
    const policy = { allow: ['127.0.0.0/8'], ports: [{ from: 1, to: 2 }] };
    expect(await outcome('http://127.0.0.1:8080/', policy)).toBe('CallbackDenied');
    expect(await outcome('http://127.0.0.1/', policy)).toBe('CallbackDenied');
    expect(await outcome('https://127.0.0.1/', policy)).toBe('CallbackDenied');
  });

  it('is denied when the operator typed it, unless the network is listed', async () => {
    const device = await SoapDevice.open(() => ({ body: ACCEPTED }));
    expect(await outcome('http://10.0.0.1/', NEAR, undefined, device.url)).toBe('CallbackDenied');
    expect(await outcome('http://10.0.0.1/', { allow: ['127.0.0.1'] }, undefined, device.url)).toBe('called');
  });

  it.each(['ftp://127.0.0.1/', 'file:///etc/passwd', 'CP001', 'http://', 'http://[::1'])(
    'is denied when it is no HTTP address: %s',
    async (url) => {
      expect(await outcome(url, { allow: ['127.0.0.0/8'] })).toBe('CallbackDenied');
    },
  );
});

describe('a call to a listed address', () => {
  it('is made, by literal and by name', async () => {
    const device = await SoapDevice.open(() => ({ body: ACCEPTED }));
    const policy = { allow: ['127.0.0.0/8'] };
    expect(await outcome(device.url, policy)).toBe('called');
    expect(await outcome(`http://[::ffff:127.0.0.1]:${device.port}/`, policy)).toBe('called');
    expect(await outcome(`http://cp.example.net:${device.port}/`, policy, resolving(LOOPBACK))).toBe('called');
  });

  it('is made over IPv6', async () => {
    const device = await SoapDevice.open(() => ({ body: ACCEPTED }), '::1');
    expect(await outcome(device.url, { allow: ['::1'] })).toBe('called');
    expect(await outcome(device.url, { allow: ['127.0.0.0/8'] })).toBe('CallbackDenied');
  });
});
