import type { SoapVersion } from '../../base/message.ts';

/** The configuration keys of a simulated charge point, in its version's spelling. */

interface Key {
  readonly name: string;
  readonly readonly?: true;
  readonly versions?: readonly SoapVersion[];
  readonly value: string;
  /** What it accepts; default: whole numbers from 0. */
  readonly accepts?: RegExp;
}

const NUMBER = /^\d{1,9}$/;
const BOOLEAN = /^(true|false)$/i;
const LIST = /^[\w.,-]*$/;
const NEW: readonly SoapVersion[] = ['1.6'];
const OLD: readonly SoapVersion[] = ['1.2', '1.5'];
const PROFILES = 'Core,FirmwareManagement,LocalAuthListManagement,Reservation,SmartCharging,RemoteTrigger';

const KEYS: readonly Key[] = [
  { name: 'HeartBeatInterval', versions: OLD, value: '300' },
  { name: 'HeartbeatInterval', versions: NEW, value: '300' },
  { name: 'ConnectionTimeOut', value: '60' },
  { name: 'ResetRetries', value: '3' },
  { name: 'BlinkRepeat', value: '2' },
  { name: 'LightIntensity', value: '80' },
  { name: 'MeterValueSampleInterval', value: '900' },
  { name: 'ProximityContactRetries', versions: OLD, value: '3' },
  { name: 'ProximityLockRetries', versions: OLD, value: '3' },
  { name: 'ChargePointId', versions: OLD, readonly: true, value: '' },
  { name: 'ClockAlignedDataInterval', versions: ['1.5', '1.6'], value: '0' },
  {
    name: 'MeterValuesSampledData',
    versions: ['1.5', '1.6'],
    value: 'Energy.Active.Import.Register,Power.Active.Import,Current.Import',
    accepts: LIST,
  },
  { name: 'StopTxnSampledData', versions: ['1.5', '1.6'], value: 'Energy.Active.Import.Register', accepts: LIST },
  { name: 'NumberOfConnectors', versions: NEW, readonly: true, value: '' },
  { name: 'AuthorizeRemoteTxRequests', versions: NEW, value: 'false', accepts: BOOLEAN },
  { name: 'LocalAuthorizeOffline', versions: NEW, value: 'true', accepts: BOOLEAN },
  { name: 'LocalPreAuthorize', versions: NEW, value: 'false', accepts: BOOLEAN },
  { name: 'StopTransactionOnInvalidId', versions: NEW, value: 'true', accepts: BOOLEAN },
  { name: 'StopTransactionOnEVSideDisconnect', versions: NEW, value: 'true', accepts: BOOLEAN },
  { name: 'UnlockConnectorOnEVSideDisconnect', versions: NEW, value: 'true', accepts: BOOLEAN },
  { name: 'ConnectorPhaseRotation', versions: NEW, value: '0.RST,1.RST', accepts: LIST },
  { name: 'TransactionMessageAttempts', versions: NEW, value: '3' },
  { name: 'TransactionMessageRetryInterval', versions: NEW, value: '60' },
  { name: 'GetConfigurationMaxKeys', versions: NEW, readonly: true, value: '50' },
  { name: 'SupportedFeatureProfiles', versions: NEW, readonly: true, value: PROFILES },
  { name: 'LocalAuthListEnabled', versions: NEW, value: 'true', accepts: BOOLEAN },
  { name: 'LocalAuthListMaxLength', versions: NEW, readonly: true, value: '500' },
  { name: 'SendLocalListMaxLength', versions: NEW, readonly: true, value: '100' },
  { name: 'ChargeProfileMaxStackLevel', versions: NEW, readonly: true, value: '5' },
  { name: 'ChargingScheduleAllowedChargingRateUnit', versions: NEW, readonly: true, value: 'Current,Power' },
  { name: 'ChargingScheduleMaxPeriods', versions: NEW, readonly: true, value: '24' },
  { name: 'MaxChargingProfilesInstalled', versions: NEW, readonly: true, value: '10' },
];

export interface KeyValue {
  readonly key: string;
  readonly readonly: boolean;
  readonly value: string;
}

export class Configuration {
  readonly #keys: ReadonlyMap<string, Key>;
  readonly #values: Map<string, string>;

  constructor(version: SoapVersion, own: { identity: string; connectors: number }) {
    const keys = KEYS.filter((key) => key.versions === undefined || key.versions.includes(version));
    this.#keys = new Map(keys.map((key) => [key.name, key]));
    this.#values = new Map(keys.map((key) => [key.name, key.value]));
    if (this.#keys.has('ChargePointId')) this.#values.set('ChargePointId', own.identity);
    if (this.#keys.has('NumberOfConnectors')) this.#values.set('NumberOfConnectors', String(own.connectors));
  }

  /** Compares bytes, as many old charge points do. No names: everything. */
  list(names: readonly string[]): { known: KeyValue[]; unknown: string[] } {
    const wanted = names.length === 0 ? [...this.#keys.keys()] : names;
    const known = wanted.flatMap((name) => {
      const key = this.#keys.get(name);
      return key ? [{ key: name, readonly: key.readonly === true, value: this.#values.get(name) ?? '' }] : [];
    });
    return { known, unknown: wanted.filter((name) => !this.#keys.has(name)) };
  }

  change(name: string, value: string): 'Accepted' | 'Rejected' | 'NotSupported' {
    const key = this.#keys.get(name);
    if (!key) return 'NotSupported';
    if (key.readonly || !(key.accepts ?? NUMBER).test(value)) return 'Rejected';
    this.#values.set(name, value);
    return 'Accepted';
  }

  /** Seconds or times; `otherwise` when this version has no such key. */
  number(name: string, otherwise: number): number {
    const value = Number(this.#values.get(name) ?? otherwise);
    return Number.isFinite(value) ? value : otherwise;
  }

  isTrue(name: string): boolean {
    return this.#values.get(name)?.toLowerCase() === 'true';
  }
}
