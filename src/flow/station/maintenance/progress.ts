import type { JsonObject } from '../../../base/message.ts';
import { type Context, type Decision, decision, type Effect, type UpFlow } from '../../decision.ts';
import {
  diagnosticsStatusNotification as diagnostics,
  firmwareStatusNotification as firmware,
} from '../../progress.ts';
import type { ChargePointState } from '../../state.ts';
import { accepts, pending } from '../registration/boot-gate.ts';
import { converted, inTurn, type StationUp, stationOf, withoutStation, withStation } from '../rules.ts';
import type { Job } from '../state.ts';
import { notice } from '../wanted.ts';
import { firmwareUpdated } from './firmware-inferred.ts';
import { takeTrigger } from './triggered.ts';

/**
 * How an update or an upload goes (OCPP 2.0.1 L01, N01). 2.0.1 wants to know for which command: the last one of its kind that the
 * charge point took on. Without one, and for Idle that nobody asked for, there is nothing to tell.
 */

interface Kind {
  readonly job: 'firmwareJob' | 'logJob';
  /** Of 2.0.1. */
  readonly message: string;
  /** The rule that holds towards 1.6, for what both remember. */
  readonly remembers: UpFlow;
  readonly ends: ReadonlySet<string>;
}

/** A job answers for statuses that come late, and for those after the reboot. */
const KEPT_FOR = 24 * 3_600_000;

const FIRMWARE: Kind = {
  job: 'firmwareJob',
  message: 'FirmwareStatusNotification',
  remembers: firmware,
  ends: new Set(['Installed', 'DownloadFailed', 'InstallationFailed']),
};
const LOG: Kind = {
  job: 'logJob',
  message: 'LogStatusNotification',
  remembers: diagnostics,
  ends: new Set(['Uploaded', 'UploadFailed']),
};

/** The newest command of a kind, while statuses may belong to it. */
export function currentJob(state: ChargePointState, job: Kind['job'], now: number): Job | undefined {
  const known = stationOf(state)[job];
  return known !== undefined && now - (known.endedAt ?? known.at) <= KEPT_FOR ? known : undefined;
}

function progress(kind: Kind): StationUp {
  return {
    call(state, exchange, context) {
      const known = kind.remembers.call?.(state, exchange, context).state ?? state;
      const trigger = takeTrigger(known, kind.message, context.now);
      const status = String(exchange.request['status']);
      const { lastFirmware } = stationOf(state);
      return inTurn(
        noted(trigger.state, kind, status, context.now),
        (now) => decision(now, { do: 'answer', payload: {} }),
        (now) => told(now, kind, exchange.action, exchange.request, trigger.asked, context),
        (now) => (kind === FIRMWARE ? firmwareUpdated(now, status, lastFirmware, context) : undefined),
      );
    },
    refused: (state) => decision(state, { do: 'answer', payload: {} }),
  };
}

export const firmwareStatusNotification = progress(FIRMWARE);
export const diagnosticsStatusNotification = progress(LOG);

function told(
  state: ChargePointState,
  kind: Kind,
  heading: string,
  request: JsonObject,
  asked: boolean,
  context: Context,
): Decision {
  const idle = request['status'] === 'Idle';
  const requestId = currentJob(state, kind.job, context.now)?.requestId;
  if (idle ? !asked : requestId === undefined) return decision(state, NOBODY_ASKED);
  const given = idle || requestId === undefined ? {} : { requestId };
  const { value, losses } = converted(context, heading, request, given);
  if (value === undefined) return decision(state, ...losses);
  // What was asked for just now passes before the CSMS has accepted the charge point, too.
  const now = asked && (accepts(state, context) === 'yes' || pending(state, context));
  const tell: Effect = { do: 'call-csms', action: kind.message, payload: value, own: true };
  if (now) return decision(state, ...losses, tell);
  return inTurn(
    state,
    (before) => decision(before, ...losses),
    (before) => notice(before, kind.message, value, context),
  );
}

const NOBODY_ASKED: Effect = { do: 'loss', code: 'progress-unasked', field: 'status' };

/** What the job has come to, and what explains the next boot. */
function noted(state: ChargePointState, kind: Kind, status: string, now: number): ChargePointState {
  const job = currentJob(state, kind.job, now);
  const ended = kind.ends.has(status) ? { endedAt: job?.endedAt ?? now } : {};
  const after = job ? withStation(state, { [kind.job]: { ...job, status, ...ended } }) : state;
  if (kind.job !== 'firmwareJob') return after;
  if (status !== 'Installed') return withStation(after, { lastFirmware: status });
  return withStation(withoutStation(after, 'snapshotAt'), { lastFirmware: status, firmwareInstalledAt: now });
}
