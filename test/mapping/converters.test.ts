import { describe, expect, test } from 'vitest';
import type { Scalar } from '../../src/mapping/converters/converter.ts';
import { CONVERTERS } from '../../src/mapping/converters.ts';
import type { Memory } from '../../src/mapping/translator.ts';
import { fakeMemory } from './fake-memory.ts';

function convert(
  name: string,
  value: Scalar | undefined,
  args: (Scalar | undefined)[] = [],
  known: Partial<Memory> = {},
) {
  const converter = CONVERTERS.get(name);
  if (!converter) throw new Error(`no converter ${name}`);
  const lost: string[] = [];
  const scene = { memory: fakeMemory(known), lose: (code: string) => void lost.push(code) };
  return { got: converter.convert(value, args, scene), lost };
}

describe('occupied', () => {
  test.each([
    ['idle', 'NoError', 'Preparing'],
    ['charging', 'NoError', 'Charging'],
    ['charging', 'Mode3Error', 'SuspendedEVSE'],
    ['finishing', 'Mode3Error', 'Finishing'],
  ] as const)('a connector that is %s with %s is %s', (use, error, want) => {
    expect(convert('occupied', undefined, [1, error], { connectorUse: () => use }).got).toBe(want);
  });

  test('an unreadable connector claims no session', () => {
    expect(convert('occupied', undefined, [undefined, 'NoError'], { connectorUse: () => 'charging' }).got).toBe(
      'Preparing',
    );
  });
});

describe('unlockRejected', () => {
  test.each([
    [false, 'NotSupported'],
    [true, 'UnlockFailed'],
    [undefined, 'UnlockFailed'],
  ])('with a connector that exists: %s it is %s', (exists, want) => {
    expect(convert('unlockRejected', undefined, [4], { connectorExists: () => exists }).got).toBe(want);
  });
});

describe('transaction ids', () => {
  test('a known id is exchanged and the change is told', () => {
    expect(convert('transactionUp', 5, [], { csmsTransaction: () => 900 })).toEqual({ got: 900, lost: ['tx-alias'] });
    expect(convert('transactionDown', 900, [], { deviceTransaction: () => 5 })).toEqual({ got: 5, lost: ['tx-alias'] });
  });

  test.each([-1, 0, 77])('the unknown id %s stays', (id) => {
    expect(convert('transactionUp', id)).toEqual({ got: id, lost: [] });
    expect(convert('transactionDown', id)).toEqual({ got: id, lost: [] });
  });

  test('a reading of 1.2 belongs to the transaction that covers its time', () => {
    const asked: unknown[] = [];
    const transactionAt = (connector: number, at: number | undefined): number => {
      asked.push([connector, at]);
      return 8;
    };
    expect(convert('activeTransaction', undefined, [2, 1000], { transactionAt })).toEqual({
      got: 8,
      lost: ['mv12-fields'],
    });
    expect(asked).toEqual([[2, 1000]]);
  });

  test('the main meter never has a transaction', () => {
    expect(convert('activeTransaction', undefined, [0, 1000], { transactionAt: () => 8 })).toEqual({
      got: undefined,
      lost: [],
    });
  });
});

test('tagUnalias gives back the tag behind a stand-in and leaves others alone', () => {
  const tagOf = (alias: string): string | undefined => (alias === 'ZZ1' ? 'DE-LONG-TAG' : undefined);
  expect(convert('tagUnalias', 'ZZ1', [], { tagOf })).toEqual({ got: 'DE-LONG-TAG', lost: ['tag-unalias'] });
  expect(convert('tagUnalias', 'ZZ2', [], { tagOf })).toEqual({ got: 'ZZ2', lost: [] });
});

describe('intervalFloor', () => {
  test.each([
    ['Accepted', 900, 900],
    ['Accepted', 10, 10],
    ['Accepted', 9, 300],
    ['Accepted', 0, 300],
    ['Accepted', -5, 300],
    ['Rejected', 0, 60],
    ['Rejected', -1, 60],
    ['Pending', 1, 1],
    ['Rejected', 9, 9],
  ])('%s with %s seconds gives %s', (status, value, want) => {
    expect(convert('intervalFloor', value, [status])).toEqual({
      got: want,
      lost: value === want ? [] : ['interval-floor'],
    });
  });
});

describe('stopReason', () => {
  test.each(['Remote', 'HardReset', 'SoftReset', 'UnlockCommand', 'DeAuthorized'])(
    '%s is named when known',
    (reason) => {
      expect(convert('stopReason', undefined, [5], { stopReason: () => reason })).toEqual({ got: reason, lost: [] });
    },
  );

  test('nothing is named otherwise, and that is told', () => {
    expect(convert('stopReason', undefined, [5])).toEqual({ got: undefined, lost: ['reason-none'] });
    expect(convert('stopReason', undefined, [5], { stopReason: () => 'Boredom' }).got).toBeUndefined();
  });
});

describe('rawNumber', () => {
  test.each([
    ['1234', '1234', []],
    [' 1234 ', '1234', ['int-repair']],
    ['231,5', '231.5', ['mv-comma']],
    ['+007.0', '7.0', ['int-repair']],
    ['NaN', undefined, ['mv-nan']],
    ['', undefined, ['mv-nan']],
  ])('"%s" becomes %s', (value, got, lost) => {
    expect(convert('rawNumber', value, ['Raw'])).toEqual({ got, lost });
  });

  test('signed data is not touched', () => {
    expect(convert('rawNumber', ' AQID+NaN= ', ['SignedData'])).toEqual({ got: ' AQID+NaN= ', lost: [] });
    expect(convert('rawNumber', '', ['SignedData'])).toEqual({ got: undefined, lost: ['mv-nan'] });
  });
});

test('every converter says what it does and which losses it may tell', () => {
  for (const [name, converter] of CONVERTERS) {
    expect(converter.does.length, name).toBeGreaterThan(20);
    expect(converter.gives === 'word', name).toBe(converter.words !== undefined);
  }
});
