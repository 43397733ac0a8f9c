import type { Refusal } from '../base/errors.ts';
import type { ChargePointState } from './state.ts';

/** Messages whose data would be lost if a Fault made the charge point discard them: they are refused as if offline. */
export const TRANSACTION_MESSAGES: ReadonlySet<string> = new Set([
  'StartTransaction',
  'StopTransaction',
  'MeterValues',
]);

/**
 * What may pass before the CSMS accepted the charge point (OCPP 1.6 section 4.2): only BootNotification.
 * With no registration remembered everything passes: a bridge that lost its memory must not lock anyone out.
 */
export function registrationGate(state: ChargePointState, action: string): Refusal | undefined {
  const status = state.registration?.status;
  if (status === undefined || status === 'Accepted' || action === 'BootNotification') return undefined;
  if (TRANSACTION_MESSAGES.has(action)) {
    return { code: 'CsmsAway', reason: `the CSMS answered ${status} to the last BootNotification` };
  }
  return { code: 'NotRegistered', reason: `the CSMS answered ${status} to the last BootNotification` };
}
