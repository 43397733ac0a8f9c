import type { AddressInfo } from 'node:net';
import { RPCServer, type RPCServer as Server } from 'ocpp-rpc';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { ending, farBank, NOW, request } from './far-bank.ts';

/** An independent implementation of OCPP-J as CSMS, strict about schemas both ways. */
let server: Server;
let url: string;

beforeEach(async () => {
  server = new RPCServer({ protocols: ['ocpp1.6'], strictMode: true });
  const http = await server.listen(0, '127.0.0.1');
  url = `ws://127.0.0.1:${(http.address() as AddressInfo).port}/ocpp`;
});

afterEach(async () => {
  await server.close({ force: true });
});

it('a strict OCPP-J server takes our calls and gets answers to its own', async () => {
  const { links, side } = farBank(url, { credentials: (identity) => ({ user: identity, password: 'pass' }) });
  const seen: unknown[] = [];
  server.auth((accept, _reject, handshake) => {
    seen.push([handshake.identity, handshake.password?.toString()]);
    accept();
  });
  const started = new Promise((resolve, reject) => {
    server.on('client', (client) => {
      client.handle('BootNotification', ({ params }: { params?: unknown }) => {
        seen.push(params);
        return { ...NOW, status: 'Accepted', interval: 300 };
      });
      client.handle('Heartbeat', () => {
        client.call('RemoteStartTransaction', { idTag: 'tag', connectorId: 1 }).then(resolve, reject);
        return NOW;
      });
    });
  });

  const boot = { chargePointVendor: 'v', chargePointModel: 'm' };
  expect(await ending(links.call(request({ identity: 'CP 1', action: 'BootNotification', payload: boot })))).toEqual({
    answer: { ...NOW, status: 'Accepted', interval: 300 },
  });
  expect(await ending(links.call(request({ identity: 'CP 1' })))).toEqual({ answer: NOW });
  expect(await started).toEqual({ status: 'Accepted' });
  expect(seen).toEqual([['CP 1', 'pass'], boot]);
  expect(side.calls.map((call) => [call.identity, call.action, call.payload])).toEqual([
    ['CP 1', 'RemoteStartTransaction', { idTag: 'tag', connectorId: 1 }],
  ]);
  await links.drain();
});
