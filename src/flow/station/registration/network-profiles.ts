import { type Context, type Decision, decision, type Effect } from '../../decision.ts';
import type { LinkWay, LinkWays } from '../../link-ways.ts';
import type { ChargePointState } from '../../state.ts';
import { station, stationOf, withStation } from '../rules.ts';
import type { Network } from '../state.ts';
import { ownName } from '../variables/variable-names.ts';
import { listed } from '../variables/variable-values.ts';
import { ALL_SLOTS, NO_DOWNGRADE, type Objection, objection } from './network-check.ts';

/**
 * Where the CSMS sends the link of a charge point (OCPP 2.0.1 B09, B10): profiles in slots, and the order in which they are tried.
 * Slot 0 is what the operator configured. It is always there and always tried, if last, so that no charge point gets lost.
 */

/** Dials of one profile before the next one is tried, until the CSMS says something else. */
const ATTEMPTS = 3;
const ATTEMPTS_VARIABLE = ownName('OCPPCommCtrlr', 'NetworkProfileConnectionAttempts');

export function networkOf(state: ChargePointState): Network {
  return stationOf(state).network ?? { slots: {} };
}

export function withNetwork(state: ChargePointState, change: Partial<Network>): ChargePointState {
  return withStation(state, { network: { ...networkOf(state), ...change } });
}

/** Whether the CSMS may move the link. */
export function movable(context: Context): boolean {
  return station(context).settings.networkProfile === 'ownLink';
}

/** The slot that the link goes by. */
export function activeSlot(context: Context): number {
  return context.linkSlot ?? 0;
}

/** The order as the CSMS wrote it. */
export function priorityOf(state: ChargePointState, context: Context): readonly number[] {
  return (movable(context) && networkOf(state).priority) || [0];
}

export function connectionAttempts(state: ChargePointState): number {
  return Number(stationOf(state).own[ATTEMPTS_VARIABLE] ?? ATTEMPTS);
}

/** Of the profile that the link goes by. */
export function securityProfile(state: ChargePointState, context: Context): number {
  const { settings } = station(context);
  return networkOf(state).slots[activeSlot(context)]?.securityProfile ?? settings.securityProfile;
}

/** The ways of the link; undefined while the CSMS has set no order. */
export function linkWays(state: ChargePointState, context: Context): LinkWays | undefined {
  const { slots, priority } = networkOf(state);
  if (!movable(context) || priority === undefined) return undefined;
  const chosen = priority.flatMap((slot): LinkWay[] => {
    const profile = slots[slot];
    if (slot === 0) return [{ slot }];
    if (profile === undefined || objection(profile, context)) return [];
    const { url, password } = profile;
    return [{ slot, url, ...(password !== undefined && { password }) }];
  });
  const ways = priority.includes(0) ? chosen : [...chosen, { slot: 0 }];
  return { ways, attempts: connectionAttempts(state) };
}

/** The far bank is told what changed. */
export function waysTold(state: ChargePointState, context: Context): Effect[] {
  const ways = linkWays(state, context);
  return ways ? [{ do: 'link-ways', ways, now: false }] : [];
}

/** NetworkConfigurationPriority as the CSMS wants it: slots that have a profile, none less secure than the link is now (B09.FR.04). */
export function ordered(state: ChargePointState, wanted: string, context: Context): readonly number[] | Objection {
  const words = listed(wanted);
  const order = words.map(Number);
  const known = words.every((word) => /^\d$/.test(word) && ALL_SLOTS.includes(Number(word)));
  if (!known || order.length === 0 || new Set(order).size < order.length) return ['InvalidValue', 'slots, each once'];
  const { slots } = networkOf(state);
  for (const slot of order) {
    if (slot === 0) continue;
    const profile = slots[slot];
    if (profile === undefined) return ['InvalidNetworkConf', `slot ${slot} has no profile`];
    const wrong = objection(profile, context);
    if (wrong) return wrong;
    if (profile.securityProfile < securityProfile(state, context)) return NO_DOWNGRADE;
  }
  return order;
}

/** A password for the profile that the link goes by. The others keep theirs: their CSMSs do not know this one. */
export function withLinkPassword(state: ChargePointState, password: string, context: Context): Decision {
  const slot = activeSlot(context);
  const { slots } = networkOf(state);
  const profile = slots[slot];
  if (profile === undefined) {
    const key: Effect = { do: 'link-setting', key: 'AuthorizationKey', value: password };
    return decision({ ...state, authorizationKey: password }, key);
  }
  const after = withNetwork(state, { slots: { ...slots, [slot]: { ...profile, password } } });
  return decision(after, ...waysTold(after, context));
}
