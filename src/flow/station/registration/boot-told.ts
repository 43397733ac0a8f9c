import type { Json, JsonObject } from '../../../base/message.ts';
import { type BootTold, type Context, type Decision, decision, type Effect } from '../../decision.ts';
import type { ChargePointState, Registration } from '../../state.ts';
import { picture, pictureAfter } from '../connectors/statuses-told.ts';
import {
  converted,
  inTurn,
  type OwnCall,
  type Plan,
  station,
  stationOf,
  withoutStation,
  withStation,
} from '../rules.ts';
import { ownName } from '../variables/variable-names.ts';
import { everythingWanted } from '../wanted.ts';
import { accepts, bootDueAt, bootIsAsked, bootIsOver, bootOnThisLink, bootUnderWay, silentUntil } from './boot-gate.ts';

/** The boot as the bridge tells it by itself, and what the CSMS makes of any boot (OCPP 2.0.1 B01, B02, B03). */

/** Pauses after boots that the CSMS did not take, ms: doubled each time. The standard leaves them to the station. */
const PAUSE = { first: 5_000, longest: 60_000 };
/** Seconds, where the CSMS leaves the choice to the station (interval 0): between heartbeats, and between two boots. */
const USUAL_BEAT = 300;
const USUAL_PAUSE = 60;
/** Seconds: the least a charge point is told that does not know it is Pending. The pause is the bridge's then, not its. */
const MASKED_BEAT = 60;

/** Required fields of a boot that nobody has heard. */
const UNHEARD: JsonObject = { chargePointVendor: 'Unknown', chargePointModel: 'Unknown' };

/** Tells the last boot once more, before what follows on the same link. Nothing when that is under way. */
export function bootFirst(state: ChargePointState, context: Context): Decision {
  if (bootUnderWay(state, context)) return decision(state);
  const guess: Effect[] = state.boot ? [] : [{ do: 'loss', code: 'boot-unheard', field: 'chargePointVendor' }];
  const reason = stationOf(state).bootToTell?.reason ?? 'Unknown';
  const { value = {}, losses } = converted(context, 'BootNotification', state.boot?.request ?? UNHEARD, { reason });
  const tell: Effect = { do: 'call-csms', action: 'BootNotification', payload: value, own: true };
  return decision(bootIsAsked(state, context), ...guess, ...losses, tell);
}

/** A new link: the boot is told on it, the charge point's own if it comes soon; or, where that is not needed, what changed. */
export function linkOpened(before: ChargePointState, context: Context, boot: BootTold): Decision {
  // What an earlier process asked, or an earlier link, nobody answers any more.
  const idle = boot === 'told' || boot === 'untold' ? withoutStation(before, 'bootAsked') : before;
  const fresh = withoutStation(idle, 'bootDueAt', 'bootFailures', 'burstUntil');
  const state = everythingWanted(bootOnThisLink(fresh, context));
  if (bootUnderWay(state, context)) return decision(state);
  if (accepts(state, context) === 'yes') return pictureAfter(state, context);
  // The charge point has been there all the time: no boot of its own is to be expected.
  if (boot === 'told' && context.now >= silentUntil(state)) return bootFirst(state, context);
  const { bootWithin } = station(context).settings;
  const due = withStation(state, { bootDueAt: Math.max(context.now + bootWithin, silentUntil(state)) });
  return decision(due, ...askForBoot(due, context));
}

/** A charge point whose boot was never heard is asked for it, if it knows how. */
function askForBoot(state: ChargePointState, context: Context): Effect[] {
  const command = context.policyOf('TriggerMessage');
  if (state.boot || state.version === undefined || command === undefined || command.instead) return [];
  return [{ do: 'call-device', action: 'TriggerMessage', payload: { requestedMessage: 'BootNotification' } }];
}

