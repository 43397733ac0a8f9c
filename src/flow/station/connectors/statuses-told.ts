import { isoTime } from '../../../base/clock.ts';
import type { JsonObject } from '../../../base/message.ts';
import { type Context, type Decision, decision, type Effect } from '../../decision.ts';
import { type ChargePointState, connectorIds } from '../../state.ts';
import { offlineThreshold } from '../offline-threshold.ts';
import { accepts, pending } from '../registration/boot-gate.ts';
import {
  converted,
  inTurn,
  type OwnCall,
  type Plan,
  station,
  stationOf,
  withoutStation,
  withStation,
} from '../rules.ts';
import { connectorsOf, evseOf } from '../topology.ts';
import { runningOn } from '../transactions/transaction-event.ts';
import { notTold, unwanted, wanted } from '../wanted.ts';
import { nextRetryAt, notAgain, takeRetries, toldAgain } from './status-retries.ts';

/**
 * The statuses of the connectors as the CSMS knows them (OCPP 2.0.1 B04, G01): it is told the newest of each, once, and all of
 * them after a boot. What it could not be told needs no list: it differs from what it acknowledged.
 */

/** Tells the status of a connector if the CSMS does not know it. `asked`: it wants it, known or not, before it accepts, too. */
export function tellStatus(state: ChargePointState, connectorId: number, context: Context, asked = false): Decision {
  const request = shown(state, connectorId, context);
  if (request === undefined || !mayTell(state, context, asked)) return decision(state);
  const evse = evseOf(connectorId, context);
  // One that was stored while the CSMS spoke 1.6 may have no time of its own.
  const timestamp = request['timestamp'] ?? isoTime(state.connectors[connectorId]?.statusAt ?? context.now);
  const given = { evseId: evse.id, connectorId: evse.connectorId, timestamp };
  const { value, losses } = converted(context, 'StatusNotification', request, given);
  const status = value?.['connectorStatus'];
  if (value === undefined || typeof status !== 'string') return decision(state, ...losses);
  if (!asked && status === newest(state, connectorId)) return decision(state);
  const { telling = {} } = stationOf(state);
  const nr = Math.max(context.now, (telling[connectorId]?.nr ?? 0) + 1);
  return decision(withStation(state, { telling: { ...telling, [connectorId]: { status, nr } } }), ...losses, {
    do: 'call-csms',
    action: 'StatusNotification',
    payload: value,
    own: true,
    memo: { connectorId, status, nr },
  });
}

/** Tells what the CSMS does not know. */
export function tellStatuses(state: ChargePointState, context: Context): Decision {
  return inTurn(state, ...connectorIds(state).map((id) => (now: ChargePointState) => tellStatus(now, id, context)));
}

/** The CSMS has accepted the charge point: it is told everything. */
export function picture(state: ChargePointState, context: Context): Decision {
  return tellStatuses(forgotten(state), context);
}

/** The same, when the charge point itself has just booted: it tells them by itself, or else the bridge does after a while. */
export function pictureExpected(state: ChargePointState, context: Context): ChargePointState {
  return withStation(forgotten(state), { burstUntil: context.now + station(context).settings.bootWithin });
}

/** The link is back, and the CSMS need not be told the boot: after a long outage it is told everything, else what changed. */
export function pictureAfter(state: ChargePointState, context: Context): Decision {
  const away = context.now - context.csmsAnsweredAt;
  if (away > offlineThreshold(state, context)) return picture(state, context);
  return tellStatuses(withoutLost(state), context);
}

/** No more statuses are waited for when all connectors have told theirs. */
export function burstEnded(state: ChargePointState, context: Context): ChargePointState {
  if (stationOf(state).burstUntil === undefined) return state;
  return connectorsOf(state, context).every((id) => newest(state, id) !== undefined)
    ? withoutStation(state, 'burstUntil')
    : state;
}

