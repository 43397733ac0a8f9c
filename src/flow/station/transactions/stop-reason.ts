import type { JsonObject } from '../../../base/message.ts';
import type { Context } from '../../decision.ts';
import type { ChargePointState } from '../../state.ts';
import { station } from '../rules.ts';
import type { StationTransaction } from './transaction-event.ts';

/** Why a transaction ended (ReasonEnumType), beyond what the tables make of the charge point's word. */

/** An error so near to a stop may explain it. */
const NEAR = 60_000;
const VERY_NEAR = 10_000;

const FAULTS: Readonly<Record<string, string>> = {
  GroundFailure: 'GroundFault',
  OverCurrentFailure: 'OvercurrentFault',
  UnderVoltage: 'PowerQuality',
  OverVoltage: 'PowerQuality',
};

/** The reason in words of 1.6, and what is given to the tables beside it. */
export function stopReason(
  state: ChargePointState,
  transaction: StationTransaction,
  request: JsonObject,
  at: number,
  context: Context,
): { readonly reason: JsonObject; readonly given: JsonObject } {
  const { otherStop, refineFaultStops } = station(context).settings;
  const said = request['reason'];
  const tag = request['idTag'] !== undefined;
  // The bridge has made it stop because the CSMS refused the token late.
  if (said === 'Remote' && transaction.events.stopAsked?.late) return { reason: { reason: 'DeAuthorized' }, given: {} };
  // In 1.6 no reason means Local; versions before it have none to say.
  const silent = said === undefined && !tag && context.version !== '1.6';
  const reason = silent ? 'Other' : said;
  if (reason !== 'Other') return { reason: reason === undefined ? {} : { reason }, given: {} };
  const error = errorNear(state, transaction.connectorId, at);
  const fault = error && error.apart <= VERY_NEAR && refineFaultStops ? FAULTS[error.code] : undefined;
  if (fault !== undefined) return { reason: { reason }, given: { stoppedReason: fault } };
  const byDriver = otherStop === 'StopAuthorized' && (tag || silent) && error === undefined;
  return { reason: { reason }, given: byDriver ? { triggerReason: 'StopAuthorized' } : {} };
}

/** The error that the connector told last, if it was near. */
function errorNear(
  state: ChargePointState,
  connectorId: number,
  at: number,
): { readonly code: string; readonly apart: number } | undefined {
  const { status, statusAt = 0 } = state.connectors[connectorId] ?? {};
  const code = String(status?.['errorCode'] ?? 'NoError');
  const told = Date.parse(String(status?.['timestamp']));
  const apart = Math.abs((Number.isNaN(told) ? statusAt : told) - at);
  return code === 'NoError' || apart > NEAR ? undefined : { code, apart };
}
