import { hasProfile } from './capability.ts';
import { asking, command, refusedAs, telling } from './command.ts';
import { rejected, type StationCommand } from './rules.ts';
import { connectorOf } from './topology.ts';

/** GetCompositeSchedule (OCPP 2.0.1 K08). */
export const getCompositeSchedule: StationCommand = command(
  {
    call(state, { request }, context) {
      const evseId = Number(request['evseId']);
      const connectorId = evseId === 0 ? 0 : connectorOf(state, context, evseId);
      if (connectorId === undefined) return rejected(state, 'UnknownEvse');
      if (hasProfile(state, 'SmartCharging') === false) return rejected(state, 'UnsupportedRequest');
      return asking(state, 'GetCompositeSchedule', 'GetCompositeSchedule', request, { connectorId }, context);
    },
    answered(state, { request }, _question, answer, context) {
      const schedule = answer['chargingSchedule'] as { startSchedule?: string; duration?: number } | undefined;
      if (answer['status'] === 'Accepted' && schedule === undefined) return rejected(state, 'NotFound');
      // A schedule that comes with a refusal is none.
      const { chargingSchedule: _, ...rejection } = answer;
      const told = answer['status'] === 'Accepted' ? answer : rejection;
      const now = new Date(context.now).toISOString();
      const scheduleStart = String(answer['scheduleStart'] ?? schedule?.startSchedule ?? now);
      const asked = Number(request['duration']);
      const duration = Math.min(schedule?.duration ?? asked, asked);
      const given = { evseId: Number(request['evseId']), scheduleStart, duration };
      return telling(state, 'GetCompositeSchedule', told, given, context);
    },
    refused: (state, _exchange, _question, refusal) => refusedAs(state, refusal),
  },
  { GetCompositeSchedule: ['Accepted', 'Rejected'] },
);
