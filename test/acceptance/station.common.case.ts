/** What a strict OCPP 2.0.1 CSMS must see of charge points that speak SOAP, whatever stack they are made of. */

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { type JsonObject, SOAP_VERSIONS, type SoapVersion } from '../../src/base/message.ts';
import { RpcCsms } from './csms.ts';
import type { Heard, Message, Peer, Surroundings } from './peer.ts';
import { BridgeProcess } from './process.ts';
import { surroundings } from './published.ts';

// Real processes, some of which are killed and started again.
vi.setConfig({ testTimeout: 90_000, hookTimeout: 90_000 });

const BOOT = { chargePointVendor: 'V', chargePointModel: 'M', firmwareVersion: '1.0' };
// Without fractions, which not every stack keeps.
const BEGIN = '2026-05-01T10:00:00Z';
const END = '2026-05-01T10:30:00Z';

export function describeStation(name: string, open: (around: Surroundings) => Promise<Peer>): void {
  let csms: RpcCsms;
  let bridge: BridgeProcess;
  let peer: Peer;
  let storePath: string;
  let count = 0;

  beforeAll(async () => {
    storePath = mkdtempSync(join(tmpdir(), 'ocpp-soap-bridge-store-'));
    csms = await RpcCsms.open('ocpp2.0.1');
    bridge = await BridgeProcess.start({ csmsUrl: csms.url, protocol: 'ocpp2.0.1', storePath, haste: true });
    peer = await open(surroundings(bridge.soapUrl));
  });

  afterEach(() => {
    expect(csms.complaints).toEqual([]);
  });

  afterAll(async () => {
    await peer?.close();
    const code = await bridge?.stop();
    await csms?.close();
    rmSync(storePath, { recursive: true, force: true });
    expect(code).toBe(0);
  });

  describe.each(SOAP_VERSIONS)(`${name}, OCPP %s`, (version) => {
    const newIdentity = (): string => `CS-${version}-${++count}`;

    const say = async (identity: string, action: string, payload: Message): Promise<Message> =>
      (await peer.call(version, identity, action, payload)).payload;

    const status = (identity: string, word: string): Promise<Message> =>
      say(identity, 'StatusNotification', { connectorId: 1, status: word, errorCode: 'NoError' });

    /** A charge point that has booted and is free. */
    async function booted(keys: Readonly<Record<string, string>> = {}): Promise<string> {
      const identity = newIdentity();
      const all = Object.entries({ NumberOfConnectors: '1', ...keys });
      await peer.answer(version, 'GetConfiguration', {
        configurationKey: all.map(([key, value]) => ({ key, readonly: true, value })),
      });
      await say(identity, 'BootNotification', BOOT);
      await status(identity, 'Available');
      await csms.until(identity, 'StatusNotification', 1);
      return identity;
    }

    /** What the charge point was asked, the bridge's own look at its configuration left out. */
    async function heard(): Promise<Heard[]> {
      return (await peer.heard()).filter(({ action }) => action !== 'GetConfiguration');
    }

    async function start(identity: string, change: Message = {}): Promise<number> {
      const begun = { connectorId: 1, idTag: '04A2B3C4', timestamp: BEGIN, meterStart: 1000, ...change };
      const { transactionId } = await say(identity, 'StartTransaction', begun);
      return Number(transactionId);
    }

    const stop = (identity: string, transactionId: number, change: Message = {}): Promise<Message> =>
      say(identity, 'StopTransaction', { transactionId, timestamp: END, meterStop: 11_000, ...change });

    const events = (identity: string): JsonObject[] => csms.of(identity, 'TransactionEvent');

    it('charges a car: one Started, Updated in order, one Ended, with both registers', async () => {
      const identity = await booted();
      const { idTagInfo } = await say(identity, 'Authorize', { idTag: '04A2B3C4' });
      expect(idTagInfo).toMatchObject({ status: 'Accepted' });
      await status(identity, version === '1.6' ? 'Preparing' : 'Occupied');
      const transactionId = await start(identity);
      expect(transactionId).toBeGreaterThan(0);
      if (version === '1.6') await status(identity, 'Charging');
      await say(identity, 'MeterValues', reading(version, '2026-05-01T10:15:00.000Z', 6000, transactionId));
      await stop(identity, transactionId, { idTag: '04A2B3C4' });
      await status(identity, 'Available');

      const all = await csms.until(identity, 'TransactionEvent', version === '1.6' ? 4 : 3);
      expect(all.map(({ seqNo }) => seqNo)).toEqual(all.map((_, index) => index));
      const ids = new Set(all.map(idOf));
      expect(ids.size).toBe(1);
      const kinds = all.map(({ eventType, triggerReason }) => `${eventType} ${triggerReason}`);
      expect(kinds[0]).toMatch(/^Started (Authorized|CablePluggedIn)$/);
      expect(kinds.slice(1, -1)).toEqual([
        ...(version === '1.6' ? ['Updated ChargingStateChanged'] : []),
        'Updated MeterValuePeriodic',
      ]);
      expect(all.at(-1)).toMatchObject({
        eventType: 'Ended',
        timestamp: END,
        transactionInfo: { stoppedReason: expect.any(String) as string },
      });
      expect(all[0]).toMatchObject({
        evse: { id: 1, connectorId: 1 },
        idToken: { idToken: '04A2B3C4', type: 'ISO14443' },
        timestamp: BEGIN,
      });
      expect([energyOf(all[0], 'Transaction.Begin'), energyOf(all.at(-1), 'Transaction.End')]).toEqual([1000, 11_000]);
      const first = csms.heard.find((call) => call.identity === identity);
      expect(first?.action).toBe('BootNotification');
    });

    it('starts and stops at the request of the CSMS', async () => {
      const identity = await booted();
      await peer.answer(version, 'RemoteStartTransaction', { status: 'Accepted' });
      const idToken = { idToken: 'TOKEN-OF-THE-CSMS-LONGER-THAN-20', type: 'Central' };
      const asked = { idToken, remoteStartId: 17, evseId: 1 };
      expect(await csms.call(identity, 'RequestStartTransaction', asked)).toMatchObject({ status: 'Accepted' });
      const [command] = await heard();
      expect(command).toMatchObject({ action: 'RemoteStartTransaction' });
      const { idTag } = command?.payload ?? {};
      expect(String(idTag).length).toBeLessThanOrEqual(20);

      const transactionId = await start(identity, { idTag: String(idTag) });
      const [started] = await csms.until(identity, 'TransactionEvent', 1);
      expect(started).toMatchObject({ triggerReason: 'RemoteStart', idToken, transactionInfo: { remoteStartId: 17 } });

      await peer.answer(version, 'RemoteStopTransaction', { status: 'Accepted' });
      expect(await csms.call(identity, 'RequestStopTransaction', { transactionId: idOf(started) })).toMatchObject({
        status: 'Accepted',
      });
      expect((await heard()).map(({ payload }) => Number(payload['transactionId']))).toEqual([transactionId]);
      await stop(identity, transactionId, version === '1.6' ? { reason: 'Remote' } : {});
      const all = await csms.until(identity, 'TransactionEvent', 2);
      expect(all.at(-1)).toMatchObject({ triggerReason: 'RemoteStop', transactionInfo: { stoppedReason: 'Remote' } });
    });

    it('tells what it is made of, in pages that end', async () => {
      const identity = await booted();
      const asked = { requestId: 5, reportBase: 'FullInventory' };
      expect(await csms.call(identity, 'GetBaseReport', asked)).toMatchObject({ status: 'Accepted' });
      let pages = await csms.until(identity, 'NotifyReport', 1);
      while (pages.at(-1)?.['tbc'] === true) pages = await csms.until(identity, 'NotifyReport', pages.length + 1);
      expect(pages.map(({ requestId, seqNo }) => [requestId, seqNo])).toEqual(pages.map((_, index) => [5, index]));
      const rows = pages.flatMap(({ reportData }) => (reportData as JsonObject[] | undefined) ?? []);
      const names = rows.map(({ component, variable }) => `${nameOf(component)}.${nameOf(variable)}`);
      expect(names).toEqual(
        expect.arrayContaining([
          'ChargingStation.Model',
          'OCPPCommCtrlr.HeartbeatInterval',
          'EVSE.Power',
          'Connector.ConnectorType',
        ]),
      );
    });

    it.each([
      [
        'ChangeAvailability',
        { operationalStatus: 'Inoperative' },
        { status: 'Accepted' },
        { connectorId: 0, type: 'Inoperative' },
      ],
      [
        'UnlockConnector',
        { evseId: 1, connectorId: 1 },
        { status: version === '1.2' || version === '1.5' ? 'Accepted' : 'Unlocked' },
        { connectorId: 1 },
      ],
      ['Reset', { type: 'Immediate' }, { status: 'Accepted' }, { type: 'Hard' }],
      ['ClearCache', {}, { status: 'Accepted' }, {}],
    ] as const)('passes %s on to the charge point', async (action, asked, reply, arrives) => {
      const identity = await booted();
      await peer.answer(version, action, reply);
      const { status: said } = await csms.call(identity, action, asked as JsonObject);
      expect(['Accepted', 'Unlocked']).toContain(said);
      const [command] = await heard();
      expect(textOf(command?.payload)).toMatchObject(textOf(arrives));
    });

    it.each([
      [
        'SetDisplayMessage',
        { message: { id: 1, priority: 'NormalCycle', message: { format: 'UTF8', content: 'Hi' } } },
        { status: 'Rejected' },
      ],
      ['GetInstalledCertificateIds', {}, { status: 'NotFound' }],
      ['SetMonitoringLevel', { severity: 5 }, { status: 'Accepted' }],
      ['GetMonitoringReport', { requestId: 1 }, { status: 'EmptyResultSet' }],
      ['GetTransactionStatus', {}, { messagesInQueue: false }],
    ] as const)('answers %s by itself', async (action, asked, answer) => {
      const identity = await booted();
      expect(await csms.call(identity, action, asked as unknown as JsonObject)).toMatchObject(answer);
      expect(await heard()).toEqual([]);
    });

    it('shows the driver the tariff, the cost so far and the cost at the end, if it says that it can', async () => {
      const identity = await booted({ CustomDisplayCostAndPrice: 'true' });
      await peer.answer(version, 'DataTransfer', { status: 'Accepted' });
      // 1.2 has neither configuration to ask for nor DataTransfer.
      const shows = version !== '1.2';
      const extension = { name: 'CustomImplementationEnabled', instance: 'org.openchargealliance.costmsg' };
      const rows = [
        { component: { name: 'OCPP16LegacyCtrlr' }, variable: { name: 'CustomDisplayCostAndPrice' } },
        { component: { name: 'CustomizationCtrlr' }, variable: extension },
      ];
      for (const row of rows) {
        const { getVariableResult } = await csms.call(identity, 'GetVariables', { getVariableData: [row] });
        expect((getVariableResult as JsonObject[])[0]?.['attributeValue']).toBe(shows ? 'true' : undefined);
      }
      await heard();
      const told = async (): Promise<unknown[]> => {
        if (!shows) return [];
        const display = await vi.waitUntil(async () => (await heard())[0], { timeout: 20_000 });
        expect(display).toMatchObject({ action: 'DataTransfer', identity });
        const { vendorId, messageId, data } = display.payload;
        expect(vendorId).toBe('org.openchargealliance.costmsg');
        return [messageId, JSON.parse(String(data))];
      };

      const text = (content: string) => ({ format: 'UTF8', content });
      const tariff = { status: 'Accepted', personalMessage: text('0,30 €/kWh & 1 € <start>') };
      csms.answer(identity, 'Authorize', { idTokenInfo: tariff });
      await say(identity, 'Authorize', { idTag: '04A2B3C4' });
      const price = { idToken: '04A2B3C4', priceText: '0,30 €/kWh & 1 € <start>' };
      expect(await told()).toEqual(shows ? ['SetUserPrice', price] : []);

      csms.answer(identity, 'TransactionEvent', ({ eventType }) =>
        eventType === 'Ended' ? { totalCost: 4, updatedPersonalMessage: text('10 kWh: 4,00 €') } : { totalCost: 0 },
      );
      const transactionId = await start(identity);
      const running = { transactionId, meterValue: 1000, chargingPrice: {} };
      expect(await told()).toMatchObject(shows ? ['RunningCost', { ...running, timestamp: BEGIN, cost: 0 }] : []);

      const [started] = events(identity);
      const sofar = { transactionId: idOf(started), totalCost: 1.1 };
      expect(await csms.call(identity, 'CostUpdated', sofar)).toEqual({});
      expect(await told()).toMatchObject(shows ? ['RunningCost', { ...running, cost: 1.1 }] : []);

      await stop(identity, transactionId);
      const final = { transactionId, cost: 4, priceText: '10 kWh: 4,00 €' };
      expect(await told()).toEqual(shows ? ['FinalCost', final] : []);
      await csms.until(identity, 'TransactionEvent', 2);
      expect(await heard()).toEqual([]);
    });

    it('is configured by a CSMS that has it Pending, and keeps its sessions back until it is accepted', async () => {
      const identity = newIdentity();
      const configuration = [{ key: 'NumberOfConnectors', readonly: true, value: '1' }];
      await peer.answer(version, 'GetConfiguration', { configurationKey: configuration });
      csms.answer(identity, 'BootNotification', { status: 'Pending', currentTime: BEGIN, interval: 300 });
      const { status: told } = await say(identity, 'BootNotification', BOOT);
      expect(told).toBe('Accepted');
      await start(identity);

      const report = { requestId: 0, reportBase: 'FullInventory' };
      expect(await csms.call(identity, 'GetBaseReport', report)).toMatchObject({ status: 'Accepted' });
      let pages = await csms.until(identity, 'NotifyReport', 1);
      while (pages.at(-1)?.['tbc'] === true) pages = await csms.until(identity, 'NotifyReport', pages.length + 1);
      const remote = { idToken: { idToken: 'A', type: 'Central' }, remoteStartId: 1, evseId: 1 };
      expect(await csms.call(identity, 'RequestStartTransaction', remote)).toMatchObject({ status: 'Rejected' });
      expect(events(identity)).toEqual([]);

      csms.answer(identity, 'BootNotification', { status: 'Accepted', currentTime: BEGIN, interval: 300 });
      await peer.answer(version, 'TriggerMessage', { status: 'NotImplemented' });
      const trigger = { requestedMessage: 'BootNotification' };
      expect(await csms.call(identity, 'TriggerMessage', trigger)).toMatchObject({ status: 'Accepted' });
      const [started] = await csms.until(identity, 'TransactionEvent', 1);
      expect(started).toMatchObject({ eventType: 'Started', seqNo: 0 });
      expect(csms.of(identity, 'BootNotification').at(-1)).toMatchObject({ reason: 'Triggered' });
    });

    it('takes a whole session over while the CSMS is away, and delivers it as offline, in order', async () => {
      const identity = await booted();
      const port = Number(new URL(csms.url).port);
      await csms.close();
      const transactionId = await start(identity);
      await say(identity, 'MeterValues', reading(version, '2026-05-01T10:15:00.000Z', 6000, transactionId));
      await stop(identity, transactionId);
      csms = await RpcCsms.open('ocpp2.0.1', port);
      const all = await csms.until(identity, 'TransactionEvent', 3);
      expect(all.map(({ eventType, seqNo, offline }) => [eventType, seqNo, offline])).toEqual([
        ['Started', 0, true],
        ['Updated', 1, true],
        ['Ended', 2, true],
      ]);
      expect(csms.heard.filter((call) => call.identity === identity)[0]?.action).toBe('BootNotification');
      expect(events(identity)).toHaveLength(3);
    });

    it('goes on after a crash: the number of the next event, and the answer to a repeated start', async () => {
      const identity = await booted();
      const transactionId = await start(identity);
      await csms.until(identity, 'TransactionEvent', 1);
      await bridge.crash();
      await peer.close();
      bridge = await BridgeProcess.start({ csmsUrl: csms.url, protocol: 'ocpp2.0.1', storePath, haste: true });
      peer = await open(surroundings(bridge.soapUrl));

      expect(await start(identity)).toBe(transactionId);
      await stop(identity, transactionId);
      const all = await csms.until(identity, 'TransactionEvent', 2);
      expect(all.map(({ eventType, seqNo }) => [eventType, seqNo])).toEqual([
        ['Started', 0],
        ['Ended', 1],
      ]);
      csms.forgiveBrokenConnections();
    });
  });
}

