import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { BridgeError } from '../../src/base/errors.ts';
import type { JsonObject } from '../../src/base/message.ts';
import { Csms, type CsmsConnection } from './csms.ts';
import { ending, type FarBank, farBank, NOW, request } from './far-bank.ts';

let csms: Csms;
let bank: FarBank;
let connection: CsmsConnection;

beforeEach(async () => {
  csms = await Csms.start();
  bank = farBank(csms.url, { maxFrameBytes: 2_000 });
  bank.links.open('CP1');
  connection = await csms.connection();
  await bank.events.next('state open');
});

afterEach(async () => {
  await csms.stop();
});

/** An answer that the test gives when it wants. */
function later(): { answer: (payload: JsonObject) => void; promise: Promise<JsonObject> } {
  let answer: (payload: JsonObject) => void = () => undefined;
  const promise = new Promise<JsonObject>((resolve) => {
    answer = resolve;
  });
  return { answer: (payload) => answer(payload), promise };
}

describe('a call of the CSMS', () => {
  it('reaches the sessions repaired and is answered with their answer', async () => {
    connection.send([
      2,
      '42',
      'RemoteStartTransaction',
      { idTag: 7, connectorId: '1', vendorThing: {}, chargingProfile: null },
    ]);
    expect(await connection.frame()).toEqual([3, '42', { status: 'Accepted' }]);
    expect(bank.side.calls).toEqual([
      {
        identity: 'CP1',
        action: 'RemoteStartTransaction',
        payload: { idTag: '7', connectorId: 1 },
        uniqueId: '42',
        exchange: 'u1',
        receivedAt: 0,
        since: 0,
        losses: ['json-unknown', 'json-unknown'],
      },
    ]);
  });

  it('is answered while a call of ours is outstanding', async () => {
    const ours = ending(bank.links.call(request()));
    const frame = await connection.frame();
    connection.send([2, 'a', 'ClearCache', {}]);
    expect(await connection.frame()).toEqual([3, 'a', { status: 'Accepted' }]);
    connection.send([3, frame[1], NOW]);
    expect(await ours).toEqual({ answer: NOW });
  });

  it('that comes again while it is open is executed once and answered once', async () => {
    const { answer, promise } = later();
    bank.side.answer = () => promise;
    connection.send([2, 'a', 'ClearCache', {}]);
    connection.send([2, 'a', 'ClearCache', {}]);
    await connection.roundTrip();
    answer({ status: 'Rejected' });
    expect(await connection.frame()).toEqual([3, 'a', { status: 'Rejected' }]);
    await connection.roundTrip();
    expect(connection.unread).toBe(0);
    expect(bank.side.calls).toHaveLength(1);
    expect(bank.events.count('repeated ClearCache')).toBe(1);
  });

  it('under the id of one that was answered is a new call', async () => {
    for (let call = 1; call <= 2; call++) {
      connection.send([2, 'a', 'ClearCache', {}]);
      expect(await connection.frame()).toEqual([3, 'a', { status: 'Accepted' }]);
    }
    expect(bank.side.calls).toHaveLength(2);
  });

  it('that comes again on a new link is executed once and answered there', async () => {
    const { answer, promise } = later();
    bank.side.answer = () => promise;
    connection.send([2, 'a', 'ClearCache', {}]);
    await bank.events.next('received call ClearCache');
    connection.socket.terminate();
    await bank.events.next('state backing-off');
    bank.clock.advance(1_000);
    const second = await csms.connection();
    second.send([2, 'a', 'ClearCache', {}]);
    await bank.events.next('repeated ClearCache');
    answer({ status: 'Accepted' });
    expect(await second.frame()).toEqual([3, 'a', { status: 'Accepted' }]);
    expect(bank.side.calls).toHaveLength(1);
  });

  it('is not answered on a link that does not know it', async () => {
    const { answer, promise } = later();
    bank.side.answer = () => promise;
    connection.send([2, 'a', 'ClearCache', {}]);
    await bank.events.next('received call ClearCache');
    connection.socket.terminate();
    await bank.events.next('state backing-off');
    bank.clock.advance(1_000);
    const second = await csms.connection();
    await bank.events.next('CP1 open');
    await bank.events.next('CP1 open');
    answer({ status: 'Accepted' });
    await second.roundTrip();
    expect(second.unread).toBe(0);
    expect(bank.log.at('warn')).toContain('the link broke before the answer to the CSMS could leave');
  });

  it('is refused as busy when too many are open', async () => {
    const { answer, promise } = later();
    bank.side.answer = () => promise;
    for (let id = 0; id < 17; id++) connection.send([2, `c${id}`, 'ClearCache', {}]);
    expect(await connection.frame()).toMatchObject([4, 'c16', 'GenericError', expect.stringContaining('busy'), {}]);
    answer({ status: 'Accepted' });
    for (let id = 0; id < 16; id++) expect(await connection.frame()).toEqual([3, `c${id}`, { status: 'Accepted' }]);
  });

  it.each([
    ['an unknown action', ['NoSuchThing', {}], 'NotImplemented'],
    ['an action named like a property of every object', ['constructor', {}], 'NotImplemented'],
    ['an action of the other direction', ['BootNotification', {}], 'NotSupported'],
    ['a missing field', ['RemoteStartTransaction', {}], 'OccurenceConstraintViolation'],
    ['a wrong type', ['RemoteStartTransaction', { idTag: 'a', connectorId: 'one' }], 'TypeConstraintViolation'],
    ['a word that is not in the list', ['Reset', { type: 'Medium' }], 'PropertyConstraintViolation'],
    ['a text that is too long', ['RemoteStartTransaction', { idTag: 'x'.repeat(21) }], 'PropertyConstraintViolation'],
    ['a payload that is a list', ['ClearCache', []], 'FormationViolation'],
    ['a payload that is null', ['ClearCache', null], 'FormationViolation'],
    ['no payload', ['ClearCache'], 'FormationViolation'],
    ['a fifth part', ['ClearCache', {}, {}], 'FormationViolation'],
    ['an action that is no text', [7, {}], 'FormationViolation'],
  ])('with %s is refused', async (_what, rest, code) => {
    connection.send([2, 'a', ...rest]);
    const frame = await connection.frame();
    expect(frame).toEqual([4, 'a', code, expect.any(String), {}]);
    expect(bank.side.calls).toEqual([]);
    expect(bank.events.count(`error sent ${code}`)).toBe(1);
  });

  it('with an id that is too long is refused under that id', async () => {
    const id = 'urn:uuid:'.padEnd(45, '0');
    connection.send([2, id, 'ClearCache', {}]);
    expect(await connection.frame()).toEqual([4, id, 'FormationViolation', expect.any(String), {}]);
  });

  it('is refused with the code, the reason and the details that the sessions give', async () => {
    bank.side.answer = () =>
      Promise.reject(
        new BridgeError('DeviceNotSupported', `no\u0000 ${'ä'.repeat(300)}`, { details: { faultCode: 'x' } }),
      );
    connection.send([2, 'a', 'ClearCache', {}]);
    const [, , code, description, details] = await connection.frame();
    expect(code).toBe('NotSupported');
    expect(description).toBe(`no  ${'ä'.repeat(251)}`);
    expect(details).toEqual({ faultCode: 'x' });
  });

  it('that the session refuses is logged by the session alone', async () => {
    bank.side.answer = () => Promise.reject(new BridgeError('DeviceUnreachable'));
    connection.send([2, 'a', 'ClearCache', {}]);
    await connection.frame();
    expect(bank.log.at('warn')).toEqual([]);
    expect(bank.log.at('debug')).toContain('a call of the CSMS was refused');
  });

  it('is refused without a word about the cause when something breaks', async () => {
    bank.side.answer = () => {
      throw new TypeError('secret of the house');
    };
    connection.send([2, 'a', 'ClearCache', {}]);
    expect(await connection.frame()).toEqual([4, 'a', 'InternalError', 'the bridge failed', {}]);
    expect(bank.log.at('error')).toEqual(['a call of the CSMS was refused']);
  });

  it('is refused rather than answered against the schema', async () => {
    bank.side.answer = async () => ({ status: 'Perhaps' });
    connection.send([2, 'a', 'ClearCache', {}]);
    expect(await connection.frame()).toEqual([4, 'a', 'InternalError', expect.any(String), {}]);
    expect(bank.events.count('invalid bridge answer ClearCache')).toBe(1);
  });

  it('whose refusal cannot be written leaves the link alive', async () => {
    const round: JsonObject = {};
    round['self'] = round;
    bank.side.answer = () => Promise.reject(new BridgeError('Internal', 'round', { details: round }));
    connection.send([2, 'a', 'ClearCache', {}]);
    await connection.roundTrip();
    bank.side.answer = async () => ({ status: 'Accepted' });
    connection.send([2, 'a', 'ClearCache', {}]);
    expect(await connection.frame()).toEqual([3, 'a', { status: 'Accepted' }]);
  });
});

