import { describe, expect, it } from 'vitest';
import { callbackOf } from '../../src/chargepoint/address.ts';
import { CallbackPolicy } from '../../src/chargepoint/callback-policy.ts';

const ANONYMOUS = 'http://www.w3.org/2005/08/addressing/anonymous';
const policy = new CallbackPolicy({ allow: ['10.0.0.0/8', '192.168.0.0/16'] });
const local = new CallbackPolicy({ allow: ['127.0.0.0/8'] });

function got(claim: { from?: string; replyTo?: string; peer?: string; policy?: CallbackPolicy }) {
  return callbackOf({ from: undefined, replyTo: undefined, peer: '10.1.2.3', policy, ...claim });
}

describe('the callback address of a request', () => {
  it.each([
    'http://192.168.0.102:8080/',
    'http://10.93.252.224/ocpp',
    'http://172.40.94.5:8084/chargePointService/ocpp16soap/',
    'https://cp-7.example.net:8443/Ocpp/ChargePointService?x=1',
    'http://[2a02:26f7::7]:8080/',
    'http://10.0.0.1:8080',
  ])('is From as it was written: %s', (from) => {
    expect(got({ from })).toEqual({ url: from, source: 'from' });
  });

  it('loses the blanks and line breaks around From', () => {
    expect(got({ from: '\n  http://10.0.0.1:8080/ \n' })).toEqual({ url: 'http://10.0.0.1:8080/', source: 'from' });
  });

  it.each([
    undefined,
    '',
    '  ',
    ANONYMOUS,
    'http://www.w3.org/2005/08/addressing/none',
    'CP001',
    'ftp://10.0.0.1/',
    'http://10.0.0.1:0/',
    'http://10.0.0.1:99999/',
    'javascript:alert(1)',
    `http://10.0.0.1/${'x'.repeat(2000)}`,
  ])('is ReplyTo when From is %s', (from) => {
    const claim = { replyTo: 'http://10.0.0.9:8082/', ...(from !== undefined && { from }) };
    expect(got(claim)).toEqual({ url: 'http://10.0.0.9:8082/', source: 'replyTo' });
  });

  it('is unknown when neither header says anything', () => {
    expect(got({})).toBeUndefined();
    expect(got({ from: '', replyTo: ANONYMOUS })).toBeUndefined();
    expect(got({ from: 'CP001', replyTo: '/ocpp' })).toBeUndefined();
  });

  it.each([
    ['http://:8082/', 'http://10.1.2.3:8082/'],
    ['http://:8082', 'http://10.1.2.3:8082/'],
    ['https://:8443/a/b?c=d', 'https://10.1.2.3:8443/a/b?c=d'],
    ['http:///ocpp/soap', 'http://10.1.2.3/ocpp/soap'],
    ['http://localhost:8080/', 'http://10.1.2.3:8080/'],
    ['http://LOCALHOST.:8080/', 'http://10.1.2.3:8080/'],
    ['http://127.0.0.1:8080/ws', 'http://10.1.2.3:8080/ws'],
    ['http://2130706433:8080/', 'http://10.1.2.3:8080/'],
    ['http://0x7f.1/', 'http://10.1.2.3/'],
    ['http://[::1]:81/', 'http://10.1.2.3:81/'],
    ['http://[::ffff:127.0.0.1]:81/', 'http://10.1.2.3:81/'],
    ['http://0.0.0.0:8084/ws', 'http://10.1.2.3:8084/ws'],
    ['http://169.254.169.254/latest/meta-data', 'http://10.1.2.3/latest/meta-data'],
    ['http://user:secret@localhost:8080/#top', 'http://10.1.2.3:8080/'],
  ])('puts the peer in the place of a host that is none: %s', (from, url) => {
    expect(got({ from })).toEqual({ url, source: 'peer' });
  });

  it('prefers a whole ReplyTo to half a From', () => {
    expect(got({ from: 'http://:8082/', replyTo: 'http://10.0.0.9/' })).toEqual({
      url: 'http://10.0.0.9/',
      source: 'replyTo',
    });
  });

  it('writes an IPv6 peer in brackets and unwraps a mapped one', () => {
    expect(got({ from: 'http://:80/', peer: '2a02:26f7::9' })?.url).toBe('http://[2a02:26f7::9]/');
    expect(got({ from: 'http://:8082/', peer: '::ffff:10.7.7.7' })?.url).toBe('http://10.7.7.7:8082/');
  });

  it('is unknown when only a loopback peer is left', () => {
    expect(got({ from: 'http://:8082/', peer: '127.0.0.1' })).toBeUndefined();
    expect(callbackOf({ from: 'http://:8082/', replyTo: undefined, peer: undefined, policy })).toBeUndefined();
    expect(got({ from: 'http://:8082/', peer: 'nonsense' })).toBeUndefined();
  });

  it('takes loopback where the policy lists it', () => {
    expect(got({ from: 'http://127.0.0.1:8080/', policy: local })?.source).toBe('from');
    expect(got({ from: 'http://localhost:8080/', policy: local })?.source).toBe('from');
    expect(got({ from: 'http://:8082/', peer: '127.0.0.1', policy: local })?.url).toBe('http://127.0.0.1:8082/');
  });

  it('takes the host from the peer alone when the policy pins it', () => {
    const pinned = new CallbackPolicy({ allow: ['10.0.0.0/8'], pinToPeer: true });
    expect(got({ from: 'http://10.9.9.9:8080/ws', policy: pinned })).toEqual({
      url: 'http://10.1.2.3:8080/ws',
      source: 'peer',
    });
  });

  it('drops a password that came with the address', () => {
    expect(got({ from: 'http://user:secret@10.0.0.1/' })?.url).toBe('http://10.0.0.1/');
  });
});

