/** What every SOAP stack must find when it plays a charge point of the bridge, with an independent CSMS on the other bank. */

import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type JsonObject, SOAP_VERSIONS, type SoapVersion } from '../../src/base/message.ts';
import { type BodyValidator, bodyValidator } from '../contract/xsd.ts';
import { RpcCsms, type RpcError } from './csms.ts';
import { asText, type ExchangeRow, exchangesOf, inWholeSeconds, named, titleOf } from './exchanges.ts';
import { type Heard, type Message, type Peer, PeerFault, type Surroundings, type Told } from './peer.ts';
import { BridgeProcess } from './process.ts';
import { surroundings, WSDL_DIR, wsdlText } from './published.ts';

const OPERATIONS: Readonly<Record<SoapVersion, readonly [up: number, down: number]>> = {
  '1.2': [9, 9],
  '1.5': [10, 15],
  '1.6': [10, 19],
};

export function describePeer(name: string, open: (around: Surroundings) => Promise<Peer>): void {
  let csms: RpcCsms;
  let bridge: BridgeProcess;
  let peer: Peer;
  let around: Surroundings;
  const validators = new Map<string, BodyValidator>();

  beforeAll(async () => {
    csms = await RpcCsms.open();
    bridge = await BridgeProcess.start({ csmsUrl: csms.url, wsdlDir: WSDL_DIR });
    around = surroundings(bridge.soapUrl);
    for (const version of SOAP_VERSIONS) {
      for (const role of ['CentralSystem', 'ChargePoint'] as const) {
        validators.set(`${version} ${role}`, bodyValidator(await wsdlText(around, version, role)));
      }
    }
    peer = await open(around);
  });

  afterEach(() => {
    expect(csms.complaints).toEqual([]);
  });

  afterAll(async () => {
    await peer?.close();
    const code = await bridge?.stop();
    await csms?.close();
    expect(code).toBe(0);
  });

  let count = 0;
  const newIdentity = (version: SoapVersion): string => `CP-${version}-${++count}`;

  /** Schema errors of what both sides wrote: of the bridge, and of the peer, which would make a pass mean nothing. */
  function faultsOf(version: SoapVersion, role: 'CentralSystem' | 'ChargePoint', ...envelopes: string[]): string[] {
    const errors = validators.get(`${version} ${role}`);
    return errors ? envelopes.flatMap((envelope) => errors(envelope)) : ['no validator'];
  }

  function expectAddressed({ addressing, sentId }: Told, action: string): void {
    expect(addressing).toMatchObject({ action: `/${action}Response`, relatesTo: sentId });
    expect(addressing.messageId).not.toBe(sentId);
  }

  /** A charge point that the bridge and the CSMS know. */
  async function connected(version: SoapVersion): Promise<string> {
    const identity = newIdentity(version);
    await peer.call(version, identity, 'Heartbeat', {});
    return identity;
  }

  async function onlyHeard(): Promise<Heard> {
    const heard = await peer.heard();
    expect(heard).toHaveLength(1);
    return heard[0] as Heard;
  }

  describe.each(SOAP_VERSIONS)(`${name}, OCPP %s`, (version) => {
    const { up, down } = exchangesOf(version);

    it('finds every operation of its version in the exchanges', () => {
      const answered = down.filter((row) => row.answers !== undefined);
      const kinds = (rows: readonly ExchangeRow[]): number => new Set(rows.map((row) => row.call)).size;
      expect([kinds(up), kinds(answered), kinds(down)]).toEqual([...OPERATIONS[version], 19]);
    });

    it.each(up.map((row) => [titleOf(row), row] as const))('calls the CSMS: %s', async (_title, row) => {
      const identity = newIdentity(version);
      csms.answer(identity, row.call, row.answers ?? {});
      const told = await peer.call(version, identity, row.call, row.asks);

      const precise = peer.wholeSeconds ? inWholeSeconds : <T>(value: T): unknown => value;
      const heard = precise(row.arrives === 'nothing' ? [] : [row.arrives ?? row.asks]);
      expect(named(csms.of(identity, row.call), heard)).toEqual(heard);
      const want = precise(asText(row.returns ?? row.answers));
      expect(named(precise(asText(told.payload)), want)).toEqual(want);
      expectAddressed(told, row.call);
      expect(faultsOf(version, 'CentralSystem', told.sent, told.raw)).toEqual([]);
    });

    it.each(down.map((row) => [titleOf(row), row] as const))('is called by the CSMS: %s', async (_title, row) => {
      const identity = await connected(version);
      if (row.answers) await peer.answer(version, row.call, row.answers);
      const reply = await csms.call(identity, row.call, row.asks).catch((error: RpcError) => error);

      if (row.refused) expect(reply).toMatchObject({ rpcErrorCode: row.refused });
      else expect(reply).toEqual(row.returns ?? row.answers);
      if (!row.answers) {
        expect(await peer.heard()).toEqual([]);
        return;
      }
      const heard = await onlyHeard();
      expect(heard).toMatchObject({ action: row.call, identity, addressing: { action: `/${row.call}` } });
      expect(heard.addressing.messageId).toMatch(/^urn:uuid:[0-9a-f-]{36}$/);
      expect(asText(heard.payload)).toEqual(asText(row.arrives ?? row.asks));
      expect(faultsOf(version, 'ChargePoint', heard.raw, heard.answered)).toEqual([]);
    });

    it('charges a car: the id of the CSMS comes to the charge point, and back with readings and stop', async () => {
      const identity = newIdentity(version);
      const say = async (action: string, payload: Message): Promise<Message> =>
        (await peer.call(version, identity, action, payload)).payload;
      csms.answer(identity, 'StartTransaction', { transactionId: 81_234, idTagInfo: { status: 'Accepted' } });

      await say('BootNotification', { chargePointVendor: 'V', chargePointModel: 'M' });
      await say('StatusNotification', { connectorId: 1, status: 'Available', errorCode: 'NoError' });
      const begun = { connectorId: 1, idTag: 'TAG-1', timestamp: '2026-05-01T10:00:00Z', meterStart: 1000 };
      const { transactionId } = await say('StartTransaction', begun);
      expect(String(transactionId)).toBe('81234');
      await say('MeterValues', reading(version, '2026-05-01T10:15:00Z', 6000, Number(transactionId)));

      await peer.answer(version, 'RemoteStopTransaction', { status: 'Accepted' });
      expect(await csms.call(identity, 'RemoteStopTransaction', { transactionId: 81_234 })).toEqual({
        status: 'Accepted',
      });
      expect(asText((await onlyHeard()).payload)).toEqual({ transactionId: '81234' });
      const ended = { transactionId, idTag: 'TAG-1', timestamp: '2026-05-01T10:30:00Z', meterStop: 11_000 };
      await say('StopTransaction', version === '1.6' ? { ...ended, reason: 'Remote' } : ended);

      expect(csms.of(identity, 'StartTransaction')).toEqual([begun]);
      expect(csms.of(identity, 'MeterValues')).toMatchObject([
        { connectorId: 1, transactionId: 81_234, meterValue: [{ sampledValue: [{ value: '6000' }] }] },
      ]);
      expect(csms.of(identity, 'StopTransaction')).toEqual([{ ...ended, transactionId: 81_234, reason: 'Remote' }]);
      if (version === '1.6') return;
      // What one word could not say, a 1.6 CSMS hears all the same.
      const statuses = await csms.until(identity, 'StatusNotification', 3);
      expect(statuses.map(({ status }) => status)).toEqual(['Available', 'Charging', 'Finishing']);
    });

    it.each([
      ['NotSupported', 'Receiver', 'NotSupported'],
      ['NotImplemented', 'Receiver', 'NotSupported'],
      ['InternalError', 'Receiver', 'InternalError'],
      ['SecurityError', 'Sender', 'SecurityError'],
      ['ProtocolError', 'Sender', 'ProtocolError'],
    ])('reads a CALLERROR %s of the CSMS as the Fault %s/%s', async (refuse, code, subcode) => {
      const identity = newIdentity(version);
      csms.answer(identity, 'Authorize', { refuse, description: 'not today' });
      const refused = await faultFrom(peer.call(version, identity, 'Authorize', { idTag: 'TAG-1' }));
      expect(refused).toMatchObject({ code, subcode });
      expect(refused.reason).toContain('not today');
    });

    it('reads a Fault when it calls an operation that does not exist', async () => {
      const call = peer.call(version, newIdentity(version), 'Heartbeat', {}, { element: 'makeCoffeeRequest' });
      expect(await faultFrom(call)).toMatchObject({ code: 'Receiver', subcode: 'NotSupported' });
    });

    it.each([
      ['Receiver', 'InternalError', 'InternalError'],
      ['Receiver', 'NotSupported', 'NotSupported'],
      ['Sender', 'SecurityError', 'SecurityError'],
    ])('refuses a call with the Fault %s/%s, and the CSMS gets the CALLERROR %s', async (code, subcode, want) => {
      const identity = await connected(version);
      await peer.answer(version, 'ClearCache', { code, subcode, reason: 'the cache is gone' });
      const refusal = await csms.call(identity, 'ClearCache', {}).catch((error: RpcError) => error);
      expect(refusal).toMatchObject({ rpcErrorCode: want, message: 'the cache is gone' });
      expect(refusal).toMatchObject({ details: { faultCode: `${code}/${subcode}` } });
      await onlyHeard();
    });
  });

  it(`${name}: nothing went wrong in the bridge that it did not tell its peers`, () => {
    expect(bridge.troubles.filter((line) => !/"code":/.test(line))).toEqual([]);
  });
}

function reading(version: SoapVersion, timestamp: string, value: number, transactionId: number): JsonObject {
  if (version === '1.2') return { connectorId: 1, values: [{ timestamp, value }] };
  const sample = String(value);
  if (version === '1.5') return { connectorId: 1, transactionId, values: [{ timestamp, value: [{ '.': sample }] }] };
  return { connectorId: 1, transactionId, meterValue: [{ timestamp, sampledValue: [{ value: sample }] }] };
}

async function faultFrom(call: Promise<Told>): Promise<PeerFault['fault']> {
  const outcome = await call.catch((error: unknown) => error);
  expect(outcome).toBeInstanceOf(PeerFault);
  return (outcome as PeerFault).fault;
}
