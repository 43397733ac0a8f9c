import type { Refusal } from '../../../base/errors.ts';
import type { Context } from '../../decision.ts';
import type { ChargePointState } from '../../state.ts';
import { station, stationOf, withoutStation, withStation } from '../rules.ts';
import type { StationState } from '../state.ts';

/**
 * Before the CSMS accepted the charge point on this link, only BootNotification goes up (OCPP 2.0.1 B01, B02, B03). A new link is
 * a new session: what was said on an older one counts only where the operator says so.
 */

/** A boot that nobody answered for so long is told again. */
const ANSWERED_WITHIN = 60_000;
/** A boot for which the link had to be opened still waits before it so long. */
const SENT_WITHIN = 30_000;
/** A CSMS that refuses for want of a boot is not told one more often than this. */
const TOLD_AT_MOST_EVERY = 60_000;

/** `after-boot`: the CSMS has not answered on this link yet; `no`: it has said Pending or Rejected. */
export function accepts(state: ChargePointState, context: Context): 'yes' | 'after-boot' | 'no' {
  const said = saidHere(state, context);
  // What the CSMS will say to a boot that is under way holds for all that follows it.
  if (said === 'Accepted') return askedHere(state, context) ? 'after-boot' : 'yes';
  if (said !== undefined || context.now < silentUntil(state)) return 'no';
  return countsAsAccepted(state, context) ? 'yes' : 'after-boot';
}

/** Whether the CSMS wants to configure the charge point before it accepts it (B02). */
export function pending(state: ChargePointState, context: Context): boolean {
  return saidHere(state, context) === 'Pending';
}

/** Whether the CSMS wants nothing to do with it for now (B03). */
export function rejectedHere(state: ChargePointState, context: Context): boolean {
  return saidHere(state, context) === 'Rejected';
}

/** Whether the outbox may be delivered: statuses go first, those that the charge point tells after its boot too. */
export function mayDeliver(state: ChargePointState, context: Context): boolean {
  const { burstUntil } = stationOf(state);
  return accepts(state, context) === 'yes' && (burstUntil === undefined || burstUntil <= context.now);
}

/** Whether the CSMS is being asked on this link, or on the one that is being opened for it. */
export function bootUnderWay(state: ChargePointState, context: Context): boolean {
  const asked = askedHere(state, context);
  return asked !== undefined && context.now - asked.at < ANSWERED_WITHIN;
}

function askedHere(state: ChargePointState, context: Context): StationState['bootAsked'] {
  const { bootAsked } = stationOf(state);
  const elsewhere = bootAsked?.linkOpenedAt !== undefined && bootAsked.linkOpenedAt !== context.linkOpenedAt;
  return elsewhere ? undefined : bootAsked;
}

/** The link is open: a boot that waited for it goes over it. Any other one that was under way is lost. */
export function bootOnThisLink(state: ChargePointState, context: Context): ChargePointState {
  const { bootAsked } = stationOf(state);
  if (bootAsked === undefined || context.linkOpenedAt === undefined) return state;
  const waits = bootAsked.linkOpenedAt === undefined && context.now - bootAsked.at < SENT_WITHIN;
  if (!waits) return withoutStation(state, 'bootAsked');
  return withStation(state, { bootAsked: { ...bootAsked, linkOpenedAt: context.linkOpenedAt } });
}

/** The CSMS is asked now: the charge point may boot while the bridge tells an older boot. */
export function bootIsAsked(state: ChargePointState, context: Context): ChargePointState {
  const { now, linkOpenedAt } = context;
  const before = bootUnderWay(state, context) ? (stationOf(state).bootAsked?.boots ?? 0) : 0;
  const bootAsked = { at: now, boots: before + 1, ...(linkOpenedAt !== undefined && { linkOpenedAt }) };
  return withStation(withoutStation(state, 'bootDueAt'), { bootAsked });
}

/** One of them is over. */
export function bootIsOver(state: ChargePointState): ChargePointState {
  const { bootAsked } = stationOf(state);
  if (bootAsked === undefined || bootAsked.boots <= 1) return withoutStation(state, 'bootAsked');
  return withStation(state, { bootAsked: { ...bootAsked, boots: bootAsked.boots - 1 } });
}

/** When the bridge tells the boot by itself; undefined while there is no need, or nobody to tell. */
export function bootDueAt(state: ChargePointState, context: Context): number | undefined {
  const { bootDueAt: due } = stationOf(state);
  if (context.linkOpenedAt === undefined) return undefined;
  const asked = askedHere(state, context);
  if (asked) return asked.at + ANSWERED_WITHIN;
  if (accepts(state, context) === 'yes') return undefined;
  if (due !== undefined) return due;
  const said = saidHere(state, context);
  if (said !== undefined && state.registration) return state.registration.at + 1000 * state.registration.interval;
  return Math.max(context.linkOpenedAt + station(context).settings.bootWithin, silentUntil(state));
}

/** A CSMS that refuses for want of a boot has forgotten the charge point: it is told the boot once more (B01.FR.10). */
export function afterRefusal(state: ChargePointState, refusal: Refusal, context: Context): ChargePointState {
  if (refusal.code !== 'CsmsSecurityError' || accepts(state, context) !== 'yes') return state;
  const { bootToTell } = stationOf(state);
  return withStation(withoutStation(state, 'registered'), {
    bootToTell: { reason: bootToTell?.reason ?? 'Unknown', forced: true },
    bootDueAt: Math.max(context.now, (state.registration?.at ?? 0) + TOLD_AT_MOST_EVERY),
  });
}

/** After Rejected nothing is said for the interval, also on a new link. */
export function silentUntil({ registration }: ChargePointState): number {
  return registration?.status === 'Rejected' ? registration.at + 1000 * registration.interval : 0;
}

function saidHere(state: ChargePointState, context: Context): 'Accepted' | 'Pending' | 'Rejected' | undefined {
  const { registered } = stationOf(state);
  return registered && registered.linkOpenedAt === context.linkOpenedAt ? registered.status : undefined;
}

/** By policy an older word holds on: always, or as long as the charge point has not booted since. */
function countsAsAccepted(state: ChargePointState, context: Context): boolean {
  const { bootOnConnect } = station(context).settings;
  const { bootToTell, network } = stationOf(state);
  if (bootOnConnect === 'always' || state.registration?.status !== 'Accepted') return false;
  // Nobody knows to which CSMS the next link leads.
  if (network?.priority && context.linkOpenedAt === undefined) return false;
  return bootToTell === undefined || (bootOnConnect === 'never' && !bootToTell.forced);
}
