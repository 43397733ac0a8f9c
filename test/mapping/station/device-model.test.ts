import { describe, expect, test } from 'vitest';
import { OWN_VALUES } from '../../../src/flow/station/variables/own-values.ts';
import { contracts, tables } from './house.ts';

describe('actions', () => {
  test('of OCPP 2.0.1 are all accounted for, and only those', () => {
    expect([...tables.actions.keys()].sort()).toEqual([...contracts.station.actions.keys()].sort());
    expect(tables.actions.size).toBe(64);
  });

  test('have one fate each', () => {
    expect(tables.actions.get('RequestStartTransaction')).toEqual({ kind: 'flow' });
    expect(tables.actions.get('GetVariables')).toEqual({ kind: 'flow' });
    expect(tables.actions.get('DataTransfer')).toEqual({ kind: 'flow' });
    expect(tables.actions.get('TransactionEvent')).toEqual({ kind: 'sent' });
    expect(tables.actions.get('NotifyReport')).toEqual({ kind: 'sent' });
    expect(tables.actions.get('UnpublishFirmware')).toEqual({ kind: 'answer', answer: { status: 'NoFirmware' } });
    expect(tables.actions.get('NotifyEVChargingNeeds')).toMatchObject({ kind: 'never-sent' });
  });
});

describe('the device model', () => {
  const row = (key: string) => tables.variables.find((known) => known.key === key);

  test('shows configuration keys as variables', () => {
    expect(row('HeartbeatInterval')).toMatchObject({
      component: 'OCPPCommCtrlr',
      variable: 'HeartbeatInterval',
      mutability: 'ReadWrite',
      dataType: 'integer',
      unit: 's',
      minLimit: 1,
      own: 'also',
    });
    expect(row('TransactionMessageAttempts')).toMatchObject({
      variable: 'MessageAttempts',
      instance: 'TransactionEvent',
    });
    expect(row('MeterValuesSampledDataMaxLength')).toMatchObject({ variable: 'TxUpdatedMeasurands', as: 'maxLimit' });
    expect(row('ClockAlignedDataInterval')?.copies).toEqual([
      { component: 'AlignedDataCtrlr', variable: 'TxEndedInterval' },
    ]);
  });

  test('has what OCPP 2.0.1 requires of every station', () => {
    const names = new Set(
      [...tables.variables, ...tables.ownVariables].map((one) => `${one.component}.${one.variable}`),
    );
    for (const name of [
      'TxCtrlr.TxStartPoint',
      'SecurityCtrlr.OrganizationName',
      'EVSE.Power',
      'ClockCtrlr.TimeSource',
    ])
      expect(names).toContain(name);
  });

  test('takes from the bridge only what it provides', () => {
    const wanted = tables.ownVariables.flatMap(({ from }) => from ?? []);
    expect(wanted.filter((name) => !OWN_VALUES.includes(name))).toEqual([]);
    expect(OWN_VALUES.filter((name) => !wanted.includes(name))).toEqual([]);
  });

  test('knows where each error shows; two share a variable', () => {
    expect(tables.errors.size).toBe(15);
    expect(tables.errors.get('GroundFailure')).toMatchObject({ component: 'RCD', variable: 'Tripped', scope: 'evse' });
    expect(tables.errors.get('OverVoltage')?.component).toBe(tables.errors.get('UnderVoltage')?.component);
    expect(tables.errors.has('NoError')).toBe(false);
  });
});

test('flows use the lists of words that rows use', () => {
  expect(tables.words.get('chargingState')?.get('Finishing')).toBe('EVConnected');
  expect(tables.words.get('chargingState')?.has('Reserved')).toBe(false);
});
