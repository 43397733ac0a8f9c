/** The file of the device model: which variables of OCPP 2.0.1 show what an OCPP 1.6 charge point has. YAML to data. */

import { nearest, type Place } from '../fault.ts';
import type { Entry, Value } from '../yaml-reader.ts';
import { readPair } from './read-pair.ts';
import { CONFIGURATION_KEYS, ERROR_CODES, FEATURE_PROFILES } from './standard-words.ts';
import type { ErrorRow, OwnVariableRow, SensorRow, VariableRow } from './station-tables.ts';

export interface DeviceModel {
  readonly variables: readonly (VariableRow & Place)[];
  readonly own: readonly (OwnVariableRow & Place)[];
  readonly errors: ReadonlyMap<string, ErrorRow & Place>;
  readonly sensors: ReadonlyMap<string, SensorRow>;
}

const CONVERSIONS = ['same', 'bool', 'measurands', 'rate-unit', 'phase-rotation'] as const;
const DATA_TYPES = [
  'boolean',
  'dateTime',
  'decimal',
  'integer',
  'MemberList',
  'OptionList',
  'SequenceList',
  'string',
] as const;
const TIERS = ['station', 'evse', 'connector'] as const;

type Get = (name: string) => Value | undefined;
const reader =
  (entries: readonly Entry[]): Get =>
  (name) =>
    entries.find((entry) => entry.name === name)?.value;

interface Named {
  readonly component: string;
  readonly variable: string;
  readonly instance?: string;
}

/** `AlignedDataCtrlr.Interval`, or `DeviceDataCtrlr.ItemsPerMessage[GetReport]`. */
function readName(value: Value): Named | undefined {
  const text = value.text('a variable');
  const match = /^(\w+)\.(\w+)(?:\[(\w+)\])?$/.exec(text ?? '');
  if (!match) return value.fault('a variable is written Component.Variable or Component.Variable[Instance]');
  const [, component = '', variable = '', instance] = match;
  return { component, variable, ...(instance !== undefined && { instance }) };
}

const KEY_WORDS = [
  ...['shows', 'limits', 'tier', 'access', 'type', 'unit', 'least', 'words', 'convert'],
  ...['default', 'own', 'copies', 'announces', 'why'],
];

function readKey({ name: key, place, value }: Entry): (VariableRow & Place) | undefined {
  const get = reader(value.entries('a key', KEY_WORDS));
  const [shows, limits] = [get('shows'), get('limits')];
  if ((shows === undefined) === (limits === undefined))
    return value.fault('a key either shows a variable or limits one');
  const name = readName((shows ?? limits) as Value);
  if (!name) return undefined;
  const type = get('type')?.oneOf('type', DATA_TYPES) ?? (limits ? 'integer' : value.fault('`type` is missing'));
  const least = get('least')?.scalar;
  const unit = get('unit')?.text('unit');
  const preset = get('default')?.scalar;
  const own = get('own')?.oneOf('own', ['also', 'only']);
  const announces = get('announces')?.text('announces');
  const copies = get('copies')
    ?.list('copies')
    .flatMap((copy) => readName(copy) ?? []);
  return {
    ...place,
    key,
    ...name,
    tier: get('tier')?.oneOf('tier', ['station', 'evse', 'evse-of-key']) ?? 'station',
    mutability:
      get('access')?.oneOf('access', ['ReadOnly', 'ReadWrite', 'WriteOnly', 'by-flag']) ??
      (limits ? 'ReadOnly' : (value.fault('`access` is missing') ?? 'ReadOnly')),
    dataType: type ?? 'string',
    convert: get('convert')?.oneOf('convert', CONVERSIONS) ?? 'same',
    ...(unit !== undefined && { unit }),
    ...(typeof least === 'number' && { minLimit: least }),
    ...(get('words') && { valuesList: get('words')?.texts('words') ?? [] }),
    ...(preset !== undefined && { default: String(preset) }),
    ...(limits && { as: 'maxLimit' as const }),
    ...(own && { own }),
    ...(copies && { copies }),
    ...(announces !== undefined && { announces }),
  };
}

const OWN_WORDS = ['value', 'from', 'tier', 'access', 'type', 'unit', 'constant', 'profile', 'why'];

