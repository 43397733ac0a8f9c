import type { Refusal } from '../../../src/base/errors.ts';
import type { Json, JsonObject, SoapVersion } from '../../../src/base/message.ts';
import type { Context, Decision, Effect, Exchange, SentCall } from '../../../src/flow/decision.ts';
import type { ChargePointState } from '../../../src/flow/state.ts';
import type { StationSettings } from '../../../src/flow/station/settings.ts';
import { ocpp201Flows as flows } from '../../../src/flow/station/station-flows.ts';
import { NOW } from '../context.ts';
import { accepted, stationContext } from './context.ts';
import { valid } from './valid.ts';

export interface Key {
  key: string;
  value?: string;
  readonly: boolean;
}

type Ask = Extract<Effect, { do: 'call-device' }>;
type Tell = Extract<Effect, { do: 'call-csms' }>;

const AWAY: Refusal = { code: 'DeviceUnreachable', reason: 'nobody answers' };

/** A charge point with a configuration, and the rules between it and a CSMS: what the shell does, without sockets. */
export class Point {
  readonly keys: Key[];
  readonly asked: { action: string; payload: JsonObject }[] = [];
  /** To the CSMS, not answered yet. */
  readonly told: Tell[] = [];
  readonly linkSettings: { key: string; value: string }[] = [];
  readonly linkWays: Extract<Effect, { do: 'link-ways' }>[] = [];
  state: ChargePointState;
  now = NOW;
  away = false;
  /** It names at most so many when it is asked for all. */
  most = Number.POSITIVE_INFINITY;
  /** It does not know the question for all keys. */
  onlyByName = false;
  readonly notSupported = new Set<string>();
  readonly afterReboot = new Set<string>();
  readonly settings: Partial<StationSettings>;
  readonly version: SoapVersion;
  readonly change: Partial<Context>;

  constructor(
    keys: readonly Key[],
    { settings = {}, version = '1.6', change = {} }: PointOptions = {},
    state: ChargePointState = accepted(),
  ) {
    this.keys = keys.map((key) => ({ ...key }));
    // Its turn to be asked has come, and it has no statuses to tell.
    this.settings = { snapshotSpread: 0, bootWithin: 0, ...settings };
    this.version = version;
    this.change = change;
    this.state = { ...state, version };
  }

  get context(): Context {
    const policyOf = (action: string) =>
      this.version === '1.2' && action === 'GetConfiguration' ? { instead: { flow: action } } : {};
    return stationContext(this.settings, { now: this.now, policyOf, ...this.change }, this.version);
  }

  /** What the CSMS asks, and the one answer it gets. */
  ask(action: string, request: JsonObject): JsonObject {
    const answer = this.asks(action, request);
    if (answer === undefined) throw new Error(`${action} was not answered`);
    return answer;
  }

  asks(action: string, request: JsonObject): JsonObject | undefined {
    valid(action, 'request', request);
    const exchange: Exchange = { id: `csms-${action}`, action, request };
    const answers = this.#carry(flows.csmsCalls(this.state, exchange, this.context), exchange, false);
    if (answers.length > 1) throw new Error(`${action} was answered ${answers.length} times`);
    const answer = answers[0];
    return answer && valid(action, 'answer', answer);
  }

  /** The alarm rings once, if something is due. */
  wake(): boolean {
    const at = flows.wakeAt(this.state, this.context);
    if (at === undefined || at > this.now) return false;
    this.#carry(flows.woken(this.state, this.context), undefined, true);
    return true;
  }

  /** The CSMS answers whatever it is told, in order; all pages of reports in their order. */
  pages(refusals: readonly Refusal['code'][] = []): JsonObject[] {
    const pages: JsonObject[] = [];
    const left = [...refusals];
    for (let next = this.told.shift(); next; next = this.told.shift()) {
      const { action, payload: request, memo } = next;
      const exchange: Exchange = { id: `own-${action}`, action, request, ...(memo && { memo }) };
      const code = left.shift();
      if (code === undefined) pages.push(request);
      const decided =
        code === undefined
          ? flows.ownCallAnswered(this.state, exchange, {}, this.context)
          : flows.ownCallRefused(this.state, exchange, { code, reason: '' }, this.context);
      this.#carry(decided, exchange, true);
    }
    return pages;
  }

