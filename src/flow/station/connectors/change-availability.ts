import type { Refusal } from '../../../base/errors.ts';
import type { JsonObject } from '../../../base/message.ts';
import type { Context, Decision } from '../../decision.ts';
import type { ChargePointState } from '../../state.ts';
import { asking, command, reasonCodeOf, telling } from '../command.ts';
import { aggregated, type Fan, fanOf } from '../fan-out.ts';
import { rejected, type StationCommand } from '../rules.ts';
import { connectorsAt } from '../topology.ts';

/** ChangeAvailability (OCPP 2.0.1 G03, G04): the station, an EVSE with all its connectors, or one connector. */
export const changeAvailability: StationCommand = command(
  {
    call(state, exchange, context) {
      const evse = exchange.request['evse'] as { id: number; connectorId?: number } | undefined;
      // Some CSMSs write the station as EVSE 0.
      if (evse === undefined || evse.id === 0)
        return next(state, exchange.request, { left: [0], results: [] }, context);
      const all = connectorsAt(state, context, evse.id);
      if (all.length === 0) return rejected(state, 'UnknownEvse');
      const left = evse.connectorId === undefined ? [...all] : all.filter((_, at) => at + 1 === evse.connectorId);
      if (left.length === 0) return rejected(state, 'UnknownConnectorId');
      return next(state, exchange.request, { left, results: [] }, context);
    },
    answered: (state, exchange, { request, memo }, answer, context) =>
      next(state, exchange.request, heard(memo, request, String(answer['status'])), context),
    refused: (state, exchange, { request, memo }, refusal, context) =>
      next(state, exchange.request, heard(memo, request, 'Rejected', refusal), context),
  },
  { ChangeAvailability: ['Accepted', 'Rejected', 'Scheduled'] },
);

function heard(memo: JsonObject, { connectorId }: JsonObject, status: string, refusal?: Refusal): Fan {
  const { left, results } = fanOf(memo);
  const why =
    refusal === undefined ? { reasonCode: '', info: '' } : { reasonCode: reasonCodeOf(refusal), info: refusal.reason };
  return { left, results: [...results, { connectorId: Number(connectorId), status, ...why }] };
}

/** Asks the next connector, or sums up. */
function next(state: ChargePointState, request: JsonObject, { left, results }: Fan, context: Context): Decision {
  const [connectorId, ...rest] = left;
  if (connectorId !== undefined) {
    const memo: Fan = { left: rest, results };
    return asking(state, 'ChangeAvailability', 'ChangeAvailability', request, { connectorId }, context, { memo });
  }
  const { status, why } = aggregated(results);
  return telling(state, 'ChangeAvailability', { status }, why, context);
}
