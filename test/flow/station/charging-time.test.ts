import { describe, expect, it } from 'vitest';
import {
  chargingStateChanged,
  firstChargingState,
  spentCharging,
} from '../../../src/flow/station/transactions/charging-time.ts';
import { latestOf, type StationTransaction } from '../../../src/flow/station/transactions/transaction-event.ts';
import { NOW } from '../context.ts';
import { accepted, stationContext } from './context.ts';

const transaction: StationTransaction = {
  ...{ device: 1, csms: 1, connectorId: 1, idTag: 'A', meterStart: 0, startedAt: NOW, authorization: 'Accepted' },
  events: { transactionId: 'x', nextSeqNo: 1, chargingState: 'EVConnected', startKey: 'k' },
};

function changed(...changes: (readonly [state: string, seconds: number])[]): StationTransaction {
  let state = accepted({}, { transactions: { 1: transaction } });
  for (const [word, seconds] of changes) {
    state = chargingStateChanged(state, latestOf(state, transaction), word, NOW + 1000 * seconds);
  }
  return latestOf(state, transaction);
}

describe('the time that a transaction charges', () => {
  it.each([
    ['nothing where nobody ever said Charging', [['SuspendedEV', 10]], undefined],
    ['up to the stop', [['Charging', 10]], 50],
    [
      'the sum of its parts',
      [
        ['Charging', 10],
        ['SuspendedEV', 20],
        ['Charging', 40],
        ['SuspendedEVSE', 45],
      ],
      15,
    ],
    [
      'once where Charging is said twice',
      [
        ['Charging', 10],
        ['Charging', 30],
      ],
      50,
    ],
    ['from the start where it charged before', [['Charging', -30]], 60],
    [
      'never less than nothing where clocks jump back',
      [
        ['Charging', 40],
        ['SuspendedEV', 10],
      ],
      0,
    ],
    [
      'never more than there was between start and stop',
      [
        ['Charging', 5],
        ['SuspendedEV', 90],
      ],
      60,
    ],
  ] as const)('is %s', (_what, changes, seconds) => {
    expect(spentCharging(changed(...changes), NOW + 60_000)).toBe(seconds);
  });

  it('leaves no empty entries in the state', () => {
    expect(Object.values(changed(['Charging', 1], ['SuspendedEV', 2]).events)).not.toContain(undefined);
    expect(changed(['Charging', 1]).events.chargingState).toBe('Charging');
  });
});

describe('the state in which a transaction begins', () => {
  const status = (word: string) => accepted({}, { connectors: { 1: { status: { status: word } } } });

  it.each([
    ['Preparing', 'EVConnected'],
    ['Charging', 'Charging'],
    ['SuspendedEV', 'SuspendedEV'],
    ['Available', 'EVConnected'],
    ['Finishing', 'EVConnected'],
    ['Faulted', 'SuspendedEVSE'],
  ])('%s is %s', (word, state) => {
    expect(firstChargingState(status(word), 1, stationContext())).toBe(state);
  });

  it('is EVConnected where the connector never said anything', () => {
    expect(firstChargingState(accepted(), 1, stationContext())).toBe('EVConnected');
  });

  it('is what the settings say of versions with one word for a connector in use', () => {
    expect(firstChargingState(status('Preparing'), 1, stationContext({}, {}, '1.5'))).toBe('Charging');
    const other = stationContext({ occupiedMeans: 'EVConnected' }, {}, '1.2');
    expect(firstChargingState(status('Charging'), 1, other)).toBe('EVConnected');
  });
});
