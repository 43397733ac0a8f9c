import { BridgeError } from '../../src/base/errors.ts';
import type { JsonObject, SoapObject, SoapVersion } from '../../src/base/message.ts';
import type { FlowSettings } from '../../src/flow/decision.ts';
import { ocpp16Flows } from '../../src/flow/flows.ts';
import type { OutboxEntry } from '../../src/flow/outbox.ts';
import type { Memory, Translation, Translator, UpAction } from '../../src/mapping/translator.ts';
import type { SessionDeps } from '../../src/session/deps.ts';
import type { ExchangeReport } from '../../src/session/observer.ts';
import { Pace } from '../../src/session/pace.ts';
import type { CsmsRequest, DeviceCall, DeviceRequest } from '../../src/session/ports.ts';
import { Sessions } from '../../src/session/sessions.ts';
import { MemoryStore } from '../../src/store/memory-store.ts';
import type { Store } from '../../src/store/store.ts';
import { ManualClock } from '../base/manual-clock.ts';
import { SETTINGS } from '../flow/context.ts';

/** A question that the test answers when it likes. */
export interface Asked<Request, Answer> {
  readonly request: Request;
  answer(payload: Answer): void;
  refuse(error: BridgeError): void;
}

/** A peer whose answers the test gives by hand. */
class Peer<Request, Answer> {
  readonly asked: Asked<Request, Answer>[] = [];
  #waiting: (() => void)[] = [];

