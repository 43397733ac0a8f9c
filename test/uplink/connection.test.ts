import type { AddressInfo } from 'node:net';
import { createServer } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Csms } from './csms.ts';
import { ending, type FarBank, farBank, NOW, request } from './far-bank.ts';

let csms: Csms;
let bank: FarBank;

beforeEach(async () => {
  csms = await Csms.start();
  bank = farBank(csms.url);
});

afterEach(async () => {
  await csms.stop();
});

describe('opening a link', () => {
  it('asks for the subprotocol, with the identity percent-encoded in the path and as user of Basic', async () => {
    bank = farBank(csms.url, { credentials: (identity) => ({ user: identity, password: 'pä:ss' }) });
    bank.links.open('CP/1 ä?#');
    const connection = await csms.connection();
    expect(connection.path).toBe('/ocpp/CP%2F1%20%C3%A4%3F%23');
    expect(connection.headers['sec-websocket-protocol']).toBe('ocpp1.6');
    expect(connection.headers['sec-websocket-extensions']).toBeUndefined();
    const basic = String(connection.headers['authorization']).replace('Basic ', '');
    expect(Buffer.from(basic, 'base64').toString()).toBe('CP/1 ä?#:pä:ss');
  });

  it('is done once, however often it is asked for', async () => {
    bank.links.open('CP1');
    bank.links.open('CP1');
    await bank.events.next('state open');
    bank.links.open('CP1');
    await (await csms.connection()).roundTrip();
    expect(csms.upgrades).toHaveLength(1);
  });

  it.each([
    [404, 'IdentityUnknown'],
    [401, 'CsmsAway'],
    [403, 'CsmsAway'],
  ])(
    'that is refused with %i tells those who wait %s at once, and is tried again after a pause',
    async (status, code) => {
      csms.refuse = status;
      const call = await ending(bank.links.call(request()));
      expect(call).toMatchObject({ code, reason: expect.stringContaining(String(status)) });
      expect(bank.links.states()).toMatchObject({ backingOff: 1 });
      expect(bank.log.at('error')).toEqual(status === 404 ? [] : ['no link to the CSMS']);
      csms.refuse = undefined;
      const next = ending(bank.links.call(request()));
      bank.clock.advance(1_000);
      await (await csms.connection()).answer(NOW);
      expect(await next).toEqual({ answer: NOW });
    },
  );

  it('that was refused with 404 also explains a call that comes during the pause', async () => {
    csms.refuse = 404;
    bank.links.open('CP1');
    await bank.events.next('state backing-off');
    const call = ending(bank.links.call(request({ sendWithin: 500 })));
    bank.clock.advance(500);
    expect(await call).toMatchObject({ code: 'IdentityUnknown' });
    expect(csms.upgrades).toHaveLength(1);
  });

  it('that is redirected does not follow, and says so', async () => {
    csms.refuse = 302;
    const call = ending(bank.links.call(request({ sendWithin: 500 })));
    await bank.events.next('state backing-off');
    bank.clock.advance(500);
    expect(await call).toEqual({ code: 'CsmsAway', reason: 'the CSMS redirects (HTTP 302), which is not followed' });
  });

  it.each([302, 503])('that is answered with %i lets calls wait for the next attempt', async (status) => {
    csms.refuse = status;
    const call = ending(bank.links.call(request({ sendWithin: 5_000 })));
    await bank.events.next('state backing-off');
    expect(csms.upgrades).toHaveLength(1);
    csms.refuse = undefined;
    bank.clock.advance(1_000);
    await (await csms.connection()).answer(NOW);
    expect(await call).toEqual({ answer: NOW });
  });

  it('to a CSMS that is not there says so to those who waited in vain', async () => {
    const { url } = csms;
    await csms.stop();
    bank = farBank(url);
    const call = ending(bank.links.call(request({ sendWithin: 900 })));
    await bank.events.next('state backing-off');
    bank.clock.advance(900);
    expect(await call).toEqual({ code: 'CsmsAway', reason: 'the CSMS refuses connections (ECONNREFUSED)' });
    csms = await Csms.start();
  });

  it('of a host name that nobody knows says so', async () => {
    bank = farBank('ws://no-such-host.invalid/ocpp');
    const call = ending(bank.links.call(request({ sendWithin: 900 })));
    await bank.events.next('state backing-off');
    bank.clock.advance(900);
    expect(await call).toMatchObject({ code: 'CsmsAway', reason: expect.stringMatching(/host name of the CSMS/) });
  });

  it('with TLS to a server without it says so, as an alarm', async () => {
    bank = farBank(csms.url.replace('ws:', 'wss:'));
    const call = ending(bank.links.call(request({ sendWithin: 900 })));
    await bank.events.next('state backing-off');
    bank.clock.advance(900);
    expect(await call).toMatchObject({ code: 'CsmsAway', reason: expect.stringMatching(/^TLS with the CSMS failed/) });
    expect(bank.log.at('error')).toEqual(['no link to the CSMS']);
  });

  it('that nobody answers is given up in time', async () => {
    csms.mute = true;
    const call = ending(bank.links.call(request({ sendWithin: 10_500 })));
    bank.clock.advance(10_000);
    expect(bank.links.states()).toMatchObject({ backingOff: 1, connecting: 0 });
    bank.clock.advance(500);
    expect(await call).toMatchObject({ reason: 'the CSMS did not take the connection in time' });
  });

  it.each([
    ['another subprotocol', 'ocpp2.0.1'],
    ['none', false],
  ] as const)('counts as away when the CSMS selects %s', async (_what, protocol) => {
    await csms.stop();
    csms = await Csms.start({ protocol });
    bank = farBank(csms.url);
    const call = ending(bank.links.call(request({ sendWithin: 900 })));
    await bank.events.next('state backing-off');
    bank.clock.advance(900);
    expect(await call).toEqual({ code: 'CsmsAway', reason: 'the CSMS did not select the subprotocol ocpp1.6' });
    expect(bank.log.at('error')).toEqual(['no link to the CSMS']);
    expect(bank.events.count('state open')).toBe(0);
  });

  it('dials only so many at the same time, in order', async () => {
    csms.mute = true;
    bank = farBank(csms.url, { maxDialling: 2 });
    for (const identity of ['A', 'B', 'C', 'D']) bank.links.open(identity);
    expect(bank.links.states()).toMatchObject({ connecting: 4 });
    bank.links.close('C', 'not wanted any more');
    csms.mute = false;
    bank.clock.advance(10_000);
    expect((await csms.connection()).path).toBe('/ocpp/D');
    expect([...csms.upgrades].sort().slice(-1)).toEqual(['/ocpp/D']);
    expect(csms.upgrades).not.toContain('/ocpp/C');
  });
});

