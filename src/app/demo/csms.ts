import { once } from 'node:events';
import { createServer, type IncomingMessage, STATUS_CODES } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import { WebSocketServer } from 'ws';
import type { Clock } from '../../base/clock.ts';
import type { Ids } from '../../base/ids.ts';
import type { CsmsProtocol, JsonObject } from '../../base/message.ts';
import type { JsonContract } from '../../contract/json-contract.ts';
import { Ledger } from '../simulate/ledger.ts';
import { ANSWERS_16, type Answer, type Desk } from './csms-answers.ts';
import { ANSWERS_201 } from './csms-answers-201.ts';
import { CallRefused, CsmsLink } from './csms-link.ts';
import type { Tap } from './tap.ts';

/** A small, honest central system of OCPP 1.6J or 2.0.1: right answers to everything, a ledger, and calls to charge points. */

export interface CsmsOptions {
  readonly clock: Clock;
  readonly ids: Ids;
  /** Default `ocpp1.6`. */
  readonly protocol?: CsmsProtocol;
  /** Default 127.0.0.1, a free port, `/ocpp`. */
  readonly host?: string;
  readonly port?: number;
  readonly path?: string;
  /** Charge points that exist; others get HTTP 404. Absent: everybody. */
  readonly known?: ReadonlySet<string>;
  /** When given, the Basic password of each charge point; the user is its identity. */
  readonly password?: (identity: string) => string | undefined;
  /** Seconds; default 300. */
  readonly heartbeatInterval?: number;
  readonly registration?: Desk['registration'];
  readonly tagStatus?: Desk['tagStatus'];
  /** Milliseconds to wait for an answer; default 60 000. */
  readonly answerWithin?: number;
  /** Checks every message against the schemas; what fails gets a CALLERROR and a complaint. */
  readonly contract?: JsonContract;
  readonly tap?: Tap;
}

const ANSWERS: Readonly<Record<CsmsProtocol, ReadonlyMap<string, Answer>>> = {
  'ocpp1.6': ANSWERS_16,
  'ocpp2.0.1': ANSWERS_201,
};

