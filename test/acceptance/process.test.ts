import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { RpcCsms } from './csms.ts';
import { openNodeSoap } from './node-soap-peer.ts';
import { type Peer, PeerFault } from './peer.ts';
import { BridgeProcess, type MoreConfig } from './process.ts';
import { surroundings } from './published.ts';

// Each of these starts real processes, up to two.
vi.setConfig({ testTimeout: 90_000 });

let csms: RpcCsms;
let storePath: string;
const peers: Peer[] = [];

beforeEach(async () => {
  storePath = mkdtempSync(join(tmpdir(), 'ocpp-soap-bridge-store-'));
  csms = await RpcCsms.open();
});

afterEach(async () => {
  for (const peer of peers.splice(0)) await peer.close();
  await csms.close();
  rmSync(storePath, { recursive: true, force: true });
  expect(csms.complaints).toEqual([]);
});

async function charging(more?: MoreConfig): Promise<{ bridge: BridgeProcess; peer: Peer }> {
  const bridge = await BridgeProcess.start({ csmsUrl: csms.url, storePath }, more);
  const peer = await openNodeSoap(surroundings(bridge.soapUrl));
  peers.push(peer);
  return { bridge, peer };
}

const START = { connectorId: 1, idTag: 'TAG-1', timestamp: '2026-05-01T10:00:00Z', meterStart: 0 };
const STOP = { timestamp: '2026-05-01T11:00:00Z', meterStop: 7 };

it('is alive and ready, and ends with code 0 and links closed as "going away" after SIGTERM', async () => {
  const { bridge, peer } = await charging();
  expect(await (await fetch(new URL('livez', bridge.adminUrl))).text()).toBe('alive\n');
  expect(await (await fetch(new URL('metrics', bridge.adminUrl))).text()).toMatch(/^ocpp_bridge_/m);
  await peer.call('1.5', 'CP', 'Heartbeat', {});
  expect(await bridge.stop()).toBe(0);
  expect(csms.closed.get('CP')).toBe(1001);
});

it('ends with code 0 after SIGTERM also when nobody reads its log any more', async () => {
  const bridge = await BridgeProcess.start({ csmsUrl: csms.url, storePath });
  bridge.stopReading();
  expect(await bridge.stop()).toBe(0);
});

it.each(['stop', 'crash'] as const)('knows a transaction after a %s under both its ids', async (end) => {
  const first = await charging();
  const id = 5_000_000_000;
  csms.answer('CP', 'StartTransaction', { transactionId: id, idTagInfo: { status: 'Accepted' } });
  const { payload } = await first.peer.call('1.5', 'CP', 'StartTransaction', START);
  expect(payload['transactionId']).toBeLessThan(2 ** 31);
  await first.bridge[end]();

  const { bridge, peer } = await charging();
  const transactionId = payload['transactionId'];
  await peer.call('1.5', 'CP', 'StopTransaction', { transactionId, ...STOP });
  expect(csms.of('CP', 'StopTransaction')).toEqual([{ transactionId: id, ...STOP }]);
  expect(await bridge.stop()).toBe(0);
});

it('gives the answer to a transaction message that was lost in a crash again, and the CSMS hears the start once', async () => {
  const first = await charging();
  csms.answer('CP', 'StartTransaction', { transactionId: 81, idTagInfo: { status: 'Accepted' } });
  await first.peer.call('1.5', 'CP', 'StartTransaction', START);
  await first.bridge.crash();

  const { bridge, peer } = await charging();
  const { payload } = await peer.call('1.5', 'CP', 'StartTransaction', START);
  expect(payload).toMatchObject({ transactionId: 81 });
  expect(csms.of('CP', 'StartTransaction')).toHaveLength(1);
  expect(await bridge.stop()).toBe(0);
});

it('never answers a transaction message with a Fault because the CSMS is away', async () => {
  const { bridge, peer } = await charging({ soap: { listen: '127.0.0.1:0', answerWithin: '300ms' } });
  await csms.close();
  const outcome = await peer.call('1.5', 'CP', 'StartTransaction', START).catch((error: unknown) => error);
  expect(outcome).not.toBeInstanceOf(PeerFault);
  expect(await bridge.stop()).toBe(0);
});
