import { describe, expect, it } from 'vitest';
import type { LinkSettings } from '../../src/uplink/settings.ts';
import { type FakeSocket, fakeNetwork } from './fake-socket.ts';
import { ending, type FarBank, farBank, NOW, request } from './far-bank.ts';

function opened(changes: Partial<LinkSettings> = {}): FarBank & { socket: FakeSocket; sockets: FakeSocket[] } {
  const { connect, sockets } = fakeNetwork();
  const bank = farBank('ws://csms.example/ocpp', changes, { connect });
  bank.links.open('CP1');
  const [socket] = sockets;
  if (!socket) throw new Error('nobody dialled');
  socket.opens();
  return { ...bank, socket, sockets };
}

function last(sockets: readonly FakeSocket[]): FakeSocket {
  const socket = sockets.at(-1);
  if (!socket) throw new Error('nobody dialled');
  return socket;
}

describe('a link', () => {
  it('sends nothing into a connection that the CSMS has begun to close', async () => {
    const { links, clock, socket, sockets } = opened();
    socket.readyState = 2;
    const call = ending(links.call(request()));
    expect(socket.sent).toEqual([]);
    socket.readyState = 3;
    socket.emit('close', 1001);
    clock.advance(1_000);
    last(sockets).opens();
    last(sockets).receives(`[3,"u1",${JSON.stringify(NOW)}]`);
    expect(await call).toEqual({ answer: NOW });
  });

  it('is cut when the CSMS does not read what is sent to it', () => {
    const { links, socket, log } = opened({ maxFrameBytes: 1_000 });
    socket.bufferedAmount = 8_001;
    socket.receives('[2,"a","NoSuchThing",{}]');
    expect(links.states()).toMatchObject({ backingOff: 1 });
    expect(log.all.at(-1)?.about).toMatchObject({ reason: 'the CSMS does not read what is sent to it' });
  });

  it('survives sessions that throw when they are told of it', () => {
    const { connect, sockets } = fakeNetwork();
    const { links, side, log } = farBank('ws://csms.example/ocpp', {}, { connect });
    side.linkChanged = () => {
      throw new Error('no');
    };
    links.open('CP1');
    last(sockets).opens();
    expect(links.states()).toMatchObject({ open: 1 });
    expect(log.at('error')).toEqual(['telling the session of its link failed']);
  });

  it('survives a WebSocket that cannot even be made', async () => {
    const connect = (): never => {
      throw new SyntaxError('Invalid URL');
    };
    const { links, clock } = farBank('ws://csms.example/ocpp', { maxDialling: 1 }, { connect });
    const calls = ['A', 'B', 'C'].map((identity) => ending(links.call(request({ identity, sendWithin: 900 }))));
    expect(links.states()).toMatchObject({ backingOff: 3 });
    clock.advance(900);
    for (const call of calls) {
      expect(await call).toEqual({ code: 'CsmsAway', reason: 'the connection to the CSMS failed: Invalid URL' });
    }
  });

  it('that is closed by the sessions as soon as it opens sends nothing', async () => {
    const { connect, sockets } = fakeNetwork();
    const { links, side } = farBank('ws://csms.example/ocpp', {}, { connect });
    const call = ending(links.call(request()));
    side.linkChanged = (identity, state) => {
      if (state === 'open') links.close(identity, 'changed my mind');
    };
    last(sockets).opens();
    expect(last(sockets).sent).toEqual([]);
    expect(await call).toMatchObject({ code: 'CsmsAway' });
    expect(links.states()).toMatchObject({ open: 0, closed: 0 });
  });

  it('leaves no timer behind when it is closed', async () => {
    const { links, clock, socket } = opened({ pingInterval: 30_000 });
    const call = ending(links.call(request()));
    expect(socket.sent).toHaveLength(1);
    links.close('CP1', 'enough');
    await call;
    expect(clock.pending).toBe(0);
  });

  it('says in the log and to the CSMS why it closes', () => {
    const { links, log, socket } = opened();
    links.close('CP1', 'the charge point has been silent for 90 s');
    const about = { identity: 'CP1', code: 1000, reason: 'the charge point has been silent for 90 s' };
    expect(log.all).toContainEqual({ level: 'info', about, message: 'link closed' });
    expect(socket.closedBy).toEqual({ code: 1000, reason: 'the charge point has been silent for 90 s' });
  });

  it('says that the bridge ends, when it does', async () => {
    const { links, socket } = opened();
    await links.drain();
    expect(socket.closedBy).toEqual({ code: 1001, reason: 'bridge is shutting down' });
  });

  it('hears nothing any more of a socket that it gave up', () => {
    const { links, clock, socket, sockets, events } = opened();
    socket.emit('close', 1006);
    clock.advance(1_000);
    last(sockets).opens();
    socket.receives('[2,"a","ClearCache",{}]');
    socket.emit('error', new Error('late'));
    socket.emit('close', 1006);
    expect(links.states()).toMatchObject({ open: 1, backingOff: 0 });
    expect(events.count('received call ClearCache')).toBe(0);
  });

  it('gives its turn to dial to the next one when it is open', () => {
    const { connect, sockets } = fakeNetwork();
    const { links } = farBank('ws://csms.example/ocpp', { maxDialling: 1 }, { connect });
    links.open('A');
    links.open('B');
    expect(sockets).toHaveLength(1);
    last(sockets).opens();
    expect(sockets).toHaveLength(2);
  });

  it('does not get a turn to dial from one that drains', async () => {
    const { connect, sockets } = fakeNetwork();
    const { links } = farBank('ws://csms.example/ocpp', { maxDialling: 1 }, { connect });
    for (const identity of ['A', 'B', 'C']) links.open(identity);
    await links.drain();
    expect(sockets).toHaveLength(1);
  });

  it('closed a second time while it closes does not come back', async () => {
    const { links, socket, sockets } = opened();
    socket.slowToClose = true;
    links.close('CP1', 'silent');
    const call = ending(links.call(request()));
    links.close('CP1', 'silent again');
    socket.closes(1000);
    expect(await call).toEqual({ code: 'CsmsAway', reason: 'the link was closed: silent again' });
    expect(sockets).toHaveLength(1);
    expect(links.states()).toMatchObject({ connecting: 0, closed: 0 });
  });

  it('that was closed on purpose starts over with the shortest pause', () => {
    const { links, clock, socket, sockets, log } = opened();
    socket.closes(1001);
    clock.advance(1_000);
    const second = last(sockets);
    second.opens();
    second.slowToClose = true;
    links.close('CP1', 'silent');
    links.open('CP1');
    second.closes(1000);
    last(sockets).closes(1006);
    expect(log.all.at(-1)?.about).toMatchObject({ nextAttemptInMs: 1_000 });
  });

  it('with a new key answers the open calls of the CSMS before it comes back', async () => {
    const { links, side, socket, sockets, events } = opened();
    let answer: (payload: { status: string }) => void = () => undefined;
    side.answer = () =>
      new Promise((resolve) => {
        answer = resolve;
      });
    socket.receives('[2,"a","ClearCache",{}]');
    links.configure('CP1', 'AuthorizationKey', '41');
    expect(sockets).toHaveLength(1);
    answer({ status: 'Accepted' });
    await events.next('state closed');
    expect(socket.sent).toEqual(['[3,"a",{"status":"Accepted"}]']);
    expect(sockets).toHaveLength(2);
  });

  it('remembers only the last calls, to tell a duplicate answer from a foreign one', async () => {
    const { links, socket, events } = opened();
    const answer = `${JSON.stringify(NOW)}]`;
    for (let id = 1; id <= 9; id++) {
      const call = ending(links.call(request()));
      socket.receives(`[3,"u${id}",${answer}`);
      await call;
    }
    socket.receives(`[3,"u2",${answer}`);
    socket.receives(`[3,"u1",${answer}`);
    expect(events.all.filter((event) => event.startsWith('stray'))).toEqual(['stray duplicate', 'stray unknown']);
  });

  it('needs one timer for the pings of all', () => {
    const { connect, sockets } = fakeNetwork();
    const { links, clock } = farBank(
      'ws://csms.example/ocpp',
      { pingInterval: 30_000, maxDialling: 1_000 },
      { connect },
    );
    for (let id = 0; id < 500; id++) links.open(`CP${id}`);
    for (const socket of sockets) socket.opens();
    expect(clock.pending).toBe(1);
    clock.advance(30_000);
    expect(sockets.filter((socket) => socket.pings > 0).length).toBe(200);
    clock.advance(10);
    expect(sockets.every((socket) => socket.pings === 1)).toBe(true);
    expect(clock.pending).toBe(1);
  });
});
