import type { z } from 'zod';
import { nearest } from './hints.ts';
import { quoted } from './value-types.ts';

/** What the schema has to say, in words for people. */

const WANTED: Readonly<Record<string, string>> = {
  string: 'text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  object: 'a group of keys',
  record: 'a group of keys',
};

function kindOf(value: unknown): string {
  if (value === null) return 'nothing';
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'object') return 'a group of keys';
  return typeof value === 'string' ? quoted(value) : String(value);
}

/** The message of an issue whose schema has none of its own. */
export function complaint(issue: z.core.$ZodRawIssue): string | undefined {
  if (issue.code === 'invalid_type') {
    if (issue.input === undefined) return 'is missing';
    const quote = issue.expected === 'string' && typeof issue.input === 'number' ? ' (put it in quotes)' : '';
    return `${WANTED[issue.expected] ?? issue.expected} is wanted, not ${kindOf(issue.input)}${quote}`;
  }
  if (issue.code === 'invalid_value') {
    const values = issue.values.map(String);
    const hint = typeof issue.input === 'string' ? nearest(issue.input, values) : undefined;
    const guess = hint === undefined ? '' : `; did you mean ${hint}?`;
    const one = values.length === 1 ? values[0] : `one of ${values.join(', ')}`;
    return issue.input === undefined ? 'is missing' : `${one} is wanted, not ${kindOf(issue.input)}${guess}`;
  }
  if (issue.code === 'too_small') return `${amount('at least', issue.minimum, issue.origin)} wanted`;
  if (issue.code === 'too_big') return `${amount('at most', issue.maximum, issue.origin)} wanted`;
  return undefined;
}

function amount(bound: string, limit: number | bigint, origin: string): string {
  if (origin === 'string') return `${bound} ${limit} character${limit === 1 ? ' is' : 's are'}`;
  if (origin === 'array') return `${bound} ${limit} ${limit === 1 ? 'entry is' : 'entries are'}`;
  return `${bound} ${limit} is`;
}
