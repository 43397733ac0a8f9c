import { describe, expect, test } from 'vitest';
import { BridgeError } from '../../src/base/errors.ts';
import type { FlowSettings } from '../../src/flow/decision.ts';
import { MemoryStore } from '../../src/store/memory-store.ts';
import { away, bridge, csmsCall, deviceCall, IDENTITY } from './harness.ts';

const HOLD = { whilePending: 'hold', whenCsmsIsAway: 'buffer' } as const;
const START = { connectorId: '1', idTag: 'TAG', meterStart: '0', timestamp: '2024-03-09T10:00:00Z' };
const AVAILABLE = { connectorId: '1', status: 'Available', errorCode: 'NoError' };
const settled = () => new Promise((resolve) => setImmediate(resolve));

type Bridge = ReturnType<typeof bridge>;

/** The link opens for the first word of the charge point. */
async function opened(flow: Partial<FlowSettings>): Promise<Bridge> {
  const parts = bridge(new MemoryStore(), flow);
  const { call, delivered } = deviceCall('Heartbeat');
  const beat = parts.sessions.receive(call);
  const { answer } = await parts.csms.question(1);
  parts.sessions.linkChanged(IDENTITY, 'open');
  await settled();
  answer({ currentTime: 'now' });
  await beat;
  delivered(true);
  return parts;
}

/** The charge point calls, and the CSMS answers. */
async function says(parts: Bridge, action: string, payload: Record<string, string>, answer: object) {
  const asked = parts.csms.asked.length;
  const { call, delivered } = deviceCall(action, payload, { now: parts.clock.now() });
  const got = parts.sessions.receive(call);
  (await parts.csms.question(asked + 1)).answer(answer as Record<string, string>);
  await got;
  delivered(true);
  return got;
}

/** The charge point calls, and the bridge answers by itself. */
const local = (parts: Bridge, action: string, payload: Record<string, string> = {}) =>
  parts.sessions.receive(deviceCall(action, payload, { now: parts.clock.now() }).call);

const boots = (parts: Bridge, status: string, interval = 300) =>
  says(parts, 'BootNotification', { chargePointVendor: 'V' }, { status, interval, currentTime: 'now' });

const said = (parts: Bridge) => parts.csms.asked.map(({ request }) => request.action);

describe('a charge point that the CSMS has Pending, held by the bridge', () => {
  test('is told Accepted, and may be configured', async () => {
    const parts = await opened(HOLD);
    expect(await boots(parts, 'Pending')).toMatchObject({ status: 'Accepted', interval: 300 });
    expect(parts.losses).toContain('pending');
    const asked = parts.sessions.receiveCall(csmsCall('GetConfiguration', { key: [] }));
    (await parts.device.question(1)).answer({ configurationKey: '' });
    await asked;
  });

  test('has its clock kept, its statuses told later and its transactions taken over', async () => {
    const parts = await opened(HOLD);
    await boots(parts, 'Pending');
    const before = parts.csms.asked.length;
    expect(await local(parts, 'Heartbeat')).toHaveProperty('currentTime');
    expect(await local(parts, 'StatusNotification', AVAILABLE)).toEqual({});
    expect(await local(parts, 'StartTransaction', START)).toMatchObject({ transactionId: 1_900_000_000 });
    await expect(local(parts, 'Authorize', { idTag: 'TAG' })).rejects.toMatchObject({ code: 'CsmsAway' });
    expect(parts.csms.asked).toHaveLength(before);
    parts.clock.advance(300_000);
    const boot = await parts.csms.question(before + 1);
    expect(boot.request).toMatchObject({ action: 'BootNotification', payload: { chargePointVendor: 'V' } });
    boot.answer({ status: 'Accepted', interval: 600, currentTime: 'now' });
    for (const n of [2, 3]) (await parts.csms.question(before + n)).answer({ transactionId: 7, idTagInfo: {} });
    expect(said(parts).slice(before)).toEqual(['BootNotification', 'StatusNotification', 'StartTransaction']);
    await expect.poll(() => parts.sessions.outbox.depth).toBe(0);
  });

  test('is registered again and again until the CSMS accepts it', async () => {
    const parts = await opened(HOLD);
    await boots(parts, 'Pending', 60);
    const before = parts.csms.asked.length;
    for (let n = 1; n <= 3; n++) {
      parts.clock.advance(60_000);
      (await parts.csms.question(before + n)).answer({ status: 'Pending', interval: 60, currentTime: 'now' });
      await settled();
    }
    parts.clock.advance(30_000);
    await settled();
    expect(said(parts).slice(before)).toEqual(['BootNotification', 'BootNotification', 'BootNotification']);
  });

  test('keeps its link at the pace that it was told, though the CSMS wants another when it accepts', async () => {
    const parts = await opened(HOLD);
    await boots(parts, 'Pending', 600);
    const before = parts.csms.asked.length;
    parts.clock.advance(600_000);
    (await parts.csms.question(before + 1)).answer({ status: 'Accepted', interval: 60, currentTime: 'now' });
    await settled();
    await says(parts, 'Heartbeat', {}, { currentTime: 'now' });
    await settled();
    parts.clock.advance(1_400_000);
    await settled();
    expect(parts.links.filter((line) => line.startsWith('close'))).toEqual([]);
  });

  test('leaves its transactions with it where nothing is buffered', async () => {
    const parts = await opened({ ...HOLD, whenCsmsIsAway: 'refuse' });
    await boots(parts, 'Pending');
    await expect(local(parts, 'StartTransaction', START)).rejects.toMatchObject({ code: 'CsmsAway' });
  });
});

