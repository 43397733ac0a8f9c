/** The switches of a profile: one reader each. docs/quirks.md explains them. */

import { FAULT_STATUSES, FRACTIONS, PREFIXES, type Switches, TAG_CASES } from './quirks-table.ts';
import { isZone } from './scalars/zone.ts';
import type { Value } from './yaml-reader.ts';

/** Longer, and the charge point would have given up. */
const MOST_DELAY = 10_000;

type Mutable = { -readonly [K in keyof Switches]: Switches[K] };
type Readers = { readonly [K in keyof Switches]-?: (value: Value) => Switches[K] };

function onOff(value: Value): boolean | undefined {
  return typeof value.scalar === 'boolean' ? value.scalar : value.fault('a switch is true or false');
}

function numberOf<const T extends number>(value: Value, what: string, numbers: readonly T[]): T | undefined {
  const found = numbers.find((number) => number === value.scalar);
  return found ?? value.fault(`${what} is one of ${numbers.join(', ')}`);
}

function delays(value: Value): ReadonlyMap<string, number> {
  const all = new Map<string, number>();
  for (const entry of value.entries('answer-delay')) {
    const ms = entry.value.scalar;
    if (typeof ms === 'number' && Number.isInteger(ms) && ms >= 1 && ms <= MOST_DELAY) all.set(entry.name, ms);
    else entry.value.fault('a delay is a number of milliseconds', `1 to ${MOST_DELAY}`);
  }
  return all;
}

function zone(value: Value): string | undefined {
  const text = value.text('time-zone');
  if (text === undefined || isZone(text)) return text;
  return value.fault(`there is no time zone "${text}"`, 'such as Europe/Berlin or "+02:00"');
}

const READERS: Readers = {
  prefixes: (value) => value.oneOf('prefixes', PREFIXES),
  action: onOff,
  from: onOff,
  'message-id': onOff,
  'soap-action': onOff,
  declaration: onOff,
  gzip: onOff,
  'fault-status': (value) => numberOf(value, 'fault-status', FAULT_STATUSES),
  'answer-delay': delays,
  'time-zone': zone,
  fraction: (value) => numberOf(value, 'fraction', FRACTIONS),
  'tag-case': (value) => value.oneOf('tag-case', TAG_CASES),
};

export const SWITCHES: readonly string[] = Object.keys(READERS);

const isSwitch = (name: string): name is keyof Switches => Object.hasOwn(READERS, name);

export function readSwitches(value: Value | undefined): Switches {
  const switches: Mutable = {};
  const set = <K extends keyof Switches>(name: K, setting: Switches[K]): void => {
    if (setting !== undefined) switches[name] = setting;
  };
  for (const entry of value?.entries('switches', SWITCHES) ?? []) {
    if (isSwitch(entry.name)) set(entry.name, READERS[entry.name](entry.value));
  }
  return switches;
}
