import type { Json, JsonObject } from '../base/message.ts';
import type { BootTold, Context, Effect } from './decision.ts';
import { holdsBack, mayPass } from './registration.ts';
import type { ChargePointState } from './state.ts';
import { asTold } from './unsent.ts';

/**
 * What a CSMS is told again, so that it sees the charge point as it is: after it was away, and when it has forgotten the charge
 * point. States only, with their own times; events wait in the outbox.
 */

type Own = Extract<Effect, { do: 'call-csms' }>;

function own(action: string, payload: JsonObject): Own {
  return { do: 'call-csms', action, payload, own: true };
}

/** A CSMS that has not seen this charge point boot may refuse everything else, so the last boot is told again first. */
export function introduction(state: ChargePointState): Own[] {
  return state.boot === undefined ? [] : [own('BootNotification', state.boot.request)];
}

/** What the CSMS missed; with `all`, the last status of each connector, too. They stay on the list until they are answered. */
export function picture(state: ChargePointState, context: Context, all: boolean): Own[] {
  const statuses = all ? Object.entries(state.connectors).sort(([a], [b]) => Number(a) - Number(b)) : [];
  const messages = new Map<string, readonly [string, JsonObject]>();
  for (const [id, { status }] of statuses) {
    if (status) messages.set(`StatusNotification/${id}`, ['StatusNotification', status]);
  }
  for (const [slot, { action, payload }] of Object.entries(state.unsent)) messages.set(slot, [action, payload]);
  return [...messages.values()].map(([action, payload]) => own(action, asTold(action, payload, context)));
}

/** The link is open. A CSMS that is told the boot hears the rest when it has accepted it. */
export function linkBack(state: ChargePointState, context: Context, boot: BootTold): Own[] {
  if (boot === 'telling') return [];
  const { whenLinkIsBack } = context.settings;
  if (boot === 'untold' || (boot === 'told' && whenLinkIsBack === 'boot')) {
    const wanted = mayPass(state) || holdsBack(state, context) || (state.outbox?.waiting ?? 0) > 0;
    const first = wanted ? introduction(state) : [];
    if (first.length > 0) return first;
  }
  return mayPass(state) ? picture(state, context, boot !== 'booting' && whenLinkIsBack !== 'missed') : [];
}

/** How long a charge point that has booted may take to tell its statuses (OCPP 1.6 errata 3.22 wants them all). */
const STATUSES_WITHIN = 30_000;

/** The CSMS has accepted a boot that the charge point told: its statuses should follow. */
export function statusesExpected(state: ChargePointState, context: Context): ChargePointState {
  const known = Object.values(state.connectors).some(({ status }) => status !== undefined);
  if (!known || !context.settings.statusesAfterBoot || context.version === '1.6') return state;
  return { ...state, statusesDue: context.now + STATUSES_WITHIN };
}

export function statusesNotExpected(state: ChargePointState): ChargePointState {
  if (state.statusesDue === undefined) return state;
  const { statusesDue: _, ...rest } = state;
  return rest;
}

export function accepted(answer: { readonly status?: Json }): boolean {
  return answer.status === 'Accepted';
}