describe('the pause after a failure', () => {
  it('is random up to a bound that doubles to a maximum', async () => {
    const { url } = csms;
    await csms.stop();
    bank = farBank(url, { backoff: { first: 1_000, max: 5_000, factor: 2 } }, { random: () => 0.5 });
    bank.links.open('CP1');
    const pauses: unknown[] = [];
    for (let attempt = 0; attempt < 5; attempt++) {
      await bank.events.next('state backing-off');
      pauses.push(bank.log.all.findLast((line) => line.message === 'no link to the CSMS')?.about['nextAttemptInMs']);
      const before = bank.events.count('state connecting');
      bank.clock.advance(Number(pauses.at(-1)) - 1);
      expect(bank.events.count('state connecting')).toBe(before);
      bank.clock.advance(1);
    }
    expect(pauses).toEqual([500, 1_000, 2_000, 2_500, 2_500]);
    csms = await Csms.start();
  });

  it('is not shortened by a call, and starts over after a link that stood', async () => {
    bank = farBank(csms.url, { backoff: { first: 1_000, max: 8_000, factor: 2 } });
    const pause = async (): Promise<unknown> => {
      await bank.events.next('state backing-off');
      return bank.log.all.findLast((line) => line.message === 'no link to the CSMS')?.about['nextAttemptInMs'];
    };
    bank.links.open('CP1');
    for (const want of [1_000, 2_000, 4_000]) {
      (await csms.connection()).socket.close(1001);
      expect(await pause()).toBe(want);
      bank.clock.advance(want - 1);
      const call = ending(bank.links.call(request({ sendWithin: 0 })));
      bank.clock.advance(0);
      expect(await call).toMatchObject({ code: 'CsmsAway', reason: 'the CSMS closed the link (code 1001)' });
      await bank.events.next('state open');
      bank.clock.advance(1);
    }
    await bank.events.next('state open');
    bank.clock.advance(8_000);
    (await csms.connection()).socket.close(1001);
    expect(await pause()).toBe(1_000);
  });

  it('is one line in the log for all links that fail alike', async () => {
    csms.refuse = 503;
    bank = farBank(csms.url, { backoff: { first: 60_000, max: 60_000, factor: 2 } });
    for (const identity of ['A', 'B', 'C']) bank.links.open(identity);
    for (let link = 0; link < 3; link++) await bank.events.next('state backing-off');
    expect(bank.log.at('warn')).toEqual(['no link to the CSMS']);
    bank.clock.advance(60_000);
    await bank.events.next('state backing-off');
    expect(bank.log.all.filter((line) => line.level === 'warn')[1]?.about).toMatchObject({ unsaid: 2 });
  });
});

