import { type Context, type Decision, decision } from '../decision.ts';
import type { ChargePointState } from '../state.ts';

/** Before the CSMS accepted the charge point on this link, only BootNotification goes up (B01, B02, B03). */

/** `after-boot`: the CSMS has not been asked on this link; `no`: it has said Pending or Rejected. */
export function accepts(_state: ChargePointState, _context: Context): 'yes' | 'after-boot' | 'no' {
  return 'yes';
}

/** Tells the last boot once more, before the call that follows on the same link. */
export function bootFirst(state: ChargePointState, _context: Context): Decision {
  return decision(state);
}

export function linkOpened(state: ChargePointState, _context: Context): Decision {
  return decision(state);
}
