import { setTimeout as pause } from 'node:timers/promises';
import type { SoapVersion } from '../../src/base/message.ts';
import { boot, envelope, reading, start, status, stop } from './dialects.ts';
import type { Chance } from './random.ts';

/** When a message was said first, and when it was confirmed: moments of this charge point, counted from 1. */
export interface Said {
  first?: number;
  confirmed?: number;
}

/** What a charge point knows of one session: what it said, and what of it was confirmed. */
export interface Session {
  readonly connectorId: number;
  readonly startedAt: string;
  readonly meterStart: number;
  /** As the charge point was told; undefined while nobody has told it. */
  transactionId: number | undefined;
  readonly start: Said;
  readonly statuses: readonly { readonly at: string; readonly status: string; readonly said: Said }[];
  readonly readings: readonly { readonly at: string; readonly energy: number; readonly said: Said }[];
  readonly stoppedAt: string;
  readonly meterStop: number;
  readonly stop: Said;
}

export interface Endpoint {
  port(): Promise<number>;
}

/** A charge point that never gives up, loses patience sometimes, and repeats with the same MessageID or a new one. */
export class Device {
  readonly identity: string;
  readonly version: SoapVersion;
  readonly connectors: number;
  readonly sessions: Session[] = [];
  /** What it was told that cannot be. */
  readonly complaints: string[] = [];
  repeats = 0;
  /** Messages that it was told are wrong, see `sourceOf`: a charge point may discard such a message. */
  readonly faulted = new Set<string>();
  readonly #endpoint: Endpoint;
  readonly #chance: Chance;
  #messages = 0;
  #moment = 0;

  constructor(identity: string, version: SoapVersion, connectors: number, endpoint: Endpoint, chance: Chance) {
    this.identity = identity;
    this.version = version;
    this.connectors = connectors;
    this.#endpoint = endpoint;
    this.#chance = chance;
  }

  async boot(): Promise<void> {
    await this.#say('bootNotification', boot(), 'BootNotification', {});
  }

  /** One session after the other on every connector, until `over`; the last ones are ended properly. */
  async charge(over: () => boolean): Promise<void> {
    const connectors = Array.from({ length: this.connectors }, (_, n) => n + 1);
    await Promise.all(
      connectors.map(async (connectorId) => {
        while (!over()) await this.#session(connectorId);
      }),
    );
  }

  async #session(connectorId: number): Promise<void> {
    const chance = this.#chance;
    const number = this.sessions.length;
    const begin = Date.UTC(2024, 0, 1) + number * 3_600_000;
    const at = (minutes: number) => new Date(begin + minutes * 60_000).toISOString();
    const meterStart = 1000 * number;
    const session: Session = {
      ...{ connectorId, startedAt: at(0), meterStart, transactionId: undefined, start: {} },
      statuses: this.version === '1.6' && chance.percent(50) ? statuses(at) : [],
      readings: Array.from({ length: chance.below(4) }, (_, n) => ({
        ...{ at: at(n + 1), energy: meterStart + 100 * (n + 1), said: {} },
      })),
      ...{ stoppedAt: at(50), meterStop: meterStart + 700 + chance.below(200), stop: {} },
    };
    this.sessions.push(session);
    if (chance.percent(3)) await this.boot();
    const starting = start(connectorId, session.startedAt, meterStart);
    const about = `StartTransaction/${session.startedAt}`;
    const id = await this.#id(starting, about, session.start);
    session.transactionId = id;
    if (chance.percent(10)) {
      // As if the answer had been lost on its way.
      const again = await this.#id(starting, about, {});
      if (again !== id) this.complaints.push(`${this.identity} ${session.startedAt}: was told ${id}, then ${again}`);
    }
    for (const { at: when, status: word, said } of session.statuses) {
      const text = status(connectorId, word, when);
      await this.#say('statusNotification', text, `StatusNotification/${when}`, said);
    }
    for (const one of session.readings) {
      const text = reading(this.version, connectorId, id, one.at, one.energy);
      await this.#say('meterValues', text, `MeterValues/${one.at}`, one.said);
    }
    const stopping = stop(id, session.stoppedAt, session.meterStop);
    await this.#say('stopTransaction', stopping, `StopTransaction/${session.stoppedAt}`, session.stop);
  }

  async #id(starting: string, about: string, said: Said): Promise<number> {
    const answer = await this.#say('startTransaction', starting, about, said);
    return Number(/<(?:\w+:)?transactionId>(-?\d+)</.exec(answer)?.[1]);
  }

  /** Says it until it is confirmed. */
  async #say(operation: string, body: string, about: string, said: Said): Promise<string> {
    const chance = this.#chance;
    let messageId = this.#nextId();
    for (;;) {
      await pause(chance.between(5, 40));
      const patience = chance.percent(12) ? chance.between(20, 900) : 5000;
      const text = envelope({ version: this.version, identity: this.identity, messageId }, body);
      said.first ??= this.#now();
      const answer = await post(await this.#endpoint.port(), text, patience);
      if (answer?.status === 200 && answer.text.includes(`${operation}Response`)) {
        said.confirmed = this.#now();
        return answer.text;
      }
      if (answer) this.#consider(answer, about);
      this.repeats += 1;
      if (chance.percent(50)) messageId = this.#nextId();
    }
  }

  /** Anything but a bare 503 may make a charge point discard its message. */
  #consider({ status, text }: Answer, about: string): void {
    const source = `${this.identity}/${about}`;
    if (status === 500 && text.includes('Fault')) this.faulted.add(source);
    else if (status !== 503 || text.includes('Envelope')) this.complaints.push(`${source}: HTTP ${status} ${text}`);
  }

  #now(): number {
    this.#moment += 1;
    return this.#moment;
  }

  #nextId(): string {
    this.#messages += 1;
    return `urn:uuid:${this.identity}-${this.#messages}`;
  }
}

/** Before the readings, each with a time of its own. */
function statuses(at: (minutes: number) => string): Session['statuses'] {
  return ['SuspendedEV', 'Charging'].map((status, n) => ({ at: at(0.25 * (n + 1)), status, said: {} }));
}

interface Answer {
  readonly status: number;
  readonly text: string;
}

/** Undefined when nobody answered. */
async function post(port: number, body: string, patience: number): Promise<Answer | undefined> {
  try {
    const headers = { 'Content-Type': 'application/soap+xml; charset=utf-8' };
    const signal = AbortSignal.timeout(patience);
    const response = await fetch(`http://127.0.0.1:${port}/`, { method: 'POST', headers, body, signal });
    return { status: response.status, text: await response.text() };
  } catch {
    return undefined;
  }
}
