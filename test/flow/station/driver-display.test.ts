import { describe, expect, test } from 'vitest';
import type { JsonObject, SoapVersion } from '../../../src/base/message.ts';
import type { Context, Effect } from '../../../src/flow/decision.ts';
import type { OutboxEntry } from '../../../src/flow/outbox.ts';
import type { ChargePointState } from '../../../src/flow/state.ts';
import type { StationSettings } from '../../../src/flow/station/settings.ts';
import { ocpp201Flows as flows } from '../../../src/flow/station/station-flows.ts';
import { exchange, NOW } from '../context.ts';
import { keys, TRANSACTION, transaction } from './command-states.ts';
import { commanded, type Reply } from './commander.ts';
import { accepted, stationContext } from './context.ts';
import { Conversation } from './conversation.ts';
import { lossesOf, toPoint, valid } from './valid.ts';

const SHOWS = keys({ CustomDisplayCostAndPrice: 'True' });
const DEVICE = 110_000_000;
const MESSAGE = { format: 'UTF8', content: '0,30 €/kWh' };

/** A charge point that shows costs, in a transaction. */
function charging(change: Partial<ChargePointState> = {}, station = {}): ChargePointState {
  return accepted(station, { configuration: SHOWS, transactions: { [DEVICE]: transaction() }, ...change });
}

function entry(eventType: string, change: Partial<OutboxEntry> = {}): OutboxEntry {
  const payload: JsonObject = {
    ...{ eventType, timestamp: new Date(NOW - 2000).toISOString(), triggerReason: 'MeterValuePeriodic', seqNo: 3 },
    transactionInfo: { transactionId: TRANSACTION, chargingState: 'SuspendedEV' },
    meterValue: [
      {
        timestamp: new Date(NOW - 2000).toISOString(),
        sampledValue: [{ value: 1.25, measurand: 'Energy.Active.Import.Register', unitOfMeasure: { unit: 'kWh' } }],
      },
    ],
  };
  return { seq: 4, action: 'TransactionEvent', payload, at: NOW - 1000, refusals: 0, transaction: DEVICE, ...change };
}

/** What the charge point is told on that answer to that event. */
function delivered(answer: JsonObject, event: OutboxEntry, state = charging(), context = stationContext()) {
  valid('TransactionEvent', 'answer', answer);
  const { effects } = flows.outboxAnswered(state, event, answer, context);
  return { told: toldIn(effects), losses: lossesOf(effects), effects };
}

/** The costs and texts among commands, read again. */
function toldIn(effects: readonly Effect[]): [unknown, unknown][] {
  return effects.flatMap((effect): [unknown, unknown][] => {
    if (effect.do !== 'call-device') return [];
    expect(effect.action).toBe('DataTransfer');
    expect(effect.payload['vendorId']).toBe('org.openchargealliance.costmsg');
    return [[effect.payload['messageId'], JSON.parse(String(effect.payload['data']))]];
  });
}

function costUpdated(
  state: ChargePointState,
  change: JsonObject = {},
  context = stationContext(),
  reply: (() => Reply) | undefined = undefined,
) {
  const request = valid('CostUpdated', 'request', { transactionId: TRANSACTION, totalCost: 3.1, ...change });
  const ended = commanded(state, 'CostUpdated', request, context, reply);
  expect(ended.said).toEqual([{ answer: {} }]);
  return { ...ended, told: toldIn(ended.effects), losses: lossesOf(ended.effects) };
}

