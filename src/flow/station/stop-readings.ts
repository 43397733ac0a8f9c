import type { JsonObject } from '../../base/message.ts';
import type { Context, Effect } from '../decision.ts';
import type { OutboxEntry } from '../outbox.ts';
import type { ChargePointState } from '../state.ts';
import { energyOf, isRegister, readingUp, samplesOf } from './readings.ts';
import { converted } from './rules.ts';
import type { StationTransaction } from './transaction-event.ts';

/** The readings of a whole transaction, as its Ended event tells them (E06): those of the stop, and meterStop. */

/** Characters; what is told between the first and the last reading is thinned beyond it (E06.FR.12). */
const MOST = 64 * 1024;

const BEGIN = 'Transaction.Begin';
const END = 'Transaction.End';

export interface StopReadings {
  readonly readings: readonly JsonObject[];
  readonly losses: readonly Effect[];
}

/** `timestamp`: when the transaction ended. */
export function stopReadings(
  state: ChargePointState,
  transaction: StationTransaction,
  request: JsonObject,
  timestamp: string,
  context: Context,
): StopReadings {
  const losses: Effect[] = [];
  const readings: JsonObject[] = [];
  for (const element of (request['transactionData'] ?? []) as JsonObject[]) {
    const register = edge(element) === BEGIN ? transaction.meterStart : Number(request['meterStop']);
    const told = readingUp(state, element, transaction.connectorId, context, register);
    losses.push(...told.losses);
    if (told.value) readings.push(...byContext(told.value));
  }
  const kept = readings.flatMap((reading) => withoutRepeatedBegin(reading, transaction));
  const whole = withEnd(kept, request, timestamp, context, losses);
  return { readings: withinSize(inOrder(whole), losses), losses };
}

/** What is at the start of the transaction, if the readings of the stop tell it. */
export function beginIn(readings: readonly JsonObject[]): JsonObject[] {
  return readings.flatMap((reading) => {
    const samples = samplesOf(reading).filter((sample) => sample['context'] === BEGIN && isRegister(sample));
    return samples.length > 0 ? [{ ...reading, sampledValue: samples }] : [];
  });
}

/** The Ended event as it goes, with readings that came after it. */
export function withLateReadings(state: ChargePointState, entry: OutboxEntry): JsonObject {
  const events = entry.transaction === undefined ? undefined : state.transactions[entry.transaction]?.events;
  const late = events?.endedEntry === entry.seq ? events.lateReadings : undefined;
  if (late === undefined) return entry.payload;
  const own = (entry.payload['meterValue'] ?? []) as JsonObject[];
  return { ...entry.payload, meterValue: inOrder([...own, ...late]) };
}

function edge(element: JsonObject): string | undefined {
  const [first] = samplesOf(element);
  return first?.['context'] as string | undefined;
}

/** Some CSMSs judge a reading by the context of its first sample: samples of one context stay together, the energy first. */
function byContext(reading: JsonObject): JsonObject[] {
  const groups = new Map<string, JsonObject[]>();
  for (const sample of samplesOf(reading)) {
    const context = String(sample['context']);
    const group = groups.get(context);
    if (group) group.push(sample);
    else groups.set(context, [sample]);
  }
  return [...groups.values()].map((samples) => ({
    ...reading,
    sampledValue: [...samples.filter(isRegister), ...samples.filter((sample) => !isRegister(sample))],
  }));
}

/** What the Started event has told is not told twice, unless it is signed. */
function withoutRepeatedBegin(reading: JsonObject, { meterStart, events }: StationTransaction): JsonObject[] {
  if (events.foreign) return [reading];
  const samples = samplesOf(reading).filter(
    (sample) =>
      !(sample['context'] === BEGIN && isRegister(sample) && sample['signedMeterValue'] === undefined) ||
      energyOf(sample) !== meterStart,
  );
  return samples.length > 0 ? [{ ...reading, sampledValue: samples }] : [];
}

/** With the register at the end: the charge point's own sample of it, else meterStop. */
function withEnd(
  readings: readonly JsonObject[],
  request: JsonObject,
  timestamp: string,
  context: Context,
  losses: Effect[],
): readonly JsonObject[] {
  const ends = readings.flatMap(samplesOf).filter((sample) => sample['context'] === END && isRegister(sample));
  const last = ends.at(-1);
  if (last) {
    const apart = Math.abs(energyOf(last) - Number(request['meterStop'])) > 1;
    if (apart) losses.push({ do: 'loss', code: 'tx-register', field: 'meterStop' });
    return readings;
  }
  const { value: end, losses: more } = converted(context, 'endReading', {
    meterStop: request['meterStop'] ?? 0,
    timestamp,
  });
  losses.push(...more);
  if (end === undefined) return readings;
  const at = readings.findIndex(
    (one) => Date.parse(String(one['timestamp'])) === Date.parse(timestamp) && edge(one) === END,
  );
  const there = readings[at];
  if (there === undefined) return [...readings, end];
  return readings.with(at, { ...there, sampledValue: [...samplesOf(end), ...samplesOf(there)] });
}

function inOrder(readings: readonly JsonObject[]): JsonObject[] {
  return readings.toSorted((a, b) => Date.parse(String(a['timestamp'])) - Date.parse(String(b['timestamp'])));
}

/** Every second one between the first and the last goes, as often as it must. */
function withinSize(readings: readonly JsonObject[], losses: Effect[]): readonly JsonObject[] {
  let left = readings;
  while (left.length > 2 && JSON.stringify(left).length > MOST) {
    const before = left.length;
    left = left.filter((_, i) => i === 0 || i === before - 1 || i % 2 === 0);
    losses.push({ do: 'loss', code: 'stop-thin', field: 'transactionData' });
    if (left.length === before) left = [left[0], left.at(-1)].filter((one) => one !== undefined);
  }
  return left;
}