  call(request: Request): Promise<Answer> {
    return new Promise((resolve, reject) => {
      this.asked.push({ request, answer: resolve, refuse: reject });
      for (const wake of this.#waiting.splice(0)) wake();
    });
  }

  /** The n-th question, counted from 1, as soon as it is there. */
  async question(n: number): Promise<Asked<Request, Answer>> {
    for (;;) {
      const asked = this.asked[n - 1];
      if (asked) return asked;
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    }
  }
}

function same<T>(value: T): Translation<T> {
  return { kind: 'value', value, losses: [], aliases: [] };
}

/** Tables that change nothing: text stays text, so the tests read plainly. */
function identityTranslator(version: SoapVersion): Translator {
  const up = (action: string, policy: Partial<UpAction> = {}): [string, UpAction] => [
    action,
    {
      action,
      request: (value, memory) => same(mapped(numbers(value), memory)),
      answer: (value) => same(value as SoapObject),
      refused: { other: 'fault' },
      away: 'refuse',
      ...policy,
    },
  ];
  const down = (action: string) =>
    [
      action,
      { action, request: (v: JsonObject) => same(v as SoapObject), answer: (v: SoapObject) => same(v as JsonObject) },
    ] as const;
  return {
    version,
    up: new Map([
      up('BootNotification'),
      up('Heartbeat', { away: { answer: { currentTime: '$now' } } }),
      up('StatusNotification', {
        refused: { other: { answer: {} } },
        away: { answer: {}, keep: 'last-per-connector' },
      }),
      up('StartTransaction'),
      up('StopTransaction'),
      up('MeterValues'),
      up('Authorize'),
      up('DataTransfer'),
    ]),
    down: new Map([
      down('Reset'),
      down('RemoteStartTransaction'),
      down('RemoteStopTransaction'),
      down('UnlockConnector'),
      down('ChangeConfiguration'),
      down('GetConfiguration'),
      down('GetLocalListVersion'),
      down('DataTransfer'),
    ]),
    keys: new Map(),
  };
}

/** As the real tables do: the CSMS hears its own id. */
function mapped(value: JsonObject, memory: Memory): JsonObject {
  if (typeof value['transactionId'] !== 'number') return value;
  return { ...value, transactionId: memory.csmsTransaction(value['transactionId']) };
}

function numbers(value: SoapObject): JsonObject {
  return Object.fromEntries(
    Object.entries(value).map(([name, item]) => [name, /^-?\d+$/.test(String(item)) ? Number(item) : (item as string)]),
  );
}

export const IDENTITY = 'CP-1';
let count = 0;

export function bridge(
  store: Store = new MemoryStore(),
  flow: Partial<FlowSettings> = {},
  change: Partial<SessionDeps> = {},
  clock = new ManualClock(),
) {
  const csms = new Peer<CsmsRequest, JsonObject>();
  const device = new Peer<DeviceRequest, SoapObject>();
  const links: string[] = [];
  const reports: ExchangeReport[] = [];
  const losses: string[] = [];
  const failures: unknown[] = [];
  const refusedOwn: string[] = [];
  const deadLetters: OutboxEntry[] = [];
  const duplicates: string[] = [];
  const thinned: number[] = [];
  const versions: SoapVersion[] = ['1.2', '1.5', '1.6'];
  const translators = new Map(versions.map((version) => [version, identityTranslator(version)]));
  const tables = {
    quirksFor: () => ({
      ...{ profile: undefined, wire: {}, timezone: undefined },
      translator: (version: SoapVersion) => translators.get(version),
    }),
  };
  const sessions = new Sessions({
    tables: () => tables,
    store,
    csms: {
      call: (request) => csms.call(request),
      open: (identity) => void links.push(`open ${identity}`),
      close: (identity, reason) => void links.push(`close ${identity}: ${reason}`),
      lead: (identity, ways, now) => void links.push(`lead ${identity}: ${JSON.stringify(ways)}${now ? ' now' : ''}`),
      configure: (identity, key, value) => void links.push(`configure ${identity}: ${key}=${value}`),
    },
    device: { call: (request) => device.call(request) },
    clock,
    pace: new Pace(clock, Number.POSITIVE_INFINITY),
    ids: () => `own-${++count}`,
    observe: {
      exchange: (report) => void reports.push(report),
      loss: (code) => void losses.push(code),
      mapped: () => undefined,
      csmsAnswered: () => undefined,
      deviceAnswered: () => undefined,
      repeat: () => undefined,
      possibleDuplicate: (_identity, action) => void duplicates.push(action),
      thinned: (_identity, readings) => void thinned.push(readings),
      deadLetter: (_identity, entry) => void deadLetters.push(entry),
      profile: () => undefined,
      committed: () => undefined,
      commitFailed: () => undefined,
      ownCallRefused: (_identity, action, { code }) => void refusedOwn.push(`${action} ${code}`),
      failure: (_identity, what, error) => void failures.push(`${what}: ${String(error)}`),
    },
    settings: {
      answerWithin: 20_000,
      callTimeout: 120_000,
      bufferAfter: 5_000,
      commandWithin: 30_000,
      mostWaiting: 4,
      repeatsKeptFor: 7 * 86_400_000,
      silenceFactor: 2.5,
      silenceAtLeast: 60_000,
    },
    chargePoint: () => ({ flow: { ...SETTINGS, ...flow }, flows: ocpp16Flows, timezone: 'UTC', version: undefined }),
    ...change,
  });
  return {
    sessions,
    store,
    clock,
    csms,
    device,
    links,
    reports,
    losses,
    failures,
    refusedOwn,
    deadLetters,
    duplicates,
    thinned,
  };
}

/** A call of the charge point; `delivered` says that its answer left. */
export function deviceCall(
  action: string,
  payload: SoapObject = {},
  change: Partial<DeviceCall> & { now?: number } = {},
) {
  let delivered: (ok: boolean) => void = () => undefined;
  const responded = new Promise<boolean>((resolve) => {
    delivered = resolve;
  });
  const { now = 0, ...rest } = change;
  const call: DeviceCall = {
    ...{ identity: IDENTITY, version: '1.5', action, payload, messageId: undefined, exchange: `x-${++count}` },
    ...{ receivedAt: now, since: now, callback: undefined, losses: [], responded },
    ...rest,
  };
  return { call, delivered };
}

export function csmsCall(action: string, payload: JsonObject = {}, receivedAt = 0) {
  const exchange = `d-${++count}`;
  return {
    identity: IDENTITY,
    action,
    payload,
    uniqueId: exchange,
    exchange,
    receivedAt,
    since: receivedAt,
    losses: [],
  };
}

export const lost = () => new BridgeError('CsmsLost');
export const away = () => new BridgeError('CsmsAway');
