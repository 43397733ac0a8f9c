import { once } from 'node:events';
import { afterEach, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { Csms, type CsmsOptions } from '../../src/app/demo/csms.ts';
import { CallRefused } from '../../src/app/demo/csms-link.ts';
import { systemClock } from '../../src/base/clock.ts';
import type { Json } from '../../src/base/message.ts';

const open: { stop(): Promise<void> }[] = [];
afterEach(async () => {
  for (const one of open.splice(0)) await one.stop();
});

async function csms(options: Partial<CsmsOptions> = {}): Promise<Csms> {
  let id = 0;
  const made = new Csms({ clock: systemClock, ids: () => `csms-${++id}`, ...options });
  await made.listen();
  open.push(made);
  return made;
}

/** A charge point on `ws`; `next` gives the frames in order. */
async function chargePoint(url: string, headers: Record<string, string> = {}) {
  const socket = new WebSocket(url, ['ocpp1.6'], { headers });
  const frames: Json[][] = [];
  const readers: ((frame: Json[]) => void)[] = [];
  socket.on('message', (data) => {
    const frame = JSON.parse(String(data)) as Json[];
    const reader = readers.shift();
    if (reader) reader(frame);
    else frames.push(frame);
  });
  await once(socket, 'open');
  const next = (): Promise<Json[]> => {
    const frame = frames.shift();
    return frame ? Promise.resolve(frame) : new Promise((resolve) => readers.push(resolve));
  };
  const send = (frame: Json[]) => socket.send(JSON.stringify(frame));
  const ask = (frame: Json[]) => {
    send(frame);
    return next();
  };
  return { socket, next, send, ask };
}

async function refusedStatus(url: string, headers: Record<string, string> = {}): Promise<number | undefined> {
  const socket = new WebSocket(url, ['ocpp1.6'], { headers });
  const [, response] = (await once(socket, 'unexpected-response')) as [unknown, { statusCode?: number }];
  return response.statusCode;
}

const start = { connectorId: 1, idTag: 'TAG', timestamp: '2024-05-01T08:00:00.000Z', meterStart: 100 };

describe('the small central system', () => {
  it('counts transactions and books their energy', async () => {
    const central = await csms();
    const station = await chargePoint(`${central.url}/CP%2F1`);
    const [, , begun] = await station.ask([2, 'a', 'StartTransaction', start]);
    await station.ask([
      2,
      'b',
      'MeterValues',
      {
        connectorId: 1,
        transactionId: 1,
        meterValue: [{ timestamp: start.timestamp, sampledValue: [{ value: '150' }] }],
      },
    ]);
    await station.ask([
      2,
      'c',
      'StopTransaction',
      { transactionId: 1, timestamp: '2024-05-01T09:00:00Z', meterStop: 350 },
    ]);
    expect(begun).toEqual({ transactionId: 1, idTagInfo: { status: 'Accepted' } });
    expect(central.ledger.sessions).toMatchObject([{ identity: 'CP/1', meterStop: 350, readings: 1 }]);
    expect(central.ledger.energy).toBe(250);
    expect(central.ledger.oddities).toEqual([]);
  });

  it('gives a repeated start the same id and notes the repetition', async () => {
    const central = await csms();
    const station = await chargePoint(`${central.url}/CP1`);
    const first = await station.ask([2, 'a', 'StartTransaction', start]);
    const second = await station.ask([2, 'b', 'StartTransaction', start]);
    expect(second[2]).toEqual(first[2]);
    expect(central.ledger.sessions).toHaveLength(1);
    expect(central.ledger.oddities).toEqual(['CP1: the start of transaction 1 came twice']);
  });

  it('notes the stop of a transaction that does not run', async () => {
    const central = await csms();
    const station = await chargePoint(`${central.url}/CP1`);
    await station.ask([2, 'a', 'StopTransaction', { transactionId: 9, timestamp: start.timestamp, meterStop: 1 }]);
    expect(central.ledger.oddities).toEqual(['CP1: stop of transaction 9, which does not run']);
  });

  it('calls a charge point and hands back its answer', async () => {
    const central = await csms();
    const station = await chargePoint(`${central.url}/CP1`);
    await central.arrival('CP1');
    const answer = central.call('CP1', 'Reset', { type: 'Soft' });
    expect(await station.next()).toEqual([2, 'csms-1', 'Reset', { type: 'Soft' }]);
    station.send([3, 'csms-1', { status: 'Accepted' }]);
    expect(await answer).toEqual({ status: 'Accepted' });
  });

  it('rejects with the code of a CALLERROR', async () => {
    const central = await csms();
    const station = await chargePoint(`${central.url}/CP1`);
    const answer = central.call('CP1', 'ReserveNow', {}).catch((error: unknown) => error);
    await station.next();
    station.send([4, 'csms-1', 'NotSupported', 'OCPP 1.2 has no ReserveNow', {}]);
    expect(await answer).toSatisfy((error) => error instanceof CallRefused && error.code === 'NotSupported');
  });

  it('rejects a call whose link breaks', async () => {
    const central = await csms();
    const station = await chargePoint(`${central.url}/CP1`);
    const answer = central.call('CP1', 'Reset', { type: 'Soft' }).catch((error: unknown) => String(error));
    station.socket.terminate();
    expect(await answer).toContain('the link was closed');
  });

  it('answers an unknown action with NotImplemented', async () => {
    const central = await csms();
    const station = await chargePoint(`${central.url}/CP1`);
    expect((await station.ask([2, 'a', 'Teleport', {}])).slice(0, 3)).toEqual([4, 'a', 'NotImplemented']);
  });

  it('refuses a message that its contract refuses', async () => {
    const contract = {
      protocol: 'ocpp1.6',
      actions: new Map(),
      check: () => ({ code: 'FieldMissing', reason: 'idTag is missing' }),
      repair: () => ({ payload: {}, dropped: [] }),
    } as const satisfies CsmsOptions['contract'];
    const central = await csms({ contract });
    const station = await chargePoint(`${central.url}/CP1`);
    expect((await station.ask([2, 'a', 'Authorize', {}])).slice(0, 4)).toEqual([
      4,
      'a',
      'FormationViolation',
      'idTag is missing',
    ]);
    expect(central.complaints).toEqual(['CP1: Authorize: idTag is missing']);
  });

  it('keeps strangers out with 404 and wrong passwords with 401', async () => {
    const central = await csms({ known: new Set(['CP1']), password: () => 'secret' });
    const basic = (password: string) => ({
      authorization: `Basic ${Buffer.from(`CP1:${password}`).toString('base64')}`,
    });
    expect(await refusedStatus(`${central.url}/CP2`)).toBe(404);
    expect(await refusedStatus(`${central.url}/CP1`, basic('guess'))).toBe(401);
    const station = await chargePoint(`${central.url}/CP1`, basic('secret'));
    expect(station.socket.protocol).toBe('ocpp1.6');
  });

  it('lets a newer link of the same charge point take over', async () => {
    const central = await csms();
    const first = await chargePoint(`${central.url}/CP1`);
    const closed = once(first.socket, 'close');
    const second = await chargePoint(`${central.url}/CP1`);
    await closed;
    expect(central.connected).toEqual(['CP1']);
    expect((await second.ask([2, 'a', 'Heartbeat', {}]))[0]).toBe(3);
  });
});
