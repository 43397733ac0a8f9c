import { describe, expect, it } from 'vitest';
import type { JsonObject } from '../../../src/base/message.ts';
import type { StationSettings } from '../../../src/flow/station/settings.ts';
import { numberIn } from '../../../src/flow/station/transactions/transaction-id.ts';
import { NOW } from '../context.ts';
import { accepted } from './context.ts';
import { Conversation } from './conversation.ts';

const at = (seconds: number): string => new Date(NOW + 61_000 + 1000 * seconds).toISOString();
const START = { connectorId: 1, idTag: '04A2B3C4', timestamp: at(0), meterStart: 1000 };
const STOP = { timestamp: at(60), meterStop: 1800 };
const REGISTER = 'Energy.Active.Import.Register';

function charging(talk = new Conversation().connect()): { talk: Conversation; transactionId: number } {
  return { talk, transactionId: Number(talk.say('StartTransaction', START)['transactionId']) };
}

function status(talk: Conversation, word: string, seconds: number, errorCode = 'NoError'): void {
  talk.say('StatusNotification', { connectorId: 1, status: word, errorCode, timestamp: at(seconds) });
}

const infoOf = (event: JsonObject | undefined): JsonObject => (event?.['transactionInfo'] ?? {}) as JsonObject;

describe('StopTransaction towards 2.0.1', () => {
  it('is an Ended event with the reason, the register at the end and the time it charged', () => {
    const { talk, transactionId } = charging();
    status(talk, 'Charging', 10);
    status(talk, 'SuspendedEV', 40);
    expect(talk.ask('StopTransaction', { ...STOP, transactionId, idTag: 'FRIEND', reason: 'Local' })).toBeUndefined();
    talk.settle({ status: 'Expired' });
    expect(talk.reply('StopTransaction')).toEqual({ answer: { idTagInfo: { status: 'Expired' } } });
    expect(talk.events.at(-1)).toEqual({
      ...{ eventType: 'Ended', triggerReason: 'StopAuthorized', seqNo: 3, timestamp: at(60) },
      idToken: { idToken: 'FRIEND', type: 'ISO14443' },
      transactionInfo: {
        ...{ transactionId: infoOf(talk.events[0])['transactionId'], stoppedReason: 'Local' },
        ...{ chargingState: 'EVConnected', timeSpentCharging: 30 },
      },
      meterValue: [
        {
          timestamp: at(60),
          sampledValue: [
            {
              ...{ value: 1800, context: 'Transaction.End', measurand: REGISTER, location: 'Outlet' },
              unitOfMeasure: { unit: 'Wh' },
            },
          ],
        },
      ],
    });
  });

  it('was kept by the charge point when it comes long after its time, and so were its readings', () => {
    const { talk, transactionId } = charging();
    const reading = { timestamp: at(5), sampledValue: [{ value: '1500' }] };
    talk.pass(600_000);
    talk.say('MeterValues', { connectorId: 1, transactionId, meterValue: [reading] });
    talk.say('StopTransaction', { ...STOP, transactionId });
    expect(talk.events.map(({ offline }) => offline)).toEqual([undefined, true, true]);
    const next = charging();
    next.talk.pass(600_000);
    next.talk.say('StartTransaction', { ...START, timestamp: at(30) });
    expect(next.talk.events.map(({ eventType, offline }) => [eventType, offline])).toEqual([
      ['Started', undefined],
      ['Ended', true],
      ['Started', true],
    ]);
  });

  it('is answered at once when nobody can say anything of a tag', () => {
    const { talk, transactionId } = charging();
    expect(talk.ask('StopTransaction', { ...STOP, transactionId })).toEqual({ answer: {} });
    const other = charging();
    other.talk.disconnect();
    const stop = { ...STOP, transactionId: other.transactionId, idTag: 'FRIEND' };
    expect(other.talk.ask('StopTransaction', stop)).toEqual({ answer: {} });
  });

  it('is answered in time when the CSMS is slow to judge the tag', () => {
    const { talk, transactionId } = charging();
    talk.ask('StopTransaction', { ...STOP, transactionId, idTag: 'FRIEND' });
    talk.pass(5000);
    expect(talk.reply('StopTransaction')).toEqual({ answer: {} });
    talk.settle();
    expect(talk.events).toHaveLength(2);
  });

  it.each([
    [undefined, 'Local', 'StopAuthorized'],
    ['DeAuthorized', 'DeAuthorized', 'Deauthorized'],
    ['EmergencyStop', 'EmergencyStop', 'AbnormalCondition'],
    ['EVDisconnected', 'EVDisconnected', 'EVCommunicationLost'],
    ['HardReset', 'ImmediateReset', 'ResetCommand'],
    ['Other', 'Other', 'AbnormalCondition'],
    ['Reboot', 'Reboot', 'AbnormalCondition'],
    ['Remote', 'Remote', 'RemoteStop'],
    ['UnlockCommand', 'Other', 'UnlockCommand'],
  ])('tells %s as %s, %s', (reason, stoppedReason, triggerReason) => {
    const { talk, transactionId } = charging();
    talk.say('StopTransaction', { ...STOP, transactionId, ...(reason && { reason }) });
    expect(talk.events[1]).toMatchObject({ triggerReason, transactionInfo: { stoppedReason } });
    expect(infoOf(talk.events[1])['chargingState']).toBe(reason === 'EVDisconnected' ? 'Idle' : 'EVConnected');
    expect(talk.shell.state.station?.rebootStopped).toBe(reason === 'Reboot' ? true : undefined);
  });

  it.each([
    [
      'a driver with a card',
      { otherStop: 'StopAuthorized' },
      { idTag: 'A' },
      'NoError',
      { triggerReason: 'StopAuthorized' },
    ],
    [
      'an error near to it',
      { otherStop: 'StopAuthorized' },
      { idTag: 'A' },
      'GroundFailure',
      { triggerReason: 'AbnormalCondition' },
    ],
    [
      'the fault itself',
      { refineFaultStops: true },
      {},
      'GroundFailure',
      { transactionInfo: { stoppedReason: 'GroundFault' } },
    ],
    ['nothing else by default', {}, {}, 'OverVoltage', { transactionInfo: { stoppedReason: 'Other' } }],
  ] as const)('may explain Other by %s', (_what, settings, change, errorCode, want) => {
    const set: Partial<StationSettings> = settings;
    const { talk, transactionId } = charging(new Conversation({ settings: set }).connect());
    if (errorCode !== 'NoError') status(talk, 'Faulted', 55, errorCode);
    talk.say('StopTransaction', { ...STOP, transactionId, reason: 'Other', ...change });
    expect(talk.events.at(-1)).toMatchObject(want);
  });

  it.each([
    [45, 'Other'],
    [55, 'OvercurrentFault'],
    [70, 'Other'],
  ])('is not explained by a fault long before it or after it: at %d s', (seconds, stoppedReason) => {
    const settings = { refineFaultStops: true };
    const { talk, transactionId } = charging(new Conversation({ settings }).connect());
    status(talk, 'Faulted', seconds, 'OverCurrentFailure');
    talk.say('StopTransaction', { ...STOP, timestamp: at(seconds === 70 ? 59 : 60), transactionId, reason: 'Other' });
    expect(infoOf(talk.events.at(-1))).toMatchObject({ stoppedReason });
  });

  it('of an older charge point, which gives no reason, is the driver with a card and else an accident', () => {
    const reasons = [{ idTag: '04A2B3C4' }, {}].map((tag) => {
      const { talk, transactionId } = charging(new Conversation({ version: '1.5' }).connect());
      talk.say('StopTransaction', { ...STOP, transactionId, ...tag });
      return [talk.events[1]?.['triggerReason'], infoOf(talk.events[1])['stoppedReason']];
    });
    expect(reasons).toEqual([
      ['StopAuthorized', 'Local'],
      ['AbnormalCondition', 'Other'],
    ]);
  });

  it('is answered again when it is repeated, and the CSMS hears it once', () => {
    const { talk, transactionId } = charging();
    talk.say('StopTransaction', { ...STOP, transactionId });
    expect(talk.restart().ask('StopTransaction', { ...STOP, transactionId })).toEqual({ answer: {} });
    expect(talk.outbox).toEqual([]);
    expect(talk.shell.losses).toContain('dup');
  });

  it('without a number ends the transaction whose number the charge point does not know', () => {
    const talk = new Conversation().connect();
    talk.say('StartTransaction', { ...START, connectorId: 2, timestamp: at(1) });
    talk.ask('StartTransaction', START);
    talk.settle();
    talk.shell.replies.length = 0;
    talk.say('StopTransaction', { ...STOP, transactionId: -1 });
    expect(infoOf(talk.events[2])['transactionId']).toBe(infoOf(talk.events[1])['transactionId']);
    talk.say('StopTransaction', { ...STOP, transactionId: 0, meterStop: 1801 });
    expect(infoOf(talk.events[3])['transactionId']).toBe(infoOf(talk.events[0])['transactionId']);
  });
});

