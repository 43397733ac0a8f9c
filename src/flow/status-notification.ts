import type { Json, JsonObject } from '../base/message.ts';
import { type Context, type Decision, decision, type Effect, type UpFlow } from './decision.ts';
import { statusesNotExpected } from './picture.ts';
import { mayPass } from './registration.ts';
import { type ChargePointState, mayRemember, withConnector } from './state.ts';
import { asTold, outdating, told, untold } from './unsent.ts';

/** StatusNotification: what the charge point says is remembered at once, whatever the CSMS thinks of it. */
export const statusNotification: UpFlow = {
  call(state, exchange, context) {
    const { action, request } = exchange;
    const after = outdating(reported(state, request, context.now), exchange, context.now);
    const payload = asTold(action, request, context);
    return decision(statusesNotExpected(after.state), ...after.effects, { do: 'call-csms', action, payload });
  },
  answered: (state, exchange, answer, context) =>
    decision(told(state, exchange, context), { do: 'answer', payload: answer }),
};

function reported(state: ChargePointState, request: JsonObject, now: number): ChargePointState {
  const id = Number(request['connectorId']);
  if (!mayRemember(state, id)) return state;
  const { finishingSince, ...connector } = state.connectors[id] ?? {};
  const finishing = finishingSince !== undefined && request['status'] !== 'Available' ? { finishingSince } : {};
  const next = { ...connector, ...finishing, status: request, statusAt: now };
  return { ...state, connectors: { ...state.connectors, [id]: next } };
}

/** Statuses that came from the old word Occupied, which says only that the connector is in use. */
const IN_USE: ReadonlySet<Json | undefined> = new Set(['Preparing', 'Charging', 'SuspendedEVSE', 'Finishing']);

/**
 * The step between the old statuses that a 1.6 CSMS waits for: Charging after a start, Finishing after a stop.
 * Only for versions that cannot say it, and never over a real Available, Faulted or Unavailable.
 */
export function synthesise(
  state: ChargePointState,
  connectorId: number,
  status: 'Charging' | 'Finishing',
  timestamp: Json | undefined,
  context: Context,
): Decision {
  if (context.version === '1.6' || !context.settings.synthesisedStatuses) return decision(state);
  const last = state.connectors[connectorId]?.status;
  if (last === undefined || last['errorCode'] !== 'NoError' || last['status'] === status) return decision(state);
  const follows = IN_USE.has(last['status']) || (status === 'Charging' && last['status'] === 'Available');
  if (!follows) return decision(state);
  const payload: JsonObject = {
    connectorId,
    errorCode: 'NoError',
    status,
    ...(timestamp !== undefined && { timestamp }),
  };
  const next = withConnector(state, connectorId, { status: payload, statusAt: context.now });
  const exchange = { id: '', action: 'StatusNotification', request: payload };
  const synthesised: Effect = { do: 'loss', code: 'status-synth', field: 'status' };
  if (!mayPass(state)) return decision(untold(next, exchange, context.now), synthesised);
  const after = outdating(next, exchange, context.now);
  const tell: Effect = { do: 'call-csms', action: exchange.action, payload, own: true };
  return decision(after.state, ...after.effects, synthesised, tell);
}
