import { once } from 'node:events';
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, it } from 'vitest';
import { WebSocketServer } from 'ws';
import { type Bridge, startBridge } from '../../src/app/bridge.ts';
import { loadConfig } from '../../src/app/config/load.ts';
import { MAPPINGS_DIR } from '../../src/app/places.ts';
import { silentLog } from '../../src/base/log.ts';
import { message } from '../chargepoint/near-bank.ts';

const ends: (() => unknown)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
});

/** A CSMS that takes every charge point. */
async function csms(): Promise<string> {
  const server = new WebSocketServer({ port: 0, host: '127.0.0.1', handleProtocols: () => 'ocpp1.6' });
  server.on('connection', (socket) => {
    socket.on('message', (data) => {
      const [type, id] = JSON.parse(String(data)) as [number, string];
      const answer = { status: 'Accepted', currentTime: '2024-03-09T10:15:30.250Z', interval: 300 };
      if (type === 2) socket.send(JSON.stringify([3, id, answer]));
    });
  });
  await once(server, 'listening');
  ends.push(() => server.close());
  return `ws://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

const VENDOR = '<o:chargePointVendor>NKT</o:chargePointVendor><o:chargePointModel>M</o:chargePointModel>';

/** What the charge point gets when it boots. */
async function boot({ soapUrl }: Bridge, identity: string): Promise<string> {
  const body = message({ identity, element: 'bootNotificationRequest', body: VENDOR });
  return (await fetch(soapUrl, { method: 'POST', body })).text();
}

it('A bridge answers a charge point by its profile, by the one that is configured, and by a changed one', async () => {
  const dir = mkdtempSync(join(tmpdir(), 'quirks-'));
  ends.push(() => rmSync(dir, { recursive: true }));
  cpSync(MAPPINGS_DIR, dir, { recursive: true });
  const text = `
soap: { listen: "127.0.0.1:0" }
admin: { listen: "127.0.0.1:0" }
csms: { url: "${await csms()}" }
store: { memory: true }
mapping: { dir: ${dir} }
chargePoints: { PLAIN: { profile: none } }`;
  const bridge = await startBridge(loadConfig({ text, env: {} }), silentLog);
  ends.push(() => bridge.stop());

  expect(await boot(bridge, 'CP-1')).toMatch(/^<\?xml.*\n<soapenv:Envelope .*<ns1:currentTime>2024-03-09T10:15:30Z</);
  expect(await boot(bridge, 'PLAIN')).toMatch(/^<\?xml.*\n<s:Envelope /);

  const file = join(dir, 'quirks', 'nkt.yaml');
  const before = readFileSync(file, 'utf8');
  writeFileSync(file, before.replace('prefixes: soapenv', 'prefixes: gsoap, fraction: 3'));
  bridge.reloadTables('test');
  expect(await boot(bridge, 'CP-1')).toMatch(
    /^<\?xml.*\n<SOAP-ENV:Envelope .*<cs:currentTime>2024-03-09T10:15:30.250Z</,
  );

  writeFileSync(file, before.replace('prefixes: soapenv', 'prefixes: none such'));
  bridge.reloadTables('test');
  expect(await boot(bridge, 'CP-1')).toMatch(/^<\?xml.*\n<SOAP-ENV:Envelope /);
  const metrics = await (await fetch(`${bridge.adminUrl}metrics`)).text();
  expect(metrics).toContain('ocpp_bridge_quirks_total{profile="nkt"} 3');
  expect(metrics).toMatch(/ocpp_bridge_mapping_reloads_total\{outcome="refused"\} 1/);
});
