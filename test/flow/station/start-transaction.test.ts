import { describe, expect, it } from 'vitest';
import type { JsonObject } from '../../../src/base/message.ts';
import { NOW } from '../context.ts';
import { accepted } from './context.ts';
import { answerTo, Conversation, lost } from './conversation.ts';

const at = (seconds: number): string => new Date(NOW + 61_000 + 1000 * seconds).toISOString();
const START = { connectorId: 1, idTag: '04A2B3C4', timestamp: at(0), meterStart: 1000 };
const TOKEN = { idToken: '04A2B3C4', type: 'ISO14443' };
const status = (word: string, seconds: number): JsonObject => ({
  ...{ connectorId: 1, status: word, errorCode: 'NoError', timestamp: at(seconds) },
});

describe('StartTransaction towards 2.0.1', () => {
  it('is a Started event with all that the CSMS may want to know, and the answer of the CSMS', () => {
    const talk = new Conversation().connect();
    talk.say('StatusNotification', status('Preparing', -10));
    expect(talk.ask('StartTransaction', { ...START, reservationId: 7 })).toBeUndefined();
    const expiry = '2030-01-01T00:00:00Z';
    talk.settle({
      status: 'ConcurrentTx',
      cacheExpiryDateTime: expiry,
      groupIdToken: { idToken: 'FLEET', type: 'Central' },
    });
    expect(talk.events).toEqual([
      {
        ...{ eventType: 'Started', triggerReason: 'Authorized', seqNo: 0, timestamp: at(0), reservationId: 7 },
        ...{ evse: { id: 1, connectorId: 1 }, idToken: TOKEN },
        transactionInfo: {
          transactionId: expect.stringMatching(/^[0-9a-f-]{36}$/) as string,
          chargingState: 'EVConnected',
        },
        meterValue: [
          {
            timestamp: at(0),
            sampledValue: [
              {
                ...{ value: 1000, context: 'Transaction.Begin', location: 'Outlet', unitOfMeasure: { unit: 'Wh' } },
                measurand: 'Energy.Active.Import.Register',
              },
            ],
          },
        ],
      },
    ]);
    const said = talk.reply('StartTransaction');
    expect(said).toEqual({
      answer: {
        transactionId: expect.any(Number) as number,
        idTagInfo: { status: 'ConcurrentTx', expiryDate: expiry, parentIdTag: 'FLEET' },
      },
    });
    const id = said && 'answer' in said ? Number(said.answer['transactionId']) : 0;
    const { transactionId } = (talk.events[0]?.['transactionInfo'] ?? {}) as JsonObject;
    expect(Number.parseInt(String(transactionId).slice(-8), 16)).toBe(id);
  });

  it('says nothing of a token that the CSMS is silent about, beyond what it said at Authorize', () => {
    const talk = new Conversation().connect();
    expect(talk.ask('Authorize', { idTag: START.idTag })).toBeUndefined();
    talk.settle({ status: 'NoCredit' });
    talk.reply('Authorize');
    talk.ask('StartTransaction', START);
    talk.next()?.end({ answer: {} });
    expect(talk.reply('StartTransaction')).toMatchObject({ answer: { idTagInfo: { status: 'Blocked' } } });
    expect(new Conversation().connect().say('StartTransaction', START)).toMatchObject({
      idTagInfo: { status: 'Accepted' },
    });
  });

  it('is not judged by an Authorize of more than five minutes ago', () => {
    const talk = new Conversation().connect();
    talk.ask('Authorize', { idTag: START.idTag });
    talk.settle({ status: 'Blocked' });
    talk.reply('Authorize');
    talk.pass(300_001);
    talk.settle();
    talk.ask('StartTransaction', { ...START, timestamp: new Date(talk.now).toISOString() });
    talk.next()?.end({ answer: {} });
    expect(talk.reply('StartTransaction')).toMatchObject({ answer: { idTagInfo: { status: 'Accepted' } } });
  });

  it('knows whether the card or the cable came first', () => {
    const card = new Conversation().connect();
    card.say('StatusNotification', status('Available', -20));
    card.say('Authorize', { idTag: START.idTag });
    card.say('StatusNotification', status('Preparing', -5));
    card.say('StartTransaction', START);
    const cable = new Conversation().connect();
    cable.say('StatusNotification', status('Preparing', -20));
    cable.say('Authorize', { idTag: START.idTag });
    cable.say('StartTransaction', START);
    expect([card, cable].map(({ events }) => events[0]?.['triggerReason'])).toEqual(['CablePluggedIn', 'Authorized']);
  });

  it('does not take what it asks of a card now for what the charge point asked when it was offline', () => {
    const talk = new Conversation().connect();
    talk.say('StatusNotification', status('Available', -20));
    talk.say('Authorize', { idTag: START.idTag });
    talk.say('StartTransaction', { ...START, timestamp: at(-3600) });
    expect(talk.events[0]).toMatchObject({ triggerReason: 'Authorized', offline: true });
  });

  it('answers a remote start once, with the token that the CSMS sent', () => {
    const token = { idToken: 'TOKEN-OF-THE-CSMS-LONGER-THAN-20', type: 'Central' };
    const remote = { remoteStartId: 17, idTag: 'A=ABC', token, expiresAt: NOW + 900_000, preauthorized: true as const };
    const talk = new Conversation({}, accepted({ remoteStarts: [remote] })).connect();
    expect(talk.ask('Authorize', { idTag: 'a=abc' })).toEqual({ answer: { idTagInfo: { status: 'Accepted' } } });
    talk.say('StartTransaction', { ...START, idTag: 'a=abc' });
    expect(talk.heard).toHaveLength(1);
    expect(talk.events[0]).toMatchObject({
      ...{ triggerReason: 'RemoteStart', idToken: token, transactionInfo: { remoteStartId: 17 } },
    });
    talk.say('StartTransaction', { ...START, idTag: 'a=abc', connectorId: 2 });
    expect(talk.events[1]).not.toMatchObject({ triggerReason: 'RemoteStart' });
  });

  it('is answered from memory when the CSMS is slow, and the start is told all the same', () => {
    const talk = new Conversation().connect();
    expect(talk.ask('StartTransaction', START)).toBeUndefined();
    talk.pass(9_000);
    expect(talk.reply('StartTransaction')).toBeUndefined();
    talk.pass(1_000);
    expect(talk.reply('StartTransaction')).toMatchObject({ answer: { idTagInfo: { status: 'Accepted' } } });
    talk.settle();
    expect(talk.events).toHaveLength(1);
  });

  it('waits less without a link, and is told as offline when there is one', () => {
    const talk = new Conversation().connect().disconnect();
    talk.ask('StartTransaction', START);
    talk.pass(2_000);
    expect(talk.reply('StartTransaction')).toMatchObject({ answer: { idTagInfo: { status: 'Accepted' } } });
    talk.connect();
    expect(talk.events[0]).toMatchObject({ offline: true });
  });

  it('is answered though the CSMS says of the token what nobody knows', () => {
    const talk = new Conversation().connect();
    talk.ask('StartTransaction', START);
    talk.next()?.end({ answer: { idTokenInfo: { status: 'Perhaps' } } });
    expect(talk.reply('StartTransaction')).toMatchObject({ answer: { idTagInfo: { status: 'Accepted' } } });
  });

  it('that was on its way when the link broke is queued, and told as offline over the next one', () => {
    const talk = new Conversation().connect();
    talk.ask('StartTransaction', START);
    talk.disconnect().pass(10_000);
    expect(talk.reply('StartTransaction')).toMatchObject({ answer: { idTagInfo: { status: 'Accepted' } } });
    talk.connect();
    expect(talk.events).toHaveLength(1);
    expect(talk.events[0]).toMatchObject({ offline: true });
  });

  it('is refused in an outage where the operator trusts nobody', () => {
    const strict = new Conversation({ settings: { authFallback: ['invalid'] } });
    strict.ask('StartTransaction', START);
    strict.pass(2_000);
    expect(strict.reply('StartTransaction')).toMatchObject({ answer: { idTagInfo: { status: 'Invalid' } } });
  });

  it.each([
    ['Blocked', 'Blocked'],
    ['NotAtThisLocation', 'Blocked'],
    ['ConcurrentTx', 'Accepted'],
    ['NoCredit', 'Accepted'],
    ['NotAtThisTime', 'Accepted'],
  ])('of a tag that was %s before is %s in an outage', (before, status) => {
    const token = { ...TOKEN, known: true as const, info: { status: before }, at: NOW };
    const known = new Conversation({}, accepted({ tokens: { '04a2b3c4': token } }));
    known.ask('StartTransaction', START);
    known.pass(2_000);
    expect(known.reply('StartTransaction')).toMatchObject({ answer: { idTagInfo: { status } } });
  });

  it('gets the same number when it is repeated under another name, in an outage, after a crash', () => {
    const talk = new Conversation();
    talk.ask('StartTransaction', START);
    talk.restart();
    expect(talk.ask('StartTransaction', { ...START, idTag: '04a2b3c4' })).toBeUndefined();
    talk.pass(2_000);
    const first = talk.reply('StartTransaction');
    expect(talk.restart().ask('StartTransaction', START)).toEqual(first);
    expect(talk.outbox).toHaveLength(1);
    expect(talk.ask('StartTransaction', { ...START, meterStart: 1001 })).toBeUndefined();
    expect(talk.outbox).toHaveLength(3);
  });

  it('gets the same number when it is repeated long after its end, of which little is remembered', () => {
    const talk = new Conversation().connect();
    const first = talk.say('StartTransaction', START);
    const stop = { transactionId: first['transactionId'] as number, meterStop: 1500, timestamp: at(100) };
    talk.say('StopTransaction', stop);
    talk.say('StartTransaction', { ...START, timestamp: at(200), meterStart: 1500 });
    const ended = talk.shell.state.transactions[stop.transactionId];
    expect(ended).toMatchObject({ stoppedAt: Date.parse(at(100)) });
    expect(ended).not.toHaveProperty('events');
    const told = talk.events.length;
    expect(talk.say('StartTransaction', { ...START, idTag: '04a2b3c4' })).toMatchObject(first);
    talk.say('StopTransaction', stop);
    expect(talk.events).toHaveLength(told);
  });

  it('ends a transaction that the charge point forgot, with its last reading', () => {
    const talk = new Conversation().connect();
    const { transactionId } = talk.say('StartTransaction', START);
    const sampledValue = [{ value: '1.5', unit: 'kWh' }];
    talk.say('MeterValues', {
      connectorId: 1,
      transactionId: transactionId as number,
      meterValue: [{ timestamp: at(5), sampledValue }],
    });
    talk.say('StartTransaction', { ...START, timestamp: at(10), meterStart: 1600 });
    expect(talk.events.map(({ eventType, seqNo }) => [eventType, seqNo])).toEqual([
      ['Started', 0],
      ['Updated', 1],
      ['Ended', 2],
      ['Started', 0],
    ]);
    expect(talk.events[2]).toMatchObject({
      ...{ timestamp: at(10), triggerReason: 'AbnormalCondition', transactionInfo: { stoppedReason: 'Other' } },
      meterValue: [{ sampledValue: [{ value: 1500, context: 'Transaction.End', unitOfMeasure: { unit: 'Wh' } }] }],
    });
    expect(
      talk.say('StopTransaction', { transactionId: transactionId as number, timestamp: at(11), meterStop: 1600 }),
    ).toEqual({});
    expect(talk.events).toHaveLength(4);
    expect(talk.shell.losses).toContain('tx-late');
  });

  it('is refused where there is no such connector, without a word to the CSMS', () => {
    const configuration = { numberofconnectors: { spelling: 'NumberOfConnectors', value: '1' } };
    const talk = new Conversation({}, accepted({}, { configuration })).connect();
    const answers = [0, 2].map((connectorId) => talk.say('StartTransaction', { ...START, connectorId }));
    expect(answers).toMatchObject([{ idTagInfo: { status: 'Invalid' } }, { idTagInfo: { status: 'Invalid' } }]);
    const [first = {}] = answers;
    talk.say('StopTransaction', { transactionId: first['transactionId'] as number, timestamp: at(1), meterStop: 1000 });
    expect(talk.heard).toEqual([]);
  });

  it('begins on a connector that a status has told of, whatever number of them the charge point says', () => {
    const configuration = { numberofconnectors: { spelling: 'NumberOfConnectors', value: '1' } };
    const talk = new Conversation({}, accepted({}, { configuration })).connect();
    talk.say('StatusNotification', { ...status('Preparing', -5), connectorId: 2 });
    talk.say('StartTransaction', { ...START, connectorId: 2 });
    expect(talk.events).toMatchObject([{ eventType: 'Started', evse: { id: 2, connectorId: 1 } }]);
    expect(talk.say('StartTransaction', { ...START, connectorId: 3 })).toMatchObject({
      idTagInfo: { status: 'Invalid' },
    });
  });

  it('holds a token to the EVSEs that the CSMS names', () => {
    const talk = new Conversation().connect();
    talk.ask('StartTransaction', START);
    talk.settle({ status: 'Accepted', evseId: [2] });
    expect(talk.reply('StartTransaction')).toMatchObject({ answer: { idTagInfo: { status: 'Invalid' } } });
  });

  it.each([
    [[2], 'Invalid'],
    [[1, 2], 'Accepted'],
  ])('holds a token to the EVSEs %j that Authorize named, when the CSMS is silent then', (evseId, status) => {
    const talk = new Conversation().connect();
    talk.ask('Authorize', { idTag: START.idTag });
    talk.settle({ status: 'Accepted', evseId });
    expect(talk.reply('Authorize')).toEqual({ answer: { idTagInfo: { status: 'Accepted' } } });
    talk.ask('StartTransaction', START);
    talk.next()?.end({ answer: {} });
    expect(talk.reply('StartTransaction')).toMatchObject({ answer: { idTagInfo: { status } } });
  });

  it('has the time of reception when its own cannot be true', () => {
    const talk = new Conversation().connect();
    talk.say('StartTransaction', { ...START, timestamp: '1970-01-01T00:00:12Z' });
    expect(talk.events[0]).toMatchObject({ timestamp: new Date(talk.now).toISOString() });
    expect(talk.shell.losses).toContain('tx-clock');
  });

  it('was kept by the charge point when it comes long after its time', () => {
    const talk = new Conversation().connect();
    talk.say('StartTransaction', { ...START, timestamp: new Date(talk.now - 61_000).toISOString() });
    expect(talk.events[0]).toMatchObject({ offline: true });
  });

  it('charges from the start on an older charge point, whose statuses say no more', () => {
    const talk = new Conversation({ version: '1.2' }).connect();
    const { transactionId } = talk.say('StartTransaction', START);
    talk.say('StopTransaction', { transactionId: transactionId as number, timestamp: at(60), meterStop: 1000 });
    expect(talk.events).toMatchObject([
      { transactionInfo: { chargingState: 'Charging' } },
      { triggerReason: 'AbnormalCondition', transactionInfo: { stoppedReason: 'Other' } },
    ]);
    expect(talk.events[1]?.['transactionInfo']).not.toHaveProperty('timeSpentCharging');
  });

  it('stays with the charge point where the bridge may keep nothing and the CSMS is away', () => {
    const talk = new Conversation({ flow: { whenCsmsIsAway: 'refuse' } });
    expect(talk.ask('StartTransaction', START)).toMatchObject({ refusal: { code: 'CsmsAway' } });
    expect(talk.outbox).toEqual([]);
  });

  it('lets the charge point go on when the CSMS will never take it', () => {
    const talk = new Conversation().connect();
    talk.ask('StartTransaction', START);
    for (let i = 0; i < 3; i += 1) talk.next()?.end(lost('CsmsProtocolError'));
    expect(talk.reply('StartTransaction')).toMatchObject({ answer: { idTagInfo: { status: 'Accepted' } } });
    expect(talk.outbox).toEqual([]);
  });
});

