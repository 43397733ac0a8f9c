import type { JsonObject } from '../../../base/message.ts';
import { type Context, type Decision, decision } from '../../decision.ts';
import type { ChargePointState } from '../../state.ts';
import { type Plan, station, stationOf, withoutStation, withStation } from '../rules.ts';
import { connectorsOf } from '../topology.ts';
import { variablesOf } from './inventory.ts';
import { wantedBy } from './report-filter.ts';
import { firstPage } from './report-pages.ts';
import { reportRow } from './report-row.ts';
import type { Variable } from './variable.ts';

/**
 * A report that was promised (OCPP 2.0.1 B07, B08): it begins when the configuration is read, and a charge point that has just
 * booted has told its statuses; or when that takes too long.
 */

/** A report whose last page went so long ago has died with the process or the link. */
const DEAD_AFTER = 120_000;

/** Whether one is under way on this link. */
export function reporting(state: ChargePointState, { now, linkOpenedAt }: Context): boolean {
  const { report } = stationOf(state);
  if (report === undefined || linkOpenedAt === undefined) return false;
  return now - report.at < DEAD_AFTER && report.since >= linkOpenedAt;
}

/** The variables that a GetBaseReport or GetReport asks for. */
export function chosen(state: ChargePointState, request: JsonObject, context: Context): Variable[] {
  const there = [...variablesOf(state, context).values()].filter((one) => one.there);
  return wantedBy(request, there);
}

export function promised(state: ChargePointState, request: JsonObject, { now }: Context): ChargePointState {
  return withStation(state, {
    report: { requestId: Number(request['requestId']), since: now, at: now, wanted: request },
  });
}

/** Begins the report that waits, if there is one. */
export function reportIfWanted(state: ChargePointState, context: Context): Decision {
  const { report } = stationOf(state);
  if (report?.wanted === undefined) return decision(state);
  // Nobody waits for it any more on a link that was opened since.
  if (!reporting(state, context)) return decision(withoutStation(state, 'report'));
  if (statusesUntil(state, context) > context.now && latest(report, context) > context.now) return decision(state);
  const rows = chosen(state, report.wanted, context).map(reportRow);
  const { requestId, since } = report;
  const begun = withStation(state, { report: { requestId, since, at: context.now } });
  const { reportRows, reportBytes } = station(context).settings;
  const limits = { rows: reportRows, bytes: reportBytes };
  return decision(begun, firstPage(rows, requestId, since, limits, new Date(context.now).toISOString()));
}

/** A charge point that takes long to tell its configuration, or its statuses, must not keep the CSMS waiting. */
export const lateReport: Plan = {
  at(state, context) {
    const { report, snapshotAsked } = stationOf(state);
    if (report?.wanted === undefined) return undefined;
    const last = latest(report, context);
    return snapshotAsked?.open ? last : Math.min(last, statusesUntil(state, context));
  },
  due: reportIfWanted,
};

function latest({ since }: { readonly since: number }, context: Context): number {
  return since + station(context).settings.reportWaits;
}

/** Until then (ms) statuses may come that nobody has heard yet: it has just booted. In the past when none are missing. */
function statusesUntil(state: ChargePointState, context: Context): number {
  const missing = connectorsOf(state, context).some((id) => state.connectors[id]?.status === undefined);
  return missing && state.boot ? state.boot.at + station(context).settings.bootWithin : Number.NEGATIVE_INFINITY;
}
