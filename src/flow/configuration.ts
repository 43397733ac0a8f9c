import type { Json, JsonObject } from '../base/message.ts';
import { type Context, type Decision, type DownFlow, decision, type Effect, type Exchange } from './decision.ts';
import { type ChargePointState, type ConfigurationKey, connectorIds } from './state.ts';

/**
 * Configuration keys: spelling is translated, meaning and value never. Some keys belong to the bridge, because the link to
 * the CSMS is the bridge's; some are added because a 1.6 CSMS needs them and an older charge point has no word for them.
 */

/** Keys of the link to the CSMS. The charge point is never asked about them. */
export const LINK_KEYS: ReadonlySet<string> = new Set(['authorizationkey', 'websocketpinginterval', 'securityprofile']);
/** Read-only facts that the bridge adds for versions without them. */
const VIRTUAL_KEYS: ReadonlySet<string> = new Set([
  'supportedfeatureprofiles',
  'numberofconnectors',
  'getconfigurationmaxkeys',
]);
const MOST_KEYS = '1000';
const MOST_REMEMBERED = 500;

export interface KeyValue {
  readonly key: string;
  readonly readonly: boolean;
  readonly value?: string;
}

export const getConfiguration: DownFlow = {
  call(state, exchange, action, context) {
    if (action.instead !== undefined) return fromMemory(state, exchange, context);
    const asked = keysOf(exchange.request);
    if (asked.length === 0) return decision(state, ask(exchange, {}));
    const mine = ownKeys(state, context);
    const toAsk = asked.filter((key) => !LINK_KEYS.has(key.toLowerCase()) && !mine.has(key.toLowerCase()));
    if (toAsk.length === 0)
      return decision(state, { do: 'answer', payload: merged(exchange.request, {}, state, context) });
    return decision(state, ask(exchange, { key: toAsk.map((key) => spelled(state, key)) }));
  },

  answered(state, exchange, answer, sent, context) {
    const learnt = { ...state, configuration: limited({ ...state.configuration, ...spellings(answer) }) };
    const again = sent.attempt === 1 ? otherSpellings(exchange.request, answer, context) : [];
    if (again.length > 0) {
      // The charge point does not know the 1.6 spelling: one more question, in its own version's words.
      const known = keysOf(sent.payload).filter((key) => !has(answer['unknownKey'], key));
      const question: Effect = { ...ask(exchange, { key: [...known, ...again] }), attempt: 2 };
      return decision(learnt, respelled, question);
    }
    const payload = merged(exchange.request, answer, learnt, context);
    return decision(learnt, ...doubled(answer), ...added(answer, payload), { do: 'answer', payload });
  },

  refused(state, exchange, refusal, sent) {
    // Reading twice harms nobody, so a lost connection gets a second try.
    const lost = refusal.code === 'DeviceUnreachable' || refusal.code === 'DeviceUncertain';
    if (!lost || sent.attempt > 1) return decision(state, { do: 'refuse', refusal });
    return decision(state, {
      do: 'call-device',
      action: exchange.action,
      payload: sent.payload,
      attempt: sent.attempt + 1,
    });
  },
};

export const getLocalListVersion: DownFlow = { ...(getConfiguration.refused && { refused: getConfiguration.refused }) };

export const changeConfiguration: DownFlow = {
  call(state, exchange, _action, context) {
    const key = String(exchange.request['key']);
    const value = String(exchange.request['value']);
    const lower = key.toLowerCase();
    if (LINK_KEYS.has(lower)) return changeLink(state, lower, value);
    if (context.version !== '1.6' && VIRTUAL_KEYS.has(lower)) return rejected(state, 'virtual-key');
    if (lower === 'chargepointid' && !context.settings.allowIdentityChange) return rejected(state, 'own-key');
    return decision(state, change(spelled(state, key), value));
  },

  answered(state, exchange, answer, sent, context) {
    const key = String(exchange.request['key']);
    const value = String(exchange.request['value']);
    const other = context.keys.get(canonical(key, context));
    if (
      answer['status'] === 'NotSupported' &&
      other !== undefined &&
      sent.attempt === 1 &&
      sent.payload['key'] !== other
    ) {
      return decision(state, respelled, { ...change(other, value), attempt: 2 });
    }
    const reboots = context.settings.rebootKeys.some((name) => name.toLowerCase() === key.toLowerCase());
    const status = answer['status'] === 'Accepted' && reboots ? 'RebootRequired' : answer['status'];
    const effect: Effect = { do: 'answer', payload: { ...answer, ...(status !== undefined && { status }) } };
    if (answer['status'] !== 'Accepted' && answer['status'] !== 'RebootRequired') return decision(state, effect);
    const lower = key.toLowerCase();
    const known: ConfigurationKey = { spelling: String(sent.payload['key']), value, readonly: false };
    const next = { ...state, configuration: { ...state.configuration, [lower]: known } };
    return decision(lower === 'heartbeatinterval' ? withInterval(next, value) : next, effect);
  },
};

