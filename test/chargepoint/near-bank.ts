import { afterEach } from 'vitest';
import type { Clock } from '../../src/base/clock.ts';
import type { Log } from '../../src/base/log.ts';
import type { SoapObject } from '../../src/base/message.ts';
import { CallbackPolicy } from '../../src/chargepoint/callback-policy.ts';
import { createListener, type Listener, type ListenerSettings } from '../../src/chargepoint/listener.ts';
import type { Called, ChargePointObserver, Served } from '../../src/chargepoint/observer.ts';
import { loadSoapContracts } from '../../src/contract/wsdl.ts';
import type { DeviceCall, DeviceSide, WireQuirks } from '../../src/session/ports.ts';
import { ManualClock } from '../base/manual-clock.ts';

export const contracts = await loadSoapContracts('wsdl');

/** Sessions that answer as the test says, and remember what they got. */
export class FakeSessions implements DeviceSide {
  readonly calls: DeviceCall[] = [];
  answer: (call: DeviceCall) => SoapObject | Promise<SoapObject> = () => ({ currentTime: '2024-03-09T10:15:30.000Z' });
  quirksOf: (identity: string) => WireQuirks | undefined = () => undefined;
  #wake: () => void = () => {};

  async receive(call: DeviceCall): Promise<SoapObject> {
    this.calls.push(call);
    this.#wake();
    return this.answer(call);
  }

  /** Resolves when this many calls have come. */
  async got(count: number): Promise<void> {
    while (this.calls.length < count) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }
}

export interface LogLine {
  readonly level: string;
  readonly about: Record<string, unknown>;
  readonly message: string;
}

export class Records implements ChargePointObserver {
  open = 0;
  readonly requests: Served[] = [];
  readonly calls: Called[] = [];
  readonly lines: LogLine[] = [];
  readonly log: Log = {
    debug: (about, message) => this.#line('debug', about, message),
    info: (about, message) => this.#line('info', about, message),
    warn: (about, message) => this.#line('warn', about, message),
    error: (about, message) => this.#line('error', about, message),
  };

  opened(): void {
    this.open += 1;
  }
  served(exchange: Served): void {
    this.open -= 1;
    this.requests.push(exchange);
  }
  called(exchange: Called): void {
    this.calls.push(exchange);
  }
  #line(level: string, about: object, message: string): void {
    this.lines.push({ level, about: { ...about }, message });
  }
}

export interface Bank {
  readonly port: number;
  readonly listener: Listener;
  readonly sessions: FakeSessions;
  readonly records: Records;
  readonly clock: ManualClock;
}

const open: Listener[] = [];
afterEach(async () => {
  await Promise.all(open.splice(0).map((listener) => listener.close()));
});

/** A listener on a free port, closed after the test. */
export async function nearBank(settings: ListenerSettings = {}, allow = ['10.0.0.0/8']): Promise<Bank> {
  const sessions = new FakeSessions();
  const records = new Records();
  const clock = new ManualClock(Date.UTC(2024, 2, 9, 10, 15, 30));
  let count = 0;
  const listener = createListener({
    contracts,
    sessions,
    clock: clock satisfies Clock,
    ids: () => `id-${++count}`,
    log: records.log,
    observer: records,
    callbackPolicy: new CallbackPolicy({ allow }),
    settings,
  });
  open.push(listener);
  const { address } = await listener.listen('127.0.0.1', 0);
  return { port: address.port, listener, sessions, records, clock };
}

const YEARS = { '1.2': '2010/08', '1.5': '2012/06', '1.6': '2015/10' };
const WSA = 'http://www.w3.org/2005/08/addressing';

export interface Message {
  readonly version?: keyof typeof YEARS;
  readonly soap?: '1.1' | '1.2';
  /** Namespace of WS-Addressing; empty = no such header. */
  readonly addressing?: string;
  /** Empty = no header. */
  readonly identity?: string;
  readonly messageId?: string;
  readonly from?: string;
  readonly body?: string;
  readonly element?: string;
}

/** A request of a charge point, Heartbeat of 1.5 unless said otherwise. */
export function message(options: Message = {}): string {
  const {
    version = '1.5',
    soap = '1.2',
    addressing = WSA,
    identity = 'CP001',
    messageId = 'urn:uuid:1',
    from = '',
  } = options;
  const { element = 'heartbeatRequest', body = '' } = options;
  const envelope =
    soap === '1.2' ? 'http://www.w3.org/2003/05/soap-envelope' : 'http://schemas.xmlsoap.org/soap/envelope/';
  const headers = [
    identity && `<o:chargeBoxIdentity>${identity}</o:chargeBoxIdentity>`,
    addressing && `<a:Action s:mustUnderstand="true">/Any</a:Action>`,
    addressing && messageId && `<a:MessageID>${messageId}</a:MessageID>`,
    addressing && from && `<a:From><a:Address>${from}</a:Address></a:From>`,
  ];
  return (
    `<?xml version="1.0" encoding="UTF-8"?>\n<s:Envelope xmlns:s="${envelope}"` +
    `${addressing && ` xmlns:a="${addressing}"`} xmlns:o="urn://Ocpp/Cs/${YEARS[version]}/">` +
    `<s:Header>${headers.filter((row) => row).join('')}</s:Header>` +
    `<s:Body><o:${element}>${body}</o:${element}></s:Body></s:Envelope>`
  );
}
