import { expect, test } from 'vitest';
import type { JsonObject } from '../../src/base/message.ts';
import { STATION_DEFAULTS } from '../../src/flow/station/settings.ts';
import { ocpp201Flows } from '../../src/flow/station/station-flows.ts';
import { MemoryStore } from '../../src/store/memory-store.ts';
import { SETTINGS } from '../flow/context.ts';
import { accepted, tables } from '../flow/station/context.ts';
import { bridge, csmsCall, deviceCall, IDENTITY } from './harness.ts';

/** Keys of the link belong to the bridge: a charge point may have others of the same name. */

/** What a new process sets for the link when the charge point is heard. */
async function configured(store: MemoryStore): Promise<string[]> {
  const parts = bridge(store);
  void parts.sessions.receive(deviceCall('Heartbeat').call);
  await parts.csms.question(1);
  return parts.links.filter((line) => line.startsWith('configure'));
}

/** A charge point that the bridge has heard, and that has told all its keys to the CSMS. */
async function asked(store: MemoryStore) {
  const parts = bridge(store);
  const { call, delivered } = deviceCall('Heartbeat', {}, { callback: 'http://10.0.0.1/' });
  const beat = parts.sessions.receive(call);
  (await parts.csms.question(1)).answer({ currentTime: '2024-03-09T10:00:00Z' });
  await beat;
  delivered(true);
  const told = parts.sessions.receiveCall(csmsCall('GetConfiguration'));
  const key = { key: 'WebSocketPingInterval', readonly: 'false', value: '7' };
  (await parts.device.question(1)).answer({ configurationKey: [key] });
  await told;
  return parts;
}

test('what a charge point calls WebSocketPingInterval never becomes that of the link', async () => {
  const store = new MemoryStore();
  await asked(store);
  expect(await configured(store)).toEqual([]);
});

test('what the CSMS set holds after a restart', async () => {
  const store = new MemoryStore();
  const parts = await asked(store);
  await parts.sessions.receiveCall(csmsCall('ChangeConfiguration', { key: 'WebSocketPingInterval', value: '30' }));
  expect(await configured(store)).toEqual([`configure ${IDENTITY}: WebSocketPingInterval=30`]);
});

test.each(['a sign of life', 'its start'])(
  'a new process knows where the CSMS has sent the link before it opens it: at %s',
  async (when) => {
    const url = 'ws://csms.example/b';
    const station = () => ({
      tables,
      settings: { ...STATION_DEFAULTS, networkProfile: 'ownLink' as const },
      link: { url: 'ws://csms.example/a', certificate: false },
    });
    const settings = { flow: SETTINGS, flows: ocpp201Flows, station, timezone: 'UTC', version: undefined };
    const store = new MemoryStore();
    const network = { slots: { 1: { url, securityProfile: 1, password: 'AA' } }, priority: [1], linked: 1 };
    const state = JSON.parse(JSON.stringify(accepted({ network }, { heardAt: 0 }))) as JsonObject;
    await store.commit(IDENTITY, { revision: 1, state, put: [], remove: [] });
    const { sessions, links } = bridge(store, {}, { chargePoint: () => settings });
    if (when === 'its start') await sessions.resume();
    else void sessions.receive(deviceCall('Heartbeat').call).catch(() => undefined);
    await expect.poll(() => links.length).toBeGreaterThan(1);
    const ways = { ways: [{ slot: 1, url, password: 'AA' }, { slot: 0 }], attempts: 3 };
    expect(links.slice(0, 2)).toEqual([`lead ${IDENTITY}: ${JSON.stringify(ways)}`, `open ${IDENTITY}`]);
  },
);
