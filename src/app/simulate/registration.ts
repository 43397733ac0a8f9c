import type { Clock, Timer } from '../../base/clock.ts';
import type { SoapObject, SoapVersion } from '../../base/message.ts';
import type { Configuration } from './configuration.ts';

/** BootNotification until it is accepted, and the heartbeat from then on. */

export interface RegistrationPorts {
  readonly clock: Clock;
  readonly configuration: Configuration;
  /** Sends a message that may be lost; undefined when it failed. */
  readonly say: (action: string, value: SoapObject) => Promise<SoapObject | undefined>;
}

/** Seconds until the next BootNotification when the last one got no answer. */
const BOOT_RETRY = 30;

export class Registration {
  readonly #identity: string;
  readonly #version: SoapVersion;
  readonly #ports: RegistrationPorts;
  readonly #waiting: (() => void)[] = [];
  #registered = false;
  #firmware = 1;
  #bootTimer: Timer | undefined;
  #heartbeatTimer: Timer | undefined;
  #closed = false;

  constructor(who: { identity: string; version: SoapVersion }, ports: RegistrationPorts) {
    this.#identity = who.identity;
    this.#version = who.version;
    this.#ports = ports;
  }

  get registered(): boolean {
    return this.#registered;
  }

  /** Also resolves when the charge point falls silent for good. */
  whenRegistered(): Promise<void> {
    return this.#registered || this.#closed ? Promise.resolve() : new Promise((resolve) => this.#waiting.push(resolve));
  }

  /** A new version is installed; the next BootNotification tells it. */
  upgrade(): void {
    this.#firmware += 1;
  }

  /** One BootNotification; while it is not accepted, it is repeated at the interval the answer names. */
  async boot(): Promise<boolean> {
    this.pause();
    this.#registered = false;
    const answer = await this.#ports.say('BootNotification', {
      chargePointVendor: 'Elder Chargers',
      chargePointModel: `SOAP ${this.#version}`,
      chargePointSerialNumber: `EC-${this.#identity}`.slice(0, 25),
      firmwareVersion: `4.${this.#firmware}.0`,
    });
    if (this.#closed) return false;
    const interval = Number(answer?.[this.#version === '1.6' ? 'interval' : 'heartbeatInterval']);
    if (answer?.['status'] !== 'Accepted') {
      this.#bootTimer = this.#ports.clock.after((interval > 0 ? interval : BOOT_RETRY) * 1_000, () => {
        void this.boot();
      });
      return false;
    }
    this.#registered = true;
    if (interval > 0) this.#ports.configuration.change(this.#heartbeatKey, String(interval));
    this.scheduleHeartbeat();
    this.#release();
    return true;
  }

  /** Starts counting the heartbeat interval anew. */
  scheduleHeartbeat(): void {
    this.#heartbeatTimer?.cancel();
    const seconds = this.#ports.configuration.number(this.#heartbeatKey, 300);
    if (seconds === 0 || this.#closed) return;
    this.#heartbeatTimer = this.#ports.clock.after(seconds * 1_000, () => {
      this.scheduleHeartbeat();
      void this.heartbeat();
    });
  }

  async heartbeat(): Promise<void> {
    await this.#ports.say('Heartbeat', {});
  }

  /** No timer runs until the next boot. */
  pause(): void {
    this.#bootTimer?.cancel();
    this.#heartbeatTimer?.cancel();
  }

  close(): void {
    this.#closed = true;
    this.pause();
    this.#release();
  }

  #release(): void {
    for (const resolve of this.#waiting.splice(0)) resolve();
  }

  get #heartbeatKey(): string {
    return this.#version === '1.6' ? 'HeartbeatInterval' : 'HeartBeatInterval';
  }
}
