/** Numbers as text: never through a binary float, because 14.7 would come out as something else. */

export const INT_MIN = -2147483648;
export const INT_MAX = 2147483647;

export interface ReadInt {
  readonly value: number;
  /** The text was not the number's own spelling: plus sign, leading zeros, `.0`. */
  readonly repaired: boolean;
}

const INT = /^([+-]?)(\d+)(?:\.0*)?$/;
const DECIMAL = /^([+-]?)(\d*)(?:\.(\d*))?$/;
const NUMBER = /^([+-]?)(\d*)(?:([.,])(\d*))?(?:[eE]([+-]?\d{1,3}))?$/;

/** An `xs:int`, also spelled `+7`, `007` or `7.0`. Undefined when it is none or does not fit 32 bits. */
export function readInt(text: string): ReadInt | undefined {
  const match = INT.exec(text);
  if (!match) return undefined;
  const value = Number(`${match[1] === '-' ? '-' : ''}${match[2]}`);
  if (value < INT_MIN || value > INT_MAX) return undefined;
  return { value: value === 0 ? 0 : value, repaired: String(value) !== text };
}

/** A boolean of XML: `true`, `false`, `1`, `0`, in any case. */
export function readBoolean(text: string): boolean | undefined {
  const word = text.toLowerCase();
  if (word === 'true' || word === '1') return true;
  if (word === 'false' || word === '0') return false;
  return undefined;
}

/** A JSON number's own digits, without an exponent. */
export function numberText(value: number): string {
  const text = String(value);
  return /[eE]/.test(text) ? (plainNumber(text)?.text ?? text) : text;
}

/** Rounds decimal text to `digits` fraction digits, half away from zero. Undefined when it is no decimal. */
export function roundDecimal(text: string, digits: number): { text: string; rounded: boolean } | undefined {
  const match = DECIMAL.exec(text);
  if (!match) return undefined;
  const [, sign, whole = '', fraction = ''] = match;
  if (whole === '' && fraction === '') return undefined;
  const kept = fraction.slice(0, digits).padEnd(digits, '0');
  const rest = fraction.slice(digits);
  let scaled = BigInt(`0${whole}${kept}`);
  if (rest.charCodeAt(0) >= 0x35) scaled += 1n;
  const all = scaled.toString().padStart(digits + 1, '0');
  const head = digits === 0 ? all : all.slice(0, -digits);
  const tail = digits === 0 ? '' : all.slice(-digits).replace(/0+$/, '');
  const minus = sign === '-' && scaled !== 0n ? '-' : '';
  return { text: `${minus}${head}${tail && `.${tail}`}`, rounded: /[1-9]/.test(rest) };
}

/**
 * A meter reading as plain decimal text: no plus sign, leading zeros or exponent; a decimal comma becomes a point.
 * Undefined for `NaN`, `INF`, `-`, empty and other text. Trailing zeros stay: they tell the precision.
 */
export function plainNumber(text: string): { text: string; comma: boolean } | undefined {
  const match = NUMBER.exec(text);
  if (!match) return undefined;
  const [, sign, whole = '', mark, fraction = '', exponent] = match;
  if (whole === '' && fraction === '') return undefined;
  const shift = Number(exponent ?? 0);
  if (Math.abs(shift) > 40) return undefined;
  const lead = Math.max(0, -(whole.length + shift));
  const point = lead + whole.length + shift;
  const digits = `${'0'.repeat(lead)}${whole}${fraction}`.padEnd(point, '0');
  const head = digits.slice(0, point).replace(/^0+(?=\d)/, '') || '0';
  const tail = digits.slice(point);
  const minus = sign === '-' && /[1-9]/.test(digits) ? '-' : '';
  return { text: `${minus}${head}${tail && `.${tail}`}`, comma: mark === ',' };
}
