import { expect, test } from 'vitest';
import { STATION_DEFAULTS } from '../../src/flow/station/settings.ts';
import { ocpp201Flows } from '../../src/flow/station/station-flows.ts';
import { ManualClock } from '../base/manual-clock.ts';
import { NOW, SETTINGS } from '../flow/context.ts';
import { tables } from '../flow/station/context.ts';
import { bridge, deviceCall, IDENTITY } from './harness.ts';

/** What the CSMS says to a boot decides what it hears next (OCPP 2.0.1 B01.FR.08, B02, B03). */

function house() {
  const station = () => ({ tables, settings: STATION_DEFAULTS });
  const settings = { flow: SETTINGS, flows: ocpp201Flows, station, timezone: 'UTC', version: undefined };
  const clock = new ManualClock(NOW);
  return bridge(undefined, {}, { chargePoint: () => settings, clock }, clock);
}

const idle = () => new Promise((resolve) => setImmediate(resolve));

async function authorizing() {
  const made = house();
  const { sessions, csms, clock } = made;
  const { call } = deviceCall('Authorize', { idTag: '04A2B3C4' }, { version: '1.6', now: clock.now() });
  sessions.linkChanged(IDENTITY, 'open');
  const answer = sessions.receive(call);
  sessions.linkChanged(IDENTITY, 'open');
  const boot = await csms.question(1);
  expect(boot.request.action).toBe('BootNotification');
  await idle();
  expect(csms.asked).toHaveLength(1);
  return { ...made, answer, boot };
}

test('a tag is asked about once the CSMS has accepted the boot', async () => {
  const { csms, answer, boot } = await authorizing();
  boot.answer({ status: 'Accepted', interval: 300, currentTime: '2024-03-09T10:00:00Z' });
  let asked = 1;
  for (;;) {
    const { request, answer: reply } = await csms.question(++asked);
    if (request.action !== 'Authorize') {
      reply({});
      continue;
    }
    reply({ idTokenInfo: { status: 'Blocked' } });
    break;
  }
  expect(await answer).toMatchObject({ idTagInfo: { status: 'Blocked' } });
});

test.each(['Pending', 'Rejected'])('a tag is judged without a CSMS that says %s', async (status) => {
  const { csms, answer, boot } = await authorizing();
  boot.answer({ status, interval: 300, currentTime: '2024-03-09T10:00:00Z' });
  expect(await answer).toMatchObject({ idTagInfo: { status: 'Invalid' } });
  expect(csms.asked.map(({ request }) => request.action)).not.toContain('Authorize');
});
