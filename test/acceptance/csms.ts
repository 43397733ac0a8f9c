/** An independent CSMS: the server of ocpp-rpc, which checks every message of both sides against its own schemas. */

import type { AddressInfo } from 'node:net';
import { createRPCError, RPCServer } from 'ocpp-rpc';
import type { CsmsProtocol, JsonObject } from '../../src/base/message.ts';

export interface Refused {
  /** OCPP-J error code, without errors of spelling corrected. */
  readonly refuse: string;
  readonly description?: string;
}

export interface HeardCall {
  readonly identity: string;
  readonly action: string;
  readonly payload: JsonObject;
}

interface Client {
  readonly identity?: string | undefined;
  handle(handler: (call: { method?: string; params?: unknown }) => unknown): void;
  call(action: string, payload: JsonObject): Promise<unknown>;
  on(event: string, listener: (about: Record<string, unknown>) => void): unknown;
}

const NOW = '2026-05-01T10:00:00Z';

type Answers = Readonly<Record<string, JsonObject>>;

/** What a CSMS says when the test does not care. */
const ANSWERS_16: Answers = {
  Authorize: { idTagInfo: { status: 'Accepted' } },
  BootNotification: { status: 'Accepted', currentTime: NOW, interval: 300 },
  DataTransfer: { status: 'Accepted' },
  DiagnosticsStatusNotification: {},
  FirmwareStatusNotification: {},
  Heartbeat: { currentTime: NOW },
  MeterValues: {},
  StartTransaction: { transactionId: 1, idTagInfo: { status: 'Accepted' } },
  StatusNotification: {},
  StopTransaction: {},
};

const ANSWERS_201: Answers = {
  Authorize: { idTokenInfo: { status: 'Accepted' } },
  BootNotification: { status: 'Accepted', currentTime: NOW, interval: 300 },
  DataTransfer: { status: 'Accepted' },
  FirmwareStatusNotification: {},
  Heartbeat: { currentTime: NOW },
  LogStatusNotification: {},
  MeterValues: {},
  NotifyCustomerInformation: {},
  NotifyEvent: {},
  NotifyReport: {},
  ReportChargingProfiles: {},
  ReservationStatusUpdate: {},
  StatusNotification: {},
  TransactionEvent: {},
};

const ANSWERS: Readonly<Record<CsmsProtocol, Answers>> = { 'ocpp1.6': ANSWERS_16, 'ocpp2.0.1': ANSWERS_201 };

/** An answer, or what makes one. */
type Reply = JsonObject | Refused | ((payload: JsonObject) => JsonObject | Refused);

export class RpcCsms {
  /** What was against the protocol or the schemas, one line each. */
  readonly complaints: string[] = [];
  readonly heard: HeardCall[] = [];
  /** Close codes of links that ended, by identity. */
  readonly closed = new Map<string, number>();
  readonly #server: RPCServer;
  readonly #clients = new Map<string, Client>();
  readonly #protocol: CsmsProtocol;
  readonly #answers = new Map<string, Reply>();
  readonly #waiting = new Set<() => void>();
  #url = '';

  private constructor(protocol: CsmsProtocol) {
    this.#protocol = protocol;
    this.#server = new RPCServer({ protocols: [protocol], strictMode: true });
    this.#server.on('client', (client: unknown) => this.#arrived(client as Client));
    this.#server.on('upgradeAborted', ({ identity, error }: { identity: string; error: Error }) =>
      this.complaints.push(`${identity}: upgrade aborted: ${error.message}`),
    );
  }

  /** `port` 0: any. */
  static async open(protocol: CsmsProtocol = 'ocpp1.6', port = 0): Promise<RpcCsms> {
    const csms = new RpcCsms(protocol);
    const http = await csms.#server.listen(port, '127.0.0.1');
    csms.#url = `ws://127.0.0.1:${(http.address() as AddressInfo).port}/ocpp`;
    return csms;
  }

  get url(): string {
    return this.#url;
  }

  /** From now on this is the answer to that call of that charge point. */
  answer(identity: string, action: string, reply: Reply): void {
    this.#answers.set(`${identity} ${action}`, reply);
  }

  /** The payloads that came for an action, oldest first. */
  of(identity: string, action: string): JsonObject[] {
    return this.heard
      .filter((call) => call.identity === identity && call.action === action)
      .map((call) => call.payload);
  }

  /** Resolves with the payloads of an action as soon as there are this many. */
  async until(identity: string, action: string, count: number): Promise<JsonObject[]> {
    while (this.of(identity, action).length < count) await new Promise<void>((resolve) => this.#waiting.add(resolve));
    return this.of(identity, action);
  }

  /** Calls a charge point that is connected. Rejects with ocpp-rpc's error: `rpcErrorCode`, `message`, `details`. */
  async call(identity: string, action: string, payload: JsonObject): Promise<JsonObject> {
    const client = this.#clients.get(identity);
    if (!client) throw new Error(`${identity} is not connected`);
    return (await client.call(action, payload)) as JsonObject;
  }

  /** A bridge that is killed breaks connections, half made ones too: that is no fault of its manners. */
  forgiveBrokenConnections(): void {
    const others = this.complaints.filter((line) => !/ECONNRESET|EPIPE|ECONNABORTED/.test(line));
    this.complaints.splice(0, Infinity, ...others);
  }

  async close(): Promise<void> {
    await this.#server.close({ force: true });
  }

  #arrived(client: Client): void {
    const identity = client.identity ?? '';
    this.#clients.set(identity, client);
    client.handle(({ method = '', params }) => {
      this.heard.push({ identity, action: method, payload: params as JsonObject });
      for (const look of [...this.#waiting]) look();
      this.#waiting.clear();
      return this.#reply(identity, method, params as JsonObject);
    });
    client.on('strictValidationFailure', ({ method, outbound, error }) => {
      const side = outbound ? 'the test' : 'the bridge';
      this.complaints.push(
        `${identity}: ${side} broke the schema of ${method}: ${JSON.stringify((error as RpcError).details)}`,
      );
    });
    client.on('badMessage', ({ error }) => this.complaints.push(`${identity}: bad message: ${String(error)}`));
    client.on('close', ({ code }) => this.closed.set(identity, Number(code)));
    client.on('socketError', (error) => this.complaints.push(`${identity}: socket: ${String(error)}`));
  }

  #reply(identity: string, action: string, payload: JsonObject): JsonObject {
    const known = this.#answers.get(`${identity} ${action}`) ?? ANSWERS[this.#protocol][action];
    const reply = typeof known === 'function' ? known(payload) : known;
    if (reply === undefined) throw createRPCError('NotImplemented', `${action} is unknown here`, {});
    if (isRefused(reply)) throw createRPCError(reply.refuse, reply.description ?? '', {});
    return reply;
  }
}

/** What ocpp-rpc throws. */
export interface RpcError extends Error {
  readonly rpcErrorCode?: string;
  readonly details?: unknown;
}

function isRefused(reply: JsonObject | Refused): reply is Refused {
  return typeof reply['refuse' as keyof typeof reply] === 'string';
}
