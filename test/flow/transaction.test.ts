import { describe, expect, test } from 'vitest';
import {
  csmsAnswered,
  csmsRefused,
  deviceAnswered,
  deviceCalls,
  deviceHasAnswer,
  linkOpened,
  ownCallAnswered,
} from '../../src/flow/flows.ts';
import { memoryOf } from '../../src/flow/memory.ts';
import { type ChargePointState, EMPTY_STATE } from '../../src/flow/state.ts';
import { context, exchange, NOW, REFUSE, sent } from './context.ts';

const START = { connectorId: 1, idTag: 'TAG', meterStart: 100, timestamp: '2024-03-09T09:59:00.000Z' };
const STOP = { transactionId: 42, meterStop: 900, timestamp: '2024-03-09T10:30:00.000Z' };
const ACCEPTED = { transactionId: 42, idTagInfo: { status: 'Accepted' } };
const OCCUPIED = { connectorId: 1, status: 'Preparing', errorCode: 'NoError' };
const facts = { receivedAt: NOW, timezone: 'UTC', connectors: undefined };

function started(answer = ACCEPTED): ChargePointState {
  return csmsAnswered(EMPTY_STATE, exchange('StartTransaction', START), answer, context('1.5')).state;
}

describe('transaction ids', () => {
  test('a start is remembered with its answer before the charge point gets it', () => {
    const { state, effects } = csmsAnswered(EMPTY_STATE, exchange('StartTransaction', START), ACCEPTED, context('1.5'));
    expect(state.transactions['42']).toMatchObject({ device: 42, csms: 42, connectorId: 1, meterStart: 100 });
    expect(effects).toEqual([
      { do: 'remember-answer', payload: ACCEPTED },
      { do: 'answer', payload: ACCEPTED },
    ]);
  });

  test.each([[1_709_978_400_123], [-3_000_000_000]])(
    'an id that xs:int cannot hold (%i) gets a short one, both ways',
    (id) => {
      const state = started({ ...ACCEPTED, transactionId: id });
      const memory = memoryOf(state, facts);
      expect(memory.deviceTransaction(id)).toBe(1);
      expect(memory.csmsTransaction(1)).toBe(id);
    },
  );

  test.each([[0], [-1], [2_147_483_647], [-2_147_483_648]])('an id within xs:int (%i) passes unchanged', (id) => {
    const memory = memoryOf(started({ ...ACCEPTED, transactionId: id }), facts);
    expect([memory.deviceTransaction(id), memory.csmsTransaction(id)]).toEqual([id, id]);
  });

  test('an id nobody knows passes unchanged', () => {
    expect(memoryOf(EMPTY_STATE, facts).csmsTransaction(77)).toBe(77);
  });

  test('readings belong to the transaction that covers their time, also one that just ended', () => {
    const state = csmsAnswered(started(), exchange('StopTransaction', STOP), {}, context('1.2')).state;
    const memory = memoryOf(state, facts);
    const at = (time: string) => memory.transactionAt(1, Date.parse(time));
    expect([at('2024-03-09T09:58:59Z'), at('2024-03-09T10:15:00Z'), at('2024-03-09T10:30:01Z')]).toEqual([
      undefined,
      42,
      undefined,
    ]);
    expect(memory.transactionAt(0, Date.parse('2024-03-09T10:15:00Z'))).toBeUndefined();
  });
});

describe('why a transaction stopped', () => {
  const reason = (state: ChargePointState) => memoryOf(state, facts).stopReason(42);
  const accept = (action: string, request: Record<string, number | string>, status = 'Accepted') =>
    deviceAnswered(started(), exchange(action, request), { status }, sent(action, request), context('1.5')).state;

  test.each([
    ['RemoteStopTransaction', { transactionId: 42 }, 'Accepted', 'Remote'],
    ['RemoteStopTransaction', { transactionId: 41 }, 'Accepted', undefined],
    ['RemoteStopTransaction', { transactionId: 42 }, 'Rejected', undefined],
    ['Reset', { type: 'Hard' }, 'Accepted', 'HardReset'],
    ['Reset', { type: 'Soft' }, 'Accepted', 'SoftReset'],
    ['UnlockConnector', { connectorId: 1 }, 'Unlocked', 'UnlockCommand'],
    ['UnlockConnector', { connectorId: 2 }, 'Unlocked', undefined],
  ])('%s %j answered %s explains %s', (action, request, status, expected) => {
    expect(reason(accept(action, request as Record<string, number | string>, status))).toBe(expected);
  });

  test('a start that was not accepted explains itself; nothing else is guessed', () => {
    expect(reason(started({ transactionId: 42, idTagInfo: { status: 'Invalid' } }))).toBe('DeAuthorized');
    expect(reason(started())).toBeUndefined();
  });
});

