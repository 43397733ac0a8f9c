import type { Clock } from '../../base/clock.ts';
import type { SoapObject, SoapVersion } from '../../base/message.ts';
import { type Caller, CallFailed } from './caller.ts';
import { Charging } from './charging.ts';
import { Configuration } from './configuration.ts';
import { Connector } from './connector.ts';
import { type Status, statusFields, statusWord } from './dialect.ts';
import type { Ledger } from './ledger.ts';
import { pick, type Random } from './random.ts';
import { Registration } from './registration.ts';
import { tagAccepted } from './tag.ts';

/** One SOAP charge point that behaves like a real one: what it says of its own accord. What it is told is in commands.ts. */

export interface ChargePointSettings {
  readonly identity: string;
  readonly version: SoapVersion;
  /** How many; numbered from 1. */
  readonly connectors: number;
}

export interface ChargePointPorts {
  readonly clock: Clock;
  /** The time in which energy flows. */
  readonly meterClock: Clock;
  readonly random: Random;
  readonly caller: Caller;
  readonly ledger: Ledger;
}

/** W. */
const POWERS = [3_700, 7_400, 11_000, 22_000] as const;

export class ChargePoint {
  readonly identity: string;
  readonly version: SoapVersion;
  readonly connectors: readonly Connector[];
  readonly configuration: Configuration;
  readonly #ports: ChargePointPorts;
  readonly #registration: Registration;
  readonly #charging: Charging;

  constructor(settings: ChargePointSettings, ports: ChargePointPorts) {
    this.identity = settings.identity;
    this.version = settings.version;
    this.#ports = ports;
    const { clock, meterClock, random } = ports;
    this.configuration = new Configuration(settings.version, settings);
    this.connectors = Array.from(
      { length: settings.connectors },
      (_, index) => new Connector(index + 1, meterClock, Math.floor(random() * 1_000_000)),
    );
    const { configuration } = this;
    this.#registration = new Registration(settings, {
      clock,
      configuration,
      say: (action, value) => this.#say(action, value),
    });
    this.#charging = new Charging(settings, { ...ports, configuration });
  }

  get registered(): boolean {
    return this.#registration.registered;
  }

  /** Transaction messages that the central system has not taken yet. */
  get undelivered(): number {
    return this.#charging.undelivered;
  }

  connector(id: number): Connector | undefined {
    return this.connectors[id - 1];
  }

  whenRegistered(): Promise<void> {
    return this.#registration.whenRegistered();
  }

  /** One BootNotification, repeated in the background until it is accepted. True when it was accepted at once. */
  boot(): Promise<boolean> {
    return this.#registration.boot();
  }

  /** Boots until it is accepted, then tells the status of the charge point and of each connector. */
  async powerUp(): Promise<void> {
    if (!(await this.boot())) await this.whenRegistered();
    for (const id of [0, ...this.connectors.map((connector) => connector.id)]) await this.reportStatus(id);
  }

  heartbeat(): Promise<void> {
    return this.#registration.heartbeat();
  }

  /** Starts counting the heartbeat interval anew. */
  scheduleHeartbeat(): void {
    this.#registration.scheduleHeartbeat();
  }

  /** The next BootNotification tells a newer firmware. */
  upgrade(): void {
    this.#registration.upgrade();
  }

  /** True when the central system accepts the tag. */
  async authorize(idTag: string): Promise<boolean> {
    return tagAccepted(await this.#say('Authorize', { idTag }));
  }

  /** Changes a status; says so unless this version has the same word for both. */
  async setStatus(connector: Connector, status: Status): Promise<void> {
    const news = this.isNews(connector, status);
    connector.status = status;
    if (news) await this.reportStatus(connector.id);
  }

  /** Whether this version has a word for the change. */
  isNews(connector: Connector, status: Status): boolean {
    return statusWord(this.version, status) !== statusWord(this.version, connector.status);
  }

  /** Connector 0 is the charge point as a whole. */
  async reportStatus(connectorId: number): Promise<void> {
    const off = this.connectors.every((connector) => connector.status === 'Unavailable');
    const status = this.connector(connectorId)?.status ?? (off ? 'Unavailable' : 'Available');
    await this.#say('StatusNotification', statusFields(this.version, connectorId, status, this.#ports.clock.now()));
  }

  async diagnosticsStatus(status: string): Promise<void> {
    await this.#say('DiagnosticsStatusNotification', { status });
  }

  async firmwareStatus(status: string): Promise<void> {
    await this.#say('FirmwareStatusNotification', { status });
  }

  /** Starts a transaction at `power` W. Resolves when the start is answered, with whether the tag may charge. */
  begin(connector: Connector, idTag: string, power: number = pick(this.#ports.random, POWERS)): Promise<boolean> {
    return this.#charging.begin(connector, idTag, power);
  }

  /** Sends a reading of the running transaction. */
  sample(connector: Connector): Promise<void> {
    return this.#charging.sample(connector);
  }

  /** Stops the transaction; `reason` is a word of 1.6. Resolves when the stop is answered. */
  end(connector: Connector, reason: string): Promise<void> {
    return this.#charging.end(connector, reason);
  }

  /** A visit's beginning: plug in, start, charge. False when the tag is refused. */
  async startSession(connector: Connector, idTag: string, power?: number): Promise<boolean> {
    await this.setStatus(connector, 'Preparing');
    if (!(await this.begin(connector, idTag, power))) return false;
    if (connector.session) await this.setStatus(connector, 'Charging');
    return true;
  }

  /** A visit's end: stop, unplug, free again. */
  async endSession(connector: Connector, reason: string): Promise<void> {
    await this.end(connector, reason);
    await this.setStatus(connector, 'Finishing');
    await this.setStatus(connector, connector.scheduled ?? 'Available');
    connector.scheduled = undefined;
  }

  /** Ends what runs and starts again. */
  async reboot(reason: 'SoftReset' | 'HardReset'): Promise<void> {
    this.#registration.pause();
    for (const connector of this.connectors) {
      await this.end(connector, reason);
      if (connector.status !== 'Unavailable') connector.status = 'Available';
    }
    await this.powerUp();
  }

  /** Falls silent: no timers, no repeats. */
  close(): void {
    this.#registration.close();
    this.#charging.close();
    for (const connector of this.connectors) connector.sampleTimer?.cancel();
  }

  /** Says what may be lost: undefined when it failed. The failure is counted by the caller. */
  async #say(action: string, value: SoapObject): Promise<SoapObject | undefined> {
    const { caller } = this.#ports;
    try {
      const answer = await caller.send(caller.write(action, value));
      this.#charging.nudge();
      return answer;
    } catch (error) {
      if (error instanceof CallFailed) return undefined;
      throw error;
    }
  }
}
