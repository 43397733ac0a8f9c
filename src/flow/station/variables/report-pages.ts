import type { JsonObject } from '../../../base/message.ts';
import { type Context, type Decision, decision, type Effect, type Exchange } from '../../decision.ts';
import type { ChargePointState } from '../../state.ts';
import { type OwnCall, station, stationOf, withoutStation, withStation } from '../rules.ts';
import { objects } from './variables.ts';

/**
 * A report in pages (OCPP 2.0.1 NotifyReport): one instant, numbered from 0, each sent when the one before is answered, the
 * last marked as such. What is left goes with the question and comes back with the answer.
 */

export interface Limits {
  readonly rows: number;
  readonly bytes: number;
}

const MOST_TRIES = 4;
const PAUSE = 2_000;

/** @param since when the report was promised: its name among reports with the same requestId */
export function firstPage(
  rows: readonly JsonObject[],
  requestId: number,
  since: number,
  limits: Limits,
  generatedAt: string,
): Effect {
  return page({ requestId, generatedAt, seqNo: 0 }, rows, since, limits);
}

function page(
  heading: { requestId: number; generatedAt: string; seqNo: number },
  rows: readonly JsonObject[],
  since: number,
  { rows: most, bytes }: Limits,
): Effect {
  // The longest heading there is, and room for what wraps the call.
  let room = bytes - JSON.stringify({ ...heading, tbc: false, reportData: [] }).length;
  let count = 0;
  for (const row of rows.slice(0, Math.max(1, most))) {
    room -= Buffer.byteLength(JSON.stringify(row)) + 1;
    // A row that is too large by itself goes alone.
    if (room < 0 && count > 0) break;
    count += 1;
  }
  const left = rows.slice(count);
  const payload: JsonObject = {
    ...heading,
    tbc: left.length > 0,
    ...(count > 0 && { reportData: rows.slice(0, count) }),
  };
  return { do: 'call-csms', action: 'NotifyReport', payload, own: true, memo: { left, since, tries: 1 } };
}

export const notifyReport: OwnCall = {
  answered(state, exchange, _answer, context) {
    const { request, memo = {} } = exchange;
    if (!current(state, exchange)) return decision(state);
    const left = objects(memo['left']);
    if (left.length === 0) return decision(withoutStation(state, 'report'));
    const heading = {
      requestId: Number(request['requestId']),
      generatedAt: String(request['generatedAt']),
      seqNo: Number(request['seqNo']) + 1,
    };
    const { reportRows, reportBytes } = station(context).settings;
    const next = page(heading, left, Number(memo['since']), { rows: reportRows, bytes: reportBytes });
    return decision(stillSending(state, context), next);
  },

  /** The same page again, a few times; there is no message that ends a report before its end. */
  refused(state, exchange, { code }, context): Decision {
    if (!current(state, exchange)) return decision(state);
    const { request, memo = {} } = exchange;
    const tries = Number(memo['tries']);
    const never = code === 'CsmsNotSupported';
    if (never || tries >= MOST_TRIES) return decision(withoutStation(state, 'report'));
    const again: Effect = {
      ...{ do: 'call-csms', action: 'NotifyReport', payload: request, own: true },
      ...{ delay: tries * PAUSE, memo: { ...memo, tries: tries + 1 } },
    };
    return decision(stillSending(state, context), again);
  },
};

/** A report that was given up, or another one meanwhile, is not gone on with. */
function current(state: ChargePointState, { memo }: Exchange): boolean {
  const { report } = stationOf(state);
  return report !== undefined && report.wanted === undefined && report.since === memo?.['since'];
}

/** Coarse: not every page is worth a commit. */
function stillSending(state: ChargePointState, { now }: Context): ChargePointState {
  const { report } = stationOf(state);
  return report === undefined || now - report.at < 30_000
    ? state
    : withStation(state, { report: { ...report, at: now } });
}
