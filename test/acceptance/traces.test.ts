import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import type { JsonObject, SoapVersion } from '../../src/base/message.ts';
import { RpcCsms } from './csms.ts';
import { openNodeSoap } from './node-soap-peer.ts';
import type { Message, Peer } from './peer.ts';
import { BridgeProcess } from './process.ts';
import { surroundings } from './published.ts';

// The page of traces is what the bridge did when this last ran with -u: a process of its own between two stacks nobody here wrote.
vi.setConfig({ testTimeout: 120_000, hookTimeout: 60_000 });

let csms: RpcCsms;
let bridge: BridgeProcess;
let peer: Peer;

beforeAll(async () => {
  csms = await RpcCsms.open('ocpp2.0.1');
  bridge = await BridgeProcess.start({ csmsUrl: csms.url, protocol: 'ocpp2.0.1', haste: true });
  peer = await openNodeSoap(surroundings(bridge.soapUrl));
});

afterAll(async () => {
  await peer?.close();
  await bridge?.stop();
  await csms?.close();
});

const PATIENCE = { timeout: 60_000 };

/** One charge point's story, line by line: what it says, what the CSMS gets. */
class Trace {
  readonly lines: string[] = [];
  readonly #identity: string;
  readonly #version: SoapVersion;
  readonly #names = new Map<string, string>();
  #seen = 0;

  constructor(identity: string, version: SoapVersion) {
    this.#identity = identity;
    this.#version = version;
  }

