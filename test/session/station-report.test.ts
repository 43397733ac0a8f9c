import { expect, test } from 'vitest';
import type { JsonObject, SoapObject } from '../../src/base/message.ts';
import { STATION_DEFAULTS } from '../../src/flow/station/settings.ts';
import { ocpp201Flows } from '../../src/flow/station/station-flows.ts';
import { ManualClock } from '../base/manual-clock.ts';
import { NOW, SETTINGS } from '../flow/context.ts';
import { tables } from '../flow/station/context.ts';
import { PLAIN } from '../flow/station/point.ts';
import { valid } from '../flow/station/valid.ts';
import { bridge, csmsCall, deviceCall, IDENTITY } from './harness.ts';

/** A CSMS that wants the whole device model, and to set some of it, before it accepts the station (OCPP 2.0.1 B02). */

const BOOT = { chargePointVendor: 'ABL', chargePointModel: 'eMH1' };

function house() {
  const station = () => ({ tables, settings: STATION_DEFAULTS });
  const settings = { flow: SETTINGS, flows: ocpp201Flows, station, timezone: 'UTC', version: undefined };
  const clock = new ManualClock(NOW);
  return bridge(undefined, {}, { chargePoint: () => settings, clock }, clock);
}

/** What is due at once is done at once. */
async function inTime<T>(clock: ManualClock, awaited: Promise<T>): Promise<T> {
  let there = false;
  void awaited.then(() => {
    there = true;
  });
  while (!there) {
    await new Promise((resolve) => setImmediate(resolve));
    clock.advance(0);
  }
  return awaited;
}

test('a station is reported and configured while it is Pending, in one go', async () => {
  const { sessions, csms, device, clock } = house();
  const boot = deviceCall('BootNotification', BOOT, { version: '1.6', now: clock.now() });
  const booted = sessions.receive(boot.call);
  sessions.linkChanged(IDENTITY, 'open');
  const told = await csms.question(1);
  expect(told.request.action).toBe('BootNotification');
  told.answer({ status: 'Pending', interval: 30, currentTime: '2024-03-09T10:00:00Z' });
  expect(await booted).toMatchObject({ status: 'Accepted' });
  boot.delivered(true);

  // Nothing is asked before the charge point's turn, unless the CSMS wants to know.
  const promised = sessions.receiveCall(csmsCall('GetBaseReport', { requestId: 0, reportBase: 'FullInventory' }));
  expect(await promised).toEqual({ status: 'Accepted' });
  const question = await inTime(clock, device.question(1));
  expect(question.request).toMatchObject({ action: 'GetConfiguration', payload: {} });
  question.answer({ configurationKey: PLAIN as unknown as SoapObject[] });
  // It has just booted and tells no statuses: the report does not wait for them for ever.
  await new Promise((resolve) => setImmediate(resolve));
  expect(csms.asked).toHaveLength(1);
  clock.advance(5_000);

  const rows: JsonObject[] = [];
  for (let n = 2; ; n += 1) {
    const { request, answer } = await inTime(clock, csms.question(n));
    expect(request.action).toBe('NotifyReport');
    const page = valid('NotifyReport', 'request', request.payload);
    expect(page['seqNo']).toBe(n - 2);
    rows.push(...(page['reportData'] as JsonObject[]));
    answer({});
    if (page['tbc'] === false) break;
  }
  expect(rows.length).toBeGreaterThan(80);
  expect(device.asked).toHaveLength(1);

  const data = [
    { component: { name: 'OCPPCommCtrlr' }, variable: { name: 'OfflineThreshold' }, attributeValue: '90' },
    { component: { name: 'TxCtrlr' }, variable: { name: 'EVConnectionTimeOut' }, attributeValue: '90' },
  ];
  const written = sessions.receiveCall(csmsCall('SetVariables', { setVariableData: data }));
  const change = await inTime(clock, device.question(2));
  expect(change.request).toMatchObject({
    action: 'ChangeConfiguration',
    payload: { key: 'ConnectionTimeOut', value: '90' },
  });
  change.answer({ status: 'RebootRequired' });
  const { setVariableResult } = await written;
  expect((setVariableResult as JsonObject[]).map((one) => one['attributeStatus'])).toEqual([
    'Accepted',
    'RebootRequired',
  ]);
});