export class Csms {
  readonly #options: CsmsOptions;
  readonly #path: string;
  readonly #http = createServer((_request, response) => {
    response.writeHead(426).end();
  });
  readonly #sockets = new WebSocketServer({
    noServer: true,
    perMessageDeflate: false,
    handleProtocols: (offered) => (offered.has(this.#protocol) ? this.#protocol : false),
  });
  readonly #protocol: CsmsProtocol;
  readonly #links = new Map<string, CsmsLink>();
  readonly #arrivals = new Map<string, (() => void)[]>();
  readonly #desk: Desk;
  readonly #complaints: string[] = [];
  readonly ledger = new Ledger();

  constructor(options: CsmsOptions) {
    this.#options = options;
    this.#protocol = options.protocol ?? 'ocpp1.6';
    this.#path = `/${(options.path ?? '/ocpp').replace(/^\/+|\/+$/g, '')}`;
    let transactions = 0;
    this.#desk = {
      clock: options.clock,
      ledger: this.ledger,
      heartbeatInterval: options.heartbeatInterval ?? 300,
      registration: options.registration ?? (() => 'Accepted'),
      tagStatus: options.tagStatus ?? (() => 'Accepted'),
      nextTransactionId: () => ++transactions,
      statuses: new Map(),
    };
    this.#http.on('upgrade', (request, socket, head) => this.#upgrade(request, socket, head));
  }

  async listen(): Promise<void> {
    this.#http.listen(this.#options.port ?? 0, this.#options.host ?? '127.0.0.1');
    await once(this.#http, 'listening');
  }

  /** Base URL; a charge point connects to this plus `/` and its percent-encoded identity. */
  get url(): string {
    const { port } = this.#http.address() as AddressInfo;
    return `ws://${this.#options.host ?? '127.0.0.1'}:${port}${this.#path}`;
  }

  get connected(): string[] {
    return [...this.#links.keys()];
  }

  /** What was wrong with messages, one line each. */
  get complaints(): readonly string[] {
    return this.#complaints;
  }

  /** Last status heard of a connector. */
  statusOf(identity: string, connectorId: number): string | undefined {
    return this.#desk.statuses.get(`${identity}/${connectorId}`);
  }

  /** Resolves once the charge point is connected. */
  arrival(identity: string): Promise<void> {
    if (this.#links.has(identity)) return Promise.resolve();
    return new Promise((run) => this.#arrivals.set(identity, [...(this.#arrivals.get(identity) ?? []), run]));
  }

  /** Calls a charge point. Rejects with CallRefused for a CALLERROR, with Error when it is not connected or does not answer. */
  call(identity: string, action: string, payload: JsonObject): Promise<JsonObject> {
    const link = this.#links.get(identity);
    if (!link) return Promise.reject(new Error(`${identity} is not connected`));
    return link.call(action, payload);
  }

  async stop(): Promise<void> {
    for (const link of this.#links.values()) link.terminate();
    this.#sockets.close();
    this.#http.closeAllConnections();
    const closed = once(this.#http, 'close');
    this.#http.close();
    await closed;
  }

  #upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    const identity = this.#identityOf(request.url ?? '');
    const refusal = this.#refusal(identity, request);
    if (identity === undefined || refusal !== undefined) {
      refuse(socket, refusal ?? 404);
      return;
    }
    this.#sockets.handleUpgrade(request, socket, head, (webSocket) => {
      this.#links.get(identity)?.close(1000, 'a newer link took over');
      const link = new CsmsLink(webSocket, this.#portsFor(identity));
      this.#links.set(identity, link);
      webSocket.on('close', () => {
        if (this.#links.get(identity) === link) this.#links.delete(identity);
      });
      for (const run of this.#arrivals.get(identity) ?? []) run();
      this.#arrivals.delete(identity);
    });
  }

  /** The HTTP status that keeps somebody out. */
  #refusal(identity: string | undefined, request: IncomingMessage): number | undefined {
    if (identity === undefined || this.#options.known?.has(identity) === false) return 404;
    if (!this.#authentic(identity, request.headers.authorization)) return 401;
    const offered = (request.headers['sec-websocket-protocol'] ?? '').split(',').map((word) => word.trim());
    return offered.includes(this.#protocol) ? undefined : 400;
  }

  #identityOf(url: string): string | undefined {
    const path = url.split('?')[0] ?? '';
    if (!path.startsWith(`${this.#path}/`)) return undefined;
    try {
      const identity = decodeURIComponent(path.slice(this.#path.length + 1));
      return identity === '' ? undefined : identity;
    } catch {
      return undefined;
    }
  }

  #authentic(identity: string, header: string | undefined): boolean {
    if (!this.#options.password) return true;
    const password = this.#options.password(identity);
    if (password === undefined) return false;
    return header === `Basic ${Buffer.from(`${identity}:${password}`).toString('base64')}`;
  }

  #portsFor(identity: string): ConstructorParameters<typeof CsmsLink>[1] {
    const { clock, ids, contract, tap } = this.#options;
    const complain = (line: string) => {
      this.#complaints.push(`${identity}: ${line}`);
    };
    return {
      clock,
      ids,
      answerWithin: this.#options.answerWithin ?? 60_000,
      complain,
      watch: (direction, part, action, frame) => tap?.json({ identity, direction, part, action, frame }),
      checkAnswer: (action, payload) => contract?.check(action, 'answer', payload)?.reason,
      receive: (action, payload) => {
        const answer = ANSWERS[this.#protocol].get(action);
        if (!answer) throw new CallRefused('NotImplemented', `${action} is unknown here`);
        const fault = contract?.check(action, 'request', payload);
        if (fault) {
          complain(`${action}: ${fault.reason}`);
          throw new CallRefused(this.#protocol === 'ocpp1.6' ? 'FormationViolation' : 'FormatViolation', fault.reason);
        }
        return answer(this.#desk, identity, payload);
      },
    };
  }
}

function refuse(socket: Duplex, status: number): void {
  socket.end(`HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
}
