import { isoTime } from '../../../base/clock.ts';
import type { Json, JsonObject } from '../../../base/message.ts';
import { type Context, type Decision, decision, type Effect } from '../../decision.ts';
import type { ChargePointState } from '../../state.ts';
import { enqueue } from '../enqueue.ts';
import { eventTime } from '../event-time.ts';
import { converted, inTurn, station, stationOf, withStation } from '../rules.ts';
import { standsAt } from '../topology.ts';
import type { Variable } from '../variables/variable.ts';
import { wanted } from '../wanted.ts';
import { samplesOf } from './readings.ts';

/**
 * Samples of what 2.0.1 has no measurand for (Temperature, RPM). By policy they are what a sensor shows (OCPP 2.0.1 N07): an event
 * for each, and a variable of the device model from the first one on.
 */

/** Severity of what is told periodically (OCPP 2.0.1 N05): informational. */
const SEVERITY = 8;
/** Events in one message. */
const MOST_EVENTS = 50;
/** More sensors no charge point has. */
const MOST_SENSORS = 200;

export interface Sensed {
  readonly timestamp: Json | undefined;
  readonly sample: JsonObject;
}

export interface Split {
  /** Readings without them, as far as anything else is in them. */
  readonly elements: readonly JsonObject[];
  readonly sensed: readonly Sensed[];
}

/** Takes the samples of sensors out of readings of the charge point, where they are told apart. */
export function withoutSensors(state: ChargePointState, elements: readonly JsonObject[], context: Context): Split {
  const { settings, tables } = station(context);
  const apart = settings.otherMeasurands === 'notifyEvent' && wanted(state, 'NotifyEvent');
  if (!apart) return { elements, sensed: [] };
  const ofSensor = (sample: JsonObject): boolean => tables.sensors.has(String(sample['measurand']));
  const sensed = elements.flatMap((element) =>
    samplesOf(element)
      .filter(ofSensor)
      .map((sample) => ({ timestamp: element['timestamp'], sample })),
  );
  if (sensed.length === 0) return { elements, sensed };
  const others = elements.map((element): JsonObject => {
    return { ...element, sampledValue: samplesOf(element).filter((sample) => !ofSensor(sample)) };
  });
  return { elements: others.filter((element) => samplesOf(element).length > 0), sensed };
}

/** @param transactionId of the transaction on the connector, if the readings belong to one */
export function sensedTold(
  state: ChargePointState,
  connectorId: number,
  sensed: readonly Sensed[],
  transactionId: string | undefined,
  context: Context,
): Decision {
  const { monitoringLevel = SEVERITY } = stationOf(state);
  const pages = Array.from({ length: Math.ceil(sensed.length / MOST_EVENTS) }, (_, page) =>
    sensed.slice(page * MOST_EVENTS, (page + 1) * MOST_EVENTS),
  );
  if (monitoringLevel < SEVERITY) return decision(state);
  return inTurn(
    state,
    ...pages.map((page) => (now: ChargePointState) => pageTold(now, connectorId, page, transactionId, context)),
  );
}

function pageTold(
  state: ChargePointState,
  connectorId: number,
  page: readonly Sensed[],
  transactionId: string | undefined,
  context: Context,
): Decision {
  let now = state;
  const eventData: JsonObject[] = [];
  const effects: Effect[] = [];
  for (const { timestamp, sample } of page) {
    const row = station(context).tables.sensors.get(String(sample['measurand']));
    if (row === undefined) continue;
    const { nextEventId: eventId, sensors = {} } = stationOf(now);
    const instance = instanceOf(sample);
    const { value, losses } = converted(context, 'sensorEvent', sample, {
      ...{ eventId, timestamp: eventTime(timestamp, now, context).timestamp },
      ...{ component: row.component, variable: row.variable },
      ...(connectorId > 0 && { evse: { ...standsAt(connectorId, context) } }),
      ...(instance !== '' && { instance }),
      ...(transactionId !== undefined && { transactionId }),
    });
    effects.push(...losses);
    if (value === undefined) continue;
    eventData.push(value);
    const key = `${connectorId}/${String(sample['measurand'])}/${instance}`;
    const fits = key in sensors || Object.keys(sensors).length < MOST_SENSORS;
    now = withStation(now, {
      nextEventId: eventId + 1,
      ...(fits && { sensors: { ...sensors, [key]: String(value['actualValue']) } }),
    });
  }
  if (eventData.length === 0) return decision(state, ...effects);
  const { value } = converted(context, 'MeterValues.event', {}, { eventData, generatedAt: isoTime(context.now) });
  return inTurn(
    now,
    (after) => decision(after, ...effects),
    (after) => value && enqueue(after, 'NotifyEvent', value, context),
  );
}

/** Where it is measured, other than at the outlet as a whole. */
function instanceOf({ location, phase }: JsonObject): string {
  return [location === 'Outlet' ? undefined : location, phase].filter((one) => one !== undefined).join('.');
}

/** Sensors that have shown something. */
export function sensors(state: ChargePointState, context: Context): Variable[] {
  const { tables, settings } = station(context);
  if (settings.otherMeasurands === 'drop') return [];
  return Object.entries(stationOf(state).sensors ?? {}).flatMap(([key, value]): Variable[] => {
    const [connectorId, measurand = '', instance = ''] = key.split('/');
    const row = tables.sensors.get(measurand);
    if (row === undefined) return [];
    const place = standsAt(Number(connectorId), context);
    return [
      {
        ...row,
        ...{ mutability: 'ReadOnly', dataType: 'decimal', value, there: true, writable: false },
        source: { from: 'bridge', name: `${row.component}.${row.variable}` },
        ...(place.id > 0 && { place }),
        ...(instance !== '' && { instance }),
      },
    ];
  });
}
