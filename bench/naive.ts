import { readFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import express from 'express';
import * as soap from 'soap';
import { WebSocket } from 'ws';

/** The bridge anyone would write first: node-soap's server on express, a WebSocket per charge point, fields copied by hand. */

const url = process.argv[2];
const wsdl = readFileSync(new URL('../wsdl/ocpp-1.5-central-system.wsdl', import.meta.url), 'utf8');
const links = new Map<string, Promise<WebSocket>>();
const waiting = new Map<string, (payload: object) => void>();
let ids = 0;

function link(identity: string): Promise<WebSocket> {
  let opened = links.get(identity);
  if (opened === undefined) {
    opened = new Promise((resolve, reject) => {
      const socket = new WebSocket(`${url}/${identity}`, 'ocpp1.6', { perMessageDeflate: false });
      socket.on('message', (data) => {
        const [, id, payload] = JSON.parse(String(data)) as [number, string, object];
        waiting.get(id)?.(payload);
        waiting.delete(id);
      });
      socket.once('open', () => resolve(socket));
      socket.once('error', reject);
    });
    links.set(identity, opened);
  }
  return opened;
}

async function call(
  headers: { chargeBoxIdentity?: string | { $value: string } },
  action: string,
  payload: object,
): Promise<object> {
  const identity = headers.chargeBoxIdentity;
  const socket = await link(typeof identity === 'object' ? identity.$value : String(identity));
  const id = String(++ids);
  return new Promise((resolve) => {
    waiting.set(id, resolve);
    socket.send(JSON.stringify([2, id, action, payload]));
  });
}

type Handler = (args: Record<string, unknown>, callback: (answer: object) => void, headers: object) => void;
const handler =
  (action: string, convert: (answer: Record<string, unknown>) => object): Handler =>
  (args, callback, headers) => {
    void call(headers, action, args).then((answer) => callback(convert(answer as Record<string, unknown>)));
  };

const operations: Record<string, Handler> = {
  BootNotification: handler('BootNotification', ({ interval, ...rest }) => ({ ...rest, heartbeatInterval: interval })),
  StatusNotification: handler('StatusNotification', (answer) => answer),
  StartTransaction: handler('StartTransaction', (answer) => answer),
  MeterValues: handler('MeterValues', (answer) => answer),
  StopTransaction: handler('StopTransaction', (answer) => answer),
  Authorize: handler('Authorize', (answer) => answer),
  DataTransfer: handler('DataTransfer', (answer) => answer),
  Heartbeat: handler('Heartbeat', (answer) => answer),
};

const app = express();
const server = app.listen(0, '127.0.0.1', () => {
  const service = { CentralSystemService: { CentralSystemServiceSoap12: operations } };
  soap.listen(app, '/', service as never, wsdl, () =>
    console.log(`listening ${(server.address() as AddressInfo).port}`),
  );
});
