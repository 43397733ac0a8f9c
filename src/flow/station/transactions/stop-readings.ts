import type { JsonObject } from '../../../base/message.ts';
import type { Context, Effect } from '../../decision.ts';
import type { OutboxEntry } from '../../outbox.ts';
import type { ChargePointState, Transaction } from '../../state.ts';
import { converted, stationOf } from '../rules.ts';
import type { HeldReadings } from '../state.ts';
import { energyOf, isRegister, MOST_CHARACTERS, readingUp, samplesOf } from './readings.ts';
import type { StationTransaction } from './transaction-event.ts';

/** The readings of a whole transaction, as its Ended event tells them (E06): those of the stop, and meterStop. */

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
  const up = (elements: readonly JsonObject[]): JsonObject[] =>
    elements.flatMap((element) => {
      const register = edge(element) === BEGIN ? transaction.meterStart : Number(request['meterStop']);
      const told = readingUp(state, element, transaction.connectorId, context, register);
      losses.push(...told.losses);
      return told.readings.flatMap((reading) => withoutRepeatedBegin(reading, transaction));
    });
  const own = up((request['transactionData'] ?? []) as JsonObject[]);
  const before = without(own, up(heldOf(state, transaction)?.elements ?? []));
  const whole = withEnd([...before, ...own], request, timestamp, context, losses);
  return { readings: withinSize(inOrder(whole), losses), losses };
}

/** What is at the start of the transaction, if the readings of the stop tell it. */
export function beginIn(readings: readonly JsonObject[]): JsonObject[] {
  return readings.flatMap((reading) =>
    withSamples(reading, (sample) => sample['context'] === BEGIN && isRegister(sample)),
  );
}

/** The Ended event as it goes, with readings that came after it. */
export function withLateReadings(state: ChargePointState, entry: OutboxEntry): JsonObject {
  const events = entry.transaction === undefined ? undefined : state.transactions[entry.transaction]?.events;
  const late = events?.endedEntry === entry.seq ? events.lateReadings : undefined;
  if (late === undefined) return entry.payload;
  const own = (entry.payload['meterValue'] ?? []) as JsonObject[];
  return { ...entry.payload, meterValue: inOrder([...own, ...late]) };
}

/** Readings at the end that came before the stop, and wait for it. */
export function heldOf(state: ChargePointState, { device }: Pick<Transaction, 'device'>): HeldReadings | undefined {
  return stationOf(state).heldReadings?.[device];
}

/** Whether this reading of the charge point says of the end what meterStop says, as far as it says anything. */
export function endsAtStop(
  state: ChargePointState,
  element: JsonObject,
  connectorId: number,
  request: JsonObject,
  context: Context,
): boolean {
  const { readings } = readingUp(state, element, connectorId, context, Number(request['meterStop']));
  return !readings.flatMap(samplesOf).some((sample) => isEnd(sample) && apart(sample, request));
}

function isEnd(sample: JsonObject): boolean {
  return sample['context'] === END && isRegister(sample);
}

function apart(sample: JsonObject, { meterStop }: JsonObject): boolean {
  return Math.abs(energyOf(sample) - Number(meterStop)) > 1;
}

function edge(element: JsonObject): string | undefined {
  const [first] = samplesOf(element);
  return first?.['context'] as string | undefined;
}

/** What the Started event has told is not told twice, unless it is signed. */
function withoutRepeatedBegin(reading: JsonObject, { meterStart, events }: StationTransaction): JsonObject[] {
  // Of a transaction that began elsewhere the register of the Started event counts, if that had one.
  const told = events.foreign ? (events.nextSeqNo === 1 ? events.register : undefined) : meterStart;
  return withSamples(
    reading,
    (sample) =>
      !(sample['context'] === BEGIN && isRegister(sample) && sample['signedMeterValue'] === undefined) ||
      energyOf(sample) !== told,
  );
}

/** What the stop says again was sent shortly before it. */
function without(own: readonly JsonObject[], before: readonly JsonObject[]): JsonObject[] {
  if (before.length === 0) return [];
  const keyOf = (reading: JsonObject, sample: JsonObject): string =>
    JSON.stringify([Date.parse(String(reading['timestamp'])), sample]);
  const told = new Set(own.flatMap((reading) => samplesOf(reading).map((sample) => keyOf(reading, sample))));
  return before.flatMap((reading) => withSamples(reading, (sample) => !told.has(keyOf(reading, sample))));
}

function withSamples(reading: JsonObject, stay: (sample: JsonObject) => boolean): JsonObject[] {
  const sampledValue = samplesOf(reading).filter(stay);
  return sampledValue.length > 0 ? [{ ...reading, sampledValue }] : [];
}

/** With the register at the end: the charge point's own sample of it, else meterStop. */
function withEnd(
  readings: readonly JsonObject[],
  request: JsonObject,
  timestamp: string,
  context: Context,
  losses: Effect[],
): readonly JsonObject[] {
  const last = readings.flatMap(samplesOf).findLast(isEnd);
  if (last) {
    if (apart(last, request)) losses.push({ do: 'loss', code: 'tx-register', field: 'meterStop' });
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

/** Beyond the size of a message (E06.FR.12) every second one between the first and the last goes, as often as it must. */
function withinSize(readings: readonly JsonObject[], losses: Effect[]): readonly JsonObject[] {
  let left = readings;
  while (left.length > 2 && JSON.stringify(left).length > MOST_CHARACTERS) {
    const before = left.length;
    left = left.filter((_, i) => i === 0 || i === before - 1 || i % 2 === 0);
    losses.push({ do: 'loss', code: 'stop-thin', field: 'transactionData' });
    if (left.length === before) left = [left[0], left.at(-1)].filter((one) => one !== undefined);
  }
  return left;
}
