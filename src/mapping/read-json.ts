/** JSON values as a CSMS sends them, made ready to be written as text. Strictness is the schema's; this is for what passed it. */

import { ABSENT, EMPTY, milliseconds, UNREADABLE, wholeSeconds } from './leaf-result.ts';
import type { LeafPlan, PartFacts } from './plan.ts';
import type { Read, ReadResult } from './read-soap.ts';
import type { Run } from './run.ts';
import { isPlainUtc, readTime } from './scalars/date-time.ts';
import { INT_MAX, INT_MIN, numberText, readBoolean, readInt, roundDecimal } from './scalars/numbers.ts';
import { escapeSpaces, hasForbidden, longerThan, trimText, withoutForbidden } from './scalars/text.ts';

export function compileFromCsms(plan: LeafPlan, part: PartFacts): Read {
  const typed = compileTyped(plan, part);
  return (raw, run) => (raw === undefined || raw === null ? ABSENT : typed(raw, run));
}

function compileTyped(plan: LeafPlan, part: PartFacts): Read {
  const { source, target, spot } = plan;
  switch (source?.base) {
    case 'int':
      return compileInt(plan);
    case 'decimal': {
      const digits = target.fractionDigits ?? 6;
      return (raw, run) => {
        const text = typeof raw === 'number' ? numberText(raw) : raw;
        const read = typeof text === 'string' ? roundDecimal(text, digits) : undefined;
        if (!read) return UNREADABLE;
        if (read.rounded) run.loseAt('decimal', spot.target, String(raw), false);
        return read.text;
      };
    }
    case 'boolean':
      return (raw) =>
        typeof raw === 'boolean' ? raw : typeof raw === 'string' ? (readBoolean(raw) ?? UNREADABLE) : UNREADABLE;
    case 'dateTime': {
      const seconds = wholeSeconds(part);
      if (milliseconds(part)) return (raw, run) => withMilliseconds(raw, plan, run);
      return (raw, run) => {
        if (typeof raw !== 'string') return UNREADABLE;
        if (!isPlainUtc(raw)) return readAnyTime(trimText(raw), plan, run, seconds);
        if (!seconds || raw.length === 20) return raw;
        if (/[1-9]/.test(raw.slice(20))) run.loseAt('ts-frac', spot.target, raw, false);
        return `${raw.slice(0, 19)}Z`;
      };
    }
    default:
      return plan.asIs ? compileOpaque(plan) : compileText(plan);
  }
}

function compileInt({ clamp, spot, convert }: LeafPlan): Read {
  return (raw, run) => {
    const value = typeof raw === 'number' ? raw : typeof raw === 'string' ? readInt(trimText(raw))?.value : undefined;
    if (value === undefined || !Number.isSafeInteger(value)) {
      return value === undefined ? UNREADABLE : run.refuse('FieldValue', spot, 'must be a whole number', raw);
    }
    if (value >= INT_MIN && value <= INT_MAX) return value;
    // A transaction id of any size may have an alias that fits: its converter knows. Whether it does is seen after it.
    if (convert?.converter.losses.includes('tx-alias')) {
      return fits(run.memory.deviceTransaction(value))
        ? value
        : run.refuse('FieldValue', spot, 'does not fit 32 bits', raw);
    }
    if (!clamp || value < INT_MIN) return run.refuse('FieldValue', spot, 'does not fit 32 bits', raw);
    run.loseAt('int-clamp', spot.target, String(raw), false);
    return INT_MAX;
  };
}

const fits = (value: number): boolean => value >= INT_MIN && value <= INT_MAX;

function compileOpaque({ spot, target, secret }: LeafPlan): Read {
  return (raw, run) => {
    const text = typeof raw === 'string' ? raw : JSON.stringify(raw);
    if (typeof raw !== 'string') run.loseAt('data-json', spot.target, text, secret);
    if (hasForbidden(text)) return run.refuse('FieldValue', spot, 'has a character that XML cannot carry', text);
    if (target.maxLength !== undefined && longerThan(text, target.maxLength)) {
      return run.refuse('FieldValue', spot, `is longer than ${target.maxLength} characters`, text);
    }
    return text;
  };
}

function compileText({ spot, target, secret, source }: LeafPlan): Read {
  const uri = source?.base === 'anyURI';
  const most = target.words ? undefined : target.maxLength;
  return (raw, run): ReadResult => {
    if (typeof raw !== 'string' && typeof raw !== 'number') return UNREADABLE;
    let whole = typeof raw === 'number' ? numberText(raw) : raw;
    if (hasForbidden(whole)) {
      run.loseAt('xml-char', spot.target, whole, secret);
      whole = withoutForbidden(whole);
    }
    const text = trimText(whole);
    if (text.length !== whole.length || text === '') run.loseAt('str-trim', spot.target, whole, secret);
    if (text === '') return EMPTY;
    if (most !== undefined && longerThan(text, most))
      return run.refuse('FieldValue', spot, `is longer than ${most} characters`, text, secret);
    return uri ? escapeSpaces(text) : text;
  };
}

function readAnyTime(text: string, { spot }: LeafPlan, run: Run, seconds: boolean): ReadResult {
  const read = readTime(text, 'UTC');
  if (!read) return UNREADABLE;
  if (read.zoneless) run.loseAt('ts-zone', spot.target, text, false);
  if (read.shifted) run.loseAt('ts-offset', spot.target, text, false);
  if (read.cut || (seconds && read.fraction)) run.loseAt('ts-frac', spot.target, text, false);
  return seconds ? read.seconds : read.text;
}

function withMilliseconds(raw: unknown, plan: LeafPlan, run: Run): ReadResult {
  if (typeof raw !== 'string') return UNREADABLE;
  const text = isPlainUtc(raw) ? raw : readAnyTime(trimText(raw), plan, run, false);
  if (typeof text !== 'string') return text;
  return `${text.slice(0, 19)}.${text.slice(20, -1).padEnd(3, '0')}Z`;
}
