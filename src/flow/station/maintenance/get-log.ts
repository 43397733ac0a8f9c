import type { JsonObject } from '../../../base/message.ts';
import { asking, command, refusedAs, telling } from '../command.ts';
import { inTurn, rejected, type StationCommand, station, stationOf, withStation } from '../rules.ts';
import { notice } from '../wanted.ts';
import { isUri, running } from './jobs.ts';

/** GetLog (OCPP 2.0.1 N01) is GetDiagnostics in 1.6. A new one takes the place of one that is still uploading. */
export const getLog: StationCommand = command(
  {
    call(state, { request }, context) {
      const { logJob } = stationOf(state);
      if (request['logType'] !== 'DiagnosticsLog')
        return rejected(state, 'UnsupportedParam', 'Rejected', 'the charge point has no log of this type');
      if (running(logJob, context)) {
        if (logJob.requestId === request['requestId']) return rejected(state, 'DuplicateRequestId');
        if (station(context).settings.busyLog === 'reject')
          return rejected(state, 'Unspecified', 'Rejected', 'another log is being uploaded');
      }
      if (!isUri((request['log'] as JsonObject)['remoteLocation'])) return rejected(state, 'InvalidURL');
      return asking(state, 'GetLog', 'GetDiagnostics', request, {}, context);
    },
    answered(state, { request }, _question, answer, context) {
      const { fileName, ...empty } = answer;
      if (fileName === undefined || fileName === '') return telling(state, 'GetLog', empty, {}, context);
      const before = stationOf(state).logJob;
      const old = running(before, context) ? before.requestId : undefined;
      const logJob = { requestId: Number(request['requestId']), at: context.now };
      const status = old === undefined ? 'Accepted' : 'AcceptedCanceled';
      return inTurn(
        withStation(state, { logJob }),
        (now) => telling(now, 'GetLog', answer, { status }, context),
        (now) =>
          old === undefined
            ? undefined
            : notice(now, 'LogStatusNotification', { status: 'AcceptedCanceled', requestId: old }, context),
      );
    },
    refused: (state, _exchange, _question, refusal) => refusedAs(state, refusal),
  },
  {},
);
