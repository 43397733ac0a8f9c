import { gunzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { BridgeError } from '../../src/base/errors.ts';
import { CallbackPolicy } from '../../src/chargepoint/callback-policy.ts';
import { Caller, type DeviceOverrides } from '../../src/chargepoint/caller.ts';
import { PREFIX_PROFILES } from '../../src/codec/write.ts';
import { PREFIXES } from '../../src/mapping/quirks-table.ts';
import type { WireQuirks } from '../../src/session/ports.ts';
import { ManualClock } from '../base/manual-clock.ts';
import { contracts, message, nearBank, Records } from './near-bank.ts';
import { ask } from './raw-http.ts';
import { deviceAnswer, SoapDevice, tcpDevice } from './soap-device.ts';

const ACCEPTED = deviceAnswer('resetResponse', '<cp:status>Accepted</cp:status>');

async function called(quirks: WireQuirks, own?: DeviceOverrides) {
  const device = await SoapDevice.open(() => ({ body: ACCEPTED }));
  const caller = new Caller({
    contracts,
    policy: new CallbackPolicy({ allow: ['127.0.0.0/8'] }),
    clock: new ManualClock(),
    ids: () => 'id-1',
    log: new Records().log,
    overrides: () => own,
    settings: { retryPause: 0, publicUrl: 'http://bridge.test/' },
  });
  const request = {
    identity: 'CP1',
    version: '1.5',
    action: 'Reset',
    payload: { type: 'Soft' },
    exchange: 'x',
  } as const;
  await caller.call({ ...request, callback: device.url, quirks });
  const heard = device.heard[0];
  if (!heard) throw new Error('nothing heard');
  return heard;
}

describe('a call to a charge point with quirks', () => {
  it('is as for everyone when the profile says nothing', async () => {
    const { envelope, headers, text } = await called({});
    expect(envelope.headers).toMatchObject({
      action: '/Reset',
      from: 'http://bridge.test/',
      messageId: 'urn:uuid:id-1',
    });
    expect(headers).not.toHaveProperty('soapaction');
    expect(headers).not.toHaveProperty('content-encoding');
    expect(text).toMatch(/^<\?xml .*\n<s:Envelope /);
  });

  it('leaves out the headers that the charge point cannot have', async () => {
    const { envelope } = await called({ action: false, from: false, messageId: false });
    expect(Object.keys(envelope.headers).sort()).toEqual(['chargeBoxIdentity', 'replyTo', 'to']);
  });

  it('has the SOAPAction header where it is wanted', async () => {
    expect((await called({ soapAction: true })).headers['soapaction']).toBe('"/Reset"');
  });

  it.each(PREFIXES)('has the prefixes %s, and none other', async (prefixes) => {
    const { text, envelope } = await called({ prefixes });
    const { envelope: soap, addressing, body, ...rest } = PREFIX_PROFILES[prefixes];
    const own = 'chargePointBody' in rest ? rest.chargePointBody : body;
    const used = new Set([...text.matchAll(/<\/?(?:([\w-]+):)?\w+[ />]/g)].map(([, prefix = '']) => prefix));
    expect([...used].sort()).toEqual([...new Set([soap, addressing, own])].sort());
    expect(envelope.headers).toMatchObject({ action: '/Reset', chargeBoxIdentity: 'CP1' });
  });

  it('has no XML declaration where none is wanted', async () => {
    expect((await called({ declaration: false })).text).toMatch(/^<s:Envelope /);
  });

  it('is overridden by what the configuration says of the charge point', async () => {
    const quirks = { action: false, from: false, soapAction: true };
    const { envelope, headers } = await called(quirks, { omitAction: false, omitFrom: false, soapAction: false });
    expect(envelope.headers).toMatchObject({ action: '/Reset', from: 'http://bridge.test/' });
    expect(headers).not.toHaveProperty('soapaction');
    expect((await called({ action: true }, { omitAction: true })).envelope.headers).not.toHaveProperty('action');
  });

  it('is compressed where that is wanted, and says so', async () => {
    const heard: Buffer[] = [];
    const url = await tcpDevice((socket) => {
      socket.on('data', (chunk) => {
        heard.push(chunk);
        const all = Buffer.concat(heard);
        const end = all.indexOf('\r\n\r\n') + 4;
        const length = Number(/content-length: (\d+)/i.exec(all.toString('latin1', 0, end))?.[1]);
        if (end < 4 || all.length < end + length) return;
        socket.end(`HTTP/1.1 200 OK\r\nContent-Length: ${Buffer.byteLength(ACCEPTED)}\r\n\r\n${ACCEPTED}`);
      });
    });
    const caller = new Caller({
      contracts,
      policy: new CallbackPolicy({ allow: ['127.0.0.0/8'] }),
      clock: new ManualClock(),
      ids: () => 'id-1',
      log: new Records().log,
      settings: { retryPause: 0 },
    });
    const request = { identity: 'CP1', version: '1.5', action: 'Reset', payload: { type: 'Soft' } } as const;
    const answer = await caller.call({ ...request, exchange: 'x', callback: url, quirks: { gzip: true } });
    expect(answer).toEqual({ status: 'Accepted' });
    const all = Buffer.concat(heard);
    const end = all.indexOf('\r\n\r\n') + 4;
    expect(all.toString('latin1', 0, end)).toMatch(/content-encoding: gzip/i);
    expect(gunzipSync(all.subarray(end)).toString('utf8')).toContain('resetRequest');
  });
});

describe('an answer to a charge point with quirks', () => {
  it('has its prefixes', async () => {
    const { port, sessions } = await nearBank();
    sessions.quirksOf = (identity) => (identity === 'CP001' ? { prefixes: 'soapenv' } : undefined);
    const got = await ask(port, { body: message() });
    expect(got?.text).toMatch(/<soapenv:Envelope .*<wsa:Action>.*<ns1:heartbeatResponse>/s);
    const other = await ask(port, { body: message({ identity: 'CP002' }) });
    expect(other?.text).toMatch(/<s:Envelope /);
  });

  it('is a Fault with its prefixes and status too, but 500 stays where the fault is not its own', async () => {
    const { port, sessions } = await nearBank();
    sessions.quirksOf = () => ({ prefixes: 'soapenv', senderFaultStatus: 400 });
    sessions.answer = () => {
      throw new BridgeError('FieldValue');
    };
    const own = await ask(port, { body: message() });
    expect(own).toMatchObject({ status: 400, text: expect.stringContaining('<soapenv:Fault>') });
    sessions.answer = () => {
      throw new BridgeError('Internal');
    };
    expect(await ask(port, { body: message() })).toMatchObject({ status: 500 });
  });

  it('never changes the status of what is no Fault', async () => {
    const { port, sessions } = await nearBank();
    sessions.quirksOf = () => ({ senderFaultStatus: 400 });
    sessions.answer = () => {
      throw new BridgeError('CsmsAway');
    };
    expect(await ask(port, { body: message() })).toMatchObject({ status: 503 });
  });

  it('waits as long as the profile says for this operation, and not for others', async () => {
    const { port, sessions, clock, records } = await nearBank();
    sessions.quirksOf = () => ({ answerDelay: new Map([['Authorize', 500]]) });
    expect(await ask(port, { body: message() })).toMatchObject({ status: 200 });
    sessions.answer = () => ({ idTagInfo: { status: 'Accepted' } });
    const slow = ask(port, { body: message({ element: 'authorizeRequest', body: '<o:idTag>T</o:idTag>' }) });
    await sessions.got(2);
    await expect.poll(() => clock.pending).toBeGreaterThan(0);
    clock.advance(499);
    expect(records.requests).toHaveLength(1);
    clock.advance(1);
    expect(await slow).toMatchObject({ status: 200 });
  });
});
