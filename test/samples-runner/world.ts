/** The two peers of the bridge: a CSMS on a WebSocket server, and the SOAP servers of all charge points on one port. */

import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gunzipSync, inflateSync } from 'node:zlib';
import { type WebSocket, WebSocketServer } from 'ws';
import type { Json } from '../../src/base/message.ts';
import type { Conversation } from './conversation.ts';

export class World {
  readonly #csms: Server;
  readonly #devices: Server;
  readonly #conversations = new Map<string, Conversation>();
  /** Statuses with which the upgrade of some charge points is refused. */
  readonly #refusals = new Map<string, number>();

  private constructor(csms: Server, devices: Server) {
    this.#csms = csms;
    this.#devices = devices;
  }

  static async open(): Promise<World> {
    const csms = createServer();
    const devices = createServer();
    const world = new World(csms, devices);
    const sockets = new WebSocketServer({ noServer: true, handleProtocols: () => 'ocpp1.6' });
    csms.on('upgrade', (request, socket, head) => {
      const identity = identityIn(request);
      const status = world.#refusals.get(identity);
      if (status !== undefined) {
        socket.end(`HTTP/1.1 ${status} No\r\nContent-Length: 0\r\nConnection: close\r\n\r\n`);
        return;
      }
      sockets.handleUpgrade(request, socket, head, (link) => world.#linked(identity, request.url ?? '', link));
    });
    devices.on('request', (request: IncomingMessage, response) => {
      world.#called(request, response).catch(() => response.destroy());
    });
    for (const server of [csms, devices]) {
      server.listen(0, '127.0.0.1');
      await once(server, 'listening');
    }
    return world;
  }

  get csmsUrl(): string {
    return `ws://127.0.0.1:${(this.#csms.address() as AddressInfo).port}/ocpp`;
  }

  get devicePort(): number {
    return (this.#devices.address() as AddressInfo).port;
  }

  /** From now on, what the bridge says for this charge point goes into the conversation. */
  enter(conversation: Conversation, path: string, refuseLink: number | undefined): void {
    this.#conversations.set(conversation.identity, conversation);
    this.#conversations.set(path, conversation);
    if (refuseLink !== undefined) this.#refusals.set(conversation.identity, refuseLink);
  }

  /** The CSMS refuses the WebSocket of this charge point no longer. */
  takeLink(identity: string): void {
    this.#refusals.delete(identity);
  }

  #linked(identity: string, path: string, link: WebSocket): void {
    const conversation = this.#conversations.get(identity);
    if (conversation === undefined) {
      link.terminate();
      return;
    }
    conversation.linkPath = path;
    conversation.tell = (text) => link.send(text);
    link.on('message', (data) => {
      const frame = JSON.parse(String(data)) as Json[];
      conversation.hear(frame[0] === 2 ? 'csms.call' : 'csms.answer', frame);
    });
    link.on('close', () => {
      conversation.tell = undefined;
    });
    conversation.changed();
  }

  async #called(request: IncomingMessage, response: import('node:http').ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const conversation = this.#conversations.get(request.url ?? '');
    if (conversation === undefined) {
      response.writeHead(404).end();
      return;
    }
    conversation.hear('charge-point.call', {
      method: request.method ?? '',
      headers: request.headers,
      text: unpacked(Buffer.concat(chunks), request.headers['content-encoding']).toString('utf8'),
      answer: (status, headers, body) => response.writeHead(status, headers).end(body),
      hangUp: () => response.destroy(),
    });
  }

  async close(): Promise<void> {
    for (const server of [this.#csms, this.#devices]) {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    }
  }
}

function identityIn(request: IncomingMessage): string {
  return decodeURIComponent((request.url ?? '').split('?', 1)[0]?.split('/').at(-1) ?? '');
}

function unpacked(body: Buffer, encoding: string | undefined): Buffer {
  if (encoding === 'gzip') return gunzipSync(body);
  return encoding === 'deflate' ? inflateSync(body) : body;
}
