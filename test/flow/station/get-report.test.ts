import { describe, expect, test } from 'vitest';
import type { JsonObject } from '../../../src/base/message.ts';
import { accepted } from './context.ts';
import { nameOf, PLAIN, Point } from './point.ts';

const STATE = accepted({ problems: { '2/Connector/Problem': { eventId: 1, at: 'connector' } } });

function names(request: JsonObject): string[] {
  return new Point(PLAIN, {}, STATE).report({ requestId: 4, ...request }, 'GetReport').map(nameOf);
}

describe('GetReport', () => {
  test('tells everything when nothing is named', () => {
    const all = new Point(PLAIN, {}, STATE).report().map(nameOf);
    expect(names({})).toEqual(all);
  });

  test('tells one variable, of all EVSEs when none is named', () => {
    const componentVariable = [{ component: { name: 'evse' }, variable: { name: 'power' } }];
    expect(names({ componentVariable })).toEqual(['EVSE[1].Power', 'EVSE[2].Power']);
  });

  test('tells all variables of a component of one EVSE', () => {
    const componentVariable = [{ component: { name: 'Connector', evse: { id: 2, connectorId: 1 } } }];
    expect(names({ componentVariable })).toEqual([
      'Connector[2/1].Available',
      'Connector[2/1].AvailabilityState',
      'Connector[2/1].ConnectorType',
      'Connector[2/1].SupplyPhases',
      'Connector[2/1].Problem',
    ]);
  });

  test('takes an absent instance for any', () => {
    const componentVariable = [{ component: { name: 'DeviceDataCtrlr' }, variable: { name: 'ItemsPerMessage' } }];
    expect(names({ componentVariable })).toHaveLength(3);
    const [one] = componentVariable;
    const exact = [{ ...one, variable: { name: 'ItemsPerMessage', instance: 'GetReport' } }];
    expect(names({ componentVariable: exact })).toEqual(['DeviceDataCtrlr.ItemsPerMessage[GetReport]']);
  });

  test('tells components with a problem', () => {
    const found = names({ componentCriteria: ['Problem'] });
    expect(new Set(found.map((name) => name.split('.')[0]))).toEqual(new Set(['Connector[2/1]']));
  });

  test('counts a component that says nothing of it as available', () => {
    const componentVariable = [{ component: { name: 'TxCtrlr' } }];
    expect(names({ componentVariable, componentCriteria: ['Available', 'Problem'] })).toContain('TxCtrlr.TxStopPoint');
  });

  test.each<[string, JsonObject]>([
    ['a component that is not there', { componentVariable: [{ component: { name: 'DisplayMessageCtrlr' } }] }],
    ['an EVSE that is not there', { componentVariable: [{ component: { name: 'EVSE', evse: { id: 7 } } }] }],
    ['an instance of a component', { componentVariable: [{ component: { name: 'TxCtrlr', instance: 'a' } }] }],
    [
      'a problem where none is',
      { componentVariable: [{ component: { name: 'EVSE' } }], componentCriteria: ['Problem'] },
    ],
  ])('says that there is nothing to tell of %s', (_what, request) => {
    const point = new Point(PLAIN, {}, STATE);
    point.report();
    expect(point.ask('GetReport', { requestId: 5, ...request })).toEqual({ status: 'EmptyResultSet' });
    expect(point.told).toEqual([]);
  });

  test('ends with an empty page when the charge point, asked meanwhile, has nothing of the kind', () => {
    const point = new Point(PLAIN);
    const componentVariable = [{ component: { name: 'OCPP16LegacyCtrlr' }, variable: { name: 'Nothing' } }];
    expect(point.ask('GetReport', { requestId: 6, componentVariable })['status']).toBe('Accepted');
    expect(point.pages()).toMatchObject([{ requestId: 6, seqNo: 0, tbc: false }]);
  });
});
