/** Which profile fits a charge point, and which of several does best. */

import { FACTS, type Fact, type Match, type Profile } from './quirks-table.ts';
import { cutText, trimText } from './scalars/text.ts';

/** What is known of a charge point. */
export interface Facts {
  readonly identity: string;
  readonly vendor?: string | undefined;
  readonly model?: string | undefined;
  readonly firmware?: string | undefined;
}

/** As OCPP 1.6 allows, so that a fact is the same before and after the tables have shortened it. */
export const LONGEST: Readonly<Record<Fact, number>> = { vendor: 20, model: 20, firmware: 50, identity: 255 };

/** The facts that a BootNotification tells, as SOAP or in the pivot: the names are the same. */
export function factsOf(identity: string, boot: Readonly<Record<string, unknown>> | undefined): Facts {
  const text = (field: string, fact: Fact): string | undefined => {
    const value = boot?.[field];
    return typeof value === 'string' ? trimText(cutText(trimText(value), LONGEST[fact])) : undefined;
  };
  return {
    identity,
    vendor: text('chargePointVendor', 'vendor'),
    model: text('chargePointModel', 'model'),
    firmware: text('firmwareVersion', 'firmware'),
  };
}

/** `*` stands for any run of characters. Takes time in proportion to both lengths at worst: the text comes from outside. */
export function fits(pattern: string, text: string): boolean {
  let at = 0;
  let next = 0;
  let star = -1;
  let from = 0;
  while (next < text.length) {
    if (pattern[at] === '*') {
      star = at++;
      from = next;
    } else if (at < pattern.length && pattern[at] === text[next]) {
      at += 1;
      next += 1;
    } else if (star >= 0) {
      at = star + 1;
      next = ++from;
    } else return false;
  }
  while (pattern[at] === '*') at += 1;
  return at === pattern.length;
}

/** Identities are told apart by case, what vendors call themselves is not. */
function holds({ patterns }: Match, facts: Facts): boolean {
  for (const [fact, pattern] of patterns) {
    const value = facts[fact];
    if (value === undefined) return false;
    const same = fact === 'identity' ? fits(pattern, value) : fits(pattern.toLowerCase(), value.toLowerCase());
    if (!same) return false;
  }
  return true;
}

const lettersOf = (pattern: string | undefined): number =>
  pattern === undefined ? -1 : pattern.replaceAll('*', '').length;

/** Positive when `a` says more: identity counts before firmware, firmware before model, model before vendor. */
function compare(a: Match, b: Match): number {
  for (const fact of FACTS.toReversed()) {
    const more = lettersOf(a.patterns.get(fact)) - lettersOf(b.patterns.get(fact));
    if (more !== 0) return more;
  }
  return 0;
}

/** The most specific profile that fits; of two that say as much, the one whose name comes first. */
export function bestProfile(profiles: Iterable<Profile>, facts: Facts): Profile | undefined {
  let best: { profile: Profile; match: Match } | undefined;
  for (const profile of profiles) {
    for (const match of profile.for) {
      if (!holds(match, facts)) continue;
      const more = best ? compare(match, best.match) : 1;
      if (more > 0 || (more === 0 && best && profile.name < best.profile.name)) best = { profile, match };
    }
  }
  return best?.profile;
}

/** Two matches with the same key hold for the same charge points. */
export function keyOf({ patterns }: Match): string {
  return JSON.stringify(
    FACTS.map((fact) => (fact === 'identity' ? patterns.get(fact) : patterns.get(fact)?.toLowerCase())),
  );
}