function reading(version: SoapVersion, timestamp: string, value: number, transactionId: number): JsonObject {
  if (version === '1.2') return { connectorId: 1, values: [{ timestamp, value }] };
  const sample = String(value);
  if (version === '1.5') return { connectorId: 1, transactionId, values: [{ timestamp, value: [{ '.': sample }] }] };
  return { connectorId: 1, transactionId, meterValue: [{ timestamp, sampledValue: [{ value: sample }] }] };
}

/** Wh of the energy register with that context. */
function energyOf(event: JsonObject | undefined, context: string): number | undefined {
  const samples = ((event?.['meterValue'] as JsonObject[] | undefined) ?? []).flatMap(
    ({ sampledValue }) => sampledValue as JsonObject[],
  );
  const register = samples.find(
    (sample) => sample['context'] === context && sample['measurand'] === 'Energy.Active.Import.Register',
  );
  return register?.['value'] as number | undefined;
}

function idOf(event: JsonObject | undefined): string {
  return String((event?.['transactionInfo'] as JsonObject | undefined)?.['transactionId']);
}

function nameOf(thing: unknown): string {
  return String((thing as JsonObject)['name']);
}

function textOf(payload: Message | undefined): Record<string, string> {
  return Object.fromEntries(Object.entries(payload ?? {}).map(([name, value]) => [name, String(value)]));
}
