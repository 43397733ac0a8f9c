import type { Json } from '../../../base/message.ts';
import { plainNumber } from '../../scalars/numbers.ts';
import { trimText } from '../../scalars/text.ts';
import type { StationConverter } from './converter.ts';

const PLAIN = /^\d{1,15}(?:\.\d{1,15})?$/;

/** Text of a reading as a number: blanks, a plus sign and a decimal comma are read. Undefined when it is none. */
export function readingNumber(text: string): number | undefined {
  // As nearly every meter writes it.
  if (PLAIN.test(text)) return Number(text);
  const plain = plainNumber(trimText(text));
  const number = plain === undefined ? Number.NaN : Number(plain.text);
  return Number.isFinite(number) ? number : undefined;
}

export const readNumber: StationConverter = {
  does: 'reads a number written as text, also with blanks, a plus sign or a decimal comma',
  takes: 'string',
  gives: 'decimal',
  args: [],
  total: false,
  losses: [],
  convert: (value) => (typeof value === 'string' ? readingNumber(value) : undefined),
};

const KELVIN_OF_ZERO = 273.15;

/** Degrees Celsius to the hundredth, so that no digits come up that nobody measured. */
function celsius(value: number, unit: Json | undefined): number {
  if (unit === 'K') return Number((value - KELVIN_OF_ZERO).toFixed(2));
  return unit === 'Fahrenheit' ? Number((((value - 32) * 5) / 9).toFixed(2)) : value;
}

export const sensorValue: StationConverter = {
  does: 'reads a number written as text; a temperature in kelvins or degrees Fahrenheit becomes one in degrees Celsius',
  takes: 'string',
  gives: 'string',
  args: ['unit'],
  total: false,
  losses: [],
  convert(value, [unit]) {
    const number = typeof value === 'string' ? readingNumber(value) : undefined;
    return number === undefined ? undefined : String(celsius(number, unit));
  },
};

/** In decimal, so that 0.3 (which is a little less in binary) stays 0.3. */
function tenths(value: number, towards: (scaled: number) => number): number {
  return towards(Number((value * 10).toFixed(6))) / 10;
}

const rounding = (does: string, towards: (scaled: number) => number): StationConverter => ({
  does,
  takes: 'decimal',
  gives: 'decimal',
  args: [],
  total: true,
  losses: ['decimal'],
  convert(value, _args, scene) {
    if (typeof value !== 'number') return value;
    const rounded = tenths(value, towards);
    if (rounded !== value) scene.lose('decimal', value);
    return rounded;
  },
});

/** A limit may only become stricter. */
export const downToTenth = rounding('cuts a number to one digit after the point', Math.floor);
export const upToTenth = rounding('raises a number to one digit after the point', Math.ceil);

/** GetLocalListVersion: -1 says in OCPP 1.6 that there is no list; 0 is an empty one in both (OCPP 2.0.1 D02). */
export const notNegative: StationConverter = {
  does: 'writes 0 for a number below it',
  takes: 'int',
  gives: 'int',
  args: [],
  total: true,
  losses: [],
  convert: (value) => (typeof value === 'number' ? Math.max(0, value) : value),
};
