import { escapeSpaces, trimText } from '../../scalars/text.ts';
import type { StationConverter } from './converter.ts';

/** Characters of an identifierString (OCPP 2.0.1 part 2, primitive datatypes). */
const OTHERS = /[^A-Za-z0-9*\-_=:+|@.]/gu;

export const identifier: StationConverter = {
  does: 'takes spaces out of a number of a card, and whatever else OCPP 2.0.1 does not allow in it',
  takes: 'string',
  gives: 'string',
  args: [],
  total: false,
  losses: ['id-char'],
  convert(value, _args, scene) {
    const text = typeof value === 'string' ? value.replace(/\s+/gu, '') : '';
    const kept = text.replace(OTHERS, '');
    if (kept.length < text.length) scene.lose('id-char');
    return kept === '' ? undefined : kept;
  },
};

/** `vendorId: info`, or the one of them that is there. */
export const vendorText: StationConverter = {
  does: 'puts the vendor in front of a text',
  takes: 'string',
  gives: 'string',
  args: ['vendorId'],
  whenAbsent: true,
  total: false,
  losses: [],
  convert(value, [vendor]) {
    const parts = [vendor, value].filter((part) => typeof part === 'string' && part !== '');
    return parts.length === 0 ? undefined : parts.join(': ');
  },
};

/** OCPP 1.6 carries text only: anything else becomes its JSON text. */
export const jsonText: StationConverter = {
  does: 'writes anything that is no text as its JSON text',
  takes: 'any',
  gives: 'string',
  args: [],
  total: true,
  losses: ['data-json'],
  convert(value, _args, scene) {
    if (typeof value === 'string' || value === undefined) return value;
    scene.lose('data-json');
    return JSON.stringify(value);
  },
};

const ADDRESS = /^[a-z][a-z\d+.-]*:[\w\-.~:/?#[\]@!$&'()*+,;=%]+$/i;

/** OCPP 2.0.1 takes any text for an address, 1.6 only what is one (RFC 3986). */
export const address: StationConverter = {
  does: 'escapes spaces in an address; gives nothing when it is none',
  takes: 'string',
  gives: 'anyURI',
  args: [],
  total: false,
  losses: [],
  convert(value) {
    const text = typeof value === 'string' ? escapeSpaces(trimText(value)) : '';
    return ADDRESS.test(text) ? text : undefined;
  },
};
