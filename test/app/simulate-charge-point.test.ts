import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { CallbackServer } from '../../src/app/simulate/callback-server.ts';
import { codecWire } from '../../src/app/simulate/codec-wire.ts';
import { type Device, makeDevice } from '../../src/app/simulate/device.ts';
import { Ledger } from '../../src/app/simulate/ledger.ts';
import { seededRandom } from '../../src/app/simulate/random.ts';
import { systemClock } from '../../src/base/clock.ts';
import { SOAP_VERSIONS, type SoapVersion } from '../../src/base/message.ts';
import type { SoapContracts } from '../../src/contract/soap-contract.ts';
import { loadSoapContracts } from '../../src/contract/wsdl.ts';
import { FakeCentralSystem } from './fake-central-system.ts';
import { FakeClock } from './fake-clock.ts';

let contracts: SoapContracts;
beforeAll(async () => {
  contracts = await loadSoapContracts('wsdl');
});

const closing: (() => Promise<void> | void)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

async function scene(version: SoapVersion) {
  const central = new FakeCentralSystem(contracts);
  await central.listen();
  closing.push(() => central.stop());
  const callbacks = new CallbackServer();
  await callbacks.listen();
  closing.push(() => callbacks.close());
  const clock = new FakeClock();
  const ledger = new Ledger();
  const outcomes: string[] = [];
  let id = 0;
  const ids = () => `id-${++id}`;
  const device: Device = makeDevice(
    { identity: 'CP/1', version, connectors: 2, csms: central.url, keepAlive: true, answerWithin: 5_000 },
    {
      clock,
      stopwatch: systemClock,
      ids,
      random: seededRandom(7),
      wire: codecWire(contracts, ids),
      callbacks,
      ledger,
      said: (action, kind) => outcomes.push(`${action} ${kind}`),
      told: () => {},
    },
  );
  closing.push(() => device.close());
  const { point } = device;
  const [connector] = point.connectors;
  if (!connector) throw new Error('no connector');
  return { central, callbacks, clock, ledger, outcomes, point, connector, call: central.call.bind(central, 'CP/1') };
}

