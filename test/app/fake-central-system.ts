import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { SoapObject, SoapVersion } from '../../src/base/message.ts';
import { readEnvelope } from '../../src/codec/envelope.ts';
import { readFault, writeFault } from '../../src/codec/fault.ts';
import { findOperation } from '../../src/codec/operation.ts';
import { readMessage } from '../../src/codec/read.ts';
import { DEFAULT_STYLE, writeMessage } from '../../src/codec/write.ts';
import type { SoapContracts } from '../../src/contract/soap-contract.ts';

/** A SOAP central system as a charge point sees it; it remembers everything and can be told to fail. */

export interface Heard {
  readonly identity: string;
  readonly version: SoapVersion;
  readonly action: string;
  readonly value: SoapObject;
  readonly messageId: string;
  readonly from: string;
  readonly text: string;
  /** The order of the port's connections. */
  readonly connection: number;
}

export type Reply = SoapObject | 503 | 'fault';

export class FakeCentralSystem {
  readonly heard: Heard[] = [];
  readonly #contracts: SoapContracts;
  readonly #listeners: (() => void)[] = [];
  readonly #connections = new WeakMap<object, number>();
  #connectionCount = 0;
  #transactions = 100;
  /** Says something else than usual; undefined: as usual. */
  reply: (heard: Heard) => Reply | undefined = () => undefined;
  readonly #http = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const connection = this.#connections.get(request.socket) ?? ++this.#connectionCount;
      this.#connections.set(request.socket, connection);
      const { status, text } = this.#serve(Buffer.concat(chunks).toString('utf8'), connection);
      response.writeHead(status, { 'Content-Type': 'application/soap+xml' }).end(text);
    });
  });

  constructor(contracts: SoapContracts) {
    this.#contracts = contracts;
  }

  async listen(): Promise<void> {
    this.#http.listen(0, '127.0.0.1');
    await once(this.#http, 'listening');
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#http.address() as AddressInfo).port}/soap`;
  }

  async stop(): Promise<void> {
    const closed = once(this.#http, 'close');
    this.#http.close();
    this.#http.closeAllConnections();
    await closed;
  }

  actions(identity?: string): string[] {
    return this.heard.filter((one) => identity === undefined || one.identity === identity).map((one) => one.action);
  }

  of(action: string): Heard[] {
    return this.heard.filter((one) => one.action === action);
  }

  /** Resolves once `action` was heard `times` times. */
  async until(action: string, times = 1): Promise<Heard> {
    for (;;) {
      const heard = this.of(action)[times - 1];
      if (heard) return heard;
      await new Promise<void>((resolve) => this.#listeners.push(resolve));
    }
  }

  /** Calls the charge point at the address it gave in its last message. */
  async call(
    identity: string,
    action: string,
    value: SoapObject,
    as = identity,
  ): Promise<{ status: number; value?: SoapObject; fault?: string }> {
    const last = this.heard.findLast((one) => one.identity === identity);
    if (!last) throw new Error(`${identity} was never heard`);
    const operation = this.#contracts.service(last.version, 'ChargePoint').operations.get(action);
    if (!operation) throw new Error(`OCPP ${last.version} has no ${action}`);
    const headers = {
      action: operation.request.action,
      messageId: 'urn:uuid:call',
      to: last.from,
      identity: { namespace: operation.request.namespace, value: as },
    };
    return this.post(last.from, writeMessage(operation.request, value, headers, DEFAULT_STYLE), operation.answer);
  }

  async post(url: string, body: string, answer?: Parameters<typeof readMessage>[1]) {
    const response = await fetch(url, { method: 'POST', body });
    const { body: read, headers } = readEnvelope(await response.text());
    const fault = readFault(read);
    if (fault) return { status: response.status, fault: `${fault.code}/${fault.subcode}` };
    if (headers.relatesTo !== 'urn:uuid:call') throw new Error(`relates to ${headers.relatesTo}`);
    return answer ? { status: response.status, value: readMessage(read, answer).value } : { status: response.status };
  }

  #serve(text: string, connection: number): { status: number; text: string } {
    const { body, headers } = readEnvelope(text);
    const { version, operation } = findOperation(this.#contracts, body, { role: 'CentralSystem' });
    const { value, losses } = readMessage(body, operation.request);
    if (losses.length > 0) throw new Error(`${operation.name}: ${losses.join()}`);
    const heard: Heard = {
      identity: headers.chargeBoxIdentity ?? '',
      version,
      action: operation.name,
      value,
      messageId: headers.messageId ?? '',
      from: headers.from ?? '',
      text,
      connection,
    };
    this.heard.push(heard);
    const reply = this.reply(heard) ?? this.#usual(heard);
    queueMicrotask(() => {
      for (const wake of this.#listeners.splice(0)) wake();
    });
    if (reply === 503) return { status: 503, text: '' };
    const out = { action: operation.answer.action, relatesTo: heard.messageId };
    const { namespace } = operation.answer;
    if (reply === 'fault')
      return {
        status: 500,
        text: writeFault('Receiver/InternalError', 'no', undefined, namespace, out, DEFAULT_STYLE),
      };
    return { status: 200, text: writeMessage(operation.answer, reply, out, DEFAULT_STYLE) };
  }

  #usual({ action, version }: Heard): SoapObject {
    const currentTime = '2024-05-01T08:00:00Z';
    const idTagInfo = { status: 'Accepted' };
    if (action === 'BootNotification')
      return { status: 'Accepted', currentTime, [version === '1.6' ? 'interval' : 'heartbeatInterval']: '300' };
    if (action === 'Heartbeat') return { currentTime };
    if (action === 'Authorize') return { idTagInfo };
    if (action === 'StartTransaction') return { transactionId: String(++this.#transactions), idTagInfo };
    return {};
  }
}
