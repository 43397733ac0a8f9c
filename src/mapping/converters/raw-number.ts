import { plainNumber } from '../scalars/numbers.ts';
import { trimText } from '../scalars/text.ts';
import type { Converter } from './converter.ts';

/** A CSMS adds these up: text that is no number (`NaN`, `INF`, `-`) must not reach it. Signed data is nobody's to touch. */
export const rawNumber: Converter = {
  does: 'writes a reading as a plain decimal number, with a point; gives nothing when it is no number; leaves signed data alone',
  takes: 'raw',
  gives: 'text',
  args: ['format'],
  total: false,
  losses: ['mv-comma', 'int-repair', 'mv-nan'],
  convert(value, [format], scene) {
    if (typeof value !== 'string') return undefined;
    const signed = typeof format === 'string' && format.toLowerCase() === 'signeddata';
    if (signed && value !== '') return value;
    const number = signed ? undefined : plainNumber(trimText(value));
    if (number === undefined) {
      scene.lose('mv-nan', value);
      return undefined;
    }
    if (number.comma) scene.lose('mv-comma', value);
    else if (number.text !== value) scene.lose('int-repair', value);
    return number.text;
  },
};
