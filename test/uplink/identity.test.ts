import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { BridgeError } from '../../src/base/errors.ts';
import { baseUrl, basicAuthorization, linkUrl } from '../../src/uplink/identity.ts';

describe('the URL of a link', () => {
  it.each([
    ['ws://csms.example/ocpp', 'CP1', 'ws://csms.example/ocpp/CP1'],
    ['ws://csms.example/ocpp/', 'CP1', 'ws://csms.example/ocpp/CP1'],
    ['ws://csms.example', 'CP1', 'ws://csms.example/CP1'],
    ['wss://csms.example:9000/a/b?tenant=7', 'CP 1', 'wss://csms.example:9000/a/b/CP%201?tenant=7'],
    ['ws://[::1]:9000/', '../admin', 'ws://[::1]:9000/..%2Fadmin'],
    ['ws://csms.example/ocpp', 'a?b#c\r\n', 'ws://csms.example/ocpp/a%3Fb%23c%0D%0A'],
  ])('of %s for %s is %s', (base, identity, want) => {
    expect(linkUrl(baseUrl(base), identity)).toBe(want);
  });

  it('always ends in the identity, below the configured path', () => {
    const base = baseUrl('ws://csms.example/ocpp');
    fc.assert(
      fc.property(fc.string({ unit: 'binary', minLength: 1 }), (identity) => {
        if (identity === '.' || identity === '..') return;
        const url = new URL(linkUrl(base, identity));
        expect(url.host).toBe('csms.example');
        const [, first, second, ...rest] = url.pathname.split('/');
        expect([first, decodeURIComponent(second ?? ''), rest, url.search, url.hash]).toEqual([
          'ocpp',
          identity,
          [],
          '',
          '',
        ]);
      }),
    );
  });

  it.each(['', '.', '..', 'a\ud800'])('cannot be made for %j', (identity) => {
    expect(() => linkUrl(baseUrl('ws://csms.example/ocpp'), identity)).toThrow(BridgeError);
  });
});

it('Basic takes bytes as well as text', () => {
  expect(basicAuthorization({ user: 'CP1', password: 'ä' })).toBe(`Basic ${Buffer.from('CP1:ä').toString('base64')}`);
  expect(basicAuthorization({ user: 'CP1', password: new Uint8Array([255]) })).toBe('Basic Q1AxOv8=');
});