describe.each(SOAP_VERSIONS)('a simulated charge point of OCPP %s', (version) => {
  it('boots, reports its connectors, and says where it listens', async () => {
    const { central, callbacks, point } = await scene(version);
    await point.powerUp();
    expect(central.actions()).toEqual(['BootNotification', ...Array(3).fill('StatusNotification')]);
    expect(central.heard.map((heard) => heard.version)).toEqual(Array(4).fill(version));
    expect(new Set(central.heard.map((heard) => heard.from))).toEqual(new Set([callbacks.urlOf('CP/1')]));
    expect(central.of('StatusNotification').map(({ value }) => value['connectorId'])).toEqual(['0', '1', '2']);
  });

  it('charges: what the meters say is what the messages say and what the ledger knows', async () => {
    const { central, clock, ledger, point, connector } = await scene(version);
    await point.powerUp();
    expect(await point.authorize('TAG')).toBe(true);
    await point.startSession(connector, 'TAG', 12_000);
    clock.pass(600_000);
    await point.sample(connector);
    clock.pass(600_000);
    await point.endSession(connector, 'Local');
    const [start] = central.of('StartTransaction');
    const [stop] = central.of('StopTransaction');
    expect(Number(stop?.value['meterStop']) - Number(start?.value['meterStart'])).toBe(4_000);
    expect(stop?.value).toMatchObject({ transactionId: '101', idTag: 'TAG' });
    expect(stop?.value['reason']).toBe(version === '1.6' ? 'Local' : undefined);
    expect(ledger.ended).toMatchObject([{ identity: 'CP/1', transactionId: 101, readings: 1 }]);
    expect(ledger.energy).toBe(4_000);
    const words = central.of('StatusNotification').slice(3);
    expect(words.map(({ value }) => value['status'])).toEqual(
      version === '1.6' ? ['Preparing', 'Charging', 'Finishing', 'Available'] : ['Occupied', 'Available'],
    );
  });

  it('sends a heartbeat at the interval it was given', async () => {
    const { central, clock, point } = await scene(version);
    await point.boot();
    clock.pass(299_999);
    expect(central.actions()).toEqual(['BootNotification']);
    clock.pass(1);
    await central.until('Heartbeat');
    clock.pass(300_000);
    await central.until('Heartbeat', 2);
  });

  it('repeats a rejected BootNotification at the interval it was given', async () => {
    const { central, clock, point } = await scene(version);
    const interval = version === '1.6' ? 'interval' : 'heartbeatInterval';
    central.reply = () =>
      central.heard.length < 3
        ? { status: 'Rejected', currentTime: '2024-05-01T08:00:00Z', [interval]: '20' }
        : undefined;
    expect(await point.boot()).toBe(false);
    clock.pass(20_000);
    await central.until('BootNotification', 2);
    await settled(() => clock.pending > 0);
    clock.pass(20_000);
    await point.whenRegistered();
    expect(central.actions()).toEqual(Array(3).fill('BootNotification'));
  });

  it('keeps transaction messages while it is refused, and repeats them to the byte and in order', async () => {
    const { central, clock, point, connector, ledger } = await scene(version);
    let away = true;
    central.reply = () => (away ? 503 : undefined);
    const session = point.startSession(connector, 'TAG', 12_000);
    await central.until('StartTransaction');
    await settled(() => clock.pending > 1);
    clock.pass(60_000);
    await central.until('StartTransaction', 2);
    const end = point.end(connector, 'Local');
    await settled(() => clock.pending > 0);
    away = false;
    clock.pass(120_000);
    await Promise.all([session, end]);
    const texts = central.of('StartTransaction').map((heard) => heard.text);
    expect(new Set(texts).size).toBe(1);
    expect(texts).toHaveLength(3);
    expect(central.of('StopTransaction').map(({ value }) => value['transactionId'])).toEqual(['101']);
    expect(point.undelivered).toBe(0);
    expect(ledger.oddities).toEqual([]);
  });

  it('gives a transaction message up after three Faults, and says so', async () => {
    const { central, clock, point, connector, ledger } = await scene(version);
    central.reply = ({ action }) => (action === 'StartTransaction' ? 'fault' : undefined);
    const begun = point.begin(connector, 'TAG', 1_000);
    for (const attempt of [1, 2]) {
      await central.until('StartTransaction', attempt);
      await settled(() => clock.pending === 2);
      clock.pass(60_000 * attempt);
    }
    expect(await begun).toBe(false);
    await point.end(connector, 'Local');
    expect(central.actions()).toEqual(Array(3).fill('StartTransaction'));
    expect(ledger.oddities).toEqual(['CP/1: gave up StartTransaction after Fault InternalError']);
  });

  it('stops at once when the tag is refused', async () => {
    const { central, point, connector } = await scene(version);
    central.reply = ({ action }) =>
      action === 'StartTransaction' ? { transactionId: '7', idTagInfo: { status: 'Blocked' } } : undefined;
    expect(await point.begin(connector, 'TAG')).toBe(false);
    expect(central.actions()).toEqual(['StartTransaction', 'StopTransaction']);
  });

  it('starts and stops a session when it is told to, after it has answered', async () => {
    const { central, point, call } = await scene(version);
    await point.powerUp();
    expect(await call('RemoteStartTransaction', { idTag: 'TAG', connectorId: '2' })).toEqual({
      status: 200,
      value: { status: 'Accepted' },
    });
    const { value } = await central.until('StartTransaction');
    expect(value).toMatchObject({ connectorId: '2', idTag: 'TAG' });
    await settled(() => point.connector(2)?.session?.transactionId === 101);
    expect((await call('RemoteStopTransaction', { transactionId: '101' })).value).toEqual({ status: 'Accepted' });
    await central.until('StopTransaction');
    expect((await call('RemoteStopTransaction', { transactionId: '101' })).value).toEqual({ status: 'Rejected' });
  });

  it('boots again after a Reset, having ended what ran', async () => {
    const { central, point, connector, call } = await scene(version);
    await point.powerUp();
    await point.startSession(connector, 'TAG');
    await call('Reset', { type: 'Hard' });
    await central.until('BootNotification', 2);
    const actions = central.actions();
    expect(actions.indexOf('StopTransaction')).toBeLessThan(actions.lastIndexOf('BootNotification'));
    if (version === '1.6') expect(central.of('StopTransaction')[0]?.value['reason']).toBe('HardReset');
  });

  it('goes out of service now, or when the session that runs has ended', async () => {
    const { central, point, connector, call } = await scene(version);
    await point.powerUp();
    await point.startSession(connector, 'TAG');
    const inoperative = (connectorId: string) => call('ChangeAvailability', { connectorId, type: 'Inoperative' });
    expect((await inoperative('2')).value).toEqual({ status: 'Accepted' });
    await settled(() => point.connector(2)?.status === 'Unavailable');
    expect((await inoperative('1')).value).toEqual({ status: 'Scheduled' });
    await point.endSession(connector, 'Local');
    expect(central.of('StatusNotification').at(-1)?.value).toMatchObject({ connectorId: '1', status: 'Unavailable' });
    expect((await inoperative('3')).value).toEqual({ status: 'Rejected' });
  });

  it('knows its configuration keys and refuses others', async () => {
    const { point, call } = await scene(version);
    await point.boot();
    const heartbeat = version === '1.6' ? 'HeartbeatInterval' : 'HeartBeatInterval';
    const change = async (key: string, value: string) => (await call('ChangeConfiguration', { key, value })).value;
    expect(await change(heartbeat, '120')).toEqual({ status: 'Accepted' });
    expect(await change(heartbeat, 'often')).toEqual({ status: 'Rejected' });
    expect(await change('Colour', 'red')).toEqual({ status: 'NotSupported' });
    expect(point.configuration.number(heartbeat, 0)).toBe(120);
  });

  it('unlocks its connectors and ends the session there', async () => {
    const { central, point, connector, call } = await scene(version);
    await point.powerUp();
    await point.startSession(connector, 'TAG');
    const [yes, no] = version === '1.6' ? ['Unlocked', 'NotSupported'] : ['Accepted', 'Rejected'];
    expect((await call('UnlockConnector', { connectorId: '1' })).value).toEqual({ status: yes });
    expect((await call('UnlockConnector', { connectorId: '9' })).value).toEqual({ status: no });
    await central.until('StopTransaction');
  });

  it('reports how diagnostics and firmware get on, and boots with the new firmware', async () => {
    const { central, point, call } = await scene(version);
    await point.powerUp();
    expect((await call('GetDiagnostics', { location: 'ftp://files.example/' })).value).toHaveProperty('fileName');
    await central.until('DiagnosticsStatusNotification', version === '1.6' ? 2 : 1);
    await call('UpdateFirmware', { location: 'ftp://files.example/fw.bin', retrieveDate: '2024-05-01T07:00:00Z' });
    await settled(() => central.of('FirmwareStatusNotification').at(-1)?.value['status'] === 'Installed');
    expect(central.of('BootNotification').map(({ value }) => value['firmwareVersion'])).toEqual(['4.1.0', '4.2.0']);
  });

  it('answers a call for another charge point with IdentityMismatch', async () => {
    const { central, point } = await scene(version);
    await point.boot();
    const answer = await central.call('CP/1', 'ClearCache', {}, 'CP/2');
    expect(answer).toEqual({ status: 500, fault: 'Sender/IdentityMismatch' });
  });

  it('answers every operation of its version', async () => {
    const { central, point, call } = await scene(version);
    await point.boot();
    const values: Record<string, Record<string, string>> = {
      ChangeAvailability: { connectorId: '1', type: 'Operative' },
      ChangeConfiguration: { key: 'BlinkRepeat', value: '1' },
      DataTransfer: { vendorId: 'com.example.elder', messageId: 'echo', data: 'hello' },
      GetCompositeSchedule: { connectorId: '1', duration: '60' },
      GetDiagnostics: { location: 'ftp://files.example/' },
      UpdateFirmware: { location: 'ftp://files.example/', retrieveDate: '2099-01-01T00:00:00Z' },
      RemoteStartTransaction: { idTag: 'TAG' },
      RemoteStopTransaction: { transactionId: '1' },
      ReserveNow: { connectorId: '1', expiryDate: '2099-01-01T00:00:00Z', idTag: 'TAG', reservationId: '5' },
      CancelReservation: { reservationId: '6' },
      Reset: { type: 'Soft' },
      SendLocalList: { listVersion: '1', updateType: 'Full' },
      TriggerMessage: { requestedMessage: 'Heartbeat' },
      UnlockConnector: { connectorId: '1' },
    };
    const faults: string[] = [];
    for (const name of contracts.service(version, 'ChargePoint').operations.keys()) {
      if (name === 'SetChargingProfile') continue;
      const { status, fault } = await call(name, values[name] ?? {});
      if (status !== 200) faults.push(`${name}: ${fault}`);
    }
    expect(faults).toEqual([]);
    await central.until('BootNotification', 2);
  });
});

