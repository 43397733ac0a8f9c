import { isoTime } from '../../base/clock.ts';
import type { SoapObject, SoapVersion } from '../../base/message.ts';

/** How one charge point says the same thing in OCPP 1.2, 1.5 and 1.6. Status words are those of 1.6. */

export type Status =
  | 'Available'
  | 'Preparing'
  | 'Charging'
  | 'SuspendedEV'
  | 'SuspendedEVSE'
  | 'Finishing'
  | 'Reserved'
  | 'Unavailable'
  | 'Faulted';

export interface Reading {
  /** Milliseconds. */
  readonly at: number;
  /** Wh on the register. */
  readonly energy: number;
  /** W. */
  readonly power: number;
  readonly context: 'Sample.Periodic' | 'Transaction.Begin' | 'Transaction.End';
}

const VOLTS = 230;

/** The word of this version; the older ones know only that a connector is in use. */
export function statusWord(version: SoapVersion, status: Status): string {
  if (version === '1.6') return status;
  if (status === 'Available' || status === 'Unavailable' || status === 'Faulted') return status;
  return status === 'Reserved' && version === '1.5' ? 'Reserved' : 'Occupied';
}

export function statusFields(version: SoapVersion, connectorId: number, status: Status, at: number): SoapObject {
  const fields = { connectorId: String(connectorId), status: statusWord(version, status), errorCode: 'NoError' };
  return version === '1.2' ? fields : { ...fields, timestamp: isoTime(at) };
}

/** MeterValues of a running transaction; 1.2 cannot name the transaction. */
export function meterValues(
  version: SoapVersion,
  connectorId: number,
  transactionId: number | undefined,
  reading: Reading,
): SoapObject {
  const head: SoapObject = { connectorId: String(connectorId) };
  if (version !== '1.2' && transactionId !== undefined) head['transactionId'] = String(transactionId);
  return { ...head, [version === '1.6' ? 'meterValue' : 'values']: [meterValue(version, reading)] };
}

/** The part of StopTransaction that carries readings: unknown to 1.2, nested in 1.5, flat in 1.6. */
export function transactionData(version: SoapVersion, readings: readonly Reading[]): SoapObject {
  if (version === '1.2' || readings.length === 0) return {};
  const data = readings.map((reading) => meterValue(version, reading));
  return { transactionData: version === '1.5' ? [{ values: data }] : data };
}

function meterValue(version: SoapVersion, reading: Reading): SoapObject {
  const timestamp = isoTime(reading.at);
  if (version === '1.2') return { timestamp, value: String(reading.energy) };
  const samples = [
    { value: String(reading.energy), measurand: 'Energy.Active.Import.Register', unit: 'Wh' },
    { value: String(reading.power), measurand: 'Power.Active.Import', unit: 'W' },
    { value: (reading.power / VOLTS).toFixed(1), measurand: 'Current.Import', unit: 'A' },
  ];
  if (version === '1.6')
    return { timestamp, sampledValue: samples.map((sample) => ({ ...sample, context: reading.context })) };
  const values = samples.map(({ value, measurand, unit }) => ({
    '.': value,
    '@context': reading.context,
    '@measurand': measurand,
    '@unit': unit === 'A' ? 'Amp' : unit,
  }));
  return { timestamp, value: values };
}
