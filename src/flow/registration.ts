import type { Refusal } from '../base/errors.ts';
import type { Context } from './decision.ts';
import type { ChargePointState } from './state.ts';

/** Messages whose data would be lost if a Fault made the charge point discard them: they are refused as if offline. */
export const TRANSACTION_MESSAGES: ReadonlySet<string> = new Set([
  'StartTransaction',
  'StopTransaction',
  'MeterValues',
]);

/** Seconds, where the CSMS leaves the pause between two BootNotifications open. */
const USUAL_PAUSE = 60;
const SHORTEST_PAUSE = 10;

/**
 * What may pass before the CSMS accepted the charge point (OCPP 1.6 section 4.2): only BootNotification.
 * With no registration remembered everything passes: a bridge that lost its memory must not lock anyone out.
 */
export function registrationGate(state: ChargePointState, action: string): Refusal | undefined {
  if (mayPass(state) || action === 'BootNotification') return undefined;
  const reason = `the CSMS answered ${state.registration?.status} to the last BootNotification`;
  return { code: TRANSACTION_MESSAGES.has(action) ? 'CsmsAway' : 'NotRegistered', reason };
}

export function mayPass({ registration }: ChargePointState): boolean {
  return registration === undefined || registration.status === 'Accepted';
}

/**
 * Whether the charge point was told Accepted though it is Pending: versions before 1.6 have no such word, and one that is told
 * Rejected may not listen, so that a CSMS that wants to configure it first never could. What it says meanwhile is held back.
 */
export function holdsBack({ registration }: ChargePointState, { version, settings }: Context): boolean {
  return registration?.status === 'Pending' && version !== '1.6' && settings.whilePending === 'hold';
}

/**
 * When the bridge repeats the boot by itself, ms: nobody else does while it holds back, and messages that wait should not
 * depend on a charge point that may be silent.
 */
export function bootAgainAt(state: ChargePointState, context: Context): number | undefined {
  const { registration, outbox } = state;
  if (registration === undefined || state.boot === undefined || context.linkOpenedAt === undefined) return undefined;
  // A boot that the bridge told by itself may have been refused: the charge point does not know, and goes on.
  const speaks = context.heardAt > registration.at;
  if (mayPass(state) || !(holdsBack(state, context) || speaks || (outbox?.waiting ?? 0) > 0)) return undefined;
  const seconds = registration.interval > 0 ? Math.max(registration.interval, SHORTEST_PAUSE) : USUAL_PAUSE;
  return registration.at + 1000 * seconds;
}