describe('a stop of a transaction that the bridge has not seen begin', () => {
  const data = [
    { timestamp: at(-600), sampledValue: [{ value: '500', context: 'Transaction.Begin' }] },
    { timestamp: at(-300), sampledValue: [{ value: '900' }] },
  ];

  it('is told with a start, of what is known and no more', () => {
    const talk = new Conversation().connect();
    status(talk, 'Finishing', -700);
    talk.say('StopTransaction', { ...STOP, transactionId: 4711, idTag: '04A2B3C4', transactionData: data });
    expect(talk.events).toMatchObject([
      {
        ...{ eventType: 'Started', seqNo: 0, offline: true, triggerReason: 'Authorized', timestamp: at(-600) },
        ...{ evse: { id: 1, connectorId: 1 }, idToken: { idToken: '04A2B3C4' } },
        meterValue: [{ timestamp: at(-600), sampledValue: [{ value: 500, context: 'Transaction.Begin' }] }],
      },
      { eventType: 'Ended', seqNo: 1, timestamp: at(60), triggerReason: 'StopAuthorized' },
    ]);
    const ended = talk.events[1]?.['meterValue'] as JsonObject[];
    expect(ended.map(({ timestamp }) => timestamp)).toEqual([at(-300), at(60)]);
    const { transactionId } = infoOf(talk.events[0]);
    expect(numberIn('CP-1', String(transactionId))).toEqual({ id: 4711, foreign: true });
    expect(talk.shell.losses).toContain('tx-adopted');
    expect(talk.say('StopTransaction', { ...STOP, transactionId: 4711, meterStop: 1801 })).toEqual({});
    expect(talk.events).toHaveLength(2);
  });

  it('is told where its readings were', () => {
    const talk = new Conversation().connect();
    for (const connectorId of [1, 2, 3]) {
      talk.say('StatusNotification', { connectorId, status: 'Available', errorCode: 'NoError', timestamp: at(-700) });
    }
    const meterValue = [{ timestamp: at(-300), sampledValue: [{ value: '900' }] }];
    talk.say('MeterValues', { connectorId: 2, transactionId: 4711, meterValue });
    talk.say('StopTransaction', { ...STOP, transactionId: 4711 });
    talk.say('StopTransaction', { ...STOP, transactionId: 4712 });
    const begun = talk.events.filter(({ eventType }) => eventType === 'Started');
    expect(begun.map(({ evse }) => evse)).toEqual([{ id: 2, connectorId: 1 }, undefined]);
  });

  it('is told at the time of the stop where its readings have times that cannot be true', () => {
    const talk = new Conversation().connect();
    const transactionData = data.map((reading) => ({ ...reading, timestamp: '1970-01-01T00:00:09Z' }));
    talk.say('StopTransaction', { ...STOP, transactionId: 4711, transactionData });
    expect(talk.events).toMatchObject([{ timestamp: at(60) }, { timestamp: at(60) }]);
    const times = talk.events.flatMap((event) => event['meterValue'] as JsonObject[]).map((one) => one['timestamp']);
    expect(new Set(times)).toEqual(new Set([at(60)]));
    expect(talk.shell.losses).toContain('tx-clock');
  });

  it.each(['2', ''])(
    'names no EVSE where it may be another (connectors: %j), no token and no register where there are none',
    (value) => {
      const configuration = { numberofconnectors: { spelling: 'NumberOfConnectors', value } };
      const talk = new Conversation({}, accepted({}, { configuration })).connect();
      talk.say('StopTransaction', { ...STOP, transactionId: 4711 });
      for (const name of ['evse', 'idToken', 'meterValue']) expect(talk.events[0]).not.toHaveProperty(name);
      expect(talk.events[0]).toMatchObject({ timestamp: at(60) });
    },
  );

  it.each([
    ['endedOnly', [['Ended', 0]]],
    ['discard', []],
  ] as const)('is told otherwise where the operator says %s', (unknownTransaction, events) => {
    const talk = new Conversation({ settings: { unknownTransaction } }).connect();
    expect(talk.say('StopTransaction', { ...STOP, transactionId: 4711 })).toEqual({});
    expect(talk.events.map(({ eventType, seqNo }) => [eventType, seqNo])).toEqual(events);
  });

  it('has a number of the bridge when the charge point has none', () => {
    const talk = new Conversation().connect();
    talk.say('StopTransaction', { ...STOP, transactionId: -1 });
    const number = numberIn('CP-1', String(infoOf(talk.events[0])['transactionId']));
    expect(number).toMatchObject({ foreign: false });
    expect(number?.id).toBeGreaterThan(0);
  });

  it('is told with all that the rules of OCPP 1.6 knew of it', () => {
    const before = { device: 5, csms: 905, connectorId: 2, idTag: '04A2B3C4', meterStart: 77, startedAt: NOW };
    const transactions = { 5: { ...before, authorization: 'Accepted' } };
    const talk = new Conversation({}, accepted({}, { transactions })).connect();
    talk.say('StopTransaction', { ...STOP, transactionId: 905 });
    expect(talk.events).toMatchObject([
      {
        ...{ timestamp: new Date(NOW).toISOString(), evse: { id: 2, connectorId: 1 } },
        meterValue: [{ sampledValue: [{ value: 77, context: 'Transaction.Begin' }] }],
      },
      { eventType: 'Ended', seqNo: 1 },
    ]);
    expect(talk.shell.state.transactions['5']?.stoppedAt).toBe(Date.parse(at(60)));
  });

  it('takes the charging profiles of the transaction along, and no others', () => {
    const before = { device: 5, csms: 5, connectorId: 2, idTag: '04A2B3C4', meterStart: 77, startedAt: NOW };
    const transactions = { 5: { ...before, authorization: 'Accepted' } };
    const profile = { evseId: 2, profile: {} };
    const profiles = { 1: { ...profile, transaction: 5 }, 2: { ...profile, transaction: 6 }, 3: profile };
    const talk = new Conversation({}, accepted({ profiles }, { transactions })).connect();
    talk.say('StopTransaction', { ...STOP, transactionId: 5 });
    expect(Object.keys(talk.shell.state.station?.profiles ?? {})).toEqual(['2', '3']);
  });

  it('is not told when the bridge itself gave the number, so long ago that it forgot', () => {
    const talk = new Conversation({}, accepted({ firstTransaction: 100, lastTransaction: 200 })).connect();
    expect(talk.say('StopTransaction', { ...STOP, transactionId: 150 })).toEqual({});
    expect(talk.events).toEqual([]);
    expect(talk.shell.losses).toContain('tx-late');
  });
});
