import { expect, test } from 'vitest';
import { STATION_DEFAULTS } from '../../src/flow/station/settings.ts';
import { ocpp201Flows } from '../../src/flow/station/station-flows.ts';
import { MemoryStore } from '../../src/store/memory-store.ts';
import { ManualClock } from '../base/manual-clock.ts';
import { SETTINGS } from '../flow/context.ts';
import { tables } from '../flow/station/context.ts';
import { bridge, csmsCall } from './harness.ts';

/** A bridge to a CSMS of OCPP 2.0.1. */
function station(settings = {}) {
  const chargePoint = () => ({
    ...{ flow: SETTINGS, flows: ocpp201Flows, timezone: 'UTC', version: '1.6' as const },
    station: () => ({ tables, settings: { ...STATION_DEFAULTS, ...settings } }),
  });
  return bridge(new MemoryStore(), {}, { chargePoint }, new ManualClock());
}

test('a soft reset that does nothing is followed by a hard one after a minute', async () => {
  const { sessions, device, clock } = station({ immediateReset: 'softThenHard' });
  const answer = sessions.receiveCall(csmsCall('Reset', { type: 'Immediate' }));
  const soft = await device.question(1);
  expect(soft.request).toMatchObject({ action: 'Reset', payload: { type: 'Soft' } });
  soft.answer({ status: 'Accepted' });
  expect(await answer).toEqual({ status: 'Accepted' });
  clock.advance(60_000);
  const hard = await device.question(2);
  expect(hard.request).toMatchObject({ action: 'Reset', payload: { type: 'Hard' } });
});

test('a triggered message follows the answer that promises it', async () => {
  const { sessions, csms, clock } = station();
  const order: string[] = [];
  const request = csmsCall('TriggerMessage', { requestedMessage: 'LogStatusNotification' });
  const answered = sessions
    .receiveCall(request)
    .then((answer) => void order.push(`answer ${String(answer['status'])}`));
  await answered;
  clock.advance(0);
  const asked = await csms.question(1);
  order.push(asked.request.action);
  expect(order).toEqual(['answer Accepted', 'LogStatusNotification']);
});