  /** The charge point calls; the CSMS gets so many messages of it. */
  async says(action: string, payload: Message, reach: number): Promise<Message> {
    this.#tell('charge point', action, payload);
    const told = await peer.call(this.#version, this.#identity, action, payload);
    const { transactionId } = told.payload;
    if (action === 'StartTransaction') this.#names.set(String(transactionId), '<number>');
    await this.reach(reach);
    return told.payload;
  }

  /** So many more messages reach the CSMS. */
  async reach(count: number): Promise<void> {
    const mine = () => csms.heard.filter(({ identity }) => identity === this.#identity);
    await vi.waitFor(() => expect(mine().length).toBeGreaterThanOrEqual(this.#seen + count), PATIENCE);
    for (const { action, payload } of mine().slice(this.#seen)) {
      const info = payload['transactionInfo'] as JsonObject | undefined;
      if (info) this.#names.set(String(info['transactionId']), '<transactionId>');
      this.#tell('→ CSMS', action, payload);
    }
    this.#seen = mine().length;
  }

  /** The CSMS calls, and the charge point answers. */
  async asks(action: string, payload: JsonObject, question: string): Promise<void> {
    await peer.answer(this.#version, question, { status: 'Accepted' });
    this.#tell('CSMS', action, payload);
    const answer = await csms.call(this.#identity, action, payload);
    for (const heard of await peer.heard()) {
      if (heard.action === question) this.#tell('→ charge point', heard.action, plain(heard.payload));
    }
    this.#tell('→ CSMS', `${action} answered`, answer);
  }

  transactionId(): string {
    const [id = ''] = [...this.#names].find(([, name]) => name === '<transactionId>') ?? [];
    return id;
  }

  note(text: string): void {
    this.lines.push(`# ${text}`);
  }

  #tell(who: string, action: string, payload: unknown): void {
    let text = JSON.stringify(payload);
    for (const [value, name] of this.#names) text = text.replaceAll(`"${value}"`, name).replaceAll(value, name);
    this.lines.push(`${who.padEnd(15)} ${action} ${text}`);
  }
}

function plain(payload: Message): Message {
  return Object.fromEntries(Object.entries(payload).map(([name, value]) => [name, String(value)]));
}

const BOOT = { chargePointVendor: 'Elder', chargePointModel: 'E-22', firmwareVersion: '1.4' };
const CONFIGURATION = { configurationKey: [{ key: 'NumberOfConnectors', readonly: true, value: '1' }] };
/** The stories happen now, or the CSMS would be told that they are old; the page tells them of a day in May. */
const NOW = Math.floor(Date.now() / 60_000) * 60_000;
const at = (minute: number): string => new Date(NOW + minute * 60_000).toISOString();
const asTold = (minute: number): string => `2026-05-01T10:${String(minute).padStart(2, '0')}:00.000Z`;

function timeless(text: string): string {
  let told = text;
  for (let minute = 0; minute < 60; minute += 1) told = told.replaceAll(at(minute), asTold(minute));
  return told
    .replace(/"currentTime":"[^"]*"/g, '"currentTime":"…"')
    .replace(/"20(?!26-05-01)\d\d-[^"]*Z"/g, '"(when it came)"');
}

async function booted(identity: string, version: SoapVersion): Promise<Trace> {
  const trace = new Trace(identity, version);
  await peer.answer(version, 'GetConfiguration', CONFIGURATION);
  await trace.says('BootNotification', BOOT, 1);
  await trace.says('StatusNotification', status(version, 'Available', 0), 1);
  return trace;
}

function status(version: SoapVersion, word: string, minute: number): Message {
  return { connectorId: 1, status: word, errorCode: 'NoError', ...(version !== '1.2' && { timestamp: at(minute) }) };
}

const START = { connectorId: 1, idTag: '04A2B3C4', timestamp: at(2), meterStart: 1000 };

it('the page of traces is what the bridge does', async () => {
  const card = await booted('RFID', '1.6');
  await card.says('StatusNotification', status('1.6', 'Preparing', 1), 1);
  await card.says('Authorize', { idTag: '04A2B3C4' }, 1);
  const { transactionId } = await card.says('StartTransaction', START, 1);
  await card.says('StatusNotification', status('1.6', 'Charging', 3), 1);
  const sample = { timestamp: at(15), sampledValue: [{ value: '6000' }] };
  await card.says('MeterValues', { connectorId: 1, transactionId, meterValue: [sample] }, 1);
  const ended = { transactionId, idTag: '04A2B3C4', timestamp: at(30), meterStop: 11_000, reason: 'Local' };
  await card.says('StopTransaction', ended, 1);
  await card.says('StatusNotification', status('1.6', 'Finishing', 30), 0);
  await card.says('StatusNotification', status('1.6', 'Available', 31), 1);

  const remote = await booted('REMOTE', '1.6');
  const idToken = { idToken: 'APP-7731', type: 'Central' };
  await remote.asks('RequestStartTransaction', { idToken, remoteStartId: 17, evseId: 1 }, 'RemoteStartTransaction');
  await remote.says('Authorize', { idTag: 'APP-7731' }, 0);
  const begun = await remote.says('StartTransaction', { ...START, idTag: 'APP-7731' }, 1);
  await remote.asks('RequestStopTransaction', { transactionId: remote.transactionId() }, 'RemoteStopTransaction');
  const stopped = { transactionId: begun['transactionId'], timestamp: at(30), meterStop: 11_000, reason: 'Remote' };
  await remote.says('StopTransaction', stopped, 1);

  const old = await booted('OLD', '1.2');
  await old.says('StatusNotification', status('1.2', 'Occupied', 1), 1);
  const start = await old.says('StartTransaction', START, 1);
  const values = [{ timestamp: at(15), value: 6000 }];
  await old.says('MeterValues', { connectorId: 1, values }, 1);
  await old.says(
    'StopTransaction',
    { transactionId: start['transactionId'], idTag: '04A2B3C4', timestamp: at(30), meterStop: 11_000 },
    1,
  );

  const away = await booted('AWAY', '1.6');
  const first = await away.says('StartTransaction', START, 1);
  const port = Number(new URL(csms.url).port);
  away.note('the CSMS goes away');
  const seen = csms.heard.length;
  await csms.close();
  await away.says('MeterValues', { connectorId: 1, transactionId: first['transactionId'], meterValue: [sample] }, 0);
  await away.says(
    'StopTransaction',
    { transactionId: first['transactionId'], timestamp: at(30), meterStop: 11_000, reason: 'EVDisconnected' },
    0,
  );
  await away.says('StatusNotification', status('1.6', 'Available', 31), 0);
  away.note('the CSMS is back');
  const before = csms.heard.slice(0, seen);
  csms = await RpcCsms.open('ocpp2.0.1', port);
  csms.heard.unshift(...before);
  await away.reach(4);

  const parts: readonly (readonly [string, Trace])[] = [
    ['A card, the cable first (OCPP 1.6 over SOAP)', card],
    ['A session of the CSMS (OCPP 1.6 over SOAP)', remote],
    ['The same charging by a charge point of OCPP 1.2', old],
    ['The CSMS goes away in the middle of a transaction', away],
  ];
  const page = [
    '# Traces towards OCPP 2.0.1',
    '',
    'What the bridge makes of a session, message by message: recorded between a SOAP client and a 2.0.1 central system that are not part of this project. `charge point` and',
    '`CSMS` begin an exchange; `→` is what comes out on the other side. Answers without content are left out. The SOAP side is shown as field names and values.',
    ...parts.flatMap(([title, { lines }]) => ['', `## ${title}`, '', '```', ...lines, '```']),
    '',
  ];
  expect(csms.complaints).toEqual([]);
  await expect(timeless(page.join('\n'))).toMatchFileSnapshot('../../docs/traces-2.0.1.md');
});
