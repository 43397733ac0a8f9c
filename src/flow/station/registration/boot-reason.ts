import type { JsonObject } from '../../../base/message.ts';
import type { Context } from '../../decision.ts';
import type { ChargePointState } from '../../state.ts';
import { station, stationOf } from '../rules.ts';

/** Why a charge point booted (OCPP 2.0.1 BootReasonEnumType), which 1.6 does not say: from what happened before. */

/** A reset explains a boot so long after it. */
const RESET_EXPLAINS = 15 * 60_000;
const INSTALLED_EXPLAINS = 24 * 3_600_000;
/** Words of 1.6 after which a charge point may boot with its new firmware at any time. */
const INSTALLING: ReadonlySet<string> = new Set(['Downloaded', 'Installing']);

/** For a boot that the charge point tells itself; one that only the bridge tells again is `Unknown`. */
export function bootReason(state: ChargePointState, request: JsonObject, triggered: boolean, context: Context): string {
  const { lastReset, rebootStopped, bootToTell } = stationOf(state);
  if (triggered) return 'Triggered';
  if (lastReset && context.now - lastReset.at <= RESET_EXPLAINS)
    return lastReset.deferred ? 'ScheduledReset' : 'RemoteReset';
  if (otherFirmware(state, request) || installs(state, context)) return 'FirmwareUpdate';
  if (rebootStopped) return station(context).settings.rebootReason;
  // A boot that is repeated until it is accepted stays the same boot.
  return bootToTell === undefined || bootToTell.reason === 'Unknown' ? 'PowerUp' : bootToTell.reason;
}

export function otherFirmware({ boot }: ChargePointState, request: JsonObject): boolean {
  const before = boot?.request['firmwareVersion'];
  return before !== undefined && request['firmwareVersion'] !== undefined && before !== request['firmwareVersion'];
}

function installs(state: ChargePointState, context: Context): boolean {
  const { firmwareInstalledAt, firmwareJob } = stationOf(state);
  if (firmwareInstalledAt !== undefined && context.now - firmwareInstalledAt <= INSTALLED_EXPLAINS) return true;
  return firmwareJob?.endedAt === undefined && INSTALLING.has(String(firmwareJob?.status));
}
