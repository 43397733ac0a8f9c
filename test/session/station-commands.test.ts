import { expect, test } from 'vitest';
import { BridgeError } from '../../src/base/errors.ts';
import type { JsonObject } from '../../src/base/message.ts';
import { STATION_DEFAULTS } from '../../src/flow/station/settings.ts';
import { ocpp201Flows } from '../../src/flow/station/station-flows.ts';
import type { DeviceRequest } from '../../src/session/ports.ts';
import { MemoryStore } from '../../src/store/memory-store.ts';
import { ManualClock } from '../base/manual-clock.ts';
import { SETTINGS } from '../flow/context.ts';
import { keys, TRANSACTION, transaction } from '../flow/station/command-states.ts';
import { accepted, tables } from '../flow/station/context.ts';
import { bridge, csmsCall, IDENTITY } from './harness.ts';

const SHOWS_COSTS = keys({ CustomDisplayCostAndPrice: 'true' });

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
  sessions.linkChanged(IDENTITY, 'open');
  await answered;
  clock.advance(0);
  const asked = await csms.question(1);
  order.push(asked.request.action);
  expect(order).toEqual(['answer Accepted', 'LogStatusNotification']);
});

test('a slow charge point gets the newest cost of a transaction, and not all those between', async () => {
  const { sessions, device, store } = station();
  const state = accepted({}, { transactions: { 110000000: transaction() }, configuration: SHOWS_COSTS });
  await store.commit(IDENTITY, { revision: 1, state: state as unknown as JsonObject });
  const tell = (totalCost: number) =>
    sessions.receiveCall(csmsCall('CostUpdated', { transactionId: TRANSACTION, totalCost }));
  const cost = ({ request }: { request: DeviceRequest }) => JSON.parse(String(request.payload['data'])) as unknown;

  for (const totalCost of [1, 2, 3, 4]) expect(await tell(totalCost)).toEqual({});
  const first = await device.question(1);
  expect(cost(first)).toMatchObject({ transactionId: 110_000_000, cost: 1 });
  const reset = sessions.receiveCall(csmsCall('Reset', { type: 'Immediate' }));
  first.answer({ status: 'Accepted' });
  const second = await device.question(2);
  expect(cost(second)).toMatchObject({ cost: 4 });
  second.answer({ status: 'Rejected' });
  const third = await device.question(3);
  expect(third.request.action).toBe('Reset');
  third.answer({ status: 'Accepted' });
  expect(await reset).toEqual({ status: 'Accepted' });
});

test('what the CSMS does not take of the bridge itself is told with its reason, and is no fault of the bridge', async () => {
  const { sessions, csms, clock, failures, refusedOwn } = station();
  const answered = sessions.receiveCall(csmsCall('TriggerMessage', { requestedMessage: 'LogStatusNotification' }));
  sessions.linkChanged(IDENTITY, 'open');
  await answered;
  clock.advance(0);
  (await csms.question(1)).refuse(new BridgeError('CsmsLost', 'the link broke'));
  await expect.poll(() => refusedOwn).toEqual(['LogStatusNotification CsmsLost']);
  expect(failures).toEqual([]);
});