describe('a token that is refused after the charge point had its answer', () => {
  const known = (value: string) =>
    accepted({}, { configuration: { stoptransactiononinvalidid: { spelling: 'X', value } } });

  function late(talk: Conversation): number {
    talk.connect();
    talk.ask('StartTransaction', START);
    talk.pass(10_000);
    const said = talk.reply('StartTransaction');
    talk.settle({ status: 'Blocked' });
    return said && 'answer' in said ? Number(said.answer['transactionId']) : 0;
  }

  it('stops the transaction, which is reported for what it is', () => {
    const talk = new Conversation({}, known('true'));
    const transactionId = late(talk);
    const [command] = talk.stops;
    expect(command).toMatchObject({ action: 'RemoteStopTransaction', payload: { transactionId } });
    command?.end({ answer: { status: 'Accepted' } });
    talk.say('StopTransaction', { transactionId, timestamp: at(20), meterStop: 1010, reason: 'Remote' });
    expect(talk.events[1]).toMatchObject({
      triggerReason: 'Deauthorized',
      transactionInfo: { stoppedReason: 'DeAuthorized' },
    });
    expect(talk.stops).toHaveLength(1);
  });

  it('is reported as stopped from afar when the charge point did not obey, and the CSMS asked later', () => {
    const talk = new Conversation({}, known('True'));
    const transactionId = late(talk);
    talk.stops[0]?.end({ answer: { status: 'Rejected' } });
    talk.say('StopTransaction', { transactionId, timestamp: at(20), meterStop: 1010, reason: 'Remote' });
    expect(talk.events[1]).toMatchObject({ triggerReason: 'RemoteStop' });
  });

  it('goes on where the charge point is set to let it, without energy if it can be told so', () => {
    const talk = new Conversation({}, known('false'));
    late(talk);
    expect(talk.stops).toEqual([]);
    expect(talk.shell.commands.map(({ action }) => action)).not.toContain('SetChargingProfile');
    const { configuration } = known('false');
    const supportedfeatureprofiles = { spelling: 'SupportedFeatureProfiles', value: 'Core,SmartCharging' };
    const smart = new Conversation({}, accepted({}, { configuration: { ...configuration, supportedfeatureprofiles } }));
    const transactionId = late(smart);
    const chargingSchedule = { chargingRateUnit: 'A', chargingSchedulePeriod: [{ startPeriod: 0, limit: 0 }] };
    const command = smart.shell.commands.find(({ action }) => action === 'SetChargingProfile');
    expect(command?.payload).toMatchObject({ connectorId: 1, csChargingProfiles: { transactionId, chargingSchedule } });
    expect(smart.stops).toEqual([]);
  });

  it('is judged as the operator says where the charge point does not', () => {
    const talk = new Conversation({ flow: { stopLateRefused: true } });
    late(talk);
    expect(talk.stops).toHaveLength(1);
    const other = new Conversation();
    late(other);
    expect(other.stops).toEqual([]);
  });

  it('stops it also when the CSMS says so with a later event', () => {
    const talk = new Conversation({}, known('true')).connect();
    const { transactionId } = talk.say('StartTransaction', START);
    talk.say('StatusNotification', status('Charging', 1));
    const sampledValue = [{ value: '1100' }];
    const reading = {
      connectorId: 1,
      transactionId: transactionId as number,
      meterValue: [{ timestamp: at(2), sampledValue }],
    };
    talk.ask('MeterValues', reading);
    const call = talk.next();
    expect(call && answerTo(call)).toEqual({});
    call?.end({ answer: { idTokenInfo: { status: 'Invalid' } } });
    expect(talk.stops).toMatchObject([{ action: 'RemoteStopTransaction' }]);
  });
});
