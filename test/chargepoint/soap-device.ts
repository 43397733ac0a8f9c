import { createServer, type IncomingMessage, type Server } from 'node:http';
import { createServer as createTlsServer, type ServerOptions } from 'node:https';
import { type AddressInfo, createServer as createTcpServer, type Socket, type Server as TcpServer } from 'node:net';
import { afterEach } from 'vitest';
import { type Envelope, readEnvelope } from '../../src/codec/envelope.ts';

export interface Heard {
  readonly method: string;
  readonly url: string;
  readonly headers: IncomingMessage['headers'];
  readonly text: string;
  readonly envelope: Envelope;
}

export interface DeviceAnswer {
  readonly status?: number;
  readonly headers?: Record<string, string>;
  readonly body?: string | Buffer;
}

const open: (Server | TcpServer)[] = [];
const sockets = new Set<Socket>();
afterEach(async () => {
  for (const socket of sockets) socket.destroy();
  await Promise.all(open.splice(0).map((server) => new Promise((resolve) => server.close(resolve))));
});

async function listening(server: Server | TcpServer, host: string): Promise<number> {
  open.push(server);
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.on('error', () => {});
    socket.on('close', () => sockets.delete(socket));
  });
  await new Promise<void>((resolve) => server.listen(0, host, resolve));
  return (server.address() as AddressInfo).port;
}

/** The SOAP server of a charge point: answers as the test says, and remembers what it heard. */
export class SoapDevice {
  readonly heard: Heard[] = [];
  readonly port: number;
  readonly url: string;

  private constructor(port: number, host: string, scheme: string) {
    this.port = port;
    this.url = `${scheme}://${host}:${port}/ws`;
  }

  static async open(
    answer: (heard: Heard) => DeviceAnswer,
    host = '127.0.0.1',
    tls?: ServerOptions,
  ): Promise<SoapDevice> {
    let device: SoapDevice | undefined;
    const server = tls ? createTlsServer(tls) : createServer();
    server.on('request', (request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        const text = Buffer.concat(chunks).toString('utf8');
        const { method = '', url = '', headers } = request;
        const heard = { method, url, headers, text, envelope: readEnvelope(text) };
        device?.heard.push(heard);
        const { status = 200, headers: own = {}, body = '' } = answer(heard);
        response.writeHead(status, { 'Content-Type': 'application/soap+xml', ...own });
        response.end(body);
      });
    });
    device = new SoapDevice(
      await listening(server, host),
      host.includes(':') ? `[${host}]` : host,
      tls ? 'https' : 'http',
    );
    return device;
  }
}

/** A server that does with its connections what the test says. */
export async function tcpDevice(serve: (socket: Socket, number: number) => void): Promise<string> {
  let count = 0;
  const port = await listening(
    createTcpServer((socket) => serve(socket, ++count)),
    '127.0.0.1',
  );
  return `http://127.0.0.1:${port}/`;
}

const YEARS = { '1.2': '2010/08', '1.5': '2012/06', '1.6': '2015/10' };

/** An answer as a gSOAP station writes it: hardly any headers. */
export function deviceAnswer(
  element: string,
  content: string,
  version: keyof typeof YEARS = '1.5',
  header = '',
): string {
  return (
    `<SOAP-ENV:Envelope xmlns:SOAP-ENV="http://www.w3.org/2003/05/soap-envelope" xmlns:cp="urn://Ocpp/Cp/${YEARS[version]}/">` +
    `${header}<SOAP-ENV:Body><cp:${element}>${content}</cp:${element}></SOAP-ENV:Body></SOAP-ENV:Envelope>`
  );
}

export function deviceFault(code: string, subcode?: string, reason = 'why not'): string {
  const sub = subcode ? `<s:Subcode><s:Value>o:${subcode}</s:Value></s:Subcode>` : '';
  return (
    '<s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope" xmlns:o="urn://Ocpp/Cp/2012/06/"><s:Body><s:Fault>' +
    `<s:Code><s:Value>s:${code}</s:Value>${sub}</s:Code><s:Reason><s:Text xml:lang="en">${reason}</s:Text></s:Reason>` +
    '</s:Fault></s:Body></s:Envelope>'
  );
}
