import type { JsonObject } from '../../../base/message.ts';
import { type Context, decision, type Effect } from '../../decision.ts';
import { asking, command, refusedAs, telling } from '../command.ts';
import { inTurn, rejected, type StationCommand, station, stationOf, withStation } from '../rules.ts';
import { downloadScheduled } from './firmware-inferred.ts';
import { isUri, running } from './jobs.ts';

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
      const date = retrieveDate(plain, context);
      const unsigned = { ...request, firmware: { ...plain, location: String(location) } };
      return inTurn(
        state,
        (now) => (signed ? decision(now, loss) : undefined),
        (now) => (date.late ? decision(now, NO_INSTALL_DATE) : undefined),
        (now) => asking(now, 'UpdateFirmware', 'UpdateFirmware', unsigned, { retrieveDate: date.at }, context),
      );
    },
    answered(state, { request }, { request: asked }, _answer, context) {
      const requestId = Number(request['requestId']);
      const busy = running(stationOf(state).firmwareJob, context);
      const taken = withStation(state, { firmwareJob: { requestId, at: context.now } });
      return inTurn(
        taken,
        (now) => telling(now, 'UpdateFirmware', {}, { status: busy ? 'AcceptedCanceled' : 'Accepted' }, context),
        (now) => downloadScheduled(now, requestId, asked, context),
      );
    },
    refused: (state, _exchange, _question, refusal) => refusedAs(state, refusal),
  },
  {},
);

const NO_INSTALL_DATE: Effect = { do: 'loss', code: 'firmware-install', field: 'firmware.installDateTime' };

/** 1.6 installs as soon as it has retrieved: where the operator lets it, it retrieves no sooner than it may install. */
function retrieveDate(firmware: JsonObject, context: Context): { readonly at: string; readonly late: boolean } {
  const [retrieve, install] = [String(firmware['retrieveDateTime']), String(firmware['installDateTime'])];
  const late = Date.parse(install) > Date.parse(retrieve);
  const shifts = station(context).settings.installDate === 'shiftRetrieve';
  return { at: late && shifts ? install : retrieve, late };
}
