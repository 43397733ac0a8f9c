import { describe, expect, test } from 'vitest';
import { STATION_DEFAULTS } from '../../../src/flow/station/settings.ts';
import { NOW } from '../context.ts';
import { accepted, stationContext } from './context.ts';
import { attribute, key, nameOf, PLAIN, Point, wanted } from './point.ts';

describe('GetVariables', () => {
  test('asks for what only the charge point knows, each key once, and answers in the order asked', () => {
    const point = new Point(PLAIN);
    const results = point.get(
      wanted('SampledDataCtrlr.TxUpdatedInterval'),
      wanted('TxCtrlr.TxStartPoint'),
      wanted('SampledDataCtrlr.TxEndedInterval'),
      wanted('AuthCtrlr.LocalPreAuthorize'),
    );
    expect(point.asked).toEqual([
      { action: 'GetConfiguration', payload: { key: ['MeterValueSampleInterval', 'LocalPreAuthorize'] } },
    ]);
    expect(results.map((one) => one['attributeValue'])).toEqual(['60', 'PowerPathClosed', '60', 'false']);
    expect(results.every((one) => one['attributeStatus'] === 'Accepted' && one['attributeType'] === 'Actual')).toBe(
      true,
    );
  });

  test('compares names without case and answers in the spelling of the CSMS', () => {
    const asked = { component: { name: 'TXCTRLR' }, variable: { name: 'evConnectionTimeout', instance: '' } };
    expect(new Point(PLAIN).get(asked)).toEqual([
      { ...asked, attributeStatus: 'Accepted', attributeType: 'Actual', attributeValue: '60' },
    ]);
  });

  test.each([
    ['Nothing.Here', 'UnknownComponent', 'NotFound'],
    ['TxCtrlr[1].TxStartPoint', 'UnknownComponent', 'NotFound'],
    ['EVSE[9].Available', 'UnknownComponent', 'NotFound'],
    ['EVSE[1/1].Available', 'UnknownComponent', 'NotFound'],
    ['Connector[1].Available', 'UnknownComponent', 'NotFound'],
    ['ReservationCtrlr.NonEvseSpecific', 'UnknownComponent', 'NotFound'],
    ['TxCtrlr.Nothing', 'UnknownVariable', 'NotFound'],
    ['OCPPCommCtrlr.MessageTimeout', 'UnknownVariable', 'NotFound'],
    ['TxCtrlr.MaxEnergyOnInvalidId', 'UnknownVariable', 'NotFound'],
    ['OCPP16LegacyCtrlr.HeartbeatInterval', 'UnknownVariable', 'NotFound'],
    ['OCPP16LegacyCtrlr.NoSuchKey', 'UnknownVariable', 'NotFound'],
    ['SecurityCtrlr.BasicAuthPassword', 'Rejected', 'WriteOnly'],
  ])('answers %s with %s', (name, attributeStatus, reasonCode) => {
    const [result] = new Point(PLAIN).get(wanted(name));
    expect(result).toEqual({
      ...wanted(name),
      ...{ attributeStatus, attributeType: 'Actual', attributeStatusInfo: { reasonCode } },
    });
  });

  test('says how long the bridge waits for an answer of the CSMS', () => {
    const link = { url: 'ws://csms.example', certificate: false, answerTimeout: 35_000 };
    const { station } = stationContext();
    const point = new Point(PLAIN, station && { change: { station: { ...station, link } } });
    const asked = { component: { name: 'OCPPCommCtrlr' }, variable: { name: 'MessageTimeout', instance: 'Default' } };
    expect(point.get(asked)).toMatchObject([{ attributeStatus: 'Accepted', attributeValue: '35' }]);
  });

  test('knows no component with an instance', () => {
    const asked = { component: { name: 'TxCtrlr', instance: 'b' }, variable: { name: 'TxStartPoint' } };
    expect(new Point(PLAIN).get(asked)).toMatchObject([{ ...asked, attributeStatus: 'UnknownComponent' }]);
  });

  test('knows no value but the actual one', () => {
    const asked = { ...wanted('TxCtrlr.EVConnectionTimeOut'), attributeType: 'MaxSet' };
    expect(new Point(PLAIN).get(asked)).toMatchObject([{ ...asked, attributeStatus: 'NotSupportedAttributeType' }]);
  });

  test('answers a key without a value with an empty one', () => {
    const point = new Point([...PLAIN, key('Acme.Empty')]);
    expect(point.get(wanted('OCPP16LegacyCtrlr.Acme.Empty'))).toMatchObject([
      { attributeStatus: 'Accepted', attributeValue: '' },
    ]);
  });

  test('asks for as many keys at a time as the charge point takes', () => {
    const point = new Point(PLAIN.map((one) => (one.key === 'GetConfigurationMaxKeys' ? { ...one, value: '2' } : one)));
    point.report();
    point.asked.length = 0;
    const names = ['AuthCtrlr.LocalPreAuthorize', 'TxCtrlr.EVConnectionTimeOut', 'OCPP16LegacyCtrlr.Acme.Mode'];
    const results = point.get(...names.map(wanted));
    expect(point.asked.map(({ payload }) => payload)).toEqual([
      { key: ['LocalPreAuthorize', 'ConnectionTimeOut'] },
      { key: ['Acme.Mode'] },
    ]);
    expect(results.map((one) => one['attributeValue'])).toEqual(['false', '60', 'eco']);
  });

  test('asks for a vendor key in the spelling of the charge point, whatever characters it has', () => {
    const point = new Point([key('Größe=ß|x y', 'ja')]);
    point.report();
    point.asked.length = 0;
    const [row] = point
      .report({ requestId: 1, reportBase: 'ConfigurationInventory' })
      .filter((one) => nameOf(one).startsWith('OCPP16LegacyCtrlr.'));
    const { component, variable } = row ?? {};
    expect(point.get({ component, variable } as never)).toMatchObject([{ attributeValue: 'ja' }]);
    expect(point.asked.at(-1)?.payload).toEqual({ key: ['Größe=ß|x y'] });
  });

  test('finds a hidden key that the charge point lists only when it is named', () => {
    const point = new Point([...PLAIN, key('Hidden Key', '7')]);
    point.most = PLAIN.length;
    point.report();
    expect(point.get(wanted('OCPP16LegacyCtrlr.Hidden=20Key'))).toMatchObject([{ attributeValue: '7' }]);
  });

  test('rejects what a charge point that does not answer would have to say, and asks it once', () => {
    const point = new Point(PLAIN.map((one) => (one.key === 'GetConfigurationMaxKeys' ? { ...one, value: '1' } : one)));
    point.report();
    point.asked.length = 0;
    point.away = true;
    const results = point.get(
      wanted('AuthCtrlr.LocalPreAuthorize'),
      wanted('TxCtrlr.EVConnectionTimeOut'),
      wanted('TxCtrlr.TxStopPoint'),
    );
    expect(results.map((one) => one['attributeStatus'])).toEqual(['Rejected', 'Rejected', 'Accepted']);
    // Reading is safe, so a lost question is put twice.
    expect(point.asked).toHaveLength(2);
  });

  test('tells what it said within the last hour instead, where the operator wants it', () => {
    const point = new Point(PLAIN, { settings: { ...STATION_DEFAULTS, absentVariables: 'snapshot' } });
    point.report();
    point.away = true;
    expect(point.get(wanted('AuthCtrlr.LocalPreAuthorize'))).toMatchObject([{ attributeValue: 'false' }]);
    point.now += 3_600_000;
    expect(point.get(wanted('AuthCtrlr.LocalPreAuthorize'))).toMatchObject([{ attributeStatus: 'Rejected' }]);
  });

  test('answers a charge point of 1.2 from memory', () => {
    const point = new Point([], { version: '1.2' });
    const [seen, preset, unseen] = point.get(
      ...['OCPPCommCtrlr.HeartbeatInterval', 'TxCtrlr.EVConnectionTimeOut', 'TxCtrlr.MaxEnergyOnInvalidId'].map(wanted),
    );
    expect(seen).toMatchObject({ attributeStatus: 'Accepted', attributeValue: '300' });
    expect(preset).toMatchObject({ attributeStatus: 'Accepted', attributeValue: '60' });
    expect(unseen).toMatchObject({ attributeStatus: 'UnknownVariable' });
    expect(point.asked).toEqual([]);
  });

  test('tells the power of a running transaction in W, and none when nothing runs', () => {
    const meter = {
      meterValue: [
        {
          timestamp: '2024-03-09T10:00:00Z',
          sampledValue: [
            { value: '3.5', measurand: 'Power.Active.Import', unit: 'kW', phase: 'L1' },
            { value: '1200', measurand: 'Power.Active.Import', unit: 'W', phase: 'L2' },
            { value: '99', measurand: 'Voltage' },
          ],
        },
      ],
    };
    const events = { transactionId: 'a', nextSeqNo: 1, chargingState: 'Charging', startKey: '' };
    const transaction = {
      ...{ device: 5, csms: 5, connectorId: 1, idTag: 'A', meterStart: 0, startedAt: NOW, authorization: 'Accepted' },
      events,
    };
    const state = accepted({}, { connectors: { 1: { meter } }, transactions: { 5: transaction } });
    const point = new Point(PLAIN, {}, state);
    expect(point.get(wanted('EVSE[1].Power'))).toMatchObject([{ attributeValue: '4700' }]);
    point.state = { ...state, transactions: {} };
    expect(point.get(wanted('EVSE[1].Power'))).toMatchObject([{ attributeValue: '0' }]);
  });

  test('says of every variable what a report says of it', () => {
    const point = new Point(PLAIN);
    const rows = point.report();
    const readable = rows.filter((row) => attribute(row)['value'] !== undefined);
    const asked = readable.map((row) => ({ component: row['component'], variable: row['variable'] }) as never);
    const results = point.get(...asked);
    expect(results.map((one) => one['attributeValue'])).toEqual(readable.map((row) => attribute(row)['value']));
  });
});
