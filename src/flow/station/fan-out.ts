import type { JsonObject } from '../../base/message.ts';
import type { Given } from '../../mapping/station/station-tables.ts';

/** One request of 2.0.1 as several calls of 1.6, one after the other. */

/** What became of them so far; goes as the memo of the next one. */
export interface Fan extends JsonObject {
  /** Connectors still to be asked. */
  left: number[];
  results: FanResult[];
}

export interface FanResult extends JsonObject {
  connectorId: number;
  status: string;
  /** Empty unless it was refused. */
  reasonCode: string;
  info: string;
}

export function fanOf(memo: JsonObject): Fan {
  return { left: [], results: [], ...memo };
}

/** Any Scheduled, else any Accepted, else Rejected; what went otherwise stands in the text. */
export function aggregated(results: readonly FanResult[]): { readonly status: string; readonly why: Given } {
  const status = ['Scheduled', 'Accepted'].find((word) => results.some((one) => one.status === word)) ?? 'Rejected';
  const others = results.filter((one) => one.status !== status || one.info !== '');
  if (others.length === 0) return { status, why: {} };
  const reasonCode = others.map((one) => one.reasonCode).find((code) => code !== '') ?? 'Unspecified';
  const info = others.map((one) => `connector ${one.connectorId}: ${one.status}${one.info && ` (${one.info})`}`);
  return { status, why: { reasonCode, additionalInfo: info.join(', ').slice(0, 512) } };
}
