/** What the bridge may say to a charge point by itself: what no schema holds, and what decides about money. */

import type { Json, JsonObject } from '../base/message.ts';
import type { Place } from './fault.ts';
import { TRANSACTION_MESSAGES, WHILE_AWAY } from './standard.ts';
import type { RefusedRule, UpEntry } from './table.ts';

export type TellAt = (place: Place, message: string, hint?: string) => void;

export function checkAnswerDuties(name: string, entry: UpEntry, fault: TellAt): void {
  checkAway(name, entry, fault);
  checkRefused(name, entry, fault);
  const rules: RefusedRule[] = [...Object.values(entry.refused), ...(entry.away === 'refuse' ? [] : [entry.away])];
  for (const rule of rules) if (rule !== 'fault') checkTruth(name, rule.answer, entry, fault);
}

function checkAway(name: string, { away, awayPlace }: UpEntry, fault: TellAt): void {
  const wanted = WHILE_AWAY[name];
  const stated = away === 'refuse' ? 'refuse' : (away.keep ?? 'answer');
  const words = {
    refuse: '`away: refuse`: nobody but the CSMS may answer it',
    answer: '`away: { answer: … }` without `keep`: a later one says the same',
    last: '`keep: last`: it is a state, and the newest counts',
    'last-per-connector': '`keep: last-per-connector`: it is a state of one connector, and the newest counts',
  };
  if (wanted === undefined) fault(awayPlace, `nothing is known of what ${name} is worth while the CSMS is away`);
  else if (stated !== wanted) fault(awayPlace, `${name} needs ${words[wanted]}`);
}

/** A Fault makes the charge point keep or repeat what decides about money; for a state it has no use. */
function checkRefused(name: string, { refused, refusedPlace }: UpEntry, fault: TellAt): void {
  const rules = Object.entries(refused);
  const answered = rules.filter(([, rule]) => rule !== 'fault');
  if (TRANSACTION_MESSAGES.includes(name) && answered.length > 0)
    fault(refusedPlace, `${name} is refused with a Fault: the bridge cannot answer for the CSMS`);
  const state = WHILE_AWAY[name] !== 'refuse';
  if (state && answered.length < rules.length)
    fault(refusedPlace, `a charge point has no use for a Fault to ${name}: it needs an answer`);
}

/** The bridge grants nothing, and the only time it tells is that of reception. */
function checkTruth(name: string, answer: JsonObject, entry: UpEntry, fault: TellAt): void {
  const walk = (value: Json | undefined, field: string): void => {
    if (field === 'status' && value === 'Accepted')
      fault(entry.refusedPlace, `an answer to ${name} by the bridge cannot grant: status must not be Accepted`);
    if (/time$/i.test(field) && value !== '$now')
      fault(entry.refusedPlace, `${field} in an answer to ${name} must be $now: the bridge knows no other time`);
    if (typeof value === 'object' && value !== null && !Array.isArray(value))
      for (const [inner, own] of Object.entries(value)) walk(own, inner);
  };
  walk(answer, '');
}
