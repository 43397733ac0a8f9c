import type { Server } from 'node:http';
import type { Socket } from 'node:net';
import type { Log } from '../base/log.ts';

const STATUS: Readonly<Record<string, string>> = {
  HPE_HEADER_OVERFLOW: '431 Request Header Fields Too Large',
  HPE_CHUNK_EXTENSIONS_OVERFLOW: '413 Payload Too Large',
  ERR_HTTP_REQUEST_TIMEOUT: '408 Request Timeout',
};

/** Answers what node:http could not read as a request, and what came too slowly to become one. */
export function refuseUnparsed(server: Server, log: Log): void {
  server.on('clientError', (error: NodeJS.ErrnoException, socket) => {
    const code = error.code ?? '';
    const about = { code, reason: error.message, peer: (socket as Socket).remoteAddress };
    log[code === 'ECONNRESET' ? 'debug' : 'info'](about, 'request unreadable');
    // In the middle of an answer more bytes would only damage it.
    const answering = (socket as { _httpMessage?: { headersSent?: boolean } })._httpMessage?.headersSent === true;
    if (!socket.writable || answering || code === 'ECONNRESET') {
      socket.destroy();
      return;
    }
    const status = STATUS[code] ?? '400 Bad Request';
    const body = `${status.slice(4)}\n`;
    socket.end(
      `HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Length: ${body.length}\r\n\r\n${body}`,
      () => socket.destroy(),
    );
  });
  server.on('tlsClientError', (error: Error, socket: Socket) => {
    log.debug({ reason: error.message, peer: socket.remoteAddress }, 'TLS handshake failed');
    socket.destroy();
  });
}
