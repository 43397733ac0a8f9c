import type { JsonObject } from '../../../../src/base/message.ts';
import type { Reply, Spoken } from './shell.ts';

/** A charge point that says one thing at a time, again and again until it is answered. */

export interface Session {
  readonly connectorId: number;
  readonly meterStart: number;
  /** Given by the answer to its start. */
  id?: number;
  meterStop?: number;
  /** Times of the readings that were taken from it while it ran. */
  readonly readings: string[];
  /** The charge point lost its memory of it. */
  forgotten?: true;
}

interface Pending {
  readonly action: string;
  readonly request: JsonObject;
  readonly key?: string;
  readonly names: string[];
  readonly done: (answer: JsonObject) => void;
}

export type Word =
  | 'boot'
  | 'authorize'
  | 'start'
  | 'reading'
  | 'late reading'
  | 'last reading'
  | 'charging'
  | 'paused'
  | 'stop'
  | 'forget';

export class ChargePoint {
  readonly sessions: Session[] = [];
  readonly #shared: boolean;
  readonly #now: () => number;
  readonly #say: (spoken: Spoken) => void;
  readonly #running = new Map<number, Session>();
  readonly #meters = new Map<number, number>();
  readonly #stopFor = new Map<number, string>();
  #pending: Pending | undefined;
  #names = 0;

  /** @param shared its connectors are on one power unit: only one of them charges at a time */
  constructor(now: () => number, say: (spoken: Spoken) => void, shared: boolean) {
    this.#shared = shared;
    this.#now = now;
    this.#say = say;
  }

  get busy(): boolean {
    return this.#pending !== undefined;
  }

  get charging(): readonly Session[] {
    return [...this.#running.values()];
  }

  /** Says its last word again, or a new one where it makes sense. */
  speak(word: Word, connectorId: number): void {
    if (this.#pending === undefined) this.#think(word, connectorId);
    const pending = this.#pending;
    if (pending === undefined) return;
    const { action, request, key } = pending;
    this.#names += 1;
    const name = `${action} ${this.#names}`;
    pending.names.push(name);
    this.#say({ name, action, request, ...(key !== undefined && { key }) });
  }

  hears({ message, said }: Reply): boolean {
    const pending = this.#pending;
    if (!pending?.names.includes(message)) return false;
    if ('answer' in said) {
      this.#pending = undefined;
      pending.done(said.answer);
    }
    return true;
  }

  /** A command of the bridge: it is obeyed at the next stop. */
  told(transactionId: number): boolean {
    const session = this.charging.find(({ id }) => id === transactionId);
    if (session) this.#stopFor.set(session.connectorId, 'Remote');
    return session !== undefined;
  }

  #think(word: Word, connectorId: number): void {
    const running = this.#running.get(connectorId);
    const meter = (this.#meters.get(connectorId) ?? 0) + (running ? 137 : 0);
    this.#meters.set(connectorId, meter);
    const timestamp = new Date(this.#now()).toISOString();
    const reading = (id: number, context = 'Sample.Periodic'): JsonObject => {
      const sampledValue = [{ value: String(meter), context }];
      return { connectorId, transactionId: id, meterValue: [{ timestamp, sampledValue }] };
    };
    if (word === 'boot') this.#will('BootNotification', { chargePointVendor: 'V', chargePointModel: 'M' }, false);
    else if (word === 'authorize') this.#will('Authorize', { idTag: `TAG-${connectorId}` }, false);
    else if (word === 'charging' || word === 'paused') {
      const status = word === 'charging' ? 'Charging' : 'SuspendedEV';
      this.#will('StatusNotification', { connectorId, status, errorCode: 'NoError', timestamp }, false);
    } else if (word === 'start' && running === undefined && !(this.#shared && this.#running.size > 0))
      this.#start(connectorId, timestamp, meter);
    else if (word === 'reading' && running?.id !== undefined)
      this.#will('MeterValues', reading(running.id), true, () => running.readings.push(timestamp));
    else if (word === 'last reading' && running?.id !== undefined)
      this.#will('MeterValues', reading(running.id, 'Transaction.End'), true, () => running.readings.push(timestamp));
    else if (word === 'late reading') {
      const over = this.sessions.findLast((one) => one.connectorId === connectorId && one.meterStop !== undefined);
      if (over?.id !== undefined) this.#will('MeterValues', reading(over.id));
    } else if (word === 'stop' && running?.id !== undefined) this.#stop(running, running.id, timestamp, meter);
    else if (word === 'forget' && running) {
      running.forgotten = true;
      this.#running.delete(connectorId);
    }
  }

  #start(connectorId: number, timestamp: string, meterStart: number): void {
    const session: Session = { connectorId, meterStart, readings: [] };
    this.sessions.push(session);
    this.#running.set(connectorId, session);
    const request = { connectorId, idTag: `TAG-${connectorId}`, timestamp, meterStart };
    this.#will('StartTransaction', request, true, ({ transactionId }) => {
      session.id = Number(transactionId);
    });
  }

  #stop(session: Session, transactionId: number, timestamp: string, meterStop: number): void {
    const { connectorId } = session;
    const why = this.#stopFor.get(connectorId);
    this.#stopFor.delete(connectorId);
    this.#running.delete(connectorId);
    session.meterStop = meterStop;
    const reason = why ?? (meterStop % 2 === 0 ? 'Local' : 'EVDisconnected');
    const tag = why === undefined && meterStop % 3 > 0 ? { idTag: `TAG-${connectorId}` } : {};
    this.#will('StopTransaction', { transactionId, timestamp, meterStop, reason, ...tag });
  }

  #will(action: string, request: JsonObject, repeated = true, done: Pending['done'] = () => undefined): void {
    const key = repeated ? { key: JSON.stringify([action, request]) } : {};
    this.#pending = { action, request, ...key, names: [], done };
  }
}
