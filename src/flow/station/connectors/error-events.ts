import { isoTime } from '../../../base/clock.ts';
import type { Json, JsonObject } from '../../../base/message.ts';
import type { ErrorRow } from '../../../mapping/station/station-tables.ts';
import { type Context, type Decision, decision } from '../../decision.ts';
import type { ChargePointState } from '../../state.ts';
import { converted, inTurn, station, stationOf, withStation } from '../rules.ts';
import type { Problem } from '../state.ts';
import { evseOf, siblingsOf } from '../topology.ts';
import { runningOn } from '../transactions/transaction-event.ts';
import { notice, notTold, wanted } from '../wanted.ts';

/**
 * Errors of a connector as events of the device model (OCPP 2.0.1 N07): one when an error comes, one when it is over. A status
 * of 1.6 names one error; what it does not name any more is over.
 */

interface Named {
  readonly connectorId: number;
  readonly component: string;
  readonly variable: string;
  readonly at: Problem['at'];
}

/** The error that a status names, and how it is called; undefined when it names none. */
interface Raised extends Named {
  readonly techCode: string;
}

/** @param at when it happened, ms */
export function errorEvents(state: ChargePointState, request: JsonObject, at: number, context: Context): Decision {
  if (station(context).settings.errorsAs === 'off') return decision(state);
  const connectorId = Number(request['connectorId']);
  const raised = raisedBy(request, context);
  const over = problemsOf(state, connectorId).filter((one) => raised === undefined || keyOf(one) !== keyOf(raised));
  return inTurn(
    state,
    ...over.map((one) => (now: ChargePointState) => ended(now, one, request, at, context)),
    (now) => raised && came(now, raised, request, at, context),
  );
}

/** The state of the charge point itself, which 1.6 tells as connector 0 (OCPP 2.0.1 G03): no connector of 2.0.1 has it. */
export function stateOfStation(state: ChargePointState, request: JsonObject, at: number, context: Context): Decision {
  const status = String(request['status']);
  const { told } = stationOf(state);
  if (told['0'] === status) return decision(state);
  const source = { connectorId: 0, status, timestamp: request['timestamp'] ?? isoTime(at) };
  const component = { component: 'ChargingStation', variable: 'AvailabilityState' };
  const after = withStation(state, { told: { ...told, '0': status } });
  return notified(after, source, { ...component, trigger: 'Delta', actualValue: status }, at, context);
}

function came(
  state: ChargePointState,
  raised: Raised,
  request: JsonObject,
  at: number,
  context: Context,
): Decision | undefined {
  const { problems } = stationOf(state);
  const before = problems[keyOf(raised)];
  if (before?.techCode === raised.techCode) return undefined;
  const eventId = stationOf(state).nextEventId;
  const shared = before === undefined && sharedBy(state, raised, context) !== undefined;
  const told = wanted(state, 'NotifyEvent') && weighs(state, request) && !shared;
  const problem: Problem = { eventId, techCode: raised.techCode, at: raised.at, ...(!told && { untold: true }) };
  const after = withStation(state, { problems: { ...problems, [keyOf(raised)]: problem } });
  if (!told) return wanted(state, 'NotifyEvent') ? decision(after) : decision(after, notTold('NotifyEvent'));
  const { connectorId, techCode } = raised;
  return notified(
    after,
    request,
    { ...placed(raised, context), ...during(state, connectorId), techCode, actualValue: 'true' },
    at,
    context,
  );
}

/** The CSMS may want to be told only what is severe enough (N05): a fault is an error (3), all else a warning (6). */
function weighs(state: ChargePointState, { status }: JsonObject): boolean {
  const { monitoringLevel } = stationOf(state);
  return monitoringLevel === undefined || (status === 'Faulted' ? 3 : 6) <= monitoringLevel;
}

