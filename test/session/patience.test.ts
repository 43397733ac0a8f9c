import { expect, test } from 'vitest';
import { STATION_DEFAULTS } from '../../src/flow/station/settings.ts';
import { ocpp201Flows } from '../../src/flow/station/station-flows.ts';
import { ManualClock } from '../base/manual-clock.ts';
import { NOW, SETTINGS } from '../flow/context.ts';
import { tables } from '../flow/station/context.ts';
import { bridge, deviceCall, IDENTITY } from './harness.ts';

/** How long a charge point waits for a CSMS that has its call and says nothing. */

const idle = () => new Promise((resolve) => setImmediate(resolve));

async function booted() {
  const station = () => ({ tables, settings: { ...STATION_DEFAULTS, syncWait: 7_000 } });
  const settings = { flow: SETTINGS, flows: ocpp201Flows, station, timezone: 'UTC', version: undefined };
  const clock = new ManualClock(NOW);
  const { sessions, csms } = bridge(undefined, {}, { chargePoint: () => settings, clock }, clock);
  const ask = (action: string, payload: Record<string, string>) =>
    sessions.receive(deviceCall(action, payload, { version: '1.6', now: clock.now(), since: clock.monotonic() }).call);
  const boot = ask('BootNotification', { chargePointVendor: 'V', chargePointModel: 'M' });
  sessions.linkChanged(IDENTITY, 'open');
  (await csms.question(1)).answer({ status: 'Accepted', interval: 300, currentTime: '2024-03-09T10:00:00Z' });
  await boot;
  return { csms, clock, ask };
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
