import type { Context } from '../decision.ts';
import type { ChargePointState } from '../state.ts';
import { station, stationOf } from './rules.ts';
import { ownName } from './variables/variable-names.ts';

const NAME = ownName('OCPPCommCtrlr', 'OfflineThreshold');

/** After an outage of more than so many ms the CSMS is told all statuses (OCPP 2.0.1 B04): as it wrote, else as the operator says. */
export function offlineThreshold(state: ChargePointState, context: Context): number {
  const written = Number(stationOf(state).own[NAME]);
  return written >= 0 ? 1000 * written : station(context).settings.offlineThreshold;
}
