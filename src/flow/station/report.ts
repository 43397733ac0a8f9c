import type { JsonObject } from '../../base/message.ts';
import { type Context, type Decision, decision } from '../decision.ts';
import type { ChargePointState } from '../state.ts';
import { variablesOf } from './inventory.ts';
import { wantedBy } from './report-filter.ts';
import { firstPage } from './report-pages.ts';
import { reportRow } from './report-row.ts';
import { type Plan, station, stationOf, withoutStation, withStation } from './rules.ts';
import type { Variable } from './variable.ts';

/** A report that was promised (OCPP 2.0.1 B07, B08): it begins when the configuration is read, or when that takes too long. */

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
  const rows = chosen(state, report.wanted, context).map(reportRow);
  const { requestId, since } = report;
  const begun = withStation(state, { report: { requestId, since, at: context.now } });
  const { reportRows, reportBytes } = station(context).settings;
  const limits = { rows: reportRows, bytes: reportBytes };
  return decision(begun, firstPage(rows, requestId, since, limits, new Date(context.now).toISOString()));
}

/** A charge point that takes long to tell its configuration must not keep the CSMS waiting. */
export const lateReport: Plan = {
  at(state, context) {
    const { report } = stationOf(state);
    return report?.wanted === undefined ? undefined : report.since + station(context).settings.reportWaits;
  },
  due: reportIfWanted,
};
