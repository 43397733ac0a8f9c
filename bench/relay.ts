import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { WebSocket } from 'ws';

/** The limit: HTTP in, one WebSocket per charge point out, nothing read and nothing converted. */

const url = process.argv[2];
const links = new Map<string, Promise<WebSocket>>();
const waiting = new Map<string, (text: string) => void>();
let ids = 0;

function link(identity: string): Promise<WebSocket> {
  let opened = links.get(identity);
  if (opened === undefined) {
    opened = new Promise((resolve, reject) => {
      const socket = new WebSocket(`${url}/${identity}`, 'ocpp1.6', { perMessageDeflate: false });
      socket.on('message', (data) => {
        const text = String(data);
        const cut = text.indexOf('\n');
        const id = text.slice(0, cut);
        waiting.get(id)?.(text.slice(cut + 1));
        waiting.delete(id);
      });
      socket.once('open', () => resolve(socket));
      socket.once('error', reject);
    });
    links.set(identity, opened);
  }
  return opened;
}

const server = createServer((request, response) => {
  const chunks: Buffer[] = [];
  request.on('data', (chunk: Buffer) => chunks.push(chunk));
  request.on('end', () => {
    const text = Buffer.concat(chunks).toString();
    const from = text.indexOf('chargeBoxIdentity>') + 18;
    const identity = text.slice(from, text.indexOf('<', from));
    const id = String(++ids);
    waiting.set(id, (answer) => {
      response.writeHead(200, {
        'Content-Type': 'application/soap+xml; charset=utf-8',
        'Content-Length': Buffer.byteLength(answer),
      });
      response.end(answer);
    });
    void link(identity).then((socket) => socket.send(`${id}\n${text}`));
  });
});
server.listen(0, '127.0.0.1', () => console.log(`listening ${(server.address() as AddressInfo).port}`));
