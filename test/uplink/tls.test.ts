import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { Csms } from './csms.ts';
import { ending, farBank, NOW, request } from './far-bank.ts';

const hasOpenssl = spawnSync('openssl', ['version']).status === 0;

/** Needs the openssl command, which makes the certificate of the day. */
describe.skipIf(!hasOpenssl)('a link over TLS', () => {
  let cert: string;
  let key: string;
  let csms: Csms;
  const dir = mkdtempSync(join(tmpdir(), 'uplink-tls-'));

  beforeAll(() => {
    const files = ['-keyout', join(dir, 'key.pem'), '-out', join(dir, 'cert.pem')];
    const about = ['-subj', '/CN=csms', '-addext', 'subjectAltName=IP:127.0.0.1', '-days', '2'];
    const kind = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-x509'];
    execFileSync('openssl', ['req', ...kind, ...about, ...files], { stdio: 'ignore' });
    cert = readFileSync(join(dir, 'cert.pem'), 'utf8');
    key = readFileSync(join(dir, 'key.pem'), 'utf8');
  });

  afterAll(() => rmSync(dir, { recursive: true }));

  beforeEach(async () => {
    csms = await Csms.start({ tls: { cert, key } });
  });

  afterEach(async () => {
    await csms.stop();
  });

  it('opens when the CA is trusted', async () => {
    const { links } = farBank(csms.url, { tls: { ca: cert, rejectUnauthorized: true } });
    const call = ending(links.call(request()));
    await (await csms.connection()).answer(NOW);
    expect(await call).toEqual({ answer: NOW });
  });

  it('does not open when it is not', async () => {
    const { links, clock, events } = farBank(csms.url);
    const call = ending(links.call(request({ sendWithin: 900 })));
    await events.next('state backing-off');
    clock.advance(900);
    expect(await call).toMatchObject({ code: 'CsmsAway', reason: expect.stringMatching(/^TLS .*SELF_SIGNED/) });
    expect(csms.upgrades).toEqual([]);
  });

  it('opens to anybody when the operator says so', async () => {
    const { links } = farBank(csms.url, { tls: { rejectUnauthorized: false } });
    links.open('CP1');
    await csms.connection();
  });
});