describe('closing', () => {
  it('says 1000 with the reason, and opens again only for the next call', async () => {
    bank.links.open('CP1');
    const connection = await csms.connection();
    await bank.events.next('state open');
    const reason = 'the charge point is silent';
    bank.links.close('CP1', reason);
    expect(await connection.closed).toEqual({ code: 1000, reason });
    await bank.events.next('state closed');
    expect(bank.events.all).toContain('CP1 closed');
    bank.clock.advance(600_000);
    expect(csms.upgrades).toHaveLength(1);
    expect(bank.links.states()).toEqual({ connecting: 0, open: 0, backingOff: 0, closed: 0, waiting: 0 });
    const call = ending(bank.links.call(request()));
    await (await csms.connection()).answer(NOW);
    expect(await call).toEqual({ answer: NOW });
  });

  it('ends the calls on the link: the sent one is lost, the others are away', async () => {
    const sent = ending(bank.links.call(request()));
    const waiting = ending(bank.links.call(request()));
    await (await csms.connection()).frame();
    bank.links.close('CP1', 'enough');
    expect(await sent).toMatchObject({ code: 'CsmsLost' });
    expect(await waiting).toEqual({ code: 'CsmsAway', reason: 'the link was closed: enough' });
  });

  it('takes a call that comes meanwhile on a new link, once the old one is closed', async () => {
    bank.links.open('CP1');
    const old = await csms.connection();
    await bank.events.next('state open');
    bank.links.close('CP1', 'silent');
    const call = ending(bank.links.call(request()));
    expect(csms.upgrades).toHaveLength(1);
    await old.closed;
    await (await csms.connection()).answer(NOW);
    expect(await call).toEqual({ answer: NOW });
  });

  it('cuts a CSMS that does not close in time', async () => {
    bank.links.open('CP1');
    const connection = await csms.connection();
    await bank.events.next('state open');
    connection.socket.pause();
    bank.links.close('CP1', 'silent');
    bank.clock.advance(2_000);
    expect(bank.events.count('state closed')).toBe(1);
  });

  it('cuts a reason to what a close frame holds', async () => {
    bank.links.open('CP1');
    const connection = await csms.connection();
    await bank.events.next('state open');
    bank.links.close('CP1', `${'x'.repeat(122)}ä and more`);
    expect(await connection.closed).toEqual({ code: 1000, reason: 'x'.repeat(122) });
  });

  it('by the CSMS is followed by a new attempt after the pause', async () => {
    bank.links.open('CP1');
    (await csms.connection()).socket.close(1000, 'bye');
    await bank.events.next('state backing-off');
    expect(bank.events.all).toContain('CP1 closed');
    bank.clock.advance(1_000);
    await csms.connection();
    await bank.events.next('CP1 open');
  });
});

describe('draining', () => {
  it('says 1001 on every link and is done when all are closed', async () => {
    bank = farBank(csms.url, { maxDialling: 2 });
    for (const identity of ['A', 'B']) bank.links.open(identity);
    const connections = [await csms.connection(), await csms.connection()];
    await bank.events.next('state open');
    await bank.events.next('state open');
    csms.mute = true;
    for (const identity of ['C', 'D', 'E']) bank.links.open(identity);
    await bank.links.drain();
    for (const connection of connections) {
      expect(await connection.closed).toEqual({ code: 1001, reason: 'bridge is shutting down' });
    }
    expect(bank.links.states()).toEqual({ connecting: 0, open: 0, backingOff: 0, closed: 0, waiting: 0 });
    expect(csms.upgrades).not.toContain('/ocpp/E');
    expect(await ending(bank.links.call(request()))).toMatchObject({ code: 'CsmsAway' });
    bank.links.open('F');
    expect(bank.links.states()).toMatchObject({ connecting: 0 });
    expect(bank.clock.pending).toBe(0);
  });

  it('does not wait for a CSMS that does not answer', async () => {
    bank.links.open('CP1');
    const connection = await csms.connection();
    await bank.events.next('state open');
    connection.socket.pause();
    const drained = bank.links.drain();
    bank.clock.advance(2_000);
    await drained;
  });

  it('without links is done at once', async () => {
    await bank.links.drain();
  });
});

