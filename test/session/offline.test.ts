import { expect, test } from 'vitest';
import type { JsonObject } from '../../src/base/message.ts';
import { STATION_DEFAULTS } from '../../src/flow/station/settings.ts';
import { ocpp201Flows } from '../../src/flow/station/station-flows.ts';
import { ManualClock } from '../base/manual-clock.ts';
import { NOW, SETTINGS } from '../flow/context.ts';
import { tables } from '../flow/station/context.ts';
import { bridge, deviceCall, IDENTITY, lost } from './harness.ts';

/** An event that waited when the link opened says so (OCPP 2.0.1 E04, E11), whatever somebody does to the clock. */

const idle = () => new Promise((resolve) => setImmediate(resolve));

function house() {
  const station = () => ({ tables, settings: STATION_DEFAULTS });
  const settings = { flow: SETTINGS, flows: ocpp201Flows, station, timezone: 'UTC', version: undefined };
  const clock = new ManualClock(NOW);
  const { sessions, csms } = bridge(undefined, {}, { chargePoint: () => settings, clock }, clock);
  const answered = new Set<unknown>();
  const start = (meterStart: string) => {
    const text = { connectorId: '1', idTag: '04A2B3C4', meterStart, timestamp: '2024-03-09T10:00:00Z' };
    const since = clock.monotonic();
    return sessions.receive(deviceCall('StartTransaction', text, { version: '1.6', now: clock.now(), since }).call);
  };
  /** The CSMS answers everything but events, until it has got one more of them. */
  const event = async () => {
    for (let turn = 0; turn < 200; turn += 1) {
      await idle();
      for (const asked of csms.asked) {
        if (answered.has(asked)) continue;
        answered.add(asked);
        const { action, payload } = asked.request;
        if (action === 'TransactionEvent') return { ...asked, payload };
        asked.answer(
          action === 'BootNotification'
            ? { status: 'Accepted', interval: 300, currentTime: '2024-03-09T10:00:00Z' }
            : {},
        );
      }
      clock.advance(200);
    }
    throw new Error('no event');
  };
  return { sessions, clock, start, event };
}

const registerOf = ({ meterValue }: JsonObject) => (meterValue as JsonObject[])[0]?.['sampledValue'];

test.each([0, -2, 2])('with the clock set by %d hours in between', async (hours) => {
  const { sessions, clock, start, event } = house();
  const first = start('0');
  sessions.linkChanged(IDENTITY, 'open');
  const before = await event();
  expect(before.payload).toMatchObject({ eventType: 'Started', offline: true });
  before.answer({});
  await first;

  const second = start('7');
  const closing = await event();
  expect(closing.payload).toMatchObject({ eventType: 'Ended' });
  expect(closing.payload).not.toHaveProperty('offline');
  closing.answer({});
  const inFlight = await event();
  expect(inFlight.payload).not.toHaveProperty('offline');
  sessions.linkChanged(IDENTITY, 'closed');
  inFlight.refuse(lost());
  clock.jump(hours * 3_600_000);
  sessions.linkChanged(IDENTITY, 'open');
  const again = await event();
  expect(again.payload).toEqual({ ...inFlight.payload, offline: true });
  expect(registerOf(again.payload)).toMatchObject([{ value: 7 }]);
  again.answer({});
  await second;
});