function ended(state: ChargePointState, one: Named, request: JsonObject, at: number, context: Context): Decision {
  const { [keyOf(one)]: problem, ...problems } = stationOf(state).problems;
  const after = withStation(state, { problems });
  if (problem === undefined) return decision(after);
  const heir = sharedBy(after, one, context);
  if (heir) return decision(problem.untold ? after : inherited(after, heir));
  if (problem.untold) return decision(after);
  const over = { actualValue: 'false', cleared: true, techCode: problem.techCode ?? '' };
  return notified(after, request, { ...placed(one, context), ...during(state, one.connectorId), ...over }, at, context);
}

/** One NotifyEvent into the outbox. */
function notified(
  state: ChargePointState,
  source: JsonObject,
  given: Readonly<Record<string, Json>>,
  at: number,
  context: Context,
): Decision {
  const { nextEventId: eventId } = stationOf(state);
  const times = { generatedAt: isoTime(context.now), timestamp: isoTime(at) };
  const { value, losses } = converted(context, 'StatusNotification.event', source, { eventId, ...times, ...given });
  const counted = withStation(state, { nextEventId: eventId + 1 });
  return inTurn(
    counted,
    (now) => decision(now, ...losses),
    (now) => value && notice(now, 'NotifyEvent', value, context),
  );
}

function raisedBy(request: JsonObject, context: Context): Raised | undefined {
  const connectorId = Number(request['connectorId']);
  const code = String(request['errorCode'] ?? 'NoError');
  const nameless = code === 'NoError';
  if (nameless && request['status'] !== 'Faulted') return undefined;
  const { errors } = station(context).tables;
  const row = (nameless ? undefined : errors.get(code)) ?? errors.get('OtherError');
  if (row === undefined) return undefined;
  const vendor = request['vendorErrorCode'];
  const techCode = typeof vendor === 'string' && vendor !== '' ? vendor : nameless ? 'Faulted' : code;
  const component = connectorId === 0 ? (row.componentOfStation ?? row.component) : row.component;
  return {
    connectorId,
    component,
    variable: row.variable,
    at: placeOf(row, connectorId),
    techCode: techCode.slice(0, 50),
  };
}

function placeOf({ scope }: ErrorRow, connectorId: number): Problem['at'] {
  if (connectorId === 0 || scope === 'station') return 'station';
  return scope === 'connector' ? 'connector' : 'evse';
}

function placed({ component, variable, at, connectorId }: Named, context: Context): Readonly<Record<string, Json>> {
  const { id, connectorId: number } = evseOf(connectorId, context);
  if (at === 'station') return { component, variable };
  return { component, variable, evse: at === 'connector' ? { id, connectorId: number } : { id } };
}

function during(state: ChargePointState, connectorId: number): { readonly transactionId?: string } {
  const transaction = runningOn(state, connectorId);
  return transaction ? { transactionId: transaction.events.transactionId } : {};
}

function keyOf({ connectorId, component, variable }: Named): string {
  return `${connectorId}/${component}/${variable}`;
}

function problemsOf(state: ChargePointState, connectorId?: number): Named[] {
  const all = Object.entries(stationOf(state).problems).map(([key, { at }]): Named => {
    const [id, component = '', variable = ''] = key.split('/');
    return { connectorId: Number(id), component, variable, at };
  });
  return connectorId === undefined ? all : all.filter((one) => one.connectorId === connectorId);
}

/** Another connector that names the same error of the whole charge point, or of the EVSE that both belong to. */
function sharedBy(state: ChargePointState, error: Named, context: Context): Named | undefined {
  const { connectorId, component, variable, at } = error;
  if (at === 'connector') return undefined;
  return problemsOf(state).find(
    (one) =>
      one.connectorId !== connectorId &&
      one.at === at &&
      one.component === component &&
      one.variable === variable &&
      (at === 'station' || siblingsOf(connectorId, context).includes(one.connectorId)),
  );
}

/** The error that the CSMS knows goes on under this name. */
function inherited(state: ChargePointState, heir: Named): ChargePointState {
  const { problems } = stationOf(state);
  const { untold: _, ...problem } = problems[keyOf(heir)] ?? { eventId: 0, at: heir.at };
  return withStation(state, { problems: { ...problems, [keyOf(heir)]: problem } });
}
