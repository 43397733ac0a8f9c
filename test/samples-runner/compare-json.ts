import type { Json } from '../../src/base/message.ts';
import { type Facts, fits } from './placeholders.ts';

/** One line for each difference, with its path; none when the values are alike. The order of fields does not count. */
export function jsonDifferences(wanted: Json, got: Json | undefined, facts: Facts, path = ''): string[] {
  const at = path === '' ? 'the message' : path;
  if (got === undefined) return [`${at} is missing; wanted ${JSON.stringify(wanted)}`];
  if (typeof wanted === 'string' && typeof got === 'string' && fits(wanted, got, facts)) return [];
  if (wanted === '{any}') return [];
  if (Array.isArray(wanted) && Array.isArray(got)) {
    const length = Math.max(wanted.length, got.length);
    return Array.from({ length }, (_, index) => index).flatMap((index) =>
      differencesAt(wanted[index], got[index], facts, `${path}[${index}]`),
    );
  }
  if (isObject(wanted) && isObject(got)) {
    const names = [...new Set([...Object.keys(wanted), ...Object.keys(got)])];
    return names.flatMap((name) =>
      differencesAt(wanted[name], got[name], facts, path === '' ? name : `${path}.${name}`),
    );
  }
  return wanted === got ? [] : [`${at}: wanted ${JSON.stringify(wanted)}, got ${JSON.stringify(got)}`];
}

function differencesAt(wanted: Json | undefined, got: Json | undefined, facts: Facts, path: string): string[] {
  if (wanted === undefined) return [`${path} was not wanted: ${JSON.stringify(got)}`];
  return jsonDifferences(wanted, got, facts, path);
}

function isObject(value: Json): value is { [name: string]: Json } {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
