import { describe, expect, test } from 'vitest';
import type { ChargePointState } from '../../../src/flow/state.ts';
import type { EvseSettings } from '../../../src/flow/station/settings.ts';
import {
  connectorAt,
  connectorCount,
  connectorsAt,
  connectorTypeOf,
  evseOf,
  evsesOf,
  onlyEvse,
  siblingsOf,
} from '../../../src/flow/station/topology.ts';
import { SETTINGS } from '../context.ts';
import { keys } from './command-states.ts';
import { accepted, stationContext } from './context.ts';

const under = (...evses: EvseSettings[]) => stationContext({ evses });
const seen = (...ids: number[]): ChargePointState =>
  accepted({}, { connectors: Object.fromEntries(ids.map((id) => [id, {}])) });
const shown = (state: ChargePointState, context: ReturnType<typeof under>) =>
  evsesOf(state, context).map(({ id, connectors }) => `${id}: ${connectors.join(' ')}`);

describe('without a table', () => {
  test('connector N is the one connector of EVSE N', () => {
    expect(evseOf(3, under())).toEqual({ id: 3, connectorId: 1 });
    expect(shown(seen(2), under())).toEqual(['1: 1', '2: 2']);
    expect(siblingsOf(3, under())).toEqual([3]);
  });

  test('the station is EVSE 0, and so is what no connector can be', () => {
    expect(evseOf(0, under()).id).toBe(0);
    expect(evseOf(-1, under()).id).toBe(0);
  });
});

describe('with a table', () => {
  const context = under({ connectors: [4, 2] }, { connectors: [5] });

  test('the connectors of an entry form one EVSE, in the order in which they stand there', () => {
    expect(evseOf(4, context)).toEqual({ id: 1, connectorId: 1 });
    expect(evseOf(2, context)).toEqual({ id: 1, connectorId: 2 });
    expect(evseOf(5, context)).toEqual({ id: 2, connectorId: 1 });
    expect(siblingsOf(2, context)).toEqual([4, 2]);
  });

  test('all others follow, each an EVSE by itself, in ascending order', () => {
    expect(shown(seen(), context)).toEqual(['1: 4 2', '2: 5', '3: 1', '4: 3']);
    expect([1, 3, 6, 7].map((id) => evseOf(id, context))).toEqual([3, 4, 5, 6].map((id) => ({ id, connectorId: 1 })));
  });

  test('a connector that is heard of later changes no number that was told', () => {
    const before = shown(seen(1), context);
    const after = shown(seen(1, 8), context);
    expect(after.slice(0, before.length)).toEqual(before);
    expect(after.slice(before.length)).toEqual(['5: 6', '6: 7', '7: 8']);
  });

  test('every connector stands where its EVSE says', () => {
    for (const { id, connectors } of evsesOf(seen(9), context))
      for (const [at, one] of connectors.entries()) {
        expect(evseOf(one, context)).toEqual({ id, connectorId: at + 1 });
        expect(connectorAt(seen(9), context, id, at + 1)).toBe(one);
      }
  });

  test('there is no EVSE and no connector beyond', () => {
    expect(connectorsAt(seen(), context, 5)).toEqual([]);
    expect(connectorsAt(seen(), context, 0)).toEqual([]);
    for (const number of [0, -1, 3, 1.5]) expect(connectorAt(seen(), context, 1, number)).toBeUndefined();
  });

  test('what the operator names is there, whatever the charge point says', () => {
    const fewer = accepted({}, { configuration: keys({ NumberOfConnectors: '1' }) });
    expect(connectorCount(fewer, context)).toBe(5);
  });

  test('a type is that of the connector, else that of the station', () => {
    const typed = under({ connectors: [1, 2], connectorTypes: ['cCCS2', 'cG105'] }, { connectors: [3] });
    expect([1, 2, 3, 4].map((id) => connectorTypeOf(id, typed))).toEqual(['cCCS2', 'cG105', 'Unknown', 'Unknown']);
  });
});

describe('the only EVSE', () => {
  test.each([
    ['nobody has said how many there are', seen(), under(), undefined],
    ['one connector was seen', seen(1), under(), [1]],
    ['two are there', seen(2), under(), undefined],
    ['two share one', seen(2), under({ connectors: [1, 2] }), [1, 2]],
    ['there is one beside them', seen(3), under({ connectors: [1, 2] }), undefined],
  ])('%s', (_what, state, context, connectors) => {
    expect(onlyEvse(state, context)?.connectors).toEqual(connectors);
  });

  test('the operator says that there is one', () => {
    const context = stationContext({}, { settings: { ...SETTINGS, connectors: 1 } });
    expect(onlyEvse(seen(), context)?.id).toBe(1);
  });
});