/** The charge point beats at another pace from now on: what counts as silence follows. */
function withInterval(state: ChargePointState, value: string): ChargePointState {
  const interval = Number(value);
  if (state.registration === undefined || !Number.isInteger(interval) || interval <= 0) return state;
  return { ...state, registration: { ...state.registration, interval } };
}

function changeLink(state: ChargePointState, key: string, value: string): Decision {
  const loss: Effect = { do: 'loss', code: 'own-key', field: 'key' };
  if (key === 'websocketpinginterval' && /^\d{1,7}$/.test(value)) {
    return decision(
      { ...state, pingInterval: value },
      loss,
      { do: 'link-setting', key: 'WebSocketPingInterval', value },
      accepted,
    );
  }
  if (key === 'authorizationkey' && /^([0-9A-Fa-f]{2}){8,64}$/.test(value)) {
    // The answer goes first: the link that carries it closes and comes back with the new key.
    return decision({ ...state, authorizationKey: value }, loss, accepted, {
      do: 'link-setting',
      key: 'AuthorizationKey',
      value,
    });
  }
  return rejected(state, 'own-key');
}

/** The charge point is asked in its own version's spelling, which is not the CSMS's. */
const respelled: Effect = { do: 'loss', code: 'case-keys', field: 'key' };

const accepted: Effect = { do: 'answer', payload: { status: 'Accepted' } };

function rejected(state: ChargePointState, code: string): Decision {
  return decision(state, { do: 'loss', code, field: 'key' }, { do: 'answer', payload: { status: 'Rejected' } });
}

function change(key: string, value: string): Extract<Effect, { do: 'call-device' }> {
  return { do: 'call-device', action: 'ChangeConfiguration', payload: { key, value } };
}

function ask(exchange: Exchange, payload: JsonObject): Extract<Effect, { do: 'call-device' }> {
  return { do: 'call-device', action: exchange.action, payload };
}

/** GetConfiguration for a version without it: what is known from elsewhere. */
function fromMemory(state: ChargePointState, exchange: Exchange, context: Context): Decision {
  const payload = merged(exchange.request, {}, state, context);
  return decision(state, { do: 'loss', code: 'no-op', field: exchange.action }, { do: 'answer', payload });
}

/** Keys that this bridge answers for, by lower-case name. */
export function ownKeys(state: ChargePointState, context: Context): ReadonlyMap<string, KeyValue> {
  const ping = state.pingInterval ?? String(context.settings.pingInterval);
  const keys: KeyValue[] = [{ key: 'WebSocketPingInterval', readonly: false, value: ping }];
  if (context.version !== '1.6') {
    keys.push({ key: 'SupportedFeatureProfiles', readonly: true, value: profiles(context.version) });
    keys.push({ key: 'GetConfigurationMaxKeys', readonly: true, value: MOST_KEYS });
    const connectors = context.settings.connectors ?? connectorIds(state).at(-1);
    if (connectors !== undefined) keys.push({ key: 'NumberOfConnectors', readonly: true, value: String(connectors) });
  }
  if (context.version === '1.2') keys.push(...remembered(state, context));
  return new Map(keys.map((entry) => [entry.key.toLowerCase(), entry]));
}

function profiles(version: Context['version']): string {
  const lists = version === '1.5' ? ',LocalAuthListManagement,Reservation' : '';
  return `Core,FirmwareManagement${lists},RemoteTrigger`;
}

/** Keys of a charge point that cannot be asked: accepted changes, the heartbeat interval, what the operator says. */
function remembered(state: ChargePointState, context: Context): KeyValue[] {
  const found = new Map<string, KeyValue>();
  if (context.settings.listUnset) for (const key of STANDARD_12) found.set(key.toLowerCase(), { key, readonly: false });
  for (const [key, value] of Object.entries(context.settings.assumedKeys)) {
    found.set(key.toLowerCase(), { key, readonly: false, value });
  }
  const interval = state.registration?.interval;
  if (interval !== undefined && interval > 0) {
    found.set('heartbeatinterval', { key: 'HeartbeatInterval', readonly: false, value: String(interval) });
  }
  for (const [lower, known] of Object.entries(state.configuration)) {
    if (LINK_KEYS.has(lower) || known.value === undefined) continue;
    found.set(lower, {
      key: canonical(known.spelling, context),
      readonly: known.readonly ?? false,
      value: known.value,
    });
  }
  return [...found.values()];
}

