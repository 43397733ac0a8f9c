/** Text as charge points write it, read as the type that the contract names, with the repairs that lose nothing untold. */

import type { Scalar } from './converters/converter.ts';
import { ABSENT, EMPTY, UNREADABLE } from './leaf-result.ts';
import type { LeafPlan } from './plan.ts';
import type { Run } from './run.ts';
import { isPlainUtc, readTime } from './scalars/date-time.ts';
import { readBoolean, readInt, roundDecimal } from './scalars/numbers.ts';
import { escapeSpaces, trimText } from './scalars/text.ts';

export type ReadResult = Scalar | boolean | typeof ABSENT | typeof EMPTY | typeof UNREADABLE;
export type Read = (raw: unknown, run: Run) => ReadResult;

export function compileFromDevice(plan: LeafPlan): Read {
  const typed = compileText(plan);
  const { asIs, spot, secret } = plan;
  return (raw, run) => {
    if (raw === undefined || raw === null) return ABSENT;
    if (typeof raw !== 'string') return UNREADABLE;
    if (asIs) return raw;
    const text = trimText(raw);
    if (text.length !== raw.length || text === '') run.loseAt('str-trim', spot.target, raw, secret);
    return text === '' ? EMPTY : typed(text, run);
  };
}

type ReadText = (text: string, run: Run) => ReadResult;

function compileText(plan: LeafPlan): ReadText {
  const { source, target, spot } = plan;
  const lose = (run: Run, code: string, raw: string): void => run.loseAt(code, spot.target, raw, false);
  switch (source?.base) {
    case 'int':
      return (text, run) => {
        const read = readInt(text);
        if (!read) return UNREADABLE;
        if (read.repaired) lose(run, 'int-repair', text);
        return read.value;
      };
    case 'decimal': {
      const digits = target.fractionDigits ?? 6;
      return (text, run) => {
        const read = roundDecimal(text, digits);
        if (!read) return UNREADABLE;
        if (read.rounded) lose(run, 'decimal', text);
        return Number(read.text);
      };
    }
    case 'boolean':
      return (text) => readBoolean(text) ?? UNREADABLE;
    case 'dateTime':
      return (text, run) => (isPlainUtc(text) ? text : readAnyTime(text, plan, run));
    case 'anyURI':
      return escapeSpaces;
    default:
      return (text) => text;
  }
}

function readAnyTime(text: string, { spot }: LeafPlan, run: Run): ReadResult {
  const read = readTime(text, run.memory.timezone);
  if (!read) return UNREADABLE;
  if (read.zoneless) run.loseAt('ts-zone', spot.target, text, false);
  if (read.shifted) run.loseAt('ts-offset', spot.target, text, false);
  if (read.cut) run.loseAt('ts-frac', spot.target, text, false);
  return read.text;
}
