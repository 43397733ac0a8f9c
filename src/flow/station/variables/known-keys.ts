import type { JsonObject } from '../../../base/message.ts';
import { canonical, type KeyValue, LINK_KEYS, ownKeys } from '../../configuration.ts';
import { type Context, type Decision, decision, type Effect } from '../../decision.ts';
import type { ChargePointState } from '../../state.ts';
import { station, stationOf, withStation } from '../rules.ts';
import { phasesLearnt } from './variable-values.ts';

/** What is known of the charge point's configuration: what it said when it was asked last, and what the bridge says for it. */

/** In the spelling of 1.6, or as the charge point writes it. */
export type KnownKey = KeyValue;

/** A version without GetConfiguration is not asked: the bridge answers from what it remembers. */
export function canBeAsked(context: Context): boolean {
  return context.policyOf('GetConfiguration')?.instead === undefined;
}

/** All known keys, by lower-case name of 1.6. */
export function knownKeys(state: ChargePointState, context: Context): ReadonlyMap<string, KnownKey> {
  const found = new Map<string, KnownKey>();
  if (canBeAsked(context)) {
    for (const [lower, { spelling, value, readonly = false }] of Object.entries(state.configuration)) {
      // These belong to the link: what the charge point has under such a name is not what it means to the CSMS.
      if (LINK_KEYS.has(lower) || spelling === '') continue;
      const key = canonical(spelling, context);
      found.set(key.toLowerCase(), { key, readonly, ...(value !== undefined && { value }) });
    }
  }
  for (const [lower, own] of ownKeys(state, context)) found.set(lower, own);
  return found;
}

/** The keys of a GetConfiguration answer. */
export function keysIn(answer: JsonObject): KnownKey[] {
  const entries = answer['configurationKey'];
  return Array.isArray(entries) ? (entries as unknown as KnownKey[]) : [];
}

/** Names that the charge point called unknown. */
export function unknownIn(answer: JsonObject): string[] {
  const keys = answer['unknownKey'];
  return Array.isArray(keys) ? keys.map(String) : [];
}

/** Without keys that the charge point does not have. */
export function withoutKeys(
  state: ChargePointState,
  names: (lower: string) => boolean,
  context: Context,
): ChargePointState {
  const all = Object.entries(state.configuration);
  const left = all.filter(([, { spelling }]) => !names(canonical(spelling, context).toLowerCase()));
  return left.length === all.length ? state : { ...state, configuration: Object.fromEntries(left) };
}

/** Remembers with which phases the charge point measures: a list that the CSMS writes back has lost them. */
export function withPhases(state: ChargePointState, context: Context): Decision {
  const { suffixes } = stationOf(state);
  const learnt: Record<string, string> = {};
  for (const row of station(context).tables.variables) {
    if (row.convert !== 'measurands') continue;
    const lower = row.key.toLowerCase();
    const phases = phasesLearnt(state.configuration[lower]?.value ?? '', suffixes[lower]);
    if (phases !== undefined) learnt[lower] = phases;
  }
  if (Object.keys(learnt).length === 0) return decision(state);
  const losses = Object.keys(learnt).map((field): Effect => ({ do: 'loss', code: 'phase-list', field }));
  return decision(withStation(state, { suffixes: { ...suffixes, ...learnt } }), ...losses);
}

/** How many keys one question may name. */
export function keysPerQuestion(state: ChargePointState, context: Context): number {
  const most = Number(knownKeys(state, context).get('getconfigurationmaxkeys')?.value);
  return Number.isInteger(most) && most > 0 ? Math.min(most, MOST_KEYS) : FEW_KEYS;
}

const MOST_KEYS = 50;
/** Of a charge point that does not say how many it takes. */
const FEW_KEYS = 10;
