import { expect, it } from 'vitest';
import type { JsonObject } from '../../../src/base/message.ts';
import type { StationSettings } from '../../../src/flow/station/settings.ts';
import { NOW } from '../context.ts';
import { Conversation } from './conversation.ts';

const at = (seconds: number): string => new Date(NOW + 61_000 + 1000 * seconds).toISOString();
const current = (phase: string, value: string): JsonObject => ({
  measurand: 'Current.Import',
  unit: 'A',
  phase,
  value,
});
const three = (...values: string[]): JsonObject[] => values.map((value, i) => current(`L${i + 1}`, value));

/** numberOfPhasesUsed of the event of each reading. */
function told(settings: Partial<StationSettings>, ...readings: JsonObject[][]): unknown[] {
  const talk = new Conversation({ settings: { phasesUsed: 'readings', ...settings } }).connect();
  talk.say('StartTransaction', { connectorId: 1, idTag: '04A2B3C4', timestamp: at(0), meterStart: 0 });
  const meterValue = readings.map((sampledValue, i) => ({ timestamp: at(i + 1), sampledValue }));
  talk.say('MeterValues', { connectorId: 1, meterValue });
  return talk.events.slice(1).map((event) => event['numberOfPhasesUsed']);
}

it('tells the phases in use when they are known, and when they change', () => {
  const seen = told(
    {},
    three('16', '16', '16'),
    three('15', '15', '0.2'),
    three('15', '15', '0'),
    three('16', '0', '0'),
  );
  expect(seen).toEqual([3, 2, undefined, 1]);
  expect(told({}, [current('L1-N', '16'), current('L2-N', '0'), current('L3-N', '0')])).toEqual([1]);
});

it.each([
  ['where the operator does not want it', { phasesUsed: 'off' as const }, three('16', '16', '16')],
  ['by a reading that names only some of them', {}, three('16', '16')],
  ['while nothing flows', {}, three('0', '0.1', '0')],
  ['by other currents', {}, three('16', '16', '16').map((one) => ({ ...one, measurand: 'Current.Offered' }))],
  ['of direct current', { supplyPhases: 0 }, three('16', '16', '16')],
])('says nothing of phases %s', (_when, settings, reading) => {
  expect(told(settings, reading)).toEqual([undefined]);
});

it('knows the supply of the EVSE', () => {
  expect(told({ supplyPhases: 1 }, three('16'))).toEqual([1]);
  expect(told({ evses: [{ connectors: [1], supplyPhases: 1 }] }, three('16'))).toEqual([1]);
});