describe('statuses that old versions cannot say', () => {
  const seen = (status: string, state = started()) =>
    deviceCalls(state, exchange('StatusNotification', { ...OCCUPIED, status }), false, context('1.5'), REFUSE).state;
  const afterStart = (state: ChargePointState, version: '1.5' | '1.6' = '1.5') =>
    deviceHasAnswer(state, exchange('StartTransaction', START), ACCEPTED, context(version)).effects;

  test('Charging follows the start once the charge point has its answer, at the time of the start', () => {
    const charging = { connectorId: 1, status: 'Charging', errorCode: 'NoError', timestamp: START.timestamp };
    expect(afterStart(seen('Preparing'))).toContainEqual({
      do: 'call-csms',
      action: 'StatusNotification',
      payload: charging,
      own: true,
    });
  });

  test('Finishing follows the stop', () => {
    const stopped = csmsAnswered(seen('Charging'), exchange('StopTransaction', STOP), {}, context('1.5')).state;
    const { effects } = deviceHasAnswer(stopped, exchange('StopTransaction', STOP), {}, context('1.5'));
    expect(effects).toMatchObject([
      { code: 'status-synth' },
      { payload: { status: 'Finishing', timestamp: STOP.timestamp } },
    ]);
  });

  test.each(['Available', 'Faulted', 'Unavailable'])('a real %s wins over Finishing', (status) => {
    const { effects } = deviceHasAnswer(seen(status), exchange('StopTransaction', STOP), {}, context('1.5'));
    expect(effects).toEqual([]);
  });

  test('a charge point of 1.6 speaks for itself', () => {
    expect(afterStart(seen('Preparing'), '1.6')).toEqual([]);
  });

  test('nothing is said of a start that was not accepted', () => {
    const answer = { transactionId: 42, idTagInfo: { status: 'Blocked' } };
    const { effects } = deviceHasAnswer(seen('Preparing'), exchange('StartTransaction', START), answer, context('1.5'));
    expect(effects).toEqual([]);
  });

  test('Occupied after the stop is finishing until the connector is Available', () => {
    const stopped = csmsAnswered(seen('Charging'), exchange('StopTransaction', STOP), {}, context('1.5')).state;
    expect(memoryOf(stopped, facts).connectorUse(1)).toBe('finishing');
    expect(memoryOf(seen('Available', stopped), facts).connectorUse(1)).toBe('idle');
  });
});

describe('a CSMS that is away', () => {
  const away = { code: 'CsmsAway', reason: 'away' } as const;
  const keep = { refused: {}, away: { answer: {}, keep: 'last-per-connector' } } as const;

  test('the newest status of each connector waits for the link and stays until it is answered', () => {
    const first = csmsRefused(EMPTY_STATE, exchange('StatusNotification', OCCUPIED), away, 1, keep, context('1.5'));
    const newer = { ...OCCUPIED, status: 'Available' };
    const second = csmsRefused(first.state, exchange('StatusNotification', newer), away, 1, keep, context('1.5'));
    expect(second.effects).toContainEqual({ do: 'loss', code: 'offline-last', field: 'StatusNotification' });
    const replay = linkOpened(second.state, context('1.5'), 'told');
    expect(replay.effects).toEqual([{ do: 'call-csms', action: 'StatusNotification', payload: newer, own: true }]);
    expect(linkOpened(replay.state, context('1.5'), 'told').effects).toHaveLength(1);
    const told = ownCallAnswered(replay.state, exchange('StatusNotification', newer), {}, context('1.5'));
    expect(linkOpened(told.state, context('1.5'), 'told').effects).toEqual([]);
  });

  test('a transaction message is refused without a Fault, so that the charge point keeps it', () => {
    const policy = { refused: { other: 'fault' }, away: 'refuse' } as const;
    const { effects } = csmsRefused(EMPTY_STATE, exchange('StopTransaction', STOP), away, 1, policy, context('1.5'));
    expect(effects).toEqual([{ do: 'refuse', refusal: away }]);
  });

  test('the bridge keeps the clock for a day and then stops pretending', () => {
    const policy = {
      refused: { other: { answer: { currentTime: '$now' } } },
      away: { answer: { currentTime: '$now' } },
    } as const;
    const ask = (csmsAnsweredAt: number) =>
      csmsRefused(EMPTY_STATE, exchange('Heartbeat'), away, 1, policy, context('1.5', { csmsAnsweredAt })).effects.at(
        -1,
      );
    expect(ask(NOW - 3_600_000)).toEqual({ do: 'answer', payload: { currentTime: '2024-03-09T10:00:00.000Z' } });
    expect(ask(NOW - 86_400_001)).toEqual({ do: 'refuse', refusal: away });
  });
});

