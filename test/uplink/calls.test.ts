import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Csms } from './csms.ts';
import { ending, type FarBank, farBank, NOW, request } from './far-bank.ts';

const VENDOR = { vendorId: 'ABL' };

let csms: Csms;
let bank: FarBank;

beforeEach(async () => {
  csms = await Csms.start();
  bank = farBank(csms.url);
});

afterEach(async () => {
  await csms.stop();
});

describe('a call to the CSMS', () => {
  it('opens the link of its charge point and goes out as a CALL with a new id', async () => {
    const call = ending(bank.links.call(request()));
    const connection = await csms.connection();
    const frame = await connection.answer(NOW);
    expect(connection.path).toBe('/ocpp/CP1');
    expect(frame).toEqual([2, 'u1', 'Heartbeat', {}]);
    expect(await call).toEqual({ answer: NOW });
    expect(bank.events.all).toContain('CP1 open');
  });

  it('waits until the one before it is answered', async () => {
    const first = ending(bank.links.call(request()));
    const second = ending(bank.links.call(request()));
    const connection = await csms.connection();
    const call = await connection.frame();
    await connection.roundTrip();
    expect(connection.unread).toBe(0);
    connection.send([3, call[1], NOW]);
    expect(await first).toEqual({ answer: NOW });
    expect(await connection.answer(NOW)).toEqual([2, 'u2', 'Heartbeat', {}]);
    expect(await second).toEqual({ answer: NOW });
  });

  it('is away when the link does not open within its time, and is never sent', async () => {
    csms.mute = true;
    const call = ending(bank.links.call(request({ sendWithin: 4_000 })));
    bank.clock.advance(4_000);
    expect(await call).toEqual({ code: 'CsmsAway', reason: 'the link to the CSMS is not open yet' });
    expect(bank.links.states()).toMatchObject({ connecting: 1, waiting: 0 });
  });

  it('is away when the calls before it take too long', async () => {
    const first = ending(bank.links.call(request()));
    const second = ending(bank.links.call(request({ sendWithin: 4_000 })));
    const connection = await csms.connection();
    const call = await connection.frame();
    bank.clock.advance(4_000);
    expect(await second).toEqual({ code: 'CsmsAway', reason: 'an earlier call still waits for its answer' });
    connection.send([3, call[1], NOW]);
    expect(await first).toEqual({ answer: NOW });
  });

  it('does not go over another link than the one it was made for, if that breaks first', async () => {
    const first = ending(bank.links.call(request()));
    const bound = ending(bank.links.call(request({ action: 'DataTransfer', payload: VENDOR, thisLink: true })));
    const free = ending(bank.links.call(request()));
    const broken = await csms.connection();
    await broken.frame();
    broken.socket.close(1001);
    expect(await first).toMatchObject({ code: 'CsmsLost' });
    expect(await bound).toMatchObject({ code: 'CsmsAway' });
    await bank.events.next('state backing-off');
    bank.clock.advance(1_000);
    const frame = await (await csms.connection()).answer(NOW);
    expect(frame[2]).toBe('Heartbeat');
    expect(await free).toEqual({ answer: NOW });
  });

  it('times out, frees the slot, and its late answer is counted and dropped', async () => {
    const first = ending(bank.links.call(request({ answerWithin: 5_000 })));
    const second = ending(bank.links.call(request({ sendWithin: 60_000 })));
    const connection = await csms.connection();
    const late = await connection.frame();
    bank.clock.advance(5_000);
    expect(await first).toMatchObject({ code: 'CsmsTimeout' });
    const next = await connection.frame();
    connection.send([3, late[1], NOW]);
    connection.send([3, late[1], NOW]);
    connection.send([3, next[1], NOW]);
    expect(await second).toEqual({ answer: NOW });
    expect(bank.events.all).toContain('answered Heartbeat timeout 5000');
    expect(bank.events.all.filter((event) => event.startsWith('stray'))).toEqual(['stray late', 'stray duplicate']);
  });

  it('takes the first of two answers; the second is a duplicate, and one with a foreign id is unknown', async () => {
    const call = ending(bank.links.call(request()));
    const connection = await csms.connection();
    const [, id] = await connection.answer(NOW);
    connection.send([3, id, { currentTime: '1999-01-01T00:00:00Z' }]);
    connection.send([4, 'nobody', 'InternalError', '', {}]);
    await connection.roundTrip();
    expect(await call).toEqual({ answer: NOW });
    expect(bank.events.all.filter((event) => event.startsWith('stray'))).toEqual(['stray duplicate', 'stray unknown']);
  });

  it('is lost when the link breaks after it was sent, while the next one waits for the new link', async () => {
    const first = ending(bank.links.call(request()));
    const second = ending(bank.links.call(request()));
    const connection = await csms.connection();
    await connection.frame();
    connection.socket.terminate();
    expect(await first).toMatchObject({ code: 'CsmsLost' });
    expect(bank.links.states()).toMatchObject({ backingOff: 1, waiting: 1 });
    bank.clock.advance(1_000);
    await (await csms.connection()).answer(NOW);
    expect(await second).toEqual({ answer: NOW });
  });

  it('is refused as busy when too many wait already', async () => {
    csms.mute = true;
    const calls = Array.from({ length: 5 }, () => ending(bank.links.call(request())));
    expect(await calls[4]).toMatchObject({ code: 'Busy' });
    bank.clock.advance(10_000);
    for (const call of calls.slice(0, 4)) expect(await call).toMatchObject({ code: 'CsmsAway' });
  });

  it('is not sent when it breaks the schema', async () => {
    const call = await ending(bank.links.call(request({ action: 'Authorize', payload: { idTag: 'x'.repeat(21) } })));
    const unknown = await ending(bank.links.call(request({ action: 'NoSuchThing' })));
    expect(call).toMatchObject({ code: 'Internal' });
    expect(unknown).toMatchObject({ code: 'Internal' });
    expect(bank.events.count('invalid bridge request Authorize')).toBe(1);
    const connection = await csms.connection();
    await connection.roundTrip();
    expect(connection.unread).toBe(0);
    expect(JSON.stringify(bank.log.all)).not.toContain('xxxx');
  });

  it.each([
    ['NotImplemented', 'CsmsNotSupported'],
    ['InternalError', 'CsmsInternalError'],
    ['FormationViolation', 'CsmsProtocolError'],
    ['SecurityError', 'CsmsSecurityError'],
    ['Nonsense', 'CsmsInternalError'],
  ])('that the CSMS refuses with %s is refused as %s', async (code, want) => {
    const call = bank.links.call(request());
    const got = call.catch((error: unknown) => error);
    const connection = await csms.connection();
    const [, id] = await connection.frame();
    connection.send([4, id, code, 'no, thanks', { why: 'x' }]);
    expect(await got).toMatchObject({
      code: want,
      message: 'no, thanks',
      details: { errorCode: code, errorDescription: 'no, thanks', errorDetails: { why: 'x' } },
    });
  });

  it('gets an answer that is repaired first', async () => {
    const call = ending(
      bank.links.call(
        request({ action: 'BootNotification', payload: { chargePointVendor: 'v', chargePointModel: 'm' } }),
      ),
    );
    const connection = await csms.connection();
    await connection.answer({ ...NOW, status: 'Accepted', interval: '300', extra: 1 });
    expect(await call).toEqual({ answer: { ...NOW, status: 'Accepted', interval: 300 } });
    expect(bank.events.all).toContain('repaired BootNotification answer 1');
  });

  it.each([
    ['has no payload', (id: unknown) => [3, id]],
    ['has a list as payload', (id: unknown) => [3, id, []]],
  ])('has an invalid answer when that %s', async (_what, answer) => {
    const call = ending(bank.links.call(request()));
    const connection = await csms.connection();
    const [, id] = await connection.frame();
    connection.send(answer(id));
    expect(await call).toMatchObject({ code: 'CsmsAnswerInvalid' });
    expect(bank.events.count('invalid csms answer Heartbeat')).toBe(1);
  });

  it.each([
    ['breaks the schema', { currentTime: 'soon' }, { currentTime: 'soon' }],
    ['is null where fields are required', null, {}],
  ])('hands on an answer that %s, and counts it: the tables say what can be used', async (_what, payload, answer) => {
    const call = ending(bank.links.call(request()));
    await (await csms.connection()).answer(payload);
    expect(await call).toEqual({ answer });
    expect(bank.events.count('invalid csms answer Heartbeat')).toBe(1);
  });

  it('takes null for the empty answer', async () => {
    const payload = { connectorId: 1, errorCode: 'NoError', status: 'Available' };
    const call = ending(bank.links.call(request({ action: 'StatusNotification', payload })));
    await (await csms.connection()).answer(null);
    expect(await call).toEqual({ answer: {} });
  });

  it('does not reach the wire when the identity cannot stand in a URL', async () => {
    for (const identity of ['', '.', '..', '\ud800']) {
      expect(await ending(bank.links.call(request({ identity })))).toMatchObject({ code: 'IdentityInvalid' });
      bank.links.open(identity);
    }
    expect(csms.upgrades).toEqual([]);
    expect(bank.links.states()).toMatchObject({ connecting: 0, open: 0 });
  });
});
