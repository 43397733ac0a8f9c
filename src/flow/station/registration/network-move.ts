import { type Context, decision } from '../../decision.ts';
import type { ChargePointState } from '../../state.ts';
import { type Plan, stationOf, withoutStation, withStation } from '../rules.ts';
import type { Network } from '../state.ts';
import { activeSlot, linkWays, networkOf, withNetwork } from './network-profiles.ts';

/** From one CSMS to another (OCPP 2.0.1 B10). */

/** ms: the CSMS that the link leaves may miss an event that comes later. */
const FOLLOWS_WITHIN = 120_000;

/** The charge point resets: its link begins with the first profile, as that of a station that boots (B10.FR.04). */
export function followsReset(state: ChargePointState, context: Context): ChargePointState {
  const first = linkWays(state, context)?.ways[0];
  if (first === undefined || first.slot === activeSlot(context)) return state;
  return withNetwork(state, { followBy: context.now + FOLLOWS_WITHIN });
}

/** Transactions that the reset ends are still told the CSMS that knows them. */
export const networkMove: Plan = {
  at(state, context) {
    const { followBy } = networkOf(state);
    if (followBy === undefined) return undefined;
    return context.linkOpenedAt !== undefined && owes(state) ? followBy : Math.min(followBy, context.now);
  },
  due(state, context) {
    const ways = linkWays(state, context);
    return decision(followed(state), ...(ways ? [{ do: 'link-ways', ways, now: true } as const] : []));
  },
};

function owes({ transactions, outbox }: ChargePointState): boolean {
  return (outbox?.waiting ?? 0) > 0 || Object.values(transactions).some(({ stoppedAt }) => stoppedAt === undefined);
}

function followed(state: ChargePointState): ChargePointState {
  const { followBy, ...rest }: Network = networkOf(state);
  return followBy === undefined ? state : withStation(state, { network: rest });
}

/**
 * A link by another profile leads to another CSMS, which has heard nothing of this charge point: it is told the boot, whatever
 * the policy (B10.FR.10), and what an older one said of it does not count.
 */
export function arrived(before: ChargePointState, context: Context): ChargePointState {
  const state = followed(before);
  const slot = activeSlot(context);
  if ((networkOf(state).linked ?? 0) === slot) return state;
  const { registration, ...rest } = state;
  const { bootToTell } = stationOf(state);
  const known = registration?.status === 'Accepted' ? state : rest;
  return withStation(withNetwork(withoutStation(known, 'registered', 'telling'), { linked: slot }), {
    told: {},
    bootToTell: { reason: bootToTell?.reason ?? 'Unknown', forced: true },
  });
}