describe('a frame that is no OCPP-J', () => {
  it.each([
    ['not-json', '{'],
    ['not-json', ''],
    ['not-an-array', '{"a":1}'],
    ['not-an-array', 'null'],
    ['message-type', '[]'],
    ['message-type', '[5,"a",{}]'],
    ['message-type', '["2","a","ClearCache",{}]'],
    ['unique-id', '[2]'],
    ['unique-id', '[2,7,"ClearCache",{}]'],
    ['unique-id', '[2,"","ClearCache",{}]'],
    ['unique-id', `[2,"${'x'.repeat(256)}","ClearCache",{}]`],
    ['length', '[3,"a"]'],
    ['length', '[4,"a"]'],
    ['payload', '[3,"a",7]'],
  ])('is counted as %s and gets no answer: %s', async (reason, text) => {
    connection.send(text);
    await connection.roundTrip();
    expect(connection.unread).toBe(0);
    expect(bank.events.count(`malformed ${reason}`)).toBe(1);
    expect(bank.links.states()).toMatchObject({ open: 1 });
  });

  it.each([
    ['{', true],
    ['null', true],
    ['[2,7,"ClearCache",{}]', true],
    ['[3,7,{}]', false],
    ['[5,"a",{}]', false],
  ])('is answered without an id towards 2.0.1, where it may be a call: %s', async (text, answered) => {
    const other = await Csms.start({ protocol: 'ocpp2.0.1' });
    try {
      const { links } = farBank(other.url, { route: () => ({ url: other.url, protocol: 'ocpp2.0.1' }) });
      links.open('CP-1');
      const line = await other.connection();
      line.send(text);
      if (answered) expect(await line.frame()).toEqual([4, '-1', 'RpcFrameworkError', expect.any(String), {}]);
      await line.roundTrip();
      expect(line.unread).toBe(0);
    } finally {
      await other.stop();
    }
  });

  it('is counted when it is binary', async () => {
    connection.socket.send(Buffer.from('[2,"a","ClearCache",{}]'), { binary: true });
    await connection.roundTrip();
    expect(bank.events.count('malformed binary')).toBe(1);
    expect(bank.side.calls).toEqual([]);
  });

  it('breaks the link when it is larger than allowed, and the link comes back', async () => {
    const lost = ending(bank.links.call(request()));
    await connection.frame();
    connection.send([2, 'a', 'DataTransfer', { vendorId: 'x'.repeat(2_000) }]);
    expect(await lost).toMatchObject({ code: 'CsmsLost' });
    expect(bank.events.count('malformed oversize')).toBe(1);
    bank.clock.advance(1_000);
    await csms.connection();
    await bank.events.next('state open');
  });

  it('breaks the link when it is not UTF-8', async () => {
    connection.socket.send(Buffer.from([0xc3, 0x28]), { binary: false });
    await bank.events.next('state backing-off');
    expect(bank.events.count('malformed not-utf8')).toBe(1);
  });

  it('is logged without its content, and once a minute', async () => {
    for (let frame = 0; frame < 3; frame++) connection.send('{"password":"hunter2"');
    await connection.roundTrip();
    expect(bank.log.at('warn')).toEqual(['the CSMS sent a frame that is not OCPP-J']);
    expect(JSON.stringify(bank.log.all)).not.toContain('hunter2');
  });

  it('with a hundred thousand brackets is refused like any other', async () => {
    bank = farBank(csms.url, { maxFrameBytes: 1_000_000 });
    bank.links.open('CP2');
    const deep = await csms.connection();
    deep.send(`[2,"a","DataTransfer",{"vendorId":${'['.repeat(100_000)}${']'.repeat(100_000)}}]`);
    expect(await deep.frame()).toMatchObject([4, 'a', expect.any(String), expect.any(String), {}]);
  });
});
