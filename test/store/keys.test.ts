import { expect, test } from 'vitest';
import { rowKey, rowRange, stateKey } from '../../src/store/keys.ts';

test.each(['CP-1', '', ' ~', 'Zoë/1', 'a\u0000b\u0001c', 'x'.repeat(2_000)])(
  'a key of %j begins with the range of its kind, whatever its texts are made of',
  (text) => {
    for (const key of ['k', text]) {
      const { start, end } = rowRange(text, text);
      const at = rowKey(text, text, key);
      expect(at.subarray(0, start.length)).toEqual(start);
      expect(Buffer.compare(at, end)).toBe(-1);
      expect(at.at(-1)).toBe(0);
    }
  },
);

test('what was written under a key is found under it for ever', () => {
  expect(stateKey('CP-1')).toEqual(Buffer.from('sCP-1\0'));
  expect(rowKey('CP-1', 'outbox', '000000000001')).toEqual(Buffer.from(`rCP-1\0outbox\0${'0'.repeat(11)}1\0`));
  expect(rowKey('CP-1', 'part', 'é\u0001')).toEqual(Buffer.from([...Buffer.from('rCP-1\0part\0é'), 1, 2, 0]));
});