describe('the callback policy', () => {
  it.each(['10.1.2.3', '::ffff:10.1.2.3', '192.168.255.255'])('lets an address of a listed network pass: %s', (ip) => {
    expect(policy.checkAddress(ip)).toBeUndefined();
  });

  it.each(['11.0.0.1', '8.8.8.8', '2001:4860::1', 'fd00::1', 'garbage', ''])(
    'stops one of no listed network: %s',
    (ip) => {
      expect(policy.checkAddress(ip)).toBeTypeOf('string');
    },
  );

  it('denies everything when nothing is listed', () => {
    expect(new CallbackPolicy({ allow: [] }).checkAddress('10.1.2.3')).toBeTypeOf('string');
  });

  it.each([
    '127.0.0.1',
    '127.255.0.9',
    '0.0.0.0',
    '169.254.169.254',
    '169.254.1.1',
    '224.0.0.1',
    '255.255.255.255',
    '100.100.100.200',
    '168.63.129.16',
    '::',
    '::1',
    'fe80::1',
    'fe80::1%eth0',
    'ff02::1',
    'fd00:ec2::254',
    '::ffff:127.0.0.1',
    '::ffff:a9fe:a9fe',
    '64:ff9b::7f00:1',
    '2002:7f00:1::1',
    '2130706433',
    '0x7f000001',
    '0177.0.0.1',
    '127.1',
  ])('keeps %s closed although every address is listed', (ip) => {
    const open = new CallbackPolicy({ allow: ['0.0.0.0/0', '::/0', '100.64.0.0/10'] });
    expect(open.checkAddress(ip)).toBeTypeOf('string');
    expect(open.checkLiteral(ip)).toBeTypeOf('string');
  });

  it.each([
    ['127.0.0.0/8', '127.0.0.1'],
    ['::1', '::1'],
    ['169.254.0.0/16', '169.254.7.7'],
    ['169.254.169.254/32', '169.254.169.254'],
    ['::ffff:127.0.0.0/104', '127.0.0.1'],
  ])('opens by its own network %s', (network, ip) => {
    expect(new CallbackPolicy({ allow: [network] }).checkAddress(ip)).toBeUndefined();
  });

  it('does not open the metadata service together with its link', () => {
    expect(new CallbackPolicy({ allow: ['169.254.0.0/16'] }).checkAddress('169.254.169.254')).toBeTypeOf('string');
  });

  it('lets names pass until they are resolved, but not those of this machine', () => {
    expect(policy.checkLiteral('cp.example.net')).toBeUndefined();
    expect(policy.checkLiteral('localhost')).toBeTypeOf('string');
    expect(policy.checkLiteral('cp.localhost')).toBeTypeOf('string');
    expect(policy.checkLiteral('')).toBeTypeOf('string');
    expect(local.checkLiteral('localhost')).toBeUndefined();
  });

  it('checks ports, any when none is listed', () => {
    const few = new CallbackPolicy({ allow: [], ports: [80, { from: 8000, to: 8999 }] });
    expect([80, 8000, 8999].map((port) => few.checkPort(port))).toEqual([undefined, undefined, undefined]);
    expect(few.checkPort(22)).toBeTypeOf('string');
    expect(policy.checkPort(22)).toBeUndefined();
    expect(policy.checkPort(0)).toBeTypeOf('string');
    expect(policy.checkPort(65_536)).toBeTypeOf('string');
  });

  it.each(['10.0.0.0/33', '10.0.0/8/8', 'lan', '', '::/129', '10.0.0.0/-1', '10.0.0.0/'])(
    'refuses to start with %j',
    (network) => {
      expect(() => new CallbackPolicy({ allow: [network] })).toThrow(TypeError);
    },
  );
});
