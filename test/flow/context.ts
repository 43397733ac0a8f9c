import type { JsonObject, SoapVersion } from '../../src/base/message.ts';
import type { Context, DownPolicy, Exchange, FlowSettings, SentCall, UpPolicy } from '../../src/flow/decision.ts';

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
  whilePending: 'refuse',
  whenLinkIsBack: 'missed',
  statusesAfterBoot: false,
};

/** 2024-03-09T10:00:00Z */
export const NOW = 1_709_978_400_000;

export function context(version: SoapVersion, change: Partial<Context> = {}): Context {
  const keys = version === '1.6' ? [] : ([['HeartbeatInterval', 'HeartBeatInterval']] as const);
  return {
    ...{ now: NOW, version, settings: SETTINGS, heardAt: NOW, csmsAnsweredAt: NOW, keys: new Map(keys) },
    ...{ identity: 'CP-1', linkOpenedAt: NOW - 60_000, linkFrom: 1, policyOf: () => ({}) },
    ...change,
  };
}

/** A version whose table has this policy for every command. */
export function withPolicy(policy: DownPolicy, version: SoapVersion, change: Partial<Context> = {}): Context {
  return context(version, { policyOf: () => policy, ...change });
}

export function sent(action: string, payload: JsonObject, attempt = 1): SentCall {
  return { action, payload, attempt };
}

export function exchange(action: string, request: JsonObject = {}): Exchange {
  return { id: `exchange-of-${action}`, action, request };
}

/** What tables say of a message that stays with the charge point. */
export const REFUSE: UpPolicy = { refused: { other: 'fault' }, away: 'refuse' };
