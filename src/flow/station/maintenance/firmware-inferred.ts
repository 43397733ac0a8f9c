import { isoTime } from '../../../base/clock.ts';
import type { JsonObject } from '../../../base/message.ts';
import { type Context, type Decision, decision, type Effect } from '../../decision.ts';
import type { ChargePointState } from '../../state.ts';
import { station, stationOf, withStation } from '../rules.ts';
import type { StationSettings } from '../settings.ts';
import { notice, wanted } from '../wanted.ts';
import { running } from './jobs.ts';

/**
 * What the bridge knows of a firmware update though the charge point has no word for it (OCPP 2.0.1 L01): each only where the
 * operator lets it be told, and counted.
 */

const ADDED: Effect = { do: 'loss', code: 'firmware-inferred', field: 'status' };

/** The charge point has taken on a download that is still to begin. */
export function downloadScheduled(
  state: ChargePointState,
  requestId: number,
  { retrieveDate }: JsonObject,
  context: Context,
): Decision | undefined {
  if (!tells('DownloadScheduled', context) || !(Date.parse(String(retrieveDate)) > context.now)) return undefined;
  const { firmwareJob } = stationOf(state);
  const status = 'DownloadScheduled';
  const noted = firmwareJob ? withStation(state, { firmwareJob: { ...firmwareJob, status } }) : state;
  return told(noted, 'FirmwareStatusNotification', { status, requestId }, context);
}

/** It boots in the middle of an installation, once; `reason`: why it boots. */
export function installRebooting(state: ChargePointState, reason: string, context: Context): Decision | undefined {
  const { firmwareJob } = stationOf(state);
  if (reason !== 'FirmwareUpdate' || !tells('InstallRebooting', context)) return undefined;
  if (!running(firmwareJob, context) || firmwareJob.status !== 'Installing' || firmwareJob.rebooted) return undefined;
  const noted = withStation(state, { firmwareJob: { ...firmwareJob, rebooted: true } });
  const { requestId } = firmwareJob;
  return told(noted, 'FirmwareStatusNotification', { status: 'InstallRebooting', requestId }, context);
}

/** New firmware is a critical security event (OCPP 2.0.1 A04), whoever asked for it; `before`: what the last word was. */
export function firmwareUpdated(
  state: ChargePointState,
  status: string,
  before: string | undefined,
  context: Context,
): Decision | undefined {
  if (status !== 'Installed' || before === status) return undefined;
  if (!station(context).settings.firmwareSecurityEvent) return undefined;
  return told(
    state,
    'SecurityEventNotification',
    { type: 'FirmwareUpdated', timestamp: isoTime(context.now) },
    context,
  );
}

function tells(status: StationSettings['inferredFirmware'][number], context: Context): boolean {
  return station(context).settings.inferredFirmware.includes(status);
}

function told(state: ChargePointState, action: string, payload: JsonObject, context: Context): Decision {
  const put = notice(state, action, payload, context);
  return wanted(state, action) ? decision(put.state, ADDED, ...put.effects) : put;
}
