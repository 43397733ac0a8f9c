import type { VariableConversion } from '../../../mapping/station/station-tables.ts';

/** Values of configuration keys as values of variables, and back. Both are text. */

/** OCPP 2.0.1 GetVariables: attributeValue. */
const LONGEST = 2500;
const TRUE = /^(true|1|yes|on)$/i;
const FALSE = /^(false|0|no|off)$/i;
const PHASE = /\.(?:L[123]|N|L[123]-N|L1-L2|L2-L3|L3-L1)$/i;

/** OCPP 1.6 section 7.31. */
const MEASURANDS = [
  ...['Current.Export', 'Current.Import', 'Current.Offered', 'Energy.Active.Export.Register'],
  ...['Energy.Active.Import.Register', 'Energy.Reactive.Export.Register', 'Energy.Reactive.Import.Register'],
  ...['Energy.Active.Export.Interval', 'Energy.Active.Import.Interval', 'Energy.Reactive.Export.Interval'],
  ...['Energy.Reactive.Import.Interval', 'Frequency', 'Power.Active.Export', 'Power.Active.Import', 'Power.Factor'],
  ...['Power.Offered', 'Power.Reactive.Export', 'Power.Reactive.Import', 'RPM', 'SoC', 'Temperature', 'Voltage'],
];
const KNOWN = new Map(MEASURANDS.map((name) => [name.toLowerCase(), name]));

/** OCPP 1.6 section 9.1.5: how the phases of a connector are wired; also the words for not knowing. */
const ROTATIONS = new Set(['RST', 'RTS', 'SRT', 'STR', 'TRS', 'TSR']);

/** What a boolean key of the charge point says, in any of the words that charge points have; undefined when it is none of them. */
export function truth(value = ''): boolean | undefined {
  const word = value.trim();
  return TRUE.test(word) ? true : FALSE.test(word) ? false : undefined;
}

/** What a key of the charge point says, as the variable's value. */
export function shown(convert: VariableConversion, dataType: string, value: string): string {
  return converted(convert, dataType, value.trim()).slice(0, LONGEST);
}

function converted(convert: VariableConversion, dataType: string, value: string): string {
  switch (convert) {
    case 'bool':
      return String(truth(value) ?? value);
    case 'measurands':
      return withoutPhases(value).join(',');
    case 'rate-unit':
      return [...new Set(listed(value).map((unit) => ({ current: 'A', power: 'W' })[unit.toLowerCase()] ?? unit))].join(
        ',',
      );
    case 'phase-rotation':
      return value;
    case 'same':
      return plain(dataType, value);
  }
}

function plain(dataType: string, value: string): string {
  if (dataType === 'integer' && /^[+-]?\d+(\.0*)?$/.test(value)) return String(BigInt(value.replace(/^\+|\..*$/g, '')));
  if (dataType.endsWith('List')) return listed(value).join(',');
  return value;
}

/** The members of a comma list. */
export function listed(value: string): string[] {
  return value
    .split(',')
    .map((member) => member.trim())
    .filter((member) => member !== '');
}

/** 1.6 asks for phases by a suffix of the measurand, which 2.0.1 does not know. */
function withoutPhases(value: string): string[] {
  const names = listed(value).map((name) => name.replace(PHASE, ''));
  return [...new Set(names.map((name) => KNOWN.get(name.toLowerCase()) ?? name))];
}

/** The members of a list of measurands that have phases, joined to those remembered before; undefined when nothing is new. */
export function phasesLearnt(value: string, remembered: string | undefined): string | undefined {
  const withPhase = listed(value).filter((name) => PHASE.test(name));
  if (withPhase.length === 0) return undefined;
  const now = new Set(withPhase.map(measurandOf));
  const before = listed(remembered ?? '').filter((name) => !now.has(measurandOf(name)));
  const joined = [...before, ...withPhase].join(',');
  return joined === remembered ? undefined : joined;
}

function measurandOf(name: string): string {
  return name.replace(PHASE, '').toLowerCase();
}

/**
 * A value that the CSMS wrote, as the charge point is to be told it; undefined when 1.6 has no word for it.
 * @param phases the measurands with phases that the charge point once had under this key
 */
export function keyValue(convert: VariableConversion, value: string, phases: string | undefined): string | undefined {
  if (convert === 'bool') return truth(value)?.toString();
  if (convert !== 'measurands') return value;
  const names: string[] = [];
  for (const name of listed(value)) {
    const known = KNOWN.get(measurandOf(name));
    if (known === undefined) return undefined;
    const variants = listed(phases ?? '').filter((variant) => measurandOf(variant) === known.toLowerCase());
    if (PHASE.test(name)) names.push(name);
    else names.push(...(variants.length > 0 ? variants : [known]));
  }
  return [...new Set(names)].join(',');
}

/**
 * The part of ConnectorPhaseRotation (`0.RST,1.RST`) about some connectors; empty when it does not know, or has different words
 * for them; undefined when it says nothing of them.
 */
export function rotationOf(value: string, connectors: readonly number[]): string | undefined {
  const all = rotations(value);
  const [word, ...others] = new Set(connectors.flatMap((id) => all.get(id) ?? []));
  if (word === undefined) return undefined;
  return others.length === 0 && ROTATIONS.has(word) ? word : '';
}

/** The same list with another word for some connectors; undefined when there is no such word. */
export function withRotation(value: string, connectors: readonly number[], word: string): string | undefined {
  const upper = word.trim().toUpperCase();
  if (upper !== '' && !ROTATIONS.has(upper)) return undefined;
  const all = rotations(value);
  for (const id of connectors) {
    const before = all.get(id);
    if (upper !== '') all.set(id, upper);
    else if (before === undefined || ROTATIONS.has(before)) all.set(id, 'NotApplicable');
  }
  return [...all]
    .sort(([a], [b]) => a - b)
    .map(([id, rotation]) => `${id}.${rotation}`)
    .join(',');
}

function rotations(value: string): Map<number, string> {
  const found = new Map<number, string>();
  for (const part of listed(value)) {
    const [, id, word = ''] = /^(\d{1,5})\.\s*(\w+)$/.exec(part) ?? [];
    const upper = word.toUpperCase();
    if (id !== undefined) found.set(Number(id), ROTATIONS.has(upper) ? upper : word);
  }
  return found;
}