describe('CostUpdated', () => {
  test('is the running cost on a charge point that shows it, under its own number of the transaction', () => {
    const { told, losses } = costUpdated(charging());
    expect(losses).toEqual([]);
    expect(told).toEqual([
      [
        'RunningCost',
        {
          ...{ transactionId: DEVICE, timestamp: new Date(NOW).toISOString(), meterValue: 100, cost: 3.1 },
          ...{ state: 'Charging', chargingPrice: {} },
        },
      ],
    ]);
  });

  test.each([0, 0.1, 3.35, 1234567.89, 1e-7])('says %d exactly; nothing is a price, too', (totalCost) => {
    expect(costUpdated(charging(), { totalCost }).told).toMatchObject([['RunningCost', { cost: totalCost }]]);
  });

  test('brings the prices along that a CSMS adds as the application note says, and nothing of others', () => {
    const prices = {
      ...{ timestamp: '2026-05-01T10:00:00Z', meterValue: 1234000, state: 'Idle' },
      ...{ chargingPrice: { kWhPrice: 0.123 }, idlePrice: { graceMinutes: 30, hourPrice: 1 } },
      ...{ nextPeriod: { atTime: '2026-05-01T12:00:00Z' }, triggerMeterValue: { atEnergykWh: 5 } },
    };
    const added = { vendorId: 'org.openchargealliance.costmsg', cost: 9, transactionId: 'x', ...prices };
    const { told } = costUpdated(charging(), { customData: added });
    expect(told).toEqual([['RunningCost', { ...prices, transactionId: DEVICE, cost: 3.1 }]]);
    const foreign = costUpdated(charging(), { customData: { ...added, vendorId: 'Acme' } });
    expect(foreign.told).toMatchObject([['RunningCost', { chargingPrice: {}, meterValue: 100 }]]);
  });

  test.each<[string, ChargePointState, Context]>([
    ['that does not say it shows costs', charging({ configuration: {} }), stationContext()],
    [
      'that says it does not',
      charging({ configuration: keys({ CustomDisplayCostAndPrice: 'false' }) }),
      stationContext(),
    ],
    ['that the operator spares them', charging(), stationContext({ costMessages: 'off' })],
    ['that has no DataTransfer', charging(), without('DataTransfer')],
    ['that does not know the vendor', charging({}, { lacking: ['org.openchargealliance.costmsg'] }), stationContext()],
    [
      'that does not know the message',
      charging({}, { lacking: ['org.openchargealliance.costmsg RunningCost'] }),
      stationContext(),
    ],
    [
      'whose transaction is over',
      charging({ transactions: { [DEVICE]: transaction({ stoppedAt: NOW }) } }),
      stationContext(),
    ],
    ['that has no such transaction', charging({ transactions: {} }), stationContext()],
  ])('is lost on a charge point %s', (_what, state, context) => {
    const { told, losses } = costUpdated(state, {}, context);
    expect(told).toEqual([]);
    expect(losses).toEqual(['cost']);
  });

  test.each([
    ['UnknownVendorId', 'SetUserPrice'],
    ['UnknownMessageId', undefined],
  ])('that the charge point answers %s is not told again before its next boot', (status, alsoNot) => {
    const first = costUpdated(charging(), {}, stationContext(), () => ({ answer: { status } }));
    expect(first.losses).toEqual(['cost']);
    expect(costUpdated(first.state).told).toEqual([]);
    const text = delivered({ updatedPersonalMessage: MESSAGE }, entry('Updated'), first.state);
    expect(text.told.map(([messageId]) => messageId)).toEqual(alsoNot === undefined ? ['SetUserPrice'] : []);
    const talk = new Conversation({}, first.state).connect();
    expect(costUpdated(talk.shell.state).told).toHaveLength(1);
  });

  test.each<[string, Reply, number]>([
    ['rejects it', { answer: { status: 'Rejected' } }, 1],
    ['cannot be reached', { refusal: { code: 'NoCallback', reason: '' } }, 1],
    ['has no DataTransfer after all', { refusal: { code: 'DeviceNotSupported', reason: '' } }, 0],
  ])('of a charge point that %s is lost; the next one may be told', (_what, reply, next) => {
    const first = costUpdated(charging(), {}, stationContext(), () => reply);
    expect(first.losses).toEqual(['cost']);
    expect(costUpdated(first.state).told).toHaveLength(next);
  });
});

