/** What the tables towards OCPP 2.0.1 do with every field and every kind of value, one line each. */

import type { Json, JsonObject } from '../../../src/base/message.ts';
import type { Field, Group, Leaf } from '../../../src/contract/model.ts';
import type { CheckedStation } from '../../../src/mapping/station/check.ts';
import type { PairContracts } from '../../../src/mapping/station/compile.ts';
import { stationTables } from '../../../src/mapping/station/load.ts';
import type { Entry } from '../../../src/mapping/station/rows.ts';
import { isObject } from '../../../src/mapping/station/run.ts';
import type { Conversion, Given } from '../../../src/mapping/station/station-tables.ts';

const AT = '2025-05-01T10:00:00Z';
const LATER = '2025-05-01T11:00:00Z';
const reading = [{ timestamp: LATER, sampledValue: [{ value: 3 }] }];

const event = {
  ...{ eventId: 6, timestamp: LATER, trigger: 'Delta', actualValue: '5', eventNotificationType: 'HardWiredMonitor' },
  ...{ component: { name: 'C' }, variable: { name: 'V' } },
};

/** What flows hand in. A row that takes something else must be told here. */
const GIVEN: Readonly<Record<string, Json>> = {
  actualValue: 'true',
  additionalInfo: 'more',
  attributeType: 'Target',
  chargingState: 'SuspendedEV',
  cleared: true,
  component: 'RCD',
  connectorId: 31,
  data: 'given',
  duration: 600,
  eventData: [event],
  eventId: 5,
  evse: { id: 2, connectorId: 1 },
  evseId: 21,
  generatedAt: LATER,
  idTag: 'GIVEN',
  idTagInfo: { status: 'Expired' },
  idTags: ['TAG0', 'TAG1'],
  idToken: { idToken: 'CAFE0001', type: 'ISO14443' },
  instance: 'Cable',
  key: 'Key',
  meterValue: reading,
  numberOfPhasesUsed: 3,
  offline: true,
  parentIdTag: 'PARENT',
  parentIdTags: ['PARENT0', 'PARENT1'],
  publicKey: 'S0VZ',
  reason: 'Watchdog',
  reasonCode: 'TxNotFound',
  register: 2500,
  remoteStartId: 17,
  requestId: 11,
  retrieveDate: LATER,
  scheduleStart: LATER,
  seqNo: 4,
  soon: LATER,
  status: 'Rejected',
  stoppedReason: 'GroundFault',
  techCode: 'TECH',
  timeSpentCharging: 60,
  timestamp: LATER,
  transactionId: 'given-id',
  trigger: 'Delta',
  triggerReason: 'SignedDataReceived',
  type: 'Soft',
  value: 'Value',
  variable: 'Tripped',
  versionNumber: 9,
};
/** The same name, another type. */
const OTHERWISE: Readonly<Record<string, Readonly<Record<string, Json>>>> = {
  'SetVariables.answer': { component: { name: 'C' }, variable: { name: 'V' } },
  'StartTransaction.answer': { transactionId: 7 },
  RequestStartTransaction: { transactionId: 7 },
  RequestStopTransaction: { transactionId: 7 },
  SetChargingProfile: { transactionId: 7 },
  StatusNotification: { connectorId: 1 },
  'UpdateFirmware.answer': { status: 'Accepted' },
  'GetLog.answer': { status: 'AcceptedCanceled' },
};

type Variant = readonly [what: string, source: JsonObject];

export interface Behaviour {
  readonly lines: string[];
  /** Messages that their schema refuses. */
  readonly violations: string[];
}

export function behaviourOf(checked: CheckedStation, contracts: PairContracts): Behaviour {
  const lines: string[] = [];
  const violations: string[] = [];
  const { convert, ...rest } = stationTables(checked);
  for (const entry of checked.table.entries) {
    for (const part of ['request', 'answer'] as const) {
      const message = part === 'request' ? entry.heading : `${entry.heading}.answer`;
      const names = checked.pair.build.givens.get(message) ?? new Set<string>();
      if (!checked.pair.conversions.has(message)) continue;
      const given = givenFor(message, names);
      const { source, check } = sidesOf(entry, part, contracts);
      const told = (what: string, value: JsonObject, gives: Given): Map<string, string> => {
        const made = outcome(() => convert(message, value, gives));
        if (typeof made === 'object' && made.kind === 'value') {
          const violation = check(made.value);
          if (violation !== undefined) violations.push(`${message} | ${what}: ${violation}`);
        }
        return flatten(made);
      };
      const full = sample(source, true);
      const least = required(given, message, full, convert);
      const base = told('full', full, given);
      const plain = told('full', full, least);
      lines.push(`${message}: ${shown(base)}`);
      const add = (what: string, change: string): void => void lines.push(`${message} | ${what}: ${change}`);
      add('given only what must be', difference(base, plain));
      add('bare', difference(base, told('bare', sample(source, false), given)));
      for (const name of names)
        add(`${name} is not given`, difference(base, told(name, full, { ...given, [name]: undefined })));
      const idle: string[] = [];
      for (const [what, value] of variants(source, full)) {
        const change = difference(plain, told(what, value, least));
        const other = difference(base, told(what, value, given));
        if (change === SAME && other === SAME) idle.push(what);
        else add(what, change === other ? change : `${change}; when all is given: ${other}`);
      }
      const bare = told('bare', sample(source, false), least);
      for (const [what, value] of additions(source)) {
        const change = difference(bare, told(what, value, least));
        if (change !== SAME) add(`alone ${what}`, change);
      }
      if (idle.length > 0) add('changes nothing', idle.join(', '));
    }
  }
  for (const [what, items] of Object.entries(rest)) {
    const rows = items instanceof Map ? [...items] : (items as readonly object[]).map((item) => [item]);
    for (const row of rows) lines.push(`${what}: ${JSON.stringify(row, withoutPlaces)}`);
  }
  return { lines, violations };
}