test.each(['StartTransaction', 'StopTransaction', 'MeterValues'])(
  'a 404 of the CSMS leaves %s with the charge point, without a Fault: it may be a proxy that speaks',
  (action) => {
    const refusal = { code: 'IdentityUnknown', reason: 'the CSMS does not know it' } as const;
    const policy = { refused: { other: 'fault' }, away: 'refuse' } as const;
    const { effects } = csmsRefused(EMPTY_STATE, exchange(action, START), refusal, 1, policy, context('1.5'));
    expect(effects).toContainEqual({ do: 'refuse', refusal: { code: 'CsmsAway', reason: refusal.reason } });
  },
);

describe('a message that nobody would send in earnest does not blow up the document', () => {
  const size = (state: ChargePointState) => JSON.stringify(state).length;

  test('one status after another, each of another connector', () => {
    let state = EMPTY_STATE;
    for (let connectorId = 1; connectorId <= 5000; connectorId += 1) {
      const call = exchange('StatusNotification', { ...OCCUPIED, connectorId });
      state = deviceCalls(state, call, false, context('1.5'), REFUSE).state;
    }
    expect(size(state)).toBeLessThan(20_000);
  });

  test('a hundred thousand readings', () => {
    const sampledValue = Array.from({ length: 100_000 }, () => ({ value: '1' }));
    const request = { connectorId: 1, meterValue: [{ timestamp: START.timestamp, sampledValue }] };
    expect(size(csmsAnswered(EMPTY_STATE, exchange('MeterValues', request), {}, context('1.5')).state)).toBeLessThan(
      1000,
    );
  });

  test('a configuration of ten thousand keys', () => {
    const configurationKey = Array.from({ length: 10_000 }, (_, n) => ({
      key: `Key${n}`,
      readonly: false,
      value: 'x',
    }));
    const sent = { action: 'GetConfiguration', payload: {}, attempt: 1 };
    const { state } = deviceAnswered(
      EMPTY_STATE,
      exchange('GetConfiguration'),
      { configurationKey },
      sent,
      context('1.6'),
    );
    expect(size(state)).toBeLessThan(50_000);
  });
});

describe('a CSMS that has not seen the charge point boot', () => {
  const state = { ...EMPTY_STATE, boot: { request: { chargePointVendor: 'V', chargePointModel: 'M' }, at: NOW } };
  const boot = { do: 'call-csms', action: 'BootNotification', payload: state.boot.request, own: true };

  test('is told of the last boot before the first other message', () => {
    const { effects } = deviceCalls(state, exchange('Heartbeat'), true, context('1.5'), REFUSE);
    expect(effects).toEqual([boot, { do: 'call-csms', action: 'Heartbeat', payload: {} }]);
  });

  test('and again when it answers SecurityError, once', () => {
    const refusal = { code: 'CsmsSecurityError', reason: 'who?' } as const;
    const policy = { refused: { other: 'fault' }, away: 'refuse' } as const;
    const again = (attempt: number) =>
      csmsRefused(state, exchange('Authorize'), refusal, attempt, policy, context('1.5')).effects;
    expect(again(1)).toEqual([boot, { do: 'call-csms', action: 'Authorize', payload: {} }]);
    expect(again(2)).toEqual([{ do: 'refuse', refusal }]);
  });
});

describe('what is kept of transactions', () => {
  const start = (state: ChargePointState, transactionId: number, connectorId: number, now: number) => {
    const request = { ...START, connectorId, timestamp: new Date(now).toISOString() };
    const answer = { ...ACCEPTED, transactionId };
    return csmsAnswered(state, exchange('StartTransaction', request), answer, context('1.5', { now })).state;
  };

  test('a new start on a connector shows that the one before it ended; a late stop for it still finds it', () => {
    const state = start(start(EMPTY_STATE, 1, 1, NOW), 2, 1, NOW + 60_000);
    expect(state.transactions['1']).toMatchObject({ lost: true, stoppedAt: NOW + 60_000 });
    expect(memoryOf(state, facts).connectorUse(1)).toBe('charging');
    const late = csmsAnswered(
      state,
      exchange('StopTransaction', { ...STOP, transactionId: 1 }),
      {},
      context('1.5'),
    ).state;
    expect(late.transactions['1']?.stoppedAt).toBe(Date.parse(STOP.timestamp));
  });

  test('running ones on other connectors stay, and the document does not grow with the number of sessions', () => {
    let state = start(EMPTY_STATE, 1, 2, NOW);
    for (let id = 2; id < 500; id += 1) state = start(state, id, 1, NOW + id * 1000);
    expect(Object.keys(state.transactions).length).toBeLessThanOrEqual(22);
    expect(state.transactions['1']?.stoppedAt).toBeUndefined();
  });

  test('ids that differ at the two ends stay a month, equal ones a day', () => {
    const day = 86_400_000;
    const state = start(start(EMPTY_STATE, 7, 1, NOW), 9_000_000_000, 1, NOW + 1000);
    const next = start(state, 8, 1, NOW + 2000);
    expect(Object.values(start(next, 10, 2, NOW + 2 * day).transactions).map((t) => t.csms)).toEqual([
      9_000_000_000, 8, 10,
    ]);
  });
});
