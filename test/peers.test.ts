import { expect, test, vi } from 'vitest';
import { needsPeer, peer } from './peers.ts';

test('the first command that passes its probe is the peer', () => {
  const tried: string[] = [];
  const found = peer('zeep', (command, args) => {
    tried.push(`${command} ${args.join(' ')}`);
    return command === '/usr/bin/python3';
  });
  expect(found).toMatchObject({ available: true, command: '/usr/bin/python3' });
  expect(tried).toEqual(['python3 -c import zeep', '/usr/bin/python3 -c import zeep']);
});

test('an absent peer is said in one line that names the package, and fails in CI', () => {
  const warn = vi.spyOn(console, 'warn').mockImplementation(() => {});
  expect(needsPeer('zeep', {}, () => false)).toMatchObject({ available: false });
  expect(warn.mock.calls).toEqual([[expect.stringMatching(/^skipped: zeep is not installed .*python3-zeep/)]]);
  expect(() => needsPeer('zeep', { CI: 'true' }, () => false)).toThrow('zeep is not installed');
  warn.mockRestore();
});
