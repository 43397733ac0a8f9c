import type { JsonObject } from '../../base/message.ts';
import type { Context, Effect } from '../decision.ts';
import type { ChargePointState } from '../state.ts';
import { converted, station } from './rules.ts';

/** Meter values in the form of 2.0.1: what the rules look for in them, beyond what the tables do. */

const REGISTER = 'Energy.Active.Import.Register';

/** One meterValue of the charge point; undefined when no sample of it can be told. `register`: Wh at the start or the end. */
export function readingUp(
  state: ChargePointState,
  element: JsonObject,
  connectorId: number,
  context: Context,
  register?: number,
): { readonly value: JsonObject | undefined; readonly losses: readonly Effect[] } {
  const { value, losses } = converted(context, 'reading', element, signedBy(state, connectorId, register));
  return { value: value && withUnit(value, context), losses };
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

/** The message for a CSMS that reads every energy as Wh, if it is one. */
export function withEnergyInWh(message: JsonObject, context: Context): JsonObject {
  const readings = message['meterValue'] as JsonObject[] | undefined;
  if (readings === undefined || !station(context).settings.energyInWh) return message;
  return { ...message, meterValue: readings.map((reading) => withUnit(reading, context)) };
}

function withUnit(reading: JsonObject, context: Context): JsonObject {
  if (!station(context).settings.energyInWh) return reading;
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