function withoutPlaces(name: string, value: unknown): unknown {
  if (['file', 'line', 'column', 'why'].includes(name)) return undefined;
  return value instanceof Map ? Object.fromEntries(value) : value;
}

function givenFor(message: string, names: ReadonlySet<string>): JsonObject {
  const given: JsonObject = {};
  for (const name of names) {
    const value = OTHERWISE[message]?.[name] ?? GIVEN[name];
    if (value === undefined) throw new Error(`${message} is given ${name}: say an example in behaviour.ts`);
    given[name] = value;
  }
  return given;
}

/** Without what may be left out: then the message itself decides. */
function required(
  given: JsonObject,
  message: string,
  source: JsonObject,
  convert: (name: string, source: JsonObject, given?: Given) => Conversion,
): JsonObject {
  const least = { ...given };
  // Twice: some may be left out only together with others.
  for (const name of [...Object.keys(given), ...Object.keys(given)]) {
    const { [name]: _gone, ...without } = least;
    if (typeof outcome(() => convert(message, source, without)) !== 'string') delete least[name];
  }
  return least;
}

function outcome(convert: () => Conversion): Conversion | string {
  try {
    return convert();
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

function sidesOf(
  { direction, pivot, station, heading }: Entry,
  part: 'request' | 'answer',
  contracts: PairContracts,
): { source: Group; check: (value: JsonObject) => string | undefined } {
  const old = contracts.pivot.actions.get(pivot);
  const young = contracts.station.actions.get(station);
  if (!old || !young) throw new Error(`${heading} is of no action`);
  const up = (direction === 'up') === (part === 'request');
  const target = up ? contracts.station : contracts.pivot;
  const action = up ? young : old;
  return {
    source: (up ? old : young)[part],
    check: (value) => target.check(action.name, part, value)?.reason,
  };
}

/** A message that has one goes nowhere: they are tried alone. */
const REJECTED: ReadonlySet<string> = new Set(['phaseToUse', 'signature', 'signingCertificate']);

/** A message with all fields, or with those that must be there. */
function sample(group: Group, full: boolean): JsonObject {
  const made: JsonObject = {};
  for (const field of group.fields) {
    if (field.name === 'customData' || (field.min === 0 && (!full || REJECTED.has(field.name)))) continue;
    const item = field.type.kind === 'group' ? sample(field.type, full) : leafSample(field.name, field.type);
    made[field.name] = field.list ? [item] : item;
  }
  return made;
}

function leafSample(name: string, leaf: Leaf): Json {
  if (name === 'chargingProfilePurpose') return leaf.words?.at(-1) ?? '';
  if (leaf.words?.[0] !== undefined) return leaf.words[0];
  switch (leaf.base) {
    case 'int':
      return 7;
    case 'decimal':
      return leaf.fractionDigits === 1 ? 6.5 : 16.25;
    case 'boolean':
      return true;
    case 'dateTime':
      return AT;
    case 'anyURI':
      return 'ftp://host/path';
    default:
      if (name.toLowerCase().endsWith('location')) return 'ftp://host/path';
      return name === 'value' ? '12.5' : name.slice(0, leaf.maxLength);
  }
}

/** The full message with one field otherwise. */
function variants(group: Group, full: JsonObject): Variant[] {
  const made: Variant[] = [['with customData', { ...full, customData: { vendorId: 'V' } }]];
  const walk = (fields: readonly Field[], path: readonly string[]): void => {
    for (const field of fields) {
      if (field.name === 'customData') continue;
      const own = [...path, field.name];
      const item = field.list ? [...own, '0'] : own;
      const name = own.filter((step) => step !== '0').join('.');
      const add = (what: string, at: readonly string[], value: Json | undefined): void => {
        made.push([`${name} ${what.replace(LONG, ({ length }) => `x*${length}`)}`, changed(full, at, value)]);
      };
      if (field.min === 0) add('absent', own, undefined);
      if (field.list) {
        const one = field.type.kind === 'group' ? sample(field.type, false) : leafSample(field.name, field.type);
        add('empty', own, []);
        add('twice', own, [...asList(valueAt(full, own)), one]);
      }
      if (field.type.kind === 'group') walk(field.type.fields, item);
      else for (const value of others(field.type)) add(JSON.stringify(value), item, value);
    }
  };
  walk(group.fields, []);
  return made;
}

/** The bare message with one field more, or with another word where it has one. */
function additions(group: Group): Variant[] {
  const made: Variant[] = [];
  const walk = (fields: readonly Field[], path: readonly string[]): void => {
    for (const field of fields) {
      if (field.name === 'customData') continue;
      const item = field.list ? [...path, field.name, '0'] : [...path, field.name];
      const name = item.filter((step) => step !== '0').join('.');
      if (field.type.kind === 'group') walk(field.type.fields, item);
      else
        for (const value of [leafSample(field.name, field.type), ...(field.type.words ?? []).slice(1)])
          made.push([`${name} ${JSON.stringify(value)}`, placed(sample(group, false), group, item, value)]);
    }
  };
  walk(group.fields, []);
  return made;
}

/** With a value at a path, and with the objects that it needs around it. */
function placed(message: JsonObject, group: Group, path: readonly string[], value: Json): JsonObject {
  const [name = '', ...rest] = path.filter((step) => step !== '0');
  const field = group.fields.find((known) => known.name === name);
  if (!field) throw new Error(`${group.name} has no ${name}`);
  const { type } = field;
  const held = message[name];
  const old = Array.isArray(held) ? held[0] : held;
  const inner = type.kind === 'group' ? placed(isObject(old) ? old : sample(type, false), type, rest, value) : value;
  return { ...message, [name]: field.list ? [inner] : inner };
}

function others(leaf: Leaf): Json[] {
  if (leaf.words) return [...leaf.words];
  switch (leaf.base) {
    case 'int':
      return [-1];
    case 'decimal':
      return [0.07];
    case 'any':
      return [{ a: 1 }];
    case 'string':
      return [
        '',
        ' 1,5 ',
        ...(leaf.maxLength === undefined || leaf.maxLength > 600 ? [] : ['x'.repeat(leaf.maxLength)]),
      ];
    default:
      return [];
  }
}

const asList = (value: Json | undefined): Json[] => (Array.isArray(value) ? value : []);

function valueAt(value: Json | undefined, [step, ...rest]: readonly string[]): Json | undefined {
  if (step === undefined) return value;
  const inner = Array.isArray(value) ? value[Number(step)] : (value as JsonObject | undefined)?.[step];
  return valueAt(inner, rest);
}

function changed(source: JsonObject, path: readonly string[], value: Json | undefined): JsonObject {
  const copy = structuredClone(source);
  const last = path.at(-1) ?? '';
  const holder = valueAt(copy, path.slice(0, -1)) as JsonObject | Json[];
  if (Array.isArray(holder)) holder[Number(last)] = value ?? null;
  else if (value === undefined) delete holder[last];
  else holder[last] = value;
  return copy;
}

/** Every leaf by its path, and what happened. */
function flatten(made: Conversion | string): Map<string, string> {
  const flat = new Map<string, string>();
  const walk = (value: Json, path: string): void => {
    if (typeof value === 'object' && value !== null)
      for (const [name, inner] of Object.entries(value)) walk(inner, path === '' ? name : `${path}.${name}`);
    else flat.set(path, JSON.stringify(value));
  };
  if (typeof made === 'string') return new Map([['error', made]]);
  if (made.kind === 'value') walk(made.value, '');
  else flat.set('outcome', made.kind === 'rejected' ? `rejected ${made.reasonCode}` : made.kind);
  for (const { code, field } of made.losses) flat.set(`(${code} at ${field})`, '');
  return flat;
}

const SAME = 'the same';
const LONG = /x{20,}/g;
const ended = (flat: ReadonlyMap<string, string>): boolean => flat.has('error') || flat.has('outcome');
const told = ([path, value]: readonly [string, string]): string => (value === '' ? path : `${path}=${value}`);

function shown(flat: ReadonlyMap<string, string>): string {
  return flat.size === 0
    ? 'nothing'
    : [...flat]
        .map(told)
        .join(' ')
        .replace(LONG, ({ length }) => `x*${length}`);
}

function difference(base: ReadonlyMap<string, string>, other: ReadonlyMap<string, string>): string {
  if (ended(other)) return shown(other);
  const gone = [...base.keys()].filter((path) => !other.has(path)).map((path) => `-${path}`);
  const come = new Map([...other].filter(([path, value]) => base.get(path) !== value));
  return gone.length + come.size === 0 ? SAME : [...gone, ...(come.size > 0 ? [shown(come)] : [])].join(' ');
}
