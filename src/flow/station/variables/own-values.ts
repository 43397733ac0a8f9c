import type { Json, JsonObject } from '../../../base/message.ts';
import type { Context } from '../../decision.ts';
import type { ChargePointState } from '../../state.ts';
import { MOST_PROFILES } from '../charging-profiles/profile-registry.ts';
import { showsCosts } from '../display/cost-messages.ts';
import { ALL_SLOTS } from '../registration/network-check.ts';
import {
  activeSlot,
  connectionAttempts,
  movable,
  priorityOf,
  securityProfile,
} from '../registration/network-profiles.ts';
import { station, stationOf } from '../rules.ts';
import type { StationSettings } from '../settings.ts';
import { MOST_ENTRIES } from '../tokens/local-list.ts';
import { connectorTypeOf } from '../topology.ts';
import { runningOn } from '../transactions/transaction-event.ts';
import type { Place } from './variable-names.ts';

/** What the bridge itself puts into the device model, by the word that rows use (`from`). */

export interface OwnValue {
  readonly value: string | undefined;
  readonly minLimit?: number;
  readonly maxLimit?: number;
  readonly valuesList?: readonly string[];
  /** The CSMS may write it, whatever its row says. */
  readonly writable?: boolean;
}

/** An EVSE or a connector in the numbers of 2.0.1, and the connectors of 1.6 that it means. */
export interface Spot {
  readonly place: Place;
  readonly connectors: readonly number[];
}

/** Without a spot: of the station. */
type Provider = (spot: Spot | undefined, state: ChargePointState, context: Context) => OwnValue;

/** What the last BootNotification said. */
function booted(...fields: readonly string[]): Provider {
  return (_place, state) => ({
    value: fields.map((name) => bootField(state, name)).find((text) => text !== undefined),
  });
}

function bootField(state: ChargePointState, name: string): string | undefined {
  const value = state.boot?.request[name];
  const text = typeof value === 'string' ? value.trim() : '';
  return text === '' ? undefined : text;
}

/** The common one, ms; for a link of which nobody says how it is configured. */
const MESSAGE_TIMEOUT = 30_000;

/** Of EVSEs and connectors; the station itself has some of them. */
const AVAILABILITY_STATES = ['Available', 'Occupied', 'Reserved', 'Unavailable', 'Faulted'];

const PROVIDERS: Readonly<Record<string, Provider>> = {
  activeNetworkProfile: (_place, _state, context) => ({ value: String(activeSlot(context)) }),
  availabilityState: (spot, state) => ({ value: availability(spot, state), valuesList: AVAILABILITY_STATES }),
  chargeBoxSerialNumber(_place, state) {
    const box = bootField(state, 'chargeBoxSerialNumber');
    const differs = bootField(state, 'chargePointSerialNumber') !== undefined;
    return { value: differs && box !== bootField(state, 'chargePointSerialNumber') ? box : undefined };
  },
  chargePointModel: booted('chargePointModel'),
  chargePointVendor: booted('chargePointVendor'),
  costMessages: (_place, state, context) => ({ value: showsCosts(state, context) ? 'true' : undefined }),
  connectorType: (spot, _state, context) => ({ value: connectorTypeOf(spot?.connectors[0] ?? 0, context) }),
  firmwareVersion: booted('firmwareVersion'),
  iccid: (_place, state) => ({ value: bootField(state, 'iccid')?.replace(/\s/g, '') }),
  identity: (_place, _state, context) => ({ value: station(context).link?.identity ?? context.identity }),
  imsi: (_place, state) => ({ value: bootField(state, 'imsi')?.replace(/\s/g, '') }),
  localListSize: (_place, state) => ({ value: count(stationOf(state).localList?.tags), maxLimit: MOST_ENTRIES }),
  messageTimeout: (_place, _state, context) => ({
    value: seconds(station(context).link?.answerTimeout ?? MESSAGE_TIMEOUT),
  }),
  meterSerialNumber: booted('meterSerialNumber'),
  meterType: booted('meterType'),
  networkAttempts: (_place, state) => ({ value: String(connectionAttempts(state)), minLimit: 1, maxLimit: 1000 }),
  networkPriority: (_place, state, context) => ({
    value: priorityOf(state, context).join(','),
    ...(movable(context) && { writable: true, valuesList: ALL_SLOTS.map(String) }),
  }),
  now: (_place, _state, { now }) => ({ value: new Date(now).toISOString() }),
  offlineThreshold: (_place, _state, context) => ({
    value: seconds(station(context).settings.offlineThreshold),
    minLimit: 0,
  }),
  organizationName: (_place, _state, context) => ({ value: station(context).settings.organizationName }),
  power: (spot, state, context) => ({ value: power(spot, state), maxLimit: ratings(spot, context).ratedPower }),
  profileCount: (_place, state) => ({ value: count(stationOf(state).profiles), maxLimit: MOST_PROFILES }),
  securityProfile: (_place, state, context) => ({ value: String(securityProfile(state, context)) }),
  serialNumber: booted('chargePointSerialNumber', 'chargeBoxSerialNumber'),
  supplyPhases: (spot, _state, context) => ({ value: String(ratings(spot, context).supplyPhases) }),
};

