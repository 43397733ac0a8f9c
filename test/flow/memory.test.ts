import { expect, it } from 'vitest';
import { memoryOf } from '../../src/flow/memory.ts';
import { EMPTY_STATE } from '../../src/flow/state.ts';

const facts = { receivedAt: 0, timezone: 'UTC', connectors: undefined };

it.each(['constructor', '__proto__', 'toString', 'A1'])('the tag %s is no alias unless it was made one', (tag) => {
  const state = JSON.parse(JSON.stringify(EMPTY_STATE)) as typeof EMPTY_STATE;
  expect(memoryOf(state, facts).tagOf(tag)).toBeUndefined();
});

it('an alias is turned back into the tag it stands for', () => {
  const state = { ...EMPTY_STATE, aliases: { ZZ7: 'a-tag-that-is-too-long' } };
  expect(memoryOf(state, facts).tagOf('ZZ7')).toBe('a-tag-that-is-too-long');
});
