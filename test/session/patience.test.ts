import { expect, test } from 'vitest';
import { STATION_DEFAULTS } from '../../src/flow/station/settings.ts';
import { ocpp201Flows } from '../../src/flow/station/station-flows.ts';
import { ManualClock } from '../base/manual-clock.ts';
import { NOW, SETTINGS } from '../flow/context.ts';
import { tables } from '../flow/station/context.ts';
import { bridge, csmsCall, deviceCall, IDENTITY } from './harness.ts';

/** How long a charge point waits for a CSMS that has its call and says nothing. */

const idle = () => new Promise((resolve) => setImmediate(resolve));

async function booted() {
  const station = () => ({ tables, settings: { ...STATION_DEFAULTS, syncWait: 7_000 } });
  const settings = { flow: SETTINGS, flows: ocpp201Flows, station, timezone: 'UTC', version: undefined };
  const clock = new ManualClock(NOW);
  const { sessions, csms, device } = bridge(undefined, {}, { chargePoint: () => settings, clock }, clock);
  const ask = async (action: string, payload: Record<string, string>) => {
    const at = { now: clock.now(), since: clock.monotonic() };
    const { call, delivered } = deviceCall(action, payload, { version: '1.6', ...at });
    const answer = await sessions.receive(call);
    delivered(true);
    return answer;
  };
  const boot = ask('BootNotification', { chargePointVendor: 'V', chargePointModel: 'M' });
  sessions.linkChanged(IDENTITY, 'open');
  (await csms.question(1)).answer({ status: 'Accepted', interval: 300, currentTime: '2024-03-09T10:00:00Z' });
  await boot;
  return { sessions, csms, device, clock, ask };
}

test.each<[string, Record<string, string>, number, object]>([
  ['Authorize', { idTag: '04A2B3C4' }, 7_000, { idTagInfo: { status: 'Invalid' } }],
  ['Heartbeat', {}, 5_000, { currentTime: expect.any(String) }],
])(
  '%s is answered by the bridge after its time, and a repeat of it waits as long',
  async (action, payload, ms, answer) => {
    const { csms, clock, ask } = await booted();
    for (const turn of ['first', 'repeat']) {
      const before = csms.asked.length;
      let told: unknown;
      void ask(action, payload).then((said) => {
        told = said;
      });
      await idle();
      if (turn === 'first') expect(csms.asked.slice(before).map(({ request }) => request.action)).toEqual([action]);
      clock.advance(ms - 1);
      await idle();
      expect(told).toBeUndefined();
      clock.advance(1);
      await idle();
      expect(told).toMatchObject(answer);
    }
  },
);

test('a charge point that authorises and starts inside a remote start goes on, though the CSMS wants its answer first', async () => {
  const { sessions, csms, device, clock, ask } = await booted();
  const idToken = { idToken: 'VISITOR', type: 'Local' };
  const remote = sessions.receiveCall(csmsCall('RequestStartTransaction', { idToken, remoteStartId: 17, evseId: 1 }));
  const command = await device.question(1);
  const asked = csms.asked.length;
  const within = async (ms: number, action: string, payload: Record<string, string>) => {
    const answer = ask(action, payload);
    await idle();
    clock.advance(ms);
    return await answer;
  };
  const idTagInfo = { status: 'Accepted' };
  expect(await within(2_000, 'Authorize', { idTag: 'VISITOR' })).toMatchObject({ idTagInfo });
  const timestamp = new Date(clock.now()).toISOString();
  const start = { connectorId: '1', idTag: 'VISITOR', meterStart: '0', timestamp };
  expect(await within(2_000, 'StartTransaction', start)).toMatchObject({ idTagInfo });
  command.answer({ status: 'Accepted' });
  expect(await remote).toEqual({ status: 'Accepted' });
  (await csms.question(asked + 1)).answer({ idTokenInfo: { status: 'Accepted' } });
  clock.advance(10_000);
  const heard = () => csms.asked.slice(asked).map(({ request }) => request);
  while (!heard().some(({ action }) => action === 'TransactionEvent')) await idle();
  expect(heard().filter(({ action }) => action === 'TransactionEvent')).toMatchObject([
    { payload: { eventType: 'Started', triggerReason: 'RemoteStart', transactionInfo: { remoteStartId: 17 } } },
  ]);
});