/** What the CSMS said to a boot; `teller`: who told it, and so who will tell it again. */
export function registered(
  state: ChargePointState,
  answer: JsonObject,
  teller: 'charge point' | 'bridge',
  context: Context,
): ChargePointState {
  const status = statusOf(answer['status']);
  if (status === undefined) return notRegistered(state, context);
  const { bootAsked } = stationOf(state);
  const { linkOpenedAt } = context;
  const here = bootAsked?.linkOpenedAt === undefined || bootAsked.linkOpenedAt === linkOpenedAt;
  const registration = registrationOf(state, status, answer['interval'], teller, context);
  const again = context.now + 1000 * registration.interval;
  // A charge point that knows tells it again itself; the bridge only if it does not.
  const patience = teller === 'charge point' && !masked(status, context) ? 2 : 1;
  const after = withoutStation(
    bootIsOver({ ...state, registration }),
    ...(['bootDueAt', 'bootFailures', 'registered'] as const),
    ...(status === 'Accepted' ? (['bootToTell'] as const) : []),
  );
  return withStation(status === 'Accepted' ? withoutOwnBeat(after) : after, {
    ...(linkOpenedAt !== undefined && here && { registered: { status, linkOpenedAt } }),
    ...(status !== 'Accepted' && { bootDueAt: again + (patience - 1) * 1000 * registration.interval }),
  });
}

/** The answer to a boot sets the pace anew (B01.FR.04), whatever was written into the variable before. */
function withoutOwnBeat(state: ChargePointState): ChargePointState {
  const { [ownName('OCPPCommCtrlr', 'HeartbeatInterval')]: beat, ...own } = stationOf(state).own;
  return beat === undefined ? state : withStation(state, { own });
}

/** The CSMS could not be asked, or made nothing of it. */
export function notRegistered(state: ChargePointState, context: Context): ChargePointState {
  const { bootFailures = 0 } = stationOf(state);
  const pause = Math.min(PAUSE.longest, PAUSE.first * 2 ** Math.min(bootFailures, 10));
  const bootDueAt = Math.max(context.now + pause, silentUntil(state));
  return withStation(bootIsOver(state), { bootDueAt, bootFailures: bootFailures + 1 });
}

/** Whether the charge point is told Accepted all the same, and its traffic waits: many do not know what to do with Pending. */
export function masked(status: string, context: Context): boolean {
  return status === 'Pending' && station(context).settings.pendingMode === 'mask';
}

/** Seconds that the charge point was told, or is. */
export function beatOf({ interval, beat }: Registration): number {
  return beat ?? interval;
}

function registrationOf(
  { registration: before }: ChargePointState,
  status: Registration['status'],
  said: Json | undefined,
  teller: 'charge point' | 'bridge',
  context: Context,
): Registration {
  const { shortestInterval, longestInterval } = station(context).settings;
  const seconds = Number(said) > 0 ? Number(said) : status === 'Accepted' ? USUAL_BEAT : USUAL_PAUSE;
  const interval = Math.min(Math.max(seconds, shortestInterval / 1000), longestInterval / 1000);
  const told = masked(status, context) ? Math.max(interval, MASKED_BEAT) : interval;
  const beat = teller === 'bridge' ? before && beatOf(before) : told;
  return { status, interval, at: context.now, ...(beat !== undefined && beat !== interval && { beat }) };
}

function statusOf(word: Json | undefined): Registration['status'] | undefined {
  return word === 'Accepted' || word === 'Pending' || word === 'Rejected' ? word : undefined;
}

/** A boot that the bridge told. */
export const bootTold: OwnCall = {
  answered: (state, _exchange, answer, context) =>
    inTurn(
      state,
      (now) => decision(registered(now, answer, 'bridge', context)),
      (now) => (answer['status'] === 'Accepted' ? picture(now, context) : undefined),
    ),
  refused: (state, _exchange, _refusal, context) => decision(notRegistered(state, context)),
};

export const bootPlan: Plan = { at: bootDueAt, due: (state, context) => bootFirst(forgetAsked(state), context) };

/** When it is due again nobody has answered the one before. */
function forgetAsked(state: ChargePointState): ChargePointState {
  return withoutStation(state, 'bootAsked');
}