  /** The CSMS refuses what it is told first. */
  refuse(code: Refusal['code']): void {
    const { action, payload: request, memo } = this.told.shift() ?? { action: '', payload: {} };
    const exchange: Exchange = { id: `own-${action}`, action, request, ...(memo && { memo }) };
    this.#carry(flows.ownCallRefused(this.state, exchange, { code, reason: '' }, this.context), exchange, true);
  }

  /** All rows of a report, with the same instant, numbered, ended by its last page alone. */
  report(request: JsonObject = { requestId: 0, reportBase: 'FullInventory' }, action = 'GetBaseReport'): JsonObject[] {
    const answer = this.ask(action, request);
    if (answer['status'] !== 'Accepted') throw new Error(JSON.stringify(answer));
    return this.pages().flatMap((page) => (page['reportData'] ?? []) as JsonObject[]);
  }

  get(...wanted: JsonObject[]): JsonObject[] {
    return this.ask('GetVariables', { getVariableData: wanted })['getVariableResult'] as JsonObject[];
  }

  set(...wanted: JsonObject[]): JsonObject[] {
    return this.ask('SetVariables', { setVariableData: wanted })['setVariableResult'] as JsonObject[];
  }

  #carry(decided: Decision, exchange: Exchange | undefined, own: boolean): JsonObject[] {
    if (JSON.stringify(clean(decided.state)) !== JSON.stringify(decided.state)) throw new Error('not clean JSON');
    this.state = decided.state;
    const answers: JsonObject[] = [];
    for (const effect of decided.effects) {
      if (effect.do === 'answer') answers.push(effect.payload);
      else if (effect.do === 'refuse') throw new Error(`${effect.refusal.code}: ${effect.refusal.reason}`);
      else if (effect.do === 'link-setting') this.linkSettings.push({ key: effect.key, value: effect.value });
      else if (effect.do === 'link-ways') this.linkWays.push(effect);
      else if (effect.do === 'call-csms') {
        valid(effect.action, 'request', effect.payload);
        this.told.push(effect);
      } else if (effect.do === 'call-device') answers.push(...this.#put(effect, exchange, own));
    }
    return answers;
  }

  #put({ action, payload, attempt = 1, memo }: Ask, before: Exchange | undefined, own: boolean): JsonObject[] {
    const mine: Exchange = { id: `own-${action}`, action, request: payload, ...(memo && { memo }) };
    const exchange = before ?? mine;
    const sent: SentCall = { action, payload, attempt, ...(memo && { memo }) };
    this.asked.push({ action, payload });
    if (this.asked.length > 2_000) throw new Error('questions without end');
    const answer = this.away ? AWAY : this.#answer(action, payload);
    const refused = 'code' in answer && typeof answer['reason'] === 'string';
    const { context } = this;
    const decided = refused
      ? (own ? flows.ownCommandRefused : flows.deviceRefused)(this.state, exchange, answer as Refusal, sent, context)
      : (own ? flows.ownCommandAnswered : flows.deviceAnswered)(
          this.state,
          exchange,
          answer as JsonObject,
          sent,
          context,
        );
    return this.#carry(decided, exchange, own);
  }

  #answer(action: string, payload: JsonObject): JsonObject | Refusal {
    if (action === 'ChangeConfiguration') return this.#changed(String(payload['key']), String(payload['value']));
    if (action !== 'GetConfiguration' || this.version === '1.2') {
      return { code: 'DeviceNotSupported', reason: `${action} is not known` };
    }
    const names = payload['key'] as string[] | undefined;
    if (names === undefined && this.onlyByName) return { code: 'DeviceInternalError', reason: 'too many' };
    const found = this.keys.filter(({ key }) => names?.some((name) => same(name, key)) ?? true);
    const unknown = (names ?? []).filter((name) => !this.keys.some(({ key }) => same(name, key)));
    const listed = names === undefined ? found.slice(0, this.most) : found;
    return {
      ...(listed.length > 0 && { configurationKey: listed.map((key) => ({ ...key })) as unknown as Json }),
      ...(unknown.length > 0 && { unknownKey: unknown }),
    };
  }

  #changed(name: string, value: string): JsonObject {
    const found = this.keys.find(({ key }) => same(key, name));
    if (found === undefined || this.notSupported.has(name)) return { status: 'NotSupported' };
    if (found.readonly) return { status: 'Rejected' };
    if (this.afterReboot.has(name)) return { status: 'RebootRequired' };
    found.value = value;
    return { status: 'Accepted' };
  }
}

