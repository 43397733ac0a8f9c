import { isoTime } from '../../../base/clock.ts';
import type { JsonObject } from '../../../base/message.ts';
import { type Context, type Decision, decision, type Effect } from '../../decision.ts';
import type { ChargePointState } from '../../state.ts';
import { tellStatus } from '../connectors/statuses-told.ts';
import { bootFirst } from '../registration/boot-told.ts';
import { converted, inTurn, stationOf, withStation } from '../rules.ts';
import { evseOf } from '../topology.ts';
import { heldTold } from '../transactions/held-readings.ts';
import { signedBy, withNeatReadings } from '../transactions/readings.ts';
import { withoutSensors } from '../transactions/sensor-readings.ts';
import { latestOf, runningOn, type StationTransaction, transactionEvent } from '../transactions/transaction-event.ts';
import { running } from './jobs.ts';
import { currentJob } from './progress.ts';

/** Triggered messages that the bridge sends from what it knows (OCPP 2.0.1 F06), and never makes up. */

const OWN: ReadonlySet<string> = new Set(['FirmwareStatusNotification', 'Heartbeat', 'LogStatusNotification']);
const DEFAULT_BEAT = 300;
const DEFAULT_SAMPLE_INTERVAL = 450;

/** Whether the charge point need not be asked. */
export function isOwn(message: string): boolean {
  return OWN.has(message);
}

/** Undefined when the bridge knows nothing that is true now. */
export function fromMemory(
  state: ChargePointState,
  message: string,
  connectorId: number | undefined,
  context: Context,
): Decision | undefined {
  switch (message) {
    case 'BootNotification':
      if (state.boot === undefined) return undefined;
      return bootFirst(withStation(state, { bootToTell: { reason: 'Triggered' } }), context);
    case 'FirmwareStatusNotification':
      return decision(state, tell(message, firmwareStatus(state, context)));
    case 'Heartbeat':
      return heardLately(state, context) ? decision(state, tell(message, {})) : undefined;
    case 'LogStatusNotification':
      return decision(state, tell(message, logStatus(state, context)));
    case 'MeterValues':
      return connectorId === undefined ? undefined : lastReading(state, connectorId, context);
    case 'StatusNotification':
      if (connectorId === undefined || state.connectors[connectorId]?.status === undefined) return undefined;
      return tellStatus(state, connectorId, context, true);
    default:
      return undefined;
  }
}

function tell(action: string, payload: JsonObject): Effect {
  return { do: 'call-csms', action, payload, own: true };
}

/** A heartbeat of the bridge for a charge point that is silent would be a lie. */
function heardLately(state: ChargePointState, context: Context): boolean {
  const interval = state.registration?.interval ?? DEFAULT_BEAT;
  return context.now - context.heardAt <= 2 * 1000 * Math.max(interval, 1);
}

function firmwareStatus(state: ChargePointState, context: Context): JsonObject {
  const job = currentJob(state, 'firmwareJob', context.now);
  if (job?.status === undefined || job.status === 'Installed' || job.status === 'Idle') return { status: 'Idle' };
  return { status: job.status, requestId: job.requestId };
}

function logStatus(state: ChargePointState, context: Context): JsonObject {
  const { logJob } = stationOf(state);
  const uploads = running(logJob, context) && logJob.status === 'Uploading';
  return uploads ? { status: 'Uploading', requestId: logJob.requestId } : { status: 'Idle' };
}

/** 2.0.1 asks for a new reading; a charge point that cannot give one has told one lately, or nothing is told. */
function lastReading(state: ChargePointState, connectorId: number, context: Context): Decision | undefined {
  const { meter, meterAt = 0 } = state.connectors[connectorId] ?? {};
  const said = Number(state.configuration['metervaluesampleinterval']?.value);
  const interval = said > 0 ? said : DEFAULT_SAMPLE_INTERVAL;
  if (meter === undefined || context.now - meterAt > 2 * 1000 * interval) return undefined;
  const transaction = runningOn(state, connectorId);
  // In a transaction the CSMS has this reading already.
  if (transaction) return eventNow(state, connectorId, context);
  // What a sensor shows was told as an event of it.
  const { elements } = withoutSensors(state, (meter['meterValue'] ?? []) as JsonObject[], context);
  const given = { evseId: evseOf(connectorId, context).id, ...signedBy(state, connectorId) };
  const { value, losses } = converted(context, 'MeterValues', { ...meter, meterValue: [...elements] }, given);
  return value && decision(state, ...losses, tell('MeterValues', withNeatReadings(value, context)));
}

/** An event that tells the state of the transaction on a connector, and no reading. */
export function eventNow(state: ChargePointState, connectorId: number, context: Context): Decision {
  const transaction = runningOn(state, connectorId);
  if (transaction === undefined) return decision(state);
  return inTurn(
    state,
    (now) => heldTold(now, transaction, context),
    (now) => stateNow(now, latestOf(now, transaction), context),
  );
}

function stateNow(state: ChargePointState, transaction: StationTransaction, context: Context): Decision {
  const { connectorId } = transaction;
  const { lastEventAt, chargingState } = transaction.events;
  const at = Math.max(context.now, lastEventAt === undefined ? 0 : Date.parse(lastEventAt));
  const source = { connectorId, status: 'Charging', errorCode: 'NoError' };
  const given = { triggerReason: 'Trigger', timestamp: isoTime(at), chargingState };
  return transactionEvent(state, transaction, 'StatusNotification.transaction', source, given, context);
}
