import type { SoapVersion } from '../../../src/base/message.ts';
import type { Context } from '../../../src/flow/decision.ts';
import { type ChargePointState, EMPTY_STATE } from '../../../src/flow/state.ts';
import { STATION_DEFAULTS, type StationSettings } from '../../../src/flow/station/settings.ts';
import { EMPTY_STATION, type StationState } from '../../../src/flow/station/state.ts';
import { loadStationTables } from '../../../src/mapping/station/load.ts';
import { context, NOW, SETTINGS } from '../context.ts';

/** Everything towards 2.0.1 in its defaults, with the project's own tables. */
export const tables = loadStationTables();
export const LINK = NOW - 60_000;

export function stationContext(
  settings: Partial<StationSettings> = {},
  change: Partial<Context> = {},
  version: SoapVersion = '1.6',
): Context {
  const flow = { ...SETTINGS, whenCsmsIsAway: 'buffer' } as const;
  const station = { tables, settings: { ...STATION_DEFAULTS, ...settings } };
  return context(version, { settings: flow, linkOpenedAt: LINK, station, ...change });
}

export const BOOT = { chargePointVendor: 'ABL', chargePointModel: 'eMH1', firmwareVersion: '1.4' };

/** A charge point that the CSMS has accepted on the link that is open. */
export function accepted(
  station: Partial<StationState> = {},
  change: Partial<ChargePointState> = {},
): ChargePointState {
  return {
    ...EMPTY_STATE,
    version: '1.6',
    boot: { request: BOOT, at: LINK },
    registration: { status: 'Accepted', interval: 300, at: LINK },
    ...change,
    station: { ...EMPTY_STATION, registered: { status: 'Accepted', linkOpenedAt: LINK }, ...station },
  };
}