describe('the answer to a TransactionEvent', () => {
  test('tells the cost so far, for the moment and the register of that event', () => {
    expect(delivered({ totalCost: 0.5 }, entry('Updated')).told).toEqual([
      [
        'RunningCost',
        {
          ...{ transactionId: DEVICE, timestamp: new Date(NOW - 2000).toISOString(), meterValue: 1250, cost: 0.5 },
          ...{ state: 'Idle', chargingPrice: {} },
        },
      ],
    ]);
  });

  const ended = (change = {}) =>
    charging({ transactions: { [DEVICE]: transaction({ stoppedAt: NOW - 2000, ...change }) } });

  test.each<[string, JsonObject, JsonObject]>([
    ['with the text of the CSMS', { totalCost: 7.5, updatedPersonalMessage: MESSAGE }, { priceText: '0,30 €/kWh' }],
    ['with the cost as text where there is none', { totalCost: 0 }, { cost: 0, priceText: '0' }],
    [
      'with the code of the invoice',
      { totalCost: 7.5, customData: { vendorId: 'org.openchargealliance.org.qrcode', qrCodeText: 'https://x/1' } },
      { qrCodeText: 'https://x/1' },
    ],
  ])('tells the final cost at the end %s', (_what, answer, part) => {
    const { told, losses } = delivered(answer, entry('Ended'), ended());
    expect(told).toEqual([['FinalCost', { transactionId: DEVICE, cost: 7.5, priceText: '7.5', ...part }]]);
    expect(losses.filter((code) => code !== 'custom-data')).toEqual([]);
  });

  test('tells its text as the price of the tag, as the charge point writes the tag', () => {
    const state = charging({
      transactions: { [DEVICE]: transaction({ idTag: 'ZZABC' }) },
      aliases: { ZZABC: 'A-VERY-LONG-TAG-OF-THIS-CARD' },
    });
    const { told } = delivered({ updatedPersonalMessage: MESSAGE, totalCost: 1 }, entry('Updated'), state);
    expect(told.map(([messageId]) => messageId)).toEqual(['RunningCost', 'SetUserPrice']);
    expect(told[1]?.[1]).toEqual({ idToken: 'A-VERY-LONG-TAG-OF-THIS-CARD', priceText: '0,30 €/kWh' });
  });

  test.each([
    ['Updated', charging()],
    ['Ended', ended()],
  ])('loses a text that no display of text shows: %s', (eventType, state) => {
    const answer = { totalCost: 1, updatedPersonalMessage: { format: 'HTML', content: '<b>1</b>' } };
    const { told, losses } = delivered(answer, entry(eventType), state);
    expect(told).toHaveLength(1);
    expect(losses).toEqual(['cost']);
  });

  test.each<[string, OutboxEntry, ChargePointState]>([
    ['is about a transaction that is over', entry('Updated'), ended()],
    ['ends a transaction that the charge point has forgotten', entry('Ended'), ended({ lost: true })],
    ['comes when the driver has left', entry('Ended', { at: NOW - 120_001 }), ended()],
    ['is about a transaction that nobody remembers', entry('Ended'), charging({ transactions: {} })],
  ])('is not shown when it %s', (_what, event, state) => {
    const { told, losses } = delivered({ totalCost: 1, updatedPersonalMessage: MESSAGE }, event, state);
    expect(told).toEqual([]);
    expect(losses).toEqual(['cost', 'cost']);
  });

  test('counts what it cannot show once, whoever waits for the answer', () => {
    const talk = new Conversation().connect();
    talk.ask('StartTransaction', {
      connectorId: 1,
      idTag: 'A',
      timestamp: new Date(talk.now).toISOString(),
      meterStart: 0,
    });
    const info = { status: 'Accepted', personalMessage: MESSAGE };
    const call = talk.next();
    call?.end({ answer: valid('TransactionEvent', 'answer', { totalCost: 0, idTokenInfo: info }) });
    expect(talk.reply('StartTransaction')).toMatchObject({ answer: { idTagInfo: { status: 'Accepted' } } });
    expect(talk.shell.losses.filter((code) => code === 'cost')).toHaveLength(1);
    expect(talk.shell.losses.filter((code) => code === 'tag-info')).toHaveLength(1);
    expect(talk.shell.commands.map(({ action }) => action)).not.toContain('DataTransfer');
  });
});

describe('the answer to Authorize', () => {
  const info = { status: 'Accepted', personalMessage: MESSAGE };
  const asked = (state: ChargePointState, settings: Partial<StationSettings> = {}) =>
    flows.csmsAnswered(
      state,
      exchange('Authorize', { idTag: '04A2B3C4' }),
      valid('Authorize', 'answer', { idTokenInfo: info }),
      stationContext(settings),
    ).effects;

  test('tells the tariff of the driver to a charge point that shows it, behind the answer to the tag', () => {
    const effects = asked(charging());
    expect(toPoint('Authorize', effects)).toEqual({ idTagInfo: { status: 'Accepted' } });
    expect(toldIn(effects)).toEqual([['SetUserPrice', { idToken: '04A2B3C4', priceText: '0,30 €/kWh' }]]);
    expect(lossesOf(effects)).toEqual([]);
  });

  test('loses it everywhere else, which the request itself is told to have lost', () => {
    const effects = asked(charging({ configuration: {} }));
    expect(toldIn(effects)).toEqual([]);
    expect(effects.map((effect) => (effect.do === 'loss' ? effect.code : effect.do))).toEqual(['tag-info', 'answer']);
  });
});

describe('the report', () => {
  test('says that the extension is there only while costs are shown', () => {
    const row = {
      component: { name: 'CustomizationCtrlr' },
      variable: { name: 'CustomImplementationEnabled', instance: 'org.openchargealliance.costmsg' },
    };
    const value = (state: ChargePointState, settings: Partial<StationSettings> = {}) => {
      const said = commanded(state, 'GetVariables', { getVariableData: [row] }, stationContext(settings)).said[0];
      const [result] = (said && 'answer' in said ? said.answer['getVariableResult'] : []) as JsonObject[];
      return [result?.['attributeStatus'], result?.['attributeValue']];
    };
    expect(value(charging())).toEqual(['Accepted', 'true']);
    expect(value(charging(), { costMessages: 'off' })[0]).toMatch(/^Unknown/);
    expect(value(accepted())[0]).toMatch(/^Unknown/);
  });
});

function without(action: string, version: SoapVersion = '1.2'): Context {
  const context = stationContext({}, {}, version);
  const policyOf: Context['policyOf'] = (name) =>
    name === action ? { instead: { answer: { status: 'UnknownVendorId' } } } : context.policyOf(name);
  return { ...context, policyOf };
}
