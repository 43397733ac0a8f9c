import type { JsonObject, SoapVersion } from '../../src/base/message.ts';
import type { Context, Exchange, FlowSettings } from '../../src/flow/decision.ts';

export const SETTINGS: FlowSettings = {
  whenCsmsIsAway: 'refuse',
  stopLateRefused: false,
  synthesisedStatuses: true,
  connectors: undefined,
  fillConnector: false,
  profileRequired: 'ignore',
  assumedKeys: {},
  listUnset: false,
  connector0: false,
  hasLock: true,
  rebootKeys: [],
  strictErrors: false,
  allowIdentityChange: false,
  pingInterval: 60,
  unknownInterval: 300,
};

/** 2024-03-09T10:00:00Z */
export const NOW = 1_709_978_400_000;

export function context(version: SoapVersion, change: Partial<Context> = {}): Context {
  const keys = version === '1.6' ? [] : ([['HeartbeatInterval', 'HeartBeatInterval']] as const);
  return { now: NOW, version, settings: SETTINGS, heardAt: NOW, csmsAnsweredAt: NOW, keys: new Map(keys), ...change };
}

export function exchange(action: string, request: JsonObject = {}): Exchange {
  return { id: `exchange-of-${action}`, action, request };
}
