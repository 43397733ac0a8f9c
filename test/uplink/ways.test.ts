import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { LinkWay } from '../../src/session/ports.ts';
import { Ways } from '../../src/uplink/ways.ts';
import { Csms, type CsmsConnection } from './csms.ts';
import { ending, farBank, NOW, request } from './far-bank.ts';

const CONFIGURED: LinkWay = { slot: 0 };

/** A link that may go to more CSMSs than the configured one. */

describe('the ways of a link', () => {
  const ways = [{ slot: 2, url: 'ws://b' }, { slot: 1, url: 'ws://c' }, CONFIGURED];

  it('are tried in their order, each so often, and then from the first again', () => {
    const all = new Ways({ ways, attempts: 2 });
    const gone = Array.from({ length: 7 }, () => {
      const { slot } = all.current;
      all.failed(all.current);
      return slot;
    });
    expect(gone).toEqual([2, 2, 1, 1, 0, 0, 2]);
  });

  it('stay at one that works, however often it fails now and then', () => {
    const all = new Ways({ ways, attempts: 2 });
    for (let i = 0; i < 5; i += 1) {
      all.failed(all.current);
      all.held(all.current);
    }
    expect(all.current.slot).toBe(2);
  });

  it('begin with the first again when they are others, and not for another password', () => {
    const all = new Ways({ ways, attempts: 1 });
    all.failed(all.current);
    const secret = ways.map((way) => (way.slot === 1 ? { ...way, password: 'AA' } : way));
    all.replace({ ways: secret, attempts: 1 });
    expect(all.current).toEqual({ slot: 1, url: 'ws://c', password: 'AA' });
    all.replace({ ways: [CONFIGURED], attempts: 1 });
    expect(all.current).toEqual(CONFIGURED);
  });

  it('are not left for a dial that began before they were there', () => {
    const all = new Ways({ ways, attempts: 1 });
    const before = all.current;
    all.replace({ ways: [CONFIGURED, ...ways.slice(0, 1)], attempts: 1 });
    all.failed(before);
    expect(all.current).toEqual(CONFIGURED);
  });
});

describe('a link', () => {
  let a: Csms;
  let b: Csms;

  beforeEach(async () => {
    [a, b] = await Promise.all([Csms.start(), Csms.start()]);
  });

  afterEach(async () => {
    await Promise.all([a.stop(), b.stop()]);
  });

  const toB = () => ({ ways: [{ slot: 1, url: b.url }, CONFIGURED], attempts: 2 });
  const basic = (connection: CsmsConnection) =>
    Buffer.from(String(connection.headers['authorization']).replace('Basic ', ''), 'base64').toString();

  it('goes another way once the answers under way are there, and not before it is told to', async () => {
    const { links, side, events } = farBank(a.url);
    links.open('CP1');
    const old = await a.connection();
    links.lead('CP1', toB(), false);
    await old.roundTrip();
    expect(b.upgrades).toEqual([]);
    const open = ending(links.call(request()));
    const question = await old.frame();
    links.lead('CP1', toB(), true);
    await old.roundTrip();
    expect(b.upgrades).toEqual([]);
    old.send([3, question[1], NOW]);
    expect(await open).toEqual({ answer: NOW });
    expect(await old.closed).toEqual({ code: 1000, reason: 'another network profile' });
    await b.connection();
    await events.next('CP1 open');
    await events.next('CP1 open');
    expect(side.slots).toEqual([0, 1]);
    await links.drain();
  });

  it('that broke takes the new way with the next dial', async () => {
    const { links, side, events, clock } = farBank(a.url);
    links.open('CP1');
    const old = await a.connection();
    await events.next('CP1 open');
    links.lead('CP1', toB(), false);
    old.socket.terminate();
    await events.next('CP1 closed');
    clock.advance(1_000);
    await b.connection();
    await events.next('CP1 open');
    expect(side.slots).toEqual([0, 1]);
    await links.drain();
  });

  it('comes back to the configured CSMS when the other one is not there', async () => {
    const { links, side, events, clock, log } = farBank(a.url);
    b.refuse = 503;
    links.lead('CP1', toB(), false);
    links.open('CP1');
    for (const pause of [1_000, 2_000]) {
      await events.next('state backing-off');
      clock.advance(pause);
    }
    await a.connection();
    await events.next('CP1 open');
    expect([b.upgrades.length, side.slots]).toEqual([2, [0]]);
    expect(log.all.filter(({ message }) => message.includes('profile')).map(({ about }) => about)).toEqual([
      { identity: 'CP1', slot: 1 },
    ]);
    await links.drain();
  });

  it('does not stay where it is taken and dropped again and again', async () => {
    const { links, side, events, clock } = farBank(a.url);
    links.lead('CP1', toB(), false);
    links.open('CP1');
    for (const pause of [1_000, 2_000]) {
      const connection = await b.connection();
      await events.next('CP1 open');
      connection.socket.terminate();
      await events.next('CP1 closed');
      clock.advance(pause);
    }
    await a.connection();
    await events.next('CP1 open');
    expect(side.slots).toEqual([1, 1, 0]);
    await links.drain();
  });

  it('stays where it is when its way is no longer named', async () => {
    const { links, events } = farBank(a.url);
    links.lead('CP1', { ways: [{ slot: 1, url: b.url, password: 'AA' }, CONFIGURED], attempts: 2 }, false);
    links.open('CP1');
    const there = await b.connection();
    await events.next('CP1 open');
    links.lead('CP1', { ways: [CONFIGURED], attempts: 2 }, false);
    await there.roundTrip();
    expect([links.stateOf('CP1'), a.upgrades]).toEqual([{ state: 'open', slot: 1 }, []]);
    links.lead('CP1', { ways: [CONFIGURED], attempts: 2 }, true);
    await a.connection();
    await events.next('CP1 open');
    expect(links.stateOf('CP1')).toEqual({ state: 'open', slot: 0 });
    await links.drain();
  });

  it('has a password for each way; one without takes that of the configured way', async () => {
    const { links, events } = farBank(a.url);
    const hex = (text: string) => Buffer.from(text).toString('hex');
    links.configure('CP1', 'AuthorizationKey', hex('of A'));
    links.lead('CP1', toB(), false);
    links.open('CP1');
    const first = await b.connection();
    expect(basic(first)).toBe('CP1:of A');
    await events.next('CP1 open');
    const other = { ways: [{ slot: 1, url: b.url, password: hex('of B') }, CONFIGURED], attempts: 2 };
    links.lead('CP1', other, false);
    expect(await first.closed).toEqual({ code: 1000, reason: 'new password' });
    expect(basic(await b.connection())).toBe('CP1:of B');
    await events.next('CP1 open');
    links.lead('CP1', { ...other, ways: [CONFIGURED] }, true);
    expect(basic(await a.connection())).toBe('CP1:of A');
    await events.next('CP1 open');
    await links.drain();
  });
});
