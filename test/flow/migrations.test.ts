import { describe, expect, test } from 'vitest';
import { BridgeError } from '../../src/base/errors.ts';
import { migrated, type Shape, STATE_SHAPE, schemaOf } from '../../src/flow/migrations.ts';
import { EMPTY_STATE } from '../../src/flow/state.ts';

const THIRD: Shape = {
  name: 'thing',
  steps: [
    ({ old, ...rest }) => ({ ...rest, second: old ?? 'none' }),
    ({ second, ...rest }) => ({ ...rest, third: `${String(second)}!` }),
  ],
};

describe('a stored document', () => {
  test('is brought to the shape of today, step by step', () => {
    expect(migrated({ schema: 1, old: 'a', kept: 1 }, THIRD)).toEqual({ schema: 3, third: 'a!', kept: 1 });
    expect(migrated({ schema: 2, second: 'b' }, THIRD)).toEqual({ schema: 3, third: 'b!' });
    expect(migrated({ schema: 3, third: 'c' }, THIRD)).toEqual({ schema: 3, third: 'c' });
  });

  test('without a schema is one of the first release', () => {
    expect(migrated({ old: 'a' }, THIRD)).toEqual({ schema: 3, third: 'a!' });
  });

  test.each([4, 99])('of schema %d, which a later release wrote, is refused', (schema) => {
    expect(() => migrated({ schema, third: 'x' }, THIRD)).toThrow(
      new BridgeError(
        'StoreFailed',
        `a stored thing has schema ${schema}, this program knows up to 3: it was written by a newer one`,
      ),
    );
  });

  test.each([0, -1, 1.5, '1', null])('with the schema %j is damaged, and not begun anew', (schema) => {
    expect(() => migrated({ schema }, THIRD)).toThrow(/damaged/);
  });
});

test('a new charge point is written with the schema that the steps lead to', () => {
  expect(EMPTY_STATE.schema).toBe(schemaOf(STATE_SHAPE));
});
