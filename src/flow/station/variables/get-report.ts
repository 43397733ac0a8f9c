import type { Json } from '../../../base/message.ts';
import { decision } from '../../decision.ts';
import { rejected, type StationCommand, stationOf } from '../rules.ts';
import { promise } from './get-base-report.ts';
import { chosen } from './report.ts';
import { freshEnough, readSnapshot } from './snapshot.ts';

const CRITERIA: ReadonlySet<Json> = new Set(['Active', 'Available', 'Enabled', 'Problem']);

/** GetReport (OCPP 2.0.1 B08): as GetBaseReport, of what the CSMS names. */
export const getReport: StationCommand = {
  ...readSnapshot,
  call(state, exchange, context) {
    const { componentCriteria: criteria } = exchange.request;
    if (Array.isArray(criteria) && !criteria.every((one) => CRITERIA.has(one))) {
      return rejected(state, 'UnsupportedParam', 'NotSupported');
    }
    const read = stationOf(state).snapshotAt !== undefined || freshEnough(state, context);
    if (read && chosen(state, exchange.request, context).length === 0) {
      return decision(state, { do: 'answer', payload: { status: 'EmptyResultSet' } });
    }
    return promise(state, exchange, context);
  },
};