function readOwn({ name: text, place, value }: Entry, faultAt: Value): (OwnVariableRow & Place) | undefined {
  const match = /^(\w+)\.(\w+)(?:\[([\w.]+)\])?$/.exec(text);
  if (!match) return faultAt.fault(`"${text}" is no variable: Component.Variable or Component.Variable[Instance]`);
  const [, component = '', variable = '', instance] = match;
  const get = reader(value.entries('a variable', OWN_WORDS));
  const fixed = get('value')?.scalar;
  const from = get('from')?.text('from');
  if ((fixed === undefined) === (from === undefined)) value.fault('a variable has either a value or `from`');
  const unit = get('unit')?.text('unit');
  const profile = get('profile')?.oneOf('profile', FEATURE_PROFILES);
  return {
    ...place,
    component,
    variable,
    ...(instance !== undefined && { instance }),
    tier: get('tier')?.oneOf('tier', TIERS) ?? 'station',
    ...(fixed !== undefined && { value: String(fixed) }),
    ...(from !== undefined && { from }),
    mutability: get('access')?.oneOf('access', ['ReadOnly', 'ReadWrite']) ?? 'ReadOnly',
    dataType: get('type')?.oneOf('type', DATA_TYPES) ?? value.fault('`type` is missing') ?? 'string',
    ...(unit !== undefined && { unit }),
    ...(get('constant')?.yes('constant') && { constant: true as const }),
    ...(profile && { profile }),
  };
}

function readError({ name, place, value }: Entry): [string, ErrorRow & Place] {
  const get = reader(value.entries('an error', ['component', 'variable', 'scope', 'component-of-station', 'why']));
  if (!ERROR_CODES.includes(name)) value.fault(`1.6 has no errorCode ${name}`, nearest(name, ERROR_CODES));
  const station = get('component-of-station')?.text('component-of-station');
  const row: ErrorRow = {
    component: get('component')?.text('component') ?? value.fault('`component` is missing') ?? '',
    variable: get('variable')?.oneOf('variable', ['Problem', 'Tripped']) ?? 'Problem',
    scope: get('scope')?.oneOf('scope', ['connector', 'evse', 'evse-or-station', 'station']) ?? 'station',
    ...(station !== undefined && { componentOfStation: station }),
  };
  if (!get('variable') || !get('scope')) value.fault('an error needs `variable` and `scope`');
  return [name, { ...place, ...row }];
}

function readSensor({ name, value }: Entry): [string, SensorRow][] {
  const get = reader(value.entries('a sensor', ['shows', 'unit', 'why']));
  const [shows, unit] = [get('shows'), get('unit')?.text('unit')];
  const shown = shows && readName(shows);
  if (!shown || unit === undefined) return value.fault('a sensor needs `shows` and `unit`') ?? [];
  return [[name, { ...shown, unit }]];
}

export function readDeviceModel(root: Value): DeviceModel {
  const get = reader(root.entries('a device model', ['pair', 'keys', 'own', 'errors', 'sensors']));
  const own = get('own');
  readPair(root);
  const model: DeviceModel = {
    variables: (get('keys')?.entries('keys') ?? []).flatMap((entry) => readKey(entry) ?? []),
    own: own ? own.entries('own').flatMap((entry) => readOwn(entry, own) ?? []) : [],
    errors: new Map((get('errors')?.entries('errors') ?? []).map(readError)),
    sensors: new Map((get('sensors')?.entries('sensors') ?? []).flatMap(readSensor)),
  };
  checkModel(model, root);
  return model;
}

/** Every standard key and error is there, and every variable is shown by one row alone. */
function checkModel({ variables, own, errors }: DeviceModel, root: Value): void {
  for (const key of CONFIGURATION_KEYS) {
    if (!variables.some((row) => row.key === key)) root.fault(`the key ${key} of OCPP 1.6 has no row`);
  }
  for (const code of ERROR_CODES) {
    if (!errors.has(code)) root.fault(`the errorCode ${code} of OCPP 1.6 has no row`);
  }
  const seen = new Map<string, string>();
  const shows = (row: Named, by: string): void => {
    const name = nameOf(row);
    const other = seen.get(name);
    if (other !== undefined) root.fault(`${name} is shown by ${other} and by ${by}`);
    seen.set(name, by);
  };
  for (const row of own) shows(row, 'the bridge');
  for (const row of variables.filter((known) => known.as === undefined)) {
    shows(row, row.key);
    for (const copy of row.copies ?? []) shows(copy, `${row.key} (copy)`);
  }
  for (const row of variables.filter((known) => known.as !== undefined)) {
    if (!seen.has(nameOf(row))) root.fault(`${row.key} limits ${nameOf(row)}, which nothing shows`);
  }
}

const nameOf = ({ component, variable, instance }: Named): string =>
  `${component}.${variable}${instance === undefined ? '' : `[${instance}]`}`;
