import { systemClock } from '../../base/clock.ts';
import { BridgeError } from '../../base/errors.ts';
import { randomIds } from '../../base/ids.ts';
import type { JsonObject, SoapVersion } from '../../base/message.ts';
import type { Context, Effect } from '../../flow/decision.ts';
import { type ChargePointState, EMPTY_STATE } from '../../flow/state.ts';
import { EMPTY_STATION } from '../../flow/station/state.ts';
import { ocpp201Flows } from '../../flow/station/station-flows.ts';
import type { UpAction } from '../../mapping/translator.ts';
import { ChargePointConfigs } from '../config/charge-points.ts';
import { loadConfig } from '../config/load.ts';
import { chargePointSettings } from '../settings.ts';
import type { Translation } from '../tables.ts';

/** One message towards or from OCPP 2.0.1, as the rules of the bridge have it for a charge point that has just been accepted. */

/** What becomes of a call: messages for the other side, in their order, or the answer of the bridge itself. */
export interface Outcome {
  readonly calls: readonly { readonly action: string; readonly payload: JsonObject }[];
  readonly answer?: JsonObject;
  readonly losses: readonly { readonly code: string; readonly field: string }[];
}

/** A call of the charge point, in the pivot: the 2.0.1 calls that the CSMS gets. */
export function upwards(tables: Translation, version: SoapVersion, table: UpAction, request: JsonObject): Outcome {
  const { context, state } = scene(tables, version);
  const exchange = { id: randomIds(), action: table.action, request };
  return outcome(ocpp201Flows.deviceCalls(state, exchange, false, context, table).effects);
}

/** A call of the CSMS: the first question to the charge point, in the pivot, or what the CSMS gets without one. */
export function downwards(tables: Translation, version: SoapVersion, action: string, request: JsonObject): Outcome {
  const { context, state } = scene(tables, version);
  return outcome(ocpp201Flows.csmsCalls(state, { id: randomIds(), action, request }, context).effects);
}

function outcome(effects: readonly Effect[]): Outcome {
  const calls: Outcome['calls'][number][] = [];
  const losses: Outcome['losses'][number][] = [];
  let answer: JsonObject | undefined;
  for (const effect of effects) {
    if (effect.do === 'refuse') throw new BridgeError(effect.refusal.code, effect.refusal.reason);
    if (effect.do === 'call-csms' || effect.do === 'call-device') calls.push(effect);
    else if (effect.do === 'outbox-put') calls.push(effect.entry);
    else if (effect.do === 'answer') answer = effect.payload;
    else if (effect.do === 'loss') losses.push(effect);
  }
  return { calls, losses, ...(answer && { answer }) };
}

function scene(tables: Translation, version: SoapVersion): { context: Context; state: ChargePointState } {
  const now = systemClock.now();
  const config = loadConfig({
    text: JSON.stringify({ csms: { url: 'ws://localhost/', protocol: 'ocpp2.0.1' } }),
    env: {},
  });
  const settings = chargePointSettings(config, new ChargePointConfigs(config).of('CP-1'), () => {
    if (tables.station === undefined) throw new Error('the tables towards OCPP 2.0.1 are not loaded');
    return tables.station;
  });
  const translator = tables.translators.get(version);
  const context: Context = {
    ...{
      now,
      version,
      settings: settings.flow,
      heardAt: now,
      csmsAnsweredAt: now,
      identity: 'CP-1',
      linkOpenedAt: now,
      linkFrom: 1,
    },
    keys: translator?.keys ?? new Map(),
    policyOf: (action) => translator?.down.get(action),
    ...(settings.station && { station: settings.station() }),
  };
  const registered = { status: 'Accepted', linkOpenedAt: now } as const;
  const registration = { status: 'Accepted', interval: 300, at: now } as const;
  return { context, state: { ...EMPTY_STATE, version, registration, station: { ...EMPTY_STATION, registered } } };
}
