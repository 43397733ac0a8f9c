import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { RawAnswer } from '../chargepoint/raw-http.ts';
import { boot, envelope, heartbeat, meterValues, post, start, stop, textOf } from './soap-messages.ts';

/** A charge point that never gives up: what is not answered it sends again, word for word, until it is. */

export interface Session {
  readonly timestamp: string;
  readonly meterStart: number;
  readonly meterStop: number;
  /** As the charge point was told. */
  transactionId: number;
  stopped: boolean;
}

/** The bridge, which comes and goes. */
export interface Endpoint {
  /** Its port, as soon as there is one. */
  port(): Promise<number>;
}

/** Before it asks again whoever said that he has no time. */
const PAUSE = 20;

export class ChargingDevice {
  readonly identity: string;
  readonly sessions: Session[] = [];
  /** What it was called with, as it came. */
  readonly heard: string[] = [];
  /** Transaction ids it was told to stop. */
  get toldToStop(): number[] {
    return this.heard.map((text) => Number(textOf(text, 'transactionId')));
  }

  readonly #endpoint: Endpoint;
  readonly #server: Server;
  #messages = 0;
  repeats = 0;

  private constructor(identity: string, endpoint: Endpoint) {
    this.identity = identity;
    this.#endpoint = endpoint;
    this.#server = createServer((request, response) => {
      let text = '';
      request.setEncoding('utf8').on('data', (piece: string) => {
        text += piece;
      });
      request.on('end', () => {
        this.heard.push(text);
        response.setHeader('Content-Type', 'application/soap+xml');
        response.end(accepted(/<(?:\w+:)?(\w+)Request[\s>]/.exec(text)?.[1] ?? ''));
      });
    });
  }

  static async open(identity: string, endpoint: Endpoint): Promise<ChargingDevice> {
    const device = new ChargingDevice(identity, endpoint);
    await new Promise<void>((resolve) => device.#server.listen(0, '127.0.0.1', resolve));
    return device;
  }

  close(): void {
    this.#server.close();
    this.#server.closeAllConnections();
  }

  async boot(): Promise<void> {
    await this.#say(boot());
  }

  async heartbeat(): Promise<void> {
    await this.#say(heartbeat);
  }

  /** Plugs in: the session is there as soon as the charge point tries to tell. */
  async start(): Promise<Session> {
    const number = this.sessions.length;
    const session = {
      timestamp: new Date(Date.UTC(2026, 0, 1) + number * 3_600_000).toISOString(),
      meterStart: 1000 * number,
      meterStop: 1000 * number + 777,
      transactionId: Number.NaN,
      stopped: false,
    };
    this.sessions.push(session);
    session.transactionId = await this.startAgain(session);
    return session;
  }

  /** Says once more that the session began, as if the answer had never come; the id it gets now. */
  async startAgain(session: Session): Promise<number> {
    const answer = await this.#say(start(1, 'TAG1', session.meterStart, session.timestamp));
    return Number(textOf(answer.text, 'transactionId'));
  }

  async charge(): Promise<void> {
    const session = await this.start();
    const later = new Date(Date.parse(session.timestamp) + 600_000).toISOString();
    await this.#say(meterValues(1, session.transactionId, [String(session.meterStart + 300)], later));
    await this.stop(session, later);
  }

  async stop(session: Session, at: string): Promise<void> {
    await this.#say(stop(session.transactionId, session.meterStop, at));
    session.stopped = true;
  }

  async #say(body: string): Promise<RawAnswer> {
    const { port } = this.#server.address() as AddressInfo;
    this.#messages += 1;
    const message = {
      identity: this.identity,
      messageId: `urn:uuid:${this.identity}-${this.#messages}`,
      from: `http://127.0.0.1:${port}/`,
    };
    for (;;) {
      const answer = await post(await this.#endpoint.port(), envelope(body, message)).catch(() => undefined);
      if (answer?.status === 200) return answer;
      if (answer && answer.status !== 503) throw new Error(`${this.identity} was refused: ${answer.text}`);
      this.repeats += 1;
      await new Promise((resolve) => setTimeout(resolve, PAUSE));
    }
  }
}

function accepted(operation: string): string {
  return (
    '<s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope" xmlns:o="urn://Ocpp/Cp/2012/06/">' +
    `<s:Body><o:${operation}Response><o:status>Accepted</o:status></o:${operation}Response></s:Body></s:Envelope>`
  );
}