/** Words that rows may use. */
export const OWN_VALUES: readonly string[] = Object.keys(PROVIDERS);

/** Undefined as value: nobody has said it, so there is no such variable. */
export function ownValue(
  from: string,
  spot: Spot | undefined,
  state: ChargePointState,
  context: Context,
): OwnValue | undefined {
  return PROVIDERS[from]?.(spot, state, context);
}

function ratings(spot: Spot | undefined, context: Context): Pick<StationSettings, 'ratedPower' | 'supplyPhases'> {
  const { evses, ratedPower, supplyPhases } = station(context).settings;
  return { ratedPower, supplyPhases, ...evses[(spot?.place.id ?? 0) - 1] };
}

function count(entries: Readonly<Record<string, unknown>> = {}): string {
  return String(Object.keys(entries).length);
}

function seconds(ms: number): string {
  return String(Math.round(ms / 1000));
}

/** Words of 1.6 that 2.0.1 has too (AvailabilityState); every other means that somebody or something occupies the connector. */
const SAME: ReadonlySet<Json | undefined> = new Set(['Available', 'Reserved', 'Unavailable', 'Faulted']);

/** Where several connectors share an EVSE, the first of these words that holds for one of them. */
const FIRST = ['Occupied', 'Reserved', 'Faulted', 'Unavailable', 'Available'];

function availability(spot: Spot | undefined, state: ChargePointState): string {
  const words = (spot?.connectors ?? [0]).map((id) => availabilityOf(id, state));
  return FIRST.find((word) => words.includes(word)) ?? 'Available';
}

function availabilityOf(connectorId: number, state: ChargePointState): string {
  const status = state.connectors[connectorId]?.status?.['status'];
  if (status !== undefined) return SAME.has(status) ? String(status) : 'Occupied';
  // 1.6 tells of the whole station only when it is not available.
  if (connectorId === 0) return 'Available';
  return runningOn(state, connectorId) === undefined ? 'Unavailable' : 'Occupied';
}

/** Watts, of the last reading while a transaction runs. */
function power(spot: Spot | undefined, state: ChargePointState): string {
  const running = spot?.connectors.find((id) => runningOn(state, id));
  if (running === undefined) return '0';
  const readings = objects(state.connectors[running]?.meter?.['meterValue']);
  for (const reading of readings.reverse()) {
    const samples = objects(reading['sampledValue']).filter((one) => one['measurand'] === 'Power.Active.Import');
    const total = samples.filter((one) => one['phase'] === undefined);
    const watts = (total.length > 0 ? total.slice(0, 1) : samples).map(
      (one) => Number(one['value']) * (one['unit'] === 'kW' ? 1000 : 1),
    );
    const sum = watts.reduce((a, b) => a + b, 0);
    if (watts.length > 0 && Number.isFinite(sum)) return String(Math.round(sum * 1000) / 1000);
  }
  return '0';
}

function objects(list: Json | undefined): JsonObject[] {
  const all = Array.isArray(list) ? list : [];
  return all.filter((one): one is JsonObject => typeof one === 'object' && one !== null && !Array.isArray(one));
}
