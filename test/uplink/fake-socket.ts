import { EventEmitter } from 'node:events';
import type { Connect, DialOptions, Socket } from '../../src/uplink/socket.ts';

/** A WebSocket without a network: the test plays the CSMS, synchronously. */
export class FakeSocket extends EventEmitter implements Socket {
  readyState = 0;
  protocol = 'ocpp1.6';
  bufferedAmount = 0;
  readonly sent: string[] = [];
  pings = 0;
  /** What we said in our close frame. */
  closedBy: { code: number; reason: string } | undefined;
  /** Does not return our close frame until the test says so. */
  slowToClose = false;

  opens(): void {
    this.readyState = 1;
    this.emit('open');
  }

  receives(text: string, isBinary = false): void {
    this.emit('message', Buffer.from(text), isBinary);
  }

  send(text: string): void {
    this.sent.push(text);
  }

  ping(): void {
    this.pings += 1;
  }

  close(code: number, reason: string): void {
    this.closedBy = { code, reason };
    this.readyState = 2;
    if (!this.slowToClose) this.closes(code);
  }

  closes(code: number): void {
    this.readyState = 3;
    this.emit('close', code);
  }

  terminate(): void {
    if (this.readyState === 3) return;
    this.readyState = 3;
    this.emit('close', 1006);
  }
}

/** A network of such sockets. */
export function fakeNetwork(): { connect: Connect; sockets: FakeSocket[]; options: DialOptions[] } {
  const sockets: FakeSocket[] = [];
  const options: DialOptions[] = [];
  const connect: Connect = (_url, _protocols, given) => {
    const socket = new FakeSocket();
    sockets.push(socket);
    options.push(given);
    return socket;
  };
  return { connect, sockets, options };
}
