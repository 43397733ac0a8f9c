import { type Clock, isoTime } from '../../base/clock.ts';
import type { SoapObject, SoapVersion } from '../../base/message.ts';
import type { Caller } from './caller.ts';
import type { Configuration } from './configuration.ts';
import type { Connector } from './connector.ts';
import { meterValues, type Reading, transactionData } from './dialect.ts';
import type { Ledger, Session } from './ledger.ts';
import { tagAccepted } from './tag.ts';
import { TransactionQueue } from './transaction-queue.ts';

/** Transactions: energy that flows, readings that are kept, messages that must arrive. */

export interface ChargingPorts {
  readonly clock: Clock;
  readonly caller: Caller;
  readonly ledger: Ledger;
  readonly configuration: Configuration;
}

export class Charging {
  readonly #identity: string;
  readonly #version: SoapVersion;
  readonly #ports: ChargingPorts;
  readonly #queue: TransactionQueue;
  #closed = false;

  constructor(who: { identity: string; version: SoapVersion }, ports: ChargingPorts) {
    this.#identity = who.identity;
    this.#version = who.version;
    this.#ports = ports;
    this.#queue = new TransactionQueue(ports.clock, ports.caller, {
      retryInterval: () => ports.configuration.number('TransactionMessageRetryInterval', 60) * 1_000,
      attempts: () => ports.configuration.number('TransactionMessageAttempts', 3),
      givenUp: (letter, failure) =>
        ports.ledger.note(`${who.identity}: gave up ${letter.action} after ${failure.kind}`),
    });
  }

  /** Messages that the central system has not taken yet. */
  get undelivered(): number {
    return this.#queue.length;
  }

  /** The central system was heard: what waits is tried at once. */
  nudge(): void {
    this.#queue.nudge();
  }

  /** Energy flows from now on, at `power` W. Resolves when the start is answered, with whether the tag may charge. */
  async begin(connector: Connector, idTag: string, power: number): Promise<boolean> {
    const { clock, ledger, caller } = this.#ports;
    const startedAt = clock.now();
    connector.meter.power = power;
    const meterStart = connector.meter.read();
    const facts = { identity: this.#identity, connectorId: connector.id, idTag, meterStart, startedAt };
    const session = ledger.start(facts);
    connector.session = session;
    connector.readings = [];
    const fields: SoapObject = {
      connectorId: String(connector.id),
      idTag,
      timestamp: isoTime(startedAt),
      meterStart: String(meterStart),
    };
    if (connector.reservation?.idTag === idTag) fields['reservationId'] = String(connector.reservation.id);
    connector.reservation?.expiry.cancel();
    connector.reservation = undefined;
    this.#scheduleSample(connector);
    const answer = await this.#queue.add(
      () => caller.write('StartTransaction', fields),
      ({ transactionId }) => {
        session.transactionId = Number(transactionId);
      },
    );
    if (answer === undefined) return false;
    if (tagAccepted(answer)) return true;
    if (connector.session === session) await this.end(connector, 'DeAuthorized');
    return false;
  }

  /** Reads the meter and sends the reading. */
  async sample(connector: Connector): Promise<void> {
    const { session } = connector;
    if (!session) return;
    const reading = this.#read(connector, 'Sample.Periodic');
    connector.readings.push(reading);
    this.#scheduleSample(connector);
    const answer = await this.#queue.add(() => {
      if (session.transactionId === undefined) return undefined;
      const fields = meterValues(this.#version, connector.id, Number(session.transactionId), reading);
      return this.#ports.caller.write('MeterValues', fields);
    });
    if (answer !== undefined) session.readings += 1;
  }

  /** Stops the energy. Resolves when the stop is answered. */
  async end(connector: Connector, reason: string): Promise<void> {
    const { session } = connector;
    if (!session) return;
    connector.meter.power = 0;
    connector.sampleTimer?.cancel();
    connector.session = undefined;
    const last = this.#read(connector, 'Transaction.End');
    session.meterStop = last.energy;
    session.stoppedAt = last.at;
    session.reason = reason;
    const readings = [...connector.readings, last];
    await this.#queue.add(() => {
      if (session.transactionId === undefined) return undefined;
      return this.#ports.caller.write('StopTransaction', this.#stopFields(session, last, readings));
    });
  }

  close(): void {
    this.#closed = true;
    this.#queue.close();
  }

  #scheduleSample(connector: Connector): void {
    connector.sampleTimer?.cancel();
    const seconds = this.#ports.configuration.number('MeterValueSampleInterval', 900);
    if (seconds === 0 || this.#closed) return;
    connector.sampleTimer = this.#ports.clock.after(seconds * 1_000, () => {
      void this.sample(connector);
    });
  }

  #read(connector: Connector, context: Reading['context']): Reading {
    return { at: this.#ports.clock.now(), energy: connector.meter.read(), power: connector.meter.power, context };
  }

  #stopFields(session: Session, last: Reading, readings: readonly Reading[]): SoapObject {
    return {
      transactionId: String(session.transactionId),
      idTag: session.idTag,
      timestamp: isoTime(last.at),
      meterStop: String(last.energy),
      ...(this.#version === '1.6' && session.reason !== undefined && { reason: session.reason }),
      ...transactionData(this.#version, readings),
    };
  }
}
