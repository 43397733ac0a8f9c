import type { JsonObject } from '../../base/message.ts';
import { type Context, type Decision, decision, type Effect } from '../decision.ts';
import type { ChargePointState } from '../state.ts';
import { asking, command, refusedAs, telling } from './command.ts';
import { enqueue } from './enqueue.ts';
import { isUri, running } from './jobs.ts';
import { inTurn, rejected, type StationCommand, station, stationOf, withStation } from './rules.ts';

/** UpdateFirmware (OCPP 2.0.1 L01, L02). Whose request the statuses of 1.6 belong to, the bridge remembers. */
export const updateFirmware: StationCommand = command(
  {
    call(state, { request }, context) {
      const { firmwareJob } = stationOf(state);
      const { busyFirmware, unsignedFirmware } = station(context).settings;
      const { location, signature, signingCertificate, ...plain } = request['firmware'] as JsonObject;
      if (running(firmwareJob, context)) {
        if (firmwareJob.requestId === request['requestId']) return rejected(state, 'DuplicateRequestId');
        if (busyFirmware === 'reject') return rejected(state, 'FwUpdateInProgress');
      }
      if (!isUri(location)) return rejected(state, 'InvalidURL');
      const signed = signature !== undefined || signingCertificate !== undefined;
      if (signed && unsignedFirmware === 'reject')
        return rejected(state, 'UnsupportedParam', 'Rejected', 'nobody would check the signature');
      const loss: Effect = { do: 'loss', code: 'firmware-unsigned', field: 'firmware.signature' };
      const given = { retrieveDate: retrieveDate(plain) };
      const unsigned = { ...request, firmware: { ...plain, location: String(location) } };
      return inTurn(
        state,
        (now) => (signed ? decision(now, loss) : undefined),
        (now) => asking(now, 'UpdateFirmware', 'UpdateFirmware', unsigned, given, context),
      );
    },
    answered(state, { request }, { request: asked }, _answer, context) {
      const requestId = Number(request['requestId']);
      const busy = running(stationOf(state).firmwareJob, context);
      const taken = withStation(state, { firmwareJob: { requestId, at: context.now } });
      return inTurn(
        taken,
        (now) => telling(now, 'UpdateFirmware', {}, { status: busy ? 'AcceptedCanceled' : 'Accepted' }, context),
        (now) => scheduled(now, requestId, asked, context),
      );
    },
    refused: (state, _exchange, _question, refusal) => refusedAs(state, refusal),
  },
  {},
);

/** 1.6 installs as soon as it has retrieved: it may not retrieve before it may install. */
function retrieveDate({ installDateTime, retrieveDateTime }: JsonObject): string {
  const install = Date.parse(String(installDateTime));
  return install > Date.parse(String(retrieveDateTime)) ? String(installDateTime) : String(retrieveDateTime);
}

/** 1.6 has no word for a download that is still to begin. */
function scheduled(
  state: ChargePointState,
  requestId: number,
  { retrieveDate: date }: JsonObject,
  context: Context,
): Decision | undefined {
  if (!(Date.parse(String(date)) > context.now)) return undefined;
  const { firmwareJob } = stationOf(state);
  const status = 'DownloadScheduled';
  const noted = firmwareJob ? withStation(state, { firmwareJob: { ...firmwareJob, status } }) : state;
  return enqueue(noted, 'FirmwareStatusNotification', { status, requestId }, context);
}