/** The keys OCPP 1.2 names. */
const STANDARD_12 = [
  'HeartbeatInterval',
  'ConnectionTimeOut',
  'ResetRetries',
  'BlinkRepeat',
  'LightIntensity',
  'MeterValueSampleInterval',
  'ProximityContactRetries',
  'ProximityLockRetries',
  'ChargePointId',
];

/** The answer for the CSMS: the charge point's keys in the CSMS's spelling, the bridge's own among them. */
function merged(request: JsonObject, answer: JsonObject, state: ChargePointState, context: Context): JsonObject {
  const asked = new Map(keysOf(request).map((key) => [key.toLowerCase(), key]));
  const all = asked.size === 0;
  const entries = new Map<string, KeyValue>();
  for (const entry of entriesOf(answer)) {
    const name = canonical(entry.key, context);
    const key = asked.get(name.toLowerCase()) ?? asked.get(entry.key.toLowerCase()) ?? name;
    const lower = key.toLowerCase();
    if (LINK_KEYS.has(lower)) continue;
    // Two keys that differ only in case are one key to the CSMS: the 1.6 spelling stays.
    if (!entries.has(lower) || entry.key === name) entries.set(lower, { ...entry, key });
  }
  for (const [lower, own] of ownKeys(state, context)) {
    if (entries.has(lower) || !(all || asked.has(lower))) continue;
    entries.set(lower, { ...own, key: asked.get(lower) ?? own.key });
  }
  const unknown = [...asked].filter(([lower]) => !entries.has(lower)).map(([, key]) => key);
  return {
    ...(entries.size > 0 && { configurationKey: [...entries.values()].map((entry) => ({ ...entry })) }),
    ...(unknown.length > 0 && { unknownKey: unknown }),
  };
}

/** 1.6 spelling of a key, whatever the version's own is. */
export function canonical(key: string, context: Context): string {
  const lower = key.toLowerCase();
  for (const [name, own] of context.keys) if (own.toLowerCase() === lower || name.toLowerCase() === lower) return name;
  return key;
}

/** The charge point's own spelling where it was learnt, else the CSMS's. */
function spelled(state: ChargePointState, key: string): string {
  return state.configuration[key.toLowerCase()]?.spelling ?? key;
}

/** The newest keys, as many as a charge point can reasonably have. */
function limited(keys: ChargePointState['configuration']): ChargePointState['configuration'] {
  const all = Object.entries(keys);
  return all.length <= MOST_REMEMBERED ? keys : Object.fromEntries(all.slice(-MOST_REMEMBERED));
}

function spellings(answer: JsonObject): Record<string, ConfigurationKey> {
  return Object.fromEntries(
    entriesOf(answer).map(({ key, readonly, value }) => [
      key.toLowerCase(),
      { spelling: key, readonly, ...(value !== undefined && { value }) },
    ]),
  );
}

/** Version spellings of asked keys that the charge point calls unknown in the CSMS's spelling. */
function otherSpellings(request: JsonObject, answer: JsonObject, context: Context): string[] {
  return keysOf(request).flatMap((key) => {
    const other = context.keys.get(canonical(key, context));
    return other !== undefined && other !== key && has(answer['unknownKey'], key) ? [other] : [];
  });
}

function doubled(answer: JsonObject): Effect[] {
  const seen = new Set(entriesOf(answer).map((entry) => entry.key.toLowerCase()));
  return seen.size < entriesOf(answer).length ? [{ do: 'loss', code: 'case-keys', field: 'configurationKey' }] : [];
}

function added(answer: JsonObject, payload: JsonObject): Effect[] {
  const more = entriesOf(payload).length > entriesOf(answer).length;
  return more ? [{ do: 'loss', code: 'virtual-key', field: 'configurationKey' }] : [];
}

function keysOf(message: JsonObject): string[] {
  const keys = message['key'];
  return Array.isArray(keys) ? keys.filter((key) => typeof key === 'string') : [];
}

function entriesOf(message: JsonObject): KeyValue[] {
  const entries = message['configurationKey'];
  return Array.isArray(entries) ? (entries as unknown as KeyValue[]) : [];
}

function has(list: Json | undefined, key: string): boolean {
  return (
    Array.isArray(list) && list.some((item) => typeof item === 'string' && item.toLowerCase() === key.toLowerCase())
  );
}