export interface PointOptions {
  readonly settings?: Partial<StationSettings>;
  readonly version?: SoapVersion;
  readonly change?: Partial<Context>;
}

function same(a: string, b: string): boolean {
  return a.toLowerCase() === b.toLowerCase();
}

function clean(value: unknown): Json {
  return JSON.parse(JSON.stringify(value)) as Json;
}

/** A short name of a row or a result, as `Component[evse/connector].Variable[instance]`. */
export function nameOf(row: JsonObject): string {
  const component = row['component'] as JsonObject;
  const variable = row['variable'] as JsonObject;
  const evse = component['evse'] as JsonObject | undefined;
  const place = evse
    ? `[${String(evse['id'])}${evse['connectorId'] === undefined ? '' : `/${String(evse['connectorId'])}`}]`
    : '';
  const instance = variable['instance'] === undefined ? '' : `[${String(variable['instance'])}]`;
  return `${String(component['name'])}${place}.${String(variable['name'])}${instance}`;
}

/** One such name as what GetVariables asks for. */
export function wanted(name: string): JsonObject {
  const [, component = '', id, connectorId, variable = '', instance] =
    /^([^[.]+)(?:\[(\d+)(?:\/(\d+))?\])?\.([^[]+)(?:\[(.+)\])?$/.exec(name) ?? [];
  return {
    component: {
      name: component,
      ...(id !== undefined && {
        evse: { id: Number(id), ...(connectorId !== undefined && { connectorId: Number(connectorId) }) },
      }),
    },
    variable: { name: variable, ...(instance !== undefined && { instance }) },
  };
}

export function attribute(row: JsonObject): JsonObject {
  return (row['variableAttribute'] as JsonObject[])[0] ?? {};
}

export function characteristics(row: JsonObject): JsonObject {
  return row['variableCharacteristics'] as JsonObject;
}

export const key = (name: string, value?: string, readonly = false): Key => ({
  key: name,
  readonly,
  ...(value !== undefined && { value }),
});

/** What a plain charge point of 1.6 says. */
export const PLAIN: readonly Key[] = [
  key('AuthorizeRemoteTxRequests', 'True', true),
  key('ClockAlignedDataInterval', '900'),
  key('ConnectionTimeOut', '60'),
  key('ConnectorPhaseRotation', '0.RST, 1.RTS,2.Unknown'),
  key('GetConfigurationMaxKeys', '40', true),
  key('HeartbeatInterval', '300'),
  key('LocalAuthorizeOffline', 'true'),
  key('LocalPreAuthorize', 'false'),
  key('MeterValuesAlignedData', 'Energy.Active.Import.Register'),
  key('MeterValuesSampledData', 'Energy.Active.Import.Register, Voltage.L1,Voltage.L2'),
  key('MeterValuesSampledDataMaxLength', '4', true),
  key('MeterValueSampleInterval', '60'),
  key('NumberOfConnectors', '2', true),
  key('ResetRetries', '3'),
  key('StopTransactionOnEVSideDisconnect', '1'),
  key('StopTransactionOnInvalidId', 'true'),
  key('StopTxnAlignedData', ''),
  key('StopTxnSampledData', ''),
  key('SupportedFeatureProfiles', 'Core,LocalAuthListManagement,SmartCharging', true),
  key('TransactionMessageAttempts', '5'),
  key('TransactionMessageRetryInterval', '20'),
  key('UnlockConnectorOnEVSideDisconnect', 'true'),
  key('LocalAuthListEnabled', 'true'),
  key('LocalAuthListMaxLength', '100', true),
  key('SendLocalListMaxLength', '10', true),
  key('ChargeProfileMaxStackLevel', '8', true),
  key('ChargingScheduleAllowedChargingRateUnit', 'Current,Power', true),
  key('ChargingScheduleMaxPeriods', '24', true),
  key('MaxChargingProfilesInstalled', '10', true),
  key('Acme.Mode', 'eco'),
  key('Acme Längs/42', 'ja = nein', true),
];
