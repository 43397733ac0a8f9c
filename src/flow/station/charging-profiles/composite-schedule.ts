import { isoTime } from '../../../base/clock.ts';
import type { Json, JsonObject } from '../../../base/message.ts';
import { hasProfile } from '../capability.ts';
import { asking, command, refusedAs, telling } from '../command.ts';
import { rejected, type StationCommand } from '../rules.ts';
import { connectorsAt } from '../topology.ts';
import { runningOn } from '../transactions/transaction-event.ts';

/** GetCompositeSchedule (OCPP 2.0.1 K08). */
export const getCompositeSchedule: StationCommand = command(
  {
    call(state, { request }, context) {
      const evseId = Number(request['evseId']);
      // Where several connectors share an EVSE, all have its profiles, and one has the transaction.
      const connectors = evseId === 0 ? [0] : connectorsAt(state, context, evseId);
      const connectorId = connectors.find((id) => runningOn(state, id)) ?? connectors[0];
      if (connectorId === undefined) return rejected(state, 'UnknownEvse');
      if (Number(request['duration']) <= 0) return rejected(state, 'InvalidValue');
      if (hasProfile(state, 'SmartCharging') === false) return rejected(state, 'UnsupportedRequest');
      return asking(state, 'GetCompositeSchedule', 'GetCompositeSchedule', request, { connectorId }, context);
    },
    answered(state, { request }, _question, answer, context) {
      const { chargingSchedule, ...rest } = answer;
      // A schedule that comes with a refusal is none.
      if (answer['status'] !== 'Accepted') return telling(state, 'GetCompositeSchedule', rest, {}, context);
      if (chargingSchedule === undefined) return rejected(state, 'NotFound');
      const { startSchedule, ...schedule } = chargingSchedule as JsonObject;
      const begins = readable(startSchedule);
      const scheduleStart = readable(answer['scheduleStart']) ?? begins ?? isoTime(context.now);
      const asked = Number(request['duration']);
      const duration = Math.min(Number(schedule['duration'] ?? asked), asked);
      const told = { ...rest, chargingSchedule: { ...schedule, ...(begins && { startSchedule: begins }) } };
      const given = { evseId: Number(request['evseId']), scheduleStart, duration };
      return telling(state, 'GetCompositeSchedule', told, given, context);
    },
    refused: (state, _exchange, _question, refusal) => refusedAs(state, refusal),
  },
  { GetCompositeSchedule: ['Accepted', 'Rejected'] },
);

/** A date that can be reckoned with. */
function readable(date: Json | undefined): string | undefined {
  return typeof date === 'string' && !Number.isNaN(Date.parse(date)) ? date : undefined;
}