/** Answers to statuses. */
export const statusTold: OwnCall = {
  answered(state, { memo }) {
    if (memo === undefined) return decision(state);
    const id = String(memo['connectorId']);
    return decision(notAgain(withTold(arrived(state, memo), id, String(memo['status'])), id));
  },
  refused(state, exchange, { code }, context) {
    const { memo } = exchange;
    if (memo === undefined) return decision(state);
    const id = String(memo['connectorId']);
    const newer = stationOf(state).telling?.[id]?.nr !== memo['nr'];
    const after = arrived(state, memo);
    if (newer) return decision(after);
    const unknown = withTold(after, id, undefined);
    // The next link, or the boot that it wants first, brings all of them.
    if (context.linkOpenedAt === undefined || code === 'CsmsSecurityError') return decision(unknown);
    if (code === 'CsmsNotSupported') return decision(unwanted(unknown, exchange.action), notTold(exchange.action));
    const again = toldAgain(unknown, id, code, context.now);
    if (again) return decision(again);
    // What it calls wrong is not repeated; to what nobody can read it has said yes.
    const known = notAgain(withTold(after, id, String(memo['status'])), id);
    return decision(known, ...(code === 'CsmsAnswerInvalid' ? [] : [REFUSED]));
  },
};

const REFUSED: Effect = { do: 'loss', code: 'status-refused', field: 'status' };

/** The charge point had time to tell its statuses; and what did not get through is tried again. */
export const statusesPlan: Plan = {
  at(state, context) {
    // While the CSMS is asked again whether it accepts the charge point, they wait for what it says.
    if (context.linkOpenedAt === undefined || accepts(state, context) !== 'yes') return undefined;
    const times = [stationOf(state).burstUntil, nextRetryAt(state)].filter((at) => at !== undefined);
    return times.length === 0 ? undefined : Math.min(...times);
  },
  due(state, context) {
    const { burstUntil = Infinity } = stationOf(state);
    const retries = takeRetries(state, context.now);
    if (burstUntil <= context.now) return tellStatuses(withoutStation(retries.state, 'burstUntil'), context);
    return inTurn(retries.state, ...retries.ids.map((id) => (now: ChargePointState) => tellStatus(now, id, context)));
  },
};

/** What a connector shows: its own status; by policy a fault of the whole charge point, unless a transaction goes on. */
function shown(state: ChargePointState, connectorId: number, context: Context): JsonObject | undefined {
  const own = state.connectors[connectorId]?.status;
  const whole = state.connectors[0]?.status;
  const down = whole?.['status'] === 'Faulted' || whole?.['status'] === 'Unavailable';
  if (station(context).settings.connectorZero !== 'fanOut' || !down || runningOn(state, connectorId)) return own;
  return own && { ...whole, connectorId };
}

function mayTell(state: ChargePointState, context: Context, asked: boolean): boolean {
  if (context.linkOpenedAt === undefined || !wanted(state, 'StatusNotification')) return false;
  return accepts(state, context) === 'yes' || (asked && pending(state, context));
}

/** What it will know when everything under way has arrived. */
function newest(state: ChargePointState, connectorId: number): string | undefined {
  const { telling, told } = stationOf(state);
  return telling?.[connectorId]?.status ?? told[connectorId];
}

function arrived(state: ChargePointState, { connectorId, nr }: JsonObject): ChargePointState {
  const { telling = {} } = stationOf(state);
  const id = String(connectorId);
  if (telling[id]?.nr !== nr) return state;
  return withStation(state, { telling: without(telling, id) });
}

function withTold(state: ChargePointState, id: string, status: string | undefined): ChargePointState {
  const { told } = stationOf(state);
  return withStation(state, { told: status === undefined ? without(told, id) : { ...told, [id]: status } });
}

/** What was under way on an older link may have arrived or not. */
function withoutLost(state: ChargePointState): ChargePointState {
  const { telling = {}, told } = stationOf(state);
  const known = Object.entries(told).filter(([id]) => telling[id] === undefined);
  return withStation(withoutStation(state, 'telling', 'statusRetries'), { told: Object.fromEntries(known) });
}

/** Connector 0 is told by events, which the CSMS keeps. */
function forgotten(state: ChargePointState): ChargePointState {
  const whole = stationOf(state).told['0'];
  const told = whole === undefined ? {} : { '0': whole };
  return withStation(withoutStation(state, 'telling', 'burstUntil', 'statusRetries'), { told });
}

function without<T>(all: Readonly<Record<string, T>>, id: string): Record<string, T> {
  return Object.fromEntries(Object.entries(all).filter(([name]) => name !== id));
}
