import { expect, test } from 'vitest';
import { MemoryStore } from '../../src/store/memory-store.ts';
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