test('without hold, Pending is passed on and nothing but a boot passes', async () => {
  const parts = await opened({ whenCsmsIsAway: 'buffer' });
  expect(await boots(parts, 'Pending')).toMatchObject({ status: 'Pending' });
  await expect(local(parts, 'Heartbeat')).rejects.toMatchObject({ code: 'NotRegistered' });
});

test('messages that wait do not depend on a charge point that was rejected and stays silent', async () => {
  const parts = bridge(new MemoryStore(), { whenCsmsIsAway: 'buffer' });
  await boots(parts, 'Accepted');
  const start = parts.sessions.receive(deviceCall('StartTransaction', START).call);
  (await parts.csms.question(2)).refuse(away());
  await start;
  await boots(parts, 'Rejected', 60);
  parts.sessions.linkChanged(IDENTITY, 'open');
  await settled();
  parts.clock.advance(60_000);
  const boot = await parts.csms.question(4);
  expect(boot.request.action).toBe('BootNotification');
  boot.answer({ status: 'Accepted', interval: 60, currentTime: 'now' });
  expect((await parts.csms.question(5)).request.action).toBe('StartTransaction');
});

test('messages that wait go up as soon as the CSMS accepts the charge point', async () => {
  const parts = await opened({ whenCsmsIsAway: 'buffer' });
  await boots(parts, 'Accepted');
  const start = parts.sessions.receive(deviceCall('StartTransaction', START).call);
  (await parts.csms.question(3)).refuse(new BridgeError('CsmsInternalError'));
  await start;
  (await parts.csms.question(4)).refuse(new BridgeError('CsmsInternalError'));
  await boots(parts, 'Rejected', 600);
  parts.clock.advance(300_000);
  await settled();
  const before = parts.csms.asked.length;
  const call = deviceCall('BootNotification', { chargePointVendor: 'V' }, { now: parts.clock.now() });
  const booted = parts.sessions.receive(call.call);
  (await parts.csms.question(before + 1)).answer({ status: 'Accepted', interval: 300, currentTime: 'now' });
  await booted;
  expect((await parts.csms.question(before + 2)).request.action).toBe('StartTransaction');
});

