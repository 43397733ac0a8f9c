import { describe, expect, test } from 'vitest';
import { BridgeError } from '../../src/base/errors.ts';
import { MemoryStore } from '../../src/store/memory-store.ts';
import { away, bridge, csmsCall, deviceCall, IDENTITY, lost } from './harness.ts';

const START = { connectorId: '1', idTag: 'TAG', meterStart: '0', timestamp: '2024-03-09T10:00:00Z' };
const STARTED = { transactionId: 42, idTagInfo: { status: 'Accepted' } };

describe('a call of a charge point', () => {
  test('opens the link, reaches the CSMS and brings its answer back under one exchange id', async () => {
    const { sessions, csms, links, reports } = bridge();
    const { call } = deviceCall('Authorize', { idTag: 'TAG' });
    const answer = sessions.receive(call);
    const asked = await csms.question(1);
    expect(asked.request).toMatchObject({ identity: IDENTITY, action: 'Authorize', exchange: call.exchange });
    asked.answer({ idTagInfo: { status: 'Accepted' } });
    expect(await answer).toEqual({ idTagInfo: { status: 'Accepted' } });
    expect(links).toEqual([`open ${IDENTITY}`]);
    expect(reports).toMatchObject([
      { exchange: call.exchange, direction: 'up', outcome: 'answered', action: 'Authorize' },
    ]);
  });

  test('is answered in time though the CSMS is not, and the late answer serves the repeat', async () => {
    const { sessions, csms, clock, store } = bridge();
    const first = sessions.receive(deviceCall('StartTransaction', START).call);
    const asked = await csms.question(1);
    clock.advance(20_000);
    await expect(first).rejects.toMatchObject({ code: 'CsmsTimeout' });
    const repeat = sessions.receive(deviceCall('StartTransaction', START, { now: clock.now() }).call);
    asked.answer(STARTED);
    expect(await repeat).toEqual(STARTED);
    expect(csms.asked).toHaveLength(1);
    expect((await store.load(IDENTITY))?.state).toMatchObject({ transactions: { '42': { csms: 42 } } });
  });

  test('that comes twice while the first is open is one call to the CSMS', async () => {
    const { sessions, csms, losses } = bridge();
    const first = sessions.receive(deviceCall('StartTransaction', START, { messageId: 'a' }).call);
    const asked = await csms.question(1);
    const second = sessions.receive(
      deviceCall('StartTransaction', { ...START, idTag: 'tag' }, { messageId: 'b' }).call,
    );
    await expect.poll(() => losses).toContain('dup');
    asked.answer(STARTED);
    expect(await Promise.all([first, second])).toEqual([STARTED, STARTED]);
    expect(csms.asked).toHaveLength(1);
  });

  test('that comes again after a restart gets the stored answer', async () => {
    const store = new MemoryStore();
    const before = bridge(store);
    const first = before.sessions.receive(deviceCall('StartTransaction', START).call);
    (await before.csms.question(1)).answer(STARTED);
    await first;
    const after = bridge(store);
    expect(await after.sessions.receive(deviceCall('StartTransaction', START).call)).toEqual(STARTED);
    expect(after.csms.asked).toHaveLength(0);
    expect(after.reports).toMatchObject([{ outcome: 'repeat' }]);
  });

  test('is sent again as new when the connection broke before the answer', async () => {
    const { sessions, csms } = bridge();
    const first = sessions.receive(deviceCall('StartTransaction', START).call);
    (await csms.question(1)).refuse(lost());
    await expect(first).rejects.toMatchObject({ code: 'CsmsLost' });
    const second = sessions.receive(deviceCall('StartTransaction', START).call);
    (await csms.question(2)).answer(STARTED);
    expect(await second).toEqual(STARTED);
  });

  test('with other content is another call, though its MessageID is the same', async () => {
    const { sessions, csms } = bridge();
    const status = { connectorId: '1', status: 'Available', errorCode: 'NoError' };
    const all = ['Available', 'Faulted'].map((word) =>
      sessions.receive(deviceCall('StatusNotification', { ...status, status: word }, { messageId: 'same' }).call),
    );
    for (const n of [1, 2]) (await csms.question(n)).answer({});
    await Promise.all(all);
    expect(csms.asked.map(({ request }) => request.payload['status'])).toEqual(['Available', 'Faulted']);
  });

  test('is never answered before the store has what it means', async () => {
    const store = new MemoryStore();
    const { sessions, csms, failures } = bridge({
      load: (identity) => store.load(identity),
      row: (...key) => store.row(...key),
      rows: (...range) => store.rows(...range),
      identities: () => store.identities(),
      health: () => store.health(),
      close: () => store.close(),
      commit: async (identity, commit) => {
        if (JSON.stringify(commit.state).includes('"csms":42')) throw new BridgeError('StoreFailed');
        await store.commit(identity, commit);
      },
    });
    const answer = sessions.receive(deviceCall('StartTransaction', START).call);
    (await csms.question(1)).answer(STARTED);
    await expect(answer).rejects.toMatchObject({ code: 'StoreFailed' });
    expect(failures).toHaveLength(1);
  });

  test('is refused as Busy when too many wait already', async () => {
    const { sessions, csms } = bridge();
    const waiting = [1, 2, 3, 4].map((n) => sessions.receive(deviceCall('Authorize', { idTag: `T${n}` }).call));
    await csms.question(4);
    await expect(sessions.receive(deviceCall('Authorize', { idTag: 'T5' }).call)).rejects.toMatchObject({
      code: 'Busy',
    });
    for (const asked of csms.asked) asked.answer({});
    await Promise.all(waiting);
  });

  test('of an unknown operation is refused by name', async () => {
    const { sessions } = bridge();
    await expect(sessions.receive(deviceCall('Nonsense').call)).rejects.toMatchObject({ code: 'UnknownOperation' });
  });
});

