/** A charge point that its CSMS sends to another one, and that comes back when that one is gone (OCPP 2.0.1 B09, B10). */

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import type { JsonObject } from '../../src/base/message.ts';
import { RpcCsms } from './csms.ts';
import { openNodeSoap } from './node-soap-peer.ts';
import type { Message, Peer } from './peer.ts';
import { BridgeProcess } from './process.ts';
import { surroundings } from './published.ts';

// Real processes, one of which is killed and started again.
vi.setConfig({ testTimeout: 90_000, hookTimeout: 90_000 });

/** OCPP 2.0.1 cannot write the charge point's own identity. */
const IDENTITY = '00:80:F4:42';
const NAME = 'CS-0001';
const BOOT = { chargePointVendor: 'V', chargePointModel: 'M' };

let a: RpcCsms;
let b: RpcCsms;
let bridge: BridgeProcess;
let peer: Peer;
let storePath: string;

const run = (): Promise<BridgeProcess> =>
  BridgeProcess.start(
    { csmsUrl: a.url, protocol: 'ocpp2.0.1', storePath, haste: true },
    {
      station: { networkProfile: 'ownLink', bootWithin: '500ms' },
      chargePoints: { [IDENTITY]: { csms: { identity: NAME } } },
    },
  );

const say = async (action: string, payload: Message): Promise<Message> =>
  (await peer.call('1.5', IDENTITY, action, payload)).payload;
let hour = 10;
async function start(): Promise<number> {
  const timestamp = `2026-05-01T${hour++}:00:00Z`;
  const { transactionId } = await say('StartTransaction', {
    connectorId: 1,
    idTag: '04A2B3C4',
    timestamp,
    meterStart: 0,
  });
  return Number(transactionId);
}
const named = (name: string): JsonObject => ({ component: { name: 'OCPPCommCtrlr' }, variable: { name } });

beforeAll(async () => {
  storePath = mkdtempSync(join(tmpdir(), 'ocpp-soap-bridge-store-'));
  [a, b] = await Promise.all([RpcCsms.open('ocpp2.0.1'), RpcCsms.open('ocpp2.0.1')]);
  bridge = await run();
  peer = await openNodeSoap(surroundings(bridge.soapUrl));
});

afterAll(async () => {
  await peer?.close();
  await bridge?.stop();
  await Promise.all([a?.close(), b?.close()]);
  rmSync(storePath, { recursive: true, force: true });
});

async function active(csms: RpcCsms): Promise<unknown> {
  const answer = await csms.call(NAME, 'GetVariables', { getVariableData: [named('ActiveNetworkProfile')] });
  return (answer['getVariableResult'] as JsonObject[])[0]?.['attributeValue'];
}

it('goes to another CSMS at a reset, and boots there', async () => {
  await say('BootNotification', BOOT);
  await say('StatusNotification', { connectorId: 1, status: 'Available', errorCode: 'NoError' });
  await a.until(NAME, 'StatusNotification', 1);
  const connectionData = {
    ...{ ocppVersion: 'OCPP20', ocppTransport: 'JSON', ocppCsmsUrl: b.url, messageTimeout: 30 },
    ...{ securityProfile: 1, ocppInterface: 'Wired0' },
  };
  expect(await a.call(NAME, 'SetNetworkProfile', { configurationSlot: 1, connectionData })).toEqual({
    status: 'Accepted',
  });
  const set = await a.call(NAME, 'SetVariables', {
    setVariableData: [
      { ...named('NetworkConfigurationPriority'), attributeValue: '1' },
      { ...named('NetworkProfileConnectionAttempts'), attributeValue: '2' },
    ],
  });
  expect((set['setVariableResult'] as JsonObject[]).map((one) => one['attributeStatus'])).toEqual([
    'RebootRequired',
    'Accepted',
  ]);
  expect(b.heard).toEqual([]);

  const transactionId = await start();
  await peer.answer('1.5', 'Reset', { status: 'Accepted' });
  expect(await a.call(NAME, 'Reset', { type: 'Immediate' })).toEqual({ status: 'Accepted' });
  await say('StopTransaction', { transactionId, timestamp: '2026-05-01T10:30:00Z', meterStop: 100 });
  expect((await a.until(NAME, 'TransactionEvent', 2)).map(({ eventType }) => eventType)).toEqual(['Started', 'Ended']);
  await b.until(NAME, 'BootNotification', 1);
  await say('BootNotification', BOOT);
  const boots = await b.until(NAME, 'BootNotification', 2);
  expect(boots.map(({ reason }) => reason)).toEqual(['Unknown', 'RemoteReset']);
  expect(b.heard[0]?.action).toBe('BootNotification');
  expect(await active(b)).toBe('1');

  await start();
  expect(await b.until(NAME, 'TransactionEvent', 1)).toMatchObject([{ eventType: 'Started' }]);
  expect(a.of(NAME, 'TransactionEvent')).toHaveLength(2);
});

it('is there again after a restart of the bridge, without a word to the first CSMS', async () => {
  const before = a.heard.length;
  const boots = b.of(NAME, 'BootNotification').length;
  await bridge.crash();
  await peer.close();
  bridge = await run();
  peer = await openNodeSoap(surroundings(bridge.soapUrl));
  await say('Heartbeat', {});
  await b.until(NAME, 'BootNotification', boots + 1);
  expect(a.heard.length).toBe(before);
});

it('comes back when the other CSMS is gone', async () => {
  const boots = a.of(NAME, 'BootNotification').length;
  await b.close();
  await say('Heartbeat', {});
  await a.until(NAME, 'BootNotification', boots + 1);
  expect(await active(a)).toBe('0');
  a.forgiveBrokenConnections();
  expect([a.complaints, bridge.troubles.filter((line) => line.includes(b.url))]).toEqual([[], []]);
});
