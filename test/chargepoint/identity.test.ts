import { describe, expect, it } from 'vitest';
import { Identities, type IdentitySettings } from '../../src/chargepoint/identity.ts';

function of(header: string | undefined, target = '/', settings: IdentitySettings = {}): string {
  return new Identities(settings).of(header, target);
}

function codeOf(run: () => unknown): unknown {
  try {
    run();
  } catch (error) {
    return (error as { code?: unknown }).code;
  }
  return 'nothing thrown';
}

describe('the identity of a charge point', () => {
  it.each(['CP001', '00:80:F4:42:77:AB', 'a/b*c-d_e', 'ümlaut ß', 'x', 'y'.repeat(255), 'a b', '🔌'])(
    'is kept as it is: %s',
    (identity) => expect(of(identity)).toBe(identity),
  );

  it('loses the blanks around it', () => {
    expect(of('\n  CP001\t')).toBe('CP001');
  });

  it.each([undefined, '', '  \n '])('is missing when the header is %j', (header) => {
    expect(codeOf(() => of(header))).toBe('IdentityMissing');
  });

  it.each([
    'a\u0000b',
    'a\nb',
    'a\u007f',
    'a\u0085b',
    'a\u2028b',
    'a\u202eb',
    'a\u200bb',
    '\ud800',
    '.',
    '..',
    'z'.repeat(256),
  ])('is refused when it is %j', (header) => {
    expect(codeOf(() => of(header))).toBe('IdentityInvalid');
  });

  it.each([
    ['/ocpp/CP%2F001', 'CP/001'],
    ['/OCPP/CP001/', 'CP001'],
    ['//ocpp//CP001?x=1', 'CP001'],
    ['http://bridge:8080/ocpp/CP001', 'CP001'],
  ])('comes from the path %s when the header is missing', (target, want) => {
    const settings: IdentitySettings = { fallback: ['path'], path: '/ocpp/{identity}' };
    expect(of(undefined, target, settings)).toBe(want);
    expect(of('HEADER', target, settings)).toBe('HEADER');
  });

  it.each(['/', '/ocpp/', '/ocpp/a/b', '/other/CP001', '/ocpp/%zz'])('is not guessed from the path %s', (target) => {
    const settings: IdentitySettings = { fallback: ['path'], path: '/ocpp/{identity}' };
    expect(codeOf(() => of(undefined, target, settings))).toBe('IdentityMissing');
  });

  it.each([
    '/x?chargeboxidentity=CP%20001',
    '/x?TenantID=t%26CHARGEBOXIDENTITY=CP%20001',
    '/x?a&b=c&chargeBoxIdentity=CP%20001',
  ])('comes from the query of %s', (target) =>
    expect(of(undefined, target, { fallback: ['path', 'query'] })).toBe('CP 001'),
  );

  it('is checked alike wherever it came from', () => {
    const settings: IdentitySettings = { fallback: ['path'], path: '/{identity}' };
    expect(codeOf(() => of(undefined, '/a%00b', settings))).toBe('IdentityInvalid');
  });

  it('is refused when it is not on the list', () => {
    const settings = { allow: ['CP001', 'EV-*', 'a.c*'] };
    expect(of('CP001', '/', settings)).toBe('CP001');
    expect(of('EV-17', '/', settings)).toBe('EV-17');
    expect(codeOf(() => of('CP002', '/', settings))).toBe('IdentityRefused');
    expect(codeOf(() => of('xEV-17', '/', settings))).toBe('IdentityRefused');
    expect(codeOf(() => of('abc', '/', settings))).toBe('IdentityRefused');
    expect(codeOf(() => of('CP001', '/', { allow: [] }))).toBe('IdentityRefused');
  });

  it.each(['/ocpp', '/{identity}/{identity}'])('refuses to start with the path pattern %s', (path) => {
    expect(() => new Identities({ path })).toThrow(TypeError);
  });

  it('is refused when it is the name of another charge point at the CSMS', () => {
    const taken = (identity: string) => identity === 'CS-0001';
    expect(codeOf(() => of('CS-0001', '/', { taken }))).toBe('IdentityRefused');
    expect(of('CS-0002', '/', { taken })).toBe('CS-0002');
  });
});