test('a status that the CSMS missed is told when the link is back', async () => {
  const { sessions, csms } = bridge();
  const status = { connectorId: '1', status: 'Faulted', errorCode: 'NoError' };
  const answer = sessions.receive(deviceCall('StatusNotification', status).call);
  (await csms.question(1)).refuse(away());
  expect(await answer).toEqual({});
  sessions.linkChanged(IDENTITY, 'open');
  expect((await csms.question(2)).request).toMatchObject({
    action: 'StatusNotification',
    payload: { status: 'Faulted' },
  });
});

describe('a command of the CSMS', () => {
  async function heard(parts: ReturnType<typeof bridge>) {
    const { call, delivered } = deviceCall('Heartbeat', {}, { callback: 'http://10.0.0.1:8080/' });
    const answer = parts.sessions.receive(call);
    (await parts.csms.question(1)).answer({ currentTime: 'now' });
    await answer;
    return delivered;
  }

  test('reaches the charge point at the address it last gave', async () => {
    const parts = bridge();
    (await heard(parts))(true);
    const answer = parts.sessions.receiveCall(csmsCall('Reset', { type: 'Soft' }));
    const asked = await parts.device.question(1);
    expect(asked.request).toMatchObject({
      action: 'Reset',
      version: '1.5',
      callback: 'http://10.0.0.1:8080/',
      payload: { type: 'Soft' },
    });
    asked.answer({ status: 'Accepted' });
    expect(await answer).toEqual({ status: 'Accepted' });
  });

  test('waits until the charge point has the answer to its own request', async () => {
    const parts = bridge();
    const delivered = await heard(parts);
    const answer = parts.sessions.receiveCall(csmsCall('Reset', { type: 'Soft' }));
    await new Promise((resolve) => setImmediate(resolve));
    expect(parts.device.asked).toHaveLength(0);
    delivered(true);
    (await parts.device.question(1)).answer({ status: 'Accepted' });
    await answer;
  });

  test('waits for the one before it', async () => {
    const parts = bridge();
    (await heard(parts))(true);
    const first = parts.sessions.receiveCall(csmsCall('Reset', { type: 'Soft' }));
    const second = parts.sessions.receiveCall(csmsCall('UnlockConnector', { connectorId: 1 }));
    const asked = await parts.device.question(1);
    expect(parts.device.asked).toHaveLength(1);
    asked.answer({ status: 'Accepted' });
    (await parts.device.question(2)).answer({ status: 'Accepted' });
    expect(await Promise.all([first, second])).toHaveLength(2);
  });

  test('expires unsent when its turn never comes', async () => {
    const parts = bridge();
    await heard(parts);
    const answer = parts.sessions.receiveCall(csmsCall('Reset', { type: 'Soft' }));
    const refused = expect(answer).rejects.toMatchObject({ code: 'CommandExpired' });
    await new Promise((resolve) => setImmediate(resolve));
    parts.clock.advance(30_000);
    await refused;
    expect(parts.device.asked).toHaveLength(0);
  });

  test('that may have arrived is not sent again; a lost read is asked once more', async () => {
    const parts = bridge();
    (await heard(parts))(true);
    const uncertain = new BridgeError('DeviceUncertain');
    const reset = parts.sessions.receiveCall(csmsCall('Reset', { type: 'Hard' }));
    (await parts.device.question(1)).refuse(uncertain);
    await expect(reset).rejects.toMatchObject({ code: 'DeviceUncertain' });
    expect(parts.reports.at(-1)).toMatchObject({ direction: 'down', action: 'Reset', outcome: 'uncertain' });
    const read = parts.sessions.receiveCall(csmsCall('GetLocalListVersion'));
    (await parts.device.question(2)).refuse(uncertain);
    (await parts.device.question(3)).answer({ listVersion: '1' });
    expect(await read).toEqual({ listVersion: '1' });
  });

  test('to a charge point that was never heard is refused', async () => {
    const { sessions } = bridge();
    await expect(sessions.receiveCall(csmsCall('Reset'))).rejects.toMatchObject({ code: 'NoCallback' });
  });
});

describe('presence', () => {
  test('the link of a silent charge point closes after two and a half beats, not after one', async () => {
    const { sessions, csms, clock, links } = bridge();
    const { call, delivered } = deviceCall('BootNotification', { chargePointVendor: 'V' });
    const answer = sessions.receive(call);
    (await csms.question(1)).answer({ status: 'Accepted', interval: 300, currentTime: 'now' });
    await answer;
    delivered(true);
    clock.advance(700_000);
    await new Promise((resolve) => setImmediate(resolve));
    expect(links).toEqual([`open ${IDENTITY}`]);
    clock.advance(60_000);
    await expect.poll(() => links.at(-1)).toContain('silent for');
  });
});

test('draining takes nothing new and waits for what is open', async () => {
  const { sessions, csms, clock } = bridge();
  const answer = sessions.receive(deviceCall('Authorize', { idTag: 'T' }).call);
  const asked = await csms.question(1);
  const drained = sessions.drain(25_000);
  await expect(sessions.receive(deviceCall('Authorize').call)).rejects.toMatchObject({ code: 'Draining' });
  asked.answer({});
  await answer;
  await new Promise((resolve) => setImmediate(resolve));
  clock.advance(20);
  expect(await drained).toBe(true);
});