describe('a CSMS whose link comes back', () => {
  const FAULTED = { connectorId: '2', status: 'Faulted', errorCode: 'EVCommunicationError' };

  async function known(flow: Partial<FlowSettings>): Promise<Bridge> {
    const parts = await opened(flow);
    await boots(parts, 'Accepted');
    await says(parts, 'StatusNotification', AVAILABLE, {});
    await says(parts, 'StatusNotification', FAULTED, {});
    parts.sessions.linkChanged(IDENTITY, 'closed');
    parts.csms.asked.splice(0);
    return parts;
  }

  test('is told the last status of each connector, as it takes them', async () => {
    const parts = await known({ whenLinkIsBack: 'statuses', strictErrors: true });
    parts.sessions.linkChanged(IDENTITY, 'open');
    await parts.csms.question(2);
    expect(parts.csms.asked.map(({ request }) => request.payload)).toEqual([
      { connectorId: 1, status: 'Available', errorCode: 'NoError' },
      { connectorId: 2, status: 'Faulted', errorCode: 'OtherError', vendorErrorCode: 'EVCommunicationError' },
    ]);
  });

  test('is told the last boot before, where the operator wants that', async () => {
    const parts = await known({ whenLinkIsBack: 'boot' });
    parts.sessions.linkChanged(IDENTITY, 'open');
    (await parts.csms.question(1)).answer({ status: 'Accepted', interval: 300, currentTime: 'now' });
    await parts.csms.question(3);
    expect(said(parts)).toEqual(['BootNotification', 'StatusNotification', 'StatusNotification']);
  });

  test('is told nothing that it has seen, where the operator wants that', async () => {
    const parts = await known({ whenLinkIsBack: 'missed' });
    parts.sessions.linkChanged(IDENTITY, 'open');
    await settled();
    expect(parts.csms.asked).toEqual([]);
  });

  test('that has forgotten the charge point is told its boot, the call once more, and its statuses', async () => {
    const parts = await known({ whenLinkIsBack: 'missed', strictErrors: true });
    parts.sessions.linkChanged(IDENTITY, 'open');
    const answer = parts.sessions.receive(deviceCall('Authorize', { idTag: 'T' }).call);
    (await parts.csms.question(1)).refuse(new BridgeError('CsmsSecurityError'));
    (await parts.csms.question(2)).answer({ status: 'Accepted', interval: 300, currentTime: 'now' });
    (await parts.csms.question(3)).answer({});
    await answer;
    await parts.csms.question(5);
    expect(said(parts)).toEqual([
      ...['Authorize', 'BootNotification', 'Authorize'],
      ...['StatusNotification', 'StatusNotification'],
    ]);
    expect(parts.csms.asked[4]?.request.payload).toMatchObject({ errorCode: 'OtherError' });
  });

  test('hears a status once that the charge point is telling at this moment', async () => {
    const parts = await known({ whenLinkIsBack: 'statuses' });
    const charging = { ...AVAILABLE, status: 'Charging' };
    const answer = parts.sessions.receive(deviceCall('StatusNotification', charging).call);
    await parts.csms.question(1);
    parts.sessions.linkChanged(IDENTITY, 'open');
    await parts.csms.question(2);
    await settled();
    expect(parts.csms.asked.map(({ request }) => request.payload['connectorId'])).toEqual([1, 2]);
    parts.csms.asked[0]?.answer({});
    await answer;
  });
});

describe('a charge point that has booted and tells no statuses', () => {
  const booted = async (statusesAfterBoot: boolean) => {
    const parts = bridge(new MemoryStore(), { statusesAfterBoot });
    await boots(parts, 'Accepted');
    await says(parts, 'StatusNotification', AVAILABLE, {});
    await boots(parts, 'Accepted');
    return parts;
  };

  test('has its last ones told for it, where the operator wants that', async () => {
    const parts = await booted(true);
    parts.clock.advance(30_000);
    expect((await parts.csms.question(4)).request.payload).toMatchObject({ status: 'Available' });
  });

  test('speaks for itself, if it does in time', async () => {
    const parts = await booted(true);
    await says(parts, 'StatusNotification', { ...AVAILABLE, status: 'Charging' }, {});
    parts.clock.advance(60_000);
    await settled();
    expect(parts.csms.asked).toHaveLength(4);
  });

  test('is left alone by default', async () => {
    const parts = await booted(false);
    parts.clock.advance(60_000);
    await settled();
    expect(parts.csms.asked).toHaveLength(3);
  });
});
