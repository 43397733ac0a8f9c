import { describe, expect, test } from 'vitest';
import type { JsonObject } from '../../../src/base/message.ts';
import { accepted } from './context.ts';
import { attribute, key, nameOf, PLAIN, Point, wanted } from './point.ts';

function write(name: string, attributeValue: string): JsonObject {
  return { ...wanted(name), attributeValue };
}

function ready(): Point {
  const point = new Point(PLAIN);
  point.report();
  point.asked.length = 0;
  return point;
}

describe('SetVariables', () => {
  test('changes one key after the other, in order, and answers in order', () => {
    const point = ready();
    const results = point.set(
      write('TxCtrlr.EVConnectionTimeOut', '90'),
      write('TxCtrlr.TxStartPoint', 'Authorized'),
      write('AuthCtrlr.LocalPreAuthorize', 'TRUE'),
      write('TxCtrlr.EVConnectionTimeOut', '120'),
    );
    expect(point.asked.map(({ payload }) => payload)).toEqual([
      { key: 'ConnectionTimeOut', value: '90' },
      { key: 'LocalPreAuthorize', value: 'true' },
      { key: 'ConnectionTimeOut', value: '120' },
    ]);
    expect(results.map((one) => one['attributeStatus'])).toEqual(['Accepted', 'Rejected', 'Accepted', 'Accepted']);
    expect(results[1]).toEqual({
      ...wanted('TxCtrlr.TxStartPoint'),
      ...{ attributeStatus: 'Rejected', attributeType: 'Actual', attributeStatusInfo: { reasonCode: 'ReadOnly' } },
    });
    expect(point.get(wanted('TxCtrlr.EVConnectionTimeOut'))).toMatchObject([{ attributeValue: '120' }]);
  });

  test.each([
    ['TxCtrlr.EVConnectionTimeOut', 'soon', 'Rejected', 'InvalidValue'],
    ['OCPPCommCtrlr.OfflineThreshold', '-1', 'Rejected', 'ValueOutOfRange'],
    ['OCPPCommCtrlr.MessageAttempts[TransactionEvent]', '-1', 'Rejected', 'ValueOutOfRange'],
    ['OCPPCommCtrlr.MessageAttemptInterval[TransactionEvent]', '-1', 'Rejected', 'ValueOutOfRange'],
    ['OCPPCommCtrlr.HeartbeatInterval', '0', 'Rejected', 'ValueOutOfRange'],
    ['AuthCtrlr.LocalPreAuthorize', 'maybe', 'Rejected', 'InvalidValue'],
    ['SampledDataCtrlr.TxUpdatedMeasurands', 'Energy.Active.Net', 'Rejected', 'InvalidValue'],
    ['EVSE[1].PhaseRotation', 'RRR', 'Rejected', 'InvalidValue'],
    ['EVSE[1].Power', '5', 'Rejected', 'ReadOnly'],
    ['AuthCtrlr.AuthorizeRemoteStart', 'true', 'Rejected', 'ReadOnly'],
    ['SampledDataCtrlr.TxEndedInterval', '5', 'Rejected', 'ReadOnly'],
    ['OCPP16LegacyCtrlr.Acme.Mode', 'x'.repeat(501), 'Rejected', 'TooLargeElement'],
    ['OCPPCommCtrlr.NetworkConfigurationPriority', '1', 'Rejected', 'InvalidValue'],
    ['SecurityCtrlr.BasicAuthPassword', 'too short', 'Rejected', 'InvalidValue'],
    ['TxCtrlr.Nothing', '1', 'UnknownVariable', 'NotFound'],
    ['Nothing.Here', '1', 'UnknownComponent', 'NotFound'],
    ['OCPP16LegacyCtrlr.AuthorizationKey', '1', 'UnknownVariable', 'NotFound'],
  ])('does not let the charge point change %s to %s', (name, value, attributeStatus, reasonCode) => {
    const point = ready();
    expect(point.set(write(name, value))).toMatchObject([{ attributeStatus, attributeStatusInfo: { reasonCode } }]);
    expect(point.asked.filter(({ action }) => action === 'ChangeConfiguration')).toEqual([]);
  });

  test('takes no value but the actual one', () => {
    const item = { ...write('TxCtrlr.EVConnectionTimeOut', '5'), attributeType: 'Target' };
    expect(ready().set(item)).toMatchObject([
      { attributeStatus: 'NotSupportedAttributeType', attributeType: 'Target' },
    ]);
  });

  test('remembers that a reboot is needed', () => {
    const point = ready();
    point.afterReboot.add('ConnectionTimeOut');
    expect(point.set(write('TxCtrlr.EVConnectionTimeOut', '90'))).toMatchObject([
      { attributeStatus: 'RebootRequired' },
    ]);
    expect(point.state.station?.rebootRequired).toBe(true);
  });

  test('forgets a key that the charge point turns out not to have', () => {
    const point = ready();
    point.notSupported.add('Acme.Mode');
    expect(point.set(write('OCPP16LegacyCtrlr.Acme.Mode', 'x'))).toMatchObject([
      { attributeStatus: 'UnknownVariable' },
    ]);
    expect(point.report({ requestId: 1, reportBase: 'FullInventory' }).map(nameOf)).not.toContain(
      'OCPP16LegacyCtrlr.Acme.Mode',
    );
  });

  test('says whether the charge point refused the value or any', () => {
    const point = ready();
    for (const one of point.keys) if (one.key === 'ConnectionTimeOut') one.readonly = true;
    expect(point.set(write('TxCtrlr.EVConnectionTimeOut', '90'))).toMatchObject([
      { attributeStatus: 'Rejected', attributeStatusInfo: { reasonCode: 'InvalidValue' } },
    ]);
    point.get(wanted('TxCtrlr.EVConnectionTimeOut'));
    expect(point.set(write('TxCtrlr.EVConnectionTimeOut', '90'))).toMatchObject([
      { attributeStatus: 'Rejected', attributeStatusInfo: { reasonCode: 'ReadOnly' } },
    ]);
  });

  test('asks for phases as the charge point had them', () => {
    const point = ready();
    const name = 'SampledDataCtrlr.TxUpdatedMeasurands';
    point.set(write(name, 'Current.Import'));
    point.set(write(name, 'voltage,Current.Import'));
    expect(point.asked.map(({ payload }) => payload['value'])).toEqual([
      'Current.Import',
      'Voltage.L1,Voltage.L2,Current.Import',
    ]);
    expect(point.get(wanted(name))).toMatchObject([{ attributeValue: 'Voltage,Current.Import' }]);
  });

  test('changes one part of the phase rotation and leaves the others', () => {
    const point = ready();
    expect(point.set(write('EVSE[2].PhaseRotation', 'SRT'), write('EVSE[1].PhaseRotation', ''))).toMatchObject([
      { attributeStatus: 'Accepted' },
      { attributeStatus: 'Accepted' },
    ]);
    expect(point.asked.map(({ payload }) => payload['value']).filter((value) => value !== undefined)).toEqual([
      '0.RST,1.RTS,2.SRT',
      '0.RST,1.NotApplicable,2.SRT',
    ]);
    expect(point.get(wanted('EVSE[2].PhaseRotation'))).toMatchObject([{ attributeValue: 'SRT' }]);
  });

  test('obeys itself what is a matter of the link, and tells the charge point what is its matter too', () => {
    const point = ready();
    const results = point.set(
      write('OCPPCommCtrlr.OfflineThreshold', '120'),
      write('OCPPCommCtrlr.MessageAttempts[TransactionEvent]', '7'),
      write('OCPPCommCtrlr.HeartbeatInterval', '240'),
      write('OCPPCommCtrlr.NetworkConfigurationPriority', '0'),
      write('SecurityCtrlr.OrganizationName', 'Acme'),
      write('OCPPCommCtrlr.WebSocketPingInterval', '45'),
    );
    expect(results.every((one) => one['attributeStatus'] === 'Accepted')).toBe(true);
    expect(point.asked).toEqual([
      { action: 'ChangeConfiguration', payload: { key: 'HeartbeatInterval', value: '240' } },
    ]);
    expect(point.state.station?.own).toMatchObject({
      'OCPPCommCtrlr.OfflineThreshold': '120',
      'OCPPCommCtrlr.MessageAttempts.TransactionEvent': '7',
      'OCPPCommCtrlr.HeartbeatInterval': '240',
    });
    expect(point.linkSettings).toEqual([{ key: 'WebSocketPingInterval', value: '45' }]);
    const names = [
      'OCPPCommCtrlr.OfflineThreshold',
      'OCPPCommCtrlr.WebSocketPingInterval',
      'SecurityCtrlr.OrganizationName',
    ];
    expect(point.get(...names.map(wanted)).map((one) => one['attributeValue'])).toEqual(['120', '45', 'Acme']);
  });

  test('lets the CSMS change the password of the link, behind the answer', () => {
    const point = ready();
    const results = point.set(
      write('SecurityCtrlr.BasicAuthPassword', 'sixteen chars ok'),
      write('TxCtrlr.EVConnectionTimeOut', '90'),
    );
    expect(results.map((one) => one['attributeStatus'])).toEqual(['Accepted', 'Accepted']);
    const hex = '7369787465656E206368617273206F6B';
    expect(point.linkSettings).toEqual([{ key: 'AuthorizationKey', value: hex }]);
    expect(point.state.authorizationKey).toBe(hex);
    expect(JSON.stringify(point.asked)).not.toContain(hex);
  });

  test('keeps the password where the operator wants it so', () => {
    const point = new Point(PLAIN, { settings: { basicAuthPassword: 'reject' } });
    expect(point.set(write('SecurityCtrlr.BasicAuthPassword', 'sixteen chars ok'))).toMatchObject([
      { attributeStatus: 'Rejected' },
    ]);
    expect(point.linkSettings).toEqual([]);
  });

  test('gives up on a charge point that does not answer, but not on what needs no answer', () => {
    const point = ready();
    point.away = true;
    const results = point.set(
      write('TxCtrlr.EVConnectionTimeOut', '90'),
      write('AuthCtrlr.LocalPreAuthorize', 'true'),
      write('OCPPCommCtrlr.OfflineThreshold', '120'),
    );
    expect(results.map((one) => one['attributeStatus'])).toEqual(['Rejected', 'Rejected', 'Accepted']);
    expect(results[0]).toMatchObject({ attributeStatusInfo: { reasonCode: 'InternalError' } });
    expect(point.asked).toHaveLength(1);
  });

  test('writes to a charge point of 1.2 what it has never listed', () => {
    const point = new Point([key('ConnectionTimeOut', '60')], { version: '1.2' }, accepted());
    const [known, unknown] = point.set(
      write('TxCtrlr.EVConnectionTimeOut', '90'),
      write('SampledDataCtrlr.TxUpdatedInterval', '30'),
    );
    expect(known).toMatchObject({ attributeStatus: 'Accepted' });
    expect(unknown).toMatchObject({ attributeStatus: 'UnknownVariable' });
    const row = point.report().find((one) => nameOf(one) === 'TxCtrlr.EVConnectionTimeOut') ?? {};
    expect(attribute(row)).toMatchObject({ value: '90', mutability: 'ReadWrite' });
  });
});