describe('an open link', () => {
  it('is pinged, and cut when no pong comes', async () => {
    await csms.stop();
    csms = await Csms.start({ autoPong: false });
    bank = farBank(csms.url, { pingInterval: 30_000, pongTimeout: 5_000 });
    bank.links.open('CP1');
    const connection = await csms.connection();
    await bank.events.next('state open');
    bank.clock.advance(30_000);
    await connection.pings.next();
    bank.clock.advance(4_999);
    expect(bank.links.states()).toMatchObject({ open: 1 });
    bank.clock.advance(1);
    expect(bank.links.states()).toMatchObject({ backingOff: 1 });
    expect((await connection.closed).code).toBe(1006);
    bank.clock.advance(1_000);
    await csms.connection();
  });

  it('stays while pongs come, and answers pings', async () => {
    bank = farBank(csms.url, { pingInterval: 30_000, pongTimeout: 5_000 });
    bank.links.open('CP1');
    const connection = await csms.connection();
    await bank.events.next('state open');
    for (let minute = 0; minute < 3; minute++) {
      bank.clock.advance(30_000);
      await connection.pings.next();
      await connection.roundTrip();
    }
    expect(bank.links.states()).toMatchObject({ open: 1 });
  });

  it('takes the interval between pings that the CSMS sets', async () => {
    bank = farBank(csms.url, { pingInterval: 30_000, pongTimeout: 5_000 });
    bank.links.open('CP1');
    const connection = await csms.connection();
    await bank.events.next('state open');
    bank.links.configure('CP1', 'WebSocketPingInterval', '10');
    bank.clock.advance(10_000);
    await connection.pings.next();
    await connection.roundTrip();
    bank.links.configure('CP1', 'WebSocketPingInterval', '0');
    bank.clock.advance(600_000);
    await connection.roundTrip();
    expect(connection.pings.length).toBe(0);
    expect(bank.links.states()).toMatchObject({ open: 1 });
  });

  it('comes back with the key that the CSMS sets, when nothing is outstanding on it', async () => {
    bank = farBank(csms.url, { credentials: (identity) => ({ user: identity, password: 'old' }) });
    const call = ending(bank.links.call(request()));
    const old = await csms.connection();
    const frame = await old.frame();
    bank.links.configure('CP1', 'AuthorizationKey', '00FF10');
    const next = ending(bank.links.call(request()));
    await old.roundTrip();
    expect(old.unread).toBe(0);
    old.send([3, frame[1], NOW]);
    expect(await call).toEqual({ answer: NOW });
    expect(await old.closed).toEqual({ code: 1000, reason: 'new AuthorizationKey' });
    const renewed = await csms.connection();
    const basic = Buffer.from(String(renewed.headers['authorization']).slice(6), 'base64');
    expect(basic).toEqual(Buffer.from([...Buffer.from('CP1:'), 0x00, 0xff, 0x10]));
    await renewed.answer(NOW);
    expect(await next).toEqual({ answer: NOW });
    bank.links.configure('CP1', 'AuthorizationKey', '00ff10');
    await renewed.roundTrip();
    expect(csms.upgrades).toHaveLength(2);
  });

  it('is dialled anew when the key changes before it is open', async () => {
    bank.links.open('CP1');
    bank.links.configure('CP1', 'AuthorizationKey', '41');
    await bank.events.next('state open');
    const connection = await csms.connection();
    expect(connection.headers['authorization']).toBe(`Basic ${Buffer.from('CP1:A').toString('base64')}`);
    expect(bank.events.count('state backing-off')).toBe(0);
  });

  it('ignores a setting that is not usable, and does not log it', async () => {
    bank.links.configure('CP1', 'AuthorizationKey', 'not hex');
    bank.links.configure('CP1', 'WebSocketPingInterval', '-1');
    expect(bank.log.at('warn')).toHaveLength(2);
    expect(JSON.stringify(bank.log.all)).not.toContain('not hex');
  });
});

describe('the log', () => {
  it('never holds a password', async () => {
    bank = farBank(csms.url, { credentials: () => ({ user: 'u', password: 'hunter2' }) });
    csms.refuse = 401;
    await ending(bank.links.call(request()));
    expect(JSON.stringify(bank.log.all)).not.toContain('hunter2');
    expect(JSON.stringify(bank.log.all)).not.toContain(Buffer.from('u:hunter2').toString('base64'));
  });
});

it('a URL or a PEM text that is not usable stops the start', () => {
  expect(() => farBank('http://127.0.0.1/ocpp')).toThrow(/ws: or wss:/);
  expect(() => farBank('ws://u:p@127.0.0.1/ocpp')).toThrow(/credentials/);
  expect(() => farBank('wss://127.0.0.1/ocpp', { tls: { ca: 'x', cert: 'y', rejectUnauthorized: true } })).toThrow();
});

it('a server that talks no HTTP at all only costs the attempt', async () => {
  const server = createServer((socket) => socket.resume().end('220 mail.example ready\r\n'));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  bank = farBank(`ws://127.0.0.1:${(server.address() as AddressInfo).port}`);
  const call = ending(bank.links.call(request({ sendWithin: 900 })));
  await bank.events.next('state backing-off');
  bank.clock.advance(900);
  expect(await call).toMatchObject({ code: 'CsmsAway' });
  await new Promise((resolve) => server.close(resolve));
});
