import type { JsonObject } from '../../../base/message.ts';
import type { Context, Effect } from '../../decision.ts';
import type { ChargePointState } from '../../state.ts';
import { converted, station } from '../rules.ts';

/** Meter values in the form of 2.0.1: what the rules look for in them, beyond what the tables do. */

/** All readings of one message, as JSON. */
export const MOST_CHARACTERS = 64 * 1024;

const REGISTER = 'Energy.Active.Import.Register';

/** One meterValue of the charge point; none when no sample of it can be told. `register`: Wh at the start or the end. */
export function readingUp(
  state: ChargePointState,
  element: JsonObject,
  connectorId: number,
  context: Context,
  register?: number,
): { readonly readings: readonly JsonObject[]; readonly losses: readonly Effect[] } {
  const { value, losses } = converted(context, 'reading', element, signedBy(state, connectorId, register));
  return { readings: value ? neat(value, context) : [], losses };
}

/** What signed samples need beside themselves: the key of the meter, and the number that is signed. */
export function signedBy(state: ChargePointState, connectorId: number, register?: number): JsonObject {
  const names = [`meterpublickey${connectorId}`, `meterpublickey[${connectorId}]`];
  const key = names
    .map((name) => state.configuration[name]?.value)
    .find((value) => value !== undefined && value !== '');
  return {
    ...(key !== undefined && { publicKey: Buffer.from(`oca:base16:asn1:${key}`).toString('base64') }),
    ...(register !== undefined && { register }),
  };
}

export function samplesOf(reading: JsonObject): JsonObject[] {
  return (reading['sampledValue'] ?? []) as JsonObject[];
}

/** The energy that the EV got so far, of all phases together. */
export function isRegister(sample: JsonObject): boolean {
  const there = sample['location'] === undefined || sample['location'] === 'Outlet';
  return sample['measurand'] === REGISTER && sample['phase'] === undefined && there;
}

/** Wh. */
export function energyOf(sample: JsonObject): number {
  const { unit } = (sample['unitOfMeasure'] ?? {}) as JsonObject;
  return unit === 'kWh' ? thousandfold(Number(sample['value'])) : Number(sample['value']);
}

/** The last energy register (Wh) in a message; undefined when it has none. */
export function registerIn(message: JsonObject): number | undefined {
  const readings = (message['meterValue'] ?? []) as JsonObject[];
  const last = readings.flatMap(samplesOf).filter(isRegister).at(-1);
  return last && energyOf(last);
}

/** The message with its readings as every CSMS can read them. */
export function withNeatReadings(message: JsonObject, context: Context): JsonObject {
  const readings = message['meterValue'] as JsonObject[] | undefined;
  if (readings === undefined) return message;
  return { ...message, meterValue: readings.flatMap((reading) => neat(reading, context)) };
}

/** The message in as many as keep its readings to a size that a CSMS can take. */
export function inPages(message: JsonObject): JsonObject[] {
  const pages: JsonObject[][] = [];
  let left = 0;
  for (const reading of (message['meterValue'] ?? []) as JsonObject[]) {
    const size = JSON.stringify(reading).length;
    const page = size <= left ? pages.at(-1) : undefined;
    if (page) page.push(reading);
    else pages.push([reading]);
    left = (page ? left : MOST_CHARACTERS) - size;
  }
  return pages.map((meterValue) => ({ ...message, meterValue }));
}

function neat(reading: JsonObject, context: Context): JsonObject[] {
  return byContext(station(context).settings.energyInWh ? inWh(reading) : reading);
}

/** Some CSMSs judge a reading by the context of its first sample: samples of one context stay together, the energy first. */
function byContext(reading: JsonObject): JsonObject[] {
  const samples = samplesOf(reading);
  const inOrder = samples.every((sample, i) => {
    const before = samples[i - 1];
    if (before === undefined) return true;
    return sample['context'] === before['context'] && (isRegister(before) || !isRegister(sample));
  });
  if (inOrder) return [reading];
  const contexts = [...new Set(samples.map((sample) => sample['context']))];
  const groups = contexts.map((one) => samples.filter((sample) => sample['context'] === one));
  return groups.map((group) => ({
    ...reading,
    sampledValue: [...group.filter(isRegister), ...group.filter((sample) => !isRegister(sample))],
  }));
}

/** For a CSMS that reads every energy as Wh. */
function inWh(reading: JsonObject): JsonObject {
  const sampledValue = samplesOf(reading).map((sample) => {
    const unitOfMeasure = sample['unitOfMeasure'] as JsonObject | undefined;
    if (unitOfMeasure?.['unit'] !== 'kWh') return sample;
    return { ...sample, value: thousandfold(Number(sample['value'])), unitOfMeasure: { ...unitOfMeasure, unit: 'Wh' } };
  });
  return { ...reading, sampledValue };
}

/** By decimals, so that 0.1 kWh is 100 Wh and nothing beside it. */
function thousandfold(value: number): number {
  return Number(`${value}e3`) || Number((value * 1000).toFixed(6));
}
