import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, test } from 'vitest';

/** The output of `translate` that the pages print is what the program prints. */

const ROOT = resolve(import.meta.dirname, '../..');
const run = promisify(execFile);

async function translated(...words: string[]): Promise<{ stdout: string; stderr: string }> {
  const args = ['--import', 'tsx', 'src/app/main.ts', 'translate', ...words];
  const { stdout, stderr } = await run(process.execPath, args, { cwd: ROOT });
  return { stdout, stderr };
}

describe('translate', () => {
  test('prints what the pages show for a StartTransaction of 1.5', async () => {
    const { stdout, stderr } = await translated('docs/examples/start-transaction-1.5.xml');
    for (const page of ['README.md', 'docs/cli.md']) {
      expect(readFileSync(resolve(ROOT, page), 'utf8'), page).toContain(`\n${stderr}${stdout}`);
    }
  });

  test('prints what docs/cli.md shows for a RemoteStopTransaction, but for the MessageID and line breaks', async () => {
    const frame = ['--down', 'docs/examples/remote-stop-transaction.json', '--to', '1.5', '--identity', 'CP-15-BERN'];
    const { stdout } = await translated(...frame);
    const plain = (text: string) => text.replace(/urn:uuid:[\w-]+/g, 'urn:uuid:').replace(/\n/g, '');
    expect(plain(readFileSync(resolve(ROOT, 'docs/cli.md'), 'utf8'))).toContain(plain(stdout));
  });

  test('refuses --to beside a SOAP file', async () => {
    await expect(translated('docs/examples/start-transaction-1.5.xml', '--to', '1.5')).rejects.toMatchObject({
      code: 1,
      stderr: expect.stringContaining('--to belongs to --down'),
    });
  });
});
