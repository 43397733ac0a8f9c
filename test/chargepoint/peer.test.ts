import { describe, expect, it } from 'vitest';
import { Networks } from '../../src/chargepoint/networks.ts';
import { peerOf, schemeOf } from '../../src/chargepoint/peer.ts';

const trusted = new Networks(['10.0.0.0/8', '::1']);

function peer(remoteAddress: string | undefined, forwarded?: string | string[]) {
  return peerOf({ socket: { remoteAddress }, headers: { 'x-forwarded-for': forwarded } }, trusted);
}

describe('the peer of a request', () => {
  it('is the sender of the TCP connection', () => {
    expect(peer('203.0.113.9')).toBe('203.0.113.9');
    expect(peer('::ffff:203.0.113.9')).toBe('203.0.113.9');
    expect(peer(undefined)).toBeUndefined();
  });

  it('is not what a stranger writes into X-Forwarded-For', () => {
    expect(peer('203.0.113.9', '10.1.1.1')).toBe('203.0.113.9');
  });

  it('is the last forwarded address that no trusted proxy wrote', () => {
    expect(peer('10.0.0.1', '198.51.100.7')).toBe('198.51.100.7');
    expect(peer('::ffff:10.0.0.1', '1.1.1.1, 198.51.100.7, 10.0.0.2')).toBe('198.51.100.7');
    expect(peer('10.0.0.1', ['1.1.1.1', '198.51.100.7:4711'])).toBe('198.51.100.7');
    expect(peer('10.0.0.1', '[2001:db8::1]:4711')).toBe('2001:db8::1');
  });

  it('is the proxy itself when the header says nothing more', () => {
    expect(peer('10.0.0.1', '10.0.0.2')).toBe('10.0.0.2');
    expect(peer('10.0.0.1', 'unknown')).toBe('10.0.0.1');
    expect(peer('10.0.0.1', '')).toBe('10.0.0.1');
  });
});

describe('the scheme of a request', () => {
  it('follows X-Forwarded-Proto only when a trusted proxy wrote it', () => {
    const headers = { 'x-forwarded-proto': 'https' };
    expect(schemeOf({ socket: { remoteAddress: '10.0.0.1' }, headers }, trusted)).toBe('https');
    expect(schemeOf({ socket: { remoteAddress: '1.1.1.1' }, headers }, trusted)).toBe('http');
    expect(schemeOf({ socket: { remoteAddress: '1.1.1.1', encrypted: true }, headers: {} }, trusted)).toBe('https');
  });
});
