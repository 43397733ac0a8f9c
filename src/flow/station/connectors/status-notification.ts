import type { JsonObject } from '../../../base/message.ts';
import { type Context, type Decision, decision, type Effect } from '../../decision.ts';
import { type ChargePointState, mayRemember } from '../../state.ts';
import { takeTrigger } from '../maintenance/triggered.ts';
import { accepts } from '../registration/boot-gate.ts';
import { bootFirst } from '../registration/boot-told.ts';
import { reservationsAfter } from '../reservations/reservation-updates.ts';
import { inTurn, type StationUp, station } from '../rules.ts';
import { chargingStateTold } from '../transactions/charging-state.ts';
import { errorEvents, stateOfStation } from './error-events.ts';
import { dated, happenedAt } from './status-time.ts';
import { burstEnded, tellStatus, tellStatuses } from './statuses-told.ts';

/**
 * StatusNotification: one status of 1.6 is up to four things in 2.0.1: the connector's status, a change of its transaction, an
 * error that came or went, the end of a reservation. The status goes before the events that it causes.
 */
export const statusNotification: StationUp = {
  call(state, exchange, context) {
    const request = dated(exchange.request, context.now);
    const connectorId = Number(request['connectorId']);
    const before = state.connectors[connectorId]?.status;
    const at = happenedAt(request['timestamp'], context.now);
    return inTurn(
      state,
      (now) => decision(now, { do: 'answer', payload: {} }, ...clockOff(exchange.request, request)),
      (now) => (mayRemember(now, connectorId) ? told(now, before, request, at, context) : undefined),
    );
  },
  refused: (state) => decision(state, { do: 'answer', payload: {} }),
};

/** A time was given, and it cannot be true. */
function clockOff({ timestamp: said }: JsonObject, { timestamp: used }: JsonObject): Effect[] {
  if (said === undefined || Date.parse(String(said)) === Date.parse(String(used))) return [];
  return [{ do: 'loss', code: 'tx-clock', field: 'timestamp' }];
}

function told(
  state: ChargePointState,
  before: JsonObject | undefined,
  request: JsonObject,
  at: number,
  context: Context,
): Decision {
  const connectorId = Number(request['connectorId']);
  const status = String(request['status']);
  const trigger = takeTrigger(reported(state, request, context.now), 'StatusNotification', context.now, connectorId);
  return inTurn(
    trigger.state,
    (now) => (accepts(now, context) === 'after-boot' ? bootFirst(now, context) : undefined),
    (now) =>
      connectorId === 0 ? ofStation(now, request, at, context) : tellStatus(now, connectorId, context, trigger.asked),
    (now) => decision(burstEnded(now, context)),
    (now) => chargingStateTold(now, before, request, at, context),
    (now) => errorEvents(now, request, at, context),
    (now) => reservationsAfter(now, connectorId, status, context),
  );
}

function ofStation(state: ChargePointState, request: JsonObject, at: number, context: Context): Decision | undefined {
  const { connectorZero } = station(context).settings;
  if (connectorZero === 'drop') return undefined;
  return connectorZero === 'fanOut' ? tellStatuses(state, context) : stateOfStation(state, request, at, context);
}

/** After a stop the connector is finishing until it is Available: versions before 1.6 do not say so. */
function reported(state: ChargePointState, request: JsonObject, now: number): ChargePointState {
  const id = Number(request['connectorId']);
  const { finishingSince, ...connector } = state.connectors[id] ?? {};
  const finishing = finishingSince !== undefined && request['status'] !== 'Available' ? { finishingSince } : {};
  const next = { ...connector, ...finishing, status: request, statusAt: now };
  return { ...state, connectors: { ...state.connectors, [id]: next } };
}