describe('what only some versions have', () => {
  it('writes readings in the shape of the version', async () => {
    const shapes: Record<string, unknown> = {};
    for (const version of SOAP_VERSIONS) {
      const { central, point, connector, clock } = await scene(version);
      await point.begin(connector, 'TAG', 11_500);
      clock.pass(3_600_000 - 1);
      await point.sample(connector);
      shapes[version] = central.of('MeterValues')[0]?.value;
    }
    const timestamp = expect.stringMatching(/Z$/);
    expect(shapes).toEqual({
      '1.2': { connectorId: '1', values: [{ timestamp, value: expect.stringMatching(/^\d+$/) }] },
      '1.5': {
        connectorId: '1',
        transactionId: '101',
        values: [
          {
            timestamp,
            value: expect.arrayContaining([
              { '.': '11500', '@context': 'Sample.Periodic', '@measurand': 'Power.Active.Import', '@unit': 'W' },
              { '.': '50.0', '@context': 'Sample.Periodic', '@measurand': 'Current.Import', '@unit': 'Amp' },
            ]),
          },
        ],
      },
      '1.6': {
        connectorId: '1',
        transactionId: '101',
        meterValue: [
          {
            timestamp,
            sampledValue: expect.arrayContaining([
              { value: '50.0', context: 'Sample.Periodic', measurand: 'Current.Import', unit: 'A' },
            ]),
          },
        ],
      },
    });
  });

  it('takes a reading of its own accord at the configured interval', async () => {
    const { central, point, connector, clock } = await scene('1.6');
    await point.begin(connector, 'TAG', 10_000);
    clock.pass(900_000);
    await central.until('MeterValues');
  });

  it('1.5 nests the readings of a StopTransaction, 1.6 does not', async () => {
    const shapes: unknown[] = [];
    for (const version of ['1.5', '1.6'] as const) {
      const { central, point, connector } = await scene(version);
      await point.begin(connector, 'TAG');
      await point.end(connector, 'Local');
      shapes.push(central.of('StopTransaction')[0]?.value['transactionData']);
    }
    expect(shapes).toEqual([
      [{ values: [{ timestamp: expect.anything(), value: expect.any(Array) }] }],
      [{ timestamp: expect.anything(), sampledValue: expect.any(Array) }],
    ]);
  });

  it('1.5 holds a reservation until it is used, cancelled or expired', async () => {
    const { central, clock, point, connector, call } = await scene('1.5');
    await point.powerUp();
    const reserve = (reservationId: string) =>
      call('ReserveNow', { connectorId: '1', expiryDate: '2024-05-01T08:10:00Z', idTag: 'TAG', reservationId });
    expect((await reserve('5')).value).toEqual({ status: 'Accepted' });
    expect((await reserve('6')).value).toEqual({ status: 'Occupied' });
    expect((await call('RemoteStartTransaction', { idTag: 'OTHER', connectorId: '1' })).value).toEqual({
      status: 'Rejected',
    });
    expect((await call('CancelReservation', { reservationId: '5' })).value).toEqual({ status: 'Accepted' });
    await settled(() => connector.status === 'Available');
    await reserve('7');
    await settled(() => connector.status === 'Reserved');
    await point.begin(connector, 'TAG');
    expect(central.of('StartTransaction')[0]?.value['reservationId']).toBe('7');
    await point.endSession(connector, 'Local');
    await reserve('8');
    clock.pass(600_000);
    await settled(() => connector.status === 'Available');
  });

  it('1.6 sends what a TriggerMessage asks for', async () => {
    const { central, point, call } = await scene('1.6');
    await point.boot();
    expect((await call('TriggerMessage', { requestedMessage: 'StatusNotification', connectorId: '2' })).value).toEqual({
      status: 'Accepted',
    });
    expect((await central.until('StatusNotification')).value['connectorId']).toBe('2');
    const rejected = await call('TriggerMessage', { requestedMessage: 'Heartbeat', connectorId: '5' });
    expect(rejected.value).toEqual({ status: 'Rejected' });
  });

  it('answers an operation that its version lacks with NotSupported', async () => {
    const { central, point } = await scene('1.2');
    await point.boot();
    const envelope = `<s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope" xmlns:o="urn://Ocpp/Cp/2010/08/"><s:Body><o:reserveNowRequest/></s:Body></s:Envelope>`;
    const answer = await central.post(central.heard[0]?.from ?? '', envelope);
    expect(answer).toEqual({ status: 500, fault: 'Receiver/NotSupported' });
  });

  it('uses one connection for all messages when it keeps them alive', async () => {
    const { central, point } = await scene('1.6');
    await point.powerUp();
    expect(new Set(central.heard.map((heard) => heard.connection)).size).toBe(1);
  });
});

/** Waits for what follows from the network; fails by the test's own time limit. */
async function settled(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setImmediate(resolve));
}
